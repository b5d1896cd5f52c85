"""The queue of votes: take a seat, look, vote. Nobody sees what the others said."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin import columns
from core.admin.deeds import Deed, DeedsAdmin
from core.money import fen
from credit import selectors
from credit.contexts import ApplicationPage
from credit.models import ApprovalTask
from credit.services import approvals


class ApproveForm(forms.Form):
    """For how much, and what else is to be said."""

    amount = forms.DecimalField(
        label=_("Amount in yuan; empty for all that is possible"),
        required=False,
        decimal_places=2,
        max_digits=12,
    )
    comment = forms.CharField(label=_("Comment"), required=False, max_length=300)


class RefuseForm(forms.Form):
    """Why not."""

    comment = forms.CharField(label=_("Reason"), max_length=300)


@admin.register(ApprovalTask)
class ApprovalTaskAdmin(DeedsAdmin):
    comes_from = _("Applications that a person must vote on wait here.")
    change_form_template = "admin/credit/application.html"
    list_display = [
        "application_number",
        "customer",
        "village",
        "product",
        columns.yuan("application.asked_amount", _("asked for")),
        columns.state(),
        "opened_at",
    ]
    list_select_related = [
        "application__customer",
        "application__village",
        "application__product",
    ]
    search_fields = ["application__number__exact"]
    search_help_text = _("Application number")
    fields = readonly_fields = ["application_link", "seat", columns.state(), "opened_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApprovalTask]:
        """What waits for this person, the oldest first; and what they voted on before."""
        rows = super().get_queryset(request)
        mine = rows.filter(approver=request.user)
        return (rows.filter(pk__in=selectors.approval_queue(request.user)) | mine).order_by(
            "opened_at", "id"
        )

    @admin.display(description=_("application"), ordering="application__number")
    def application_number(self, task: ApprovalTask) -> str:
        """Which application."""
        return task.application.number

    @admin.display(description=_("customer"))
    def customer(self, task: ApprovalTask) -> str:
        """Who asks."""
        return task.application.customer.name

    @admin.display(description=_("village"))
    def village(self, task: ApprovalTask) -> str:
        """Where they live."""
        return task.application.village.name

    @admin.display(description=_("product"))
    def product(self, task: ApprovalTask) -> str:
        """What they ask for."""
        return task.application.product.name

    @admin.display(description=_("application"))
    def application_link(self, task: ApprovalTask) -> SafeString:
        """The whole application."""
        address = reverse("admin:credit_application_change", args=[task.application_id])
        return format_html('<a href="{}">{}</a>', address, task.application)

    def shown(self, request: HttpRequest, record: ApprovalTask) -> dict[str, Any]:
        """The application as this person may see it."""
        return {"page": ApplicationPage.build(record.application, request.user)}

    def deeds(self, request: HttpRequest, record: ApprovalTask) -> list[Deed]:
        """Take the seat; once it is taken, vote from it."""
        if record.status == ApprovalTask.Status.OPEN:
            return [CLAIM]
        is_mine = record.approver_id == request.user.pk
        if record.status == ApprovalTask.Status.CLAIMED and is_mine:
            return [APPROVE, REFUSE]
        return []


def _approve(request: HttpRequest, task: ApprovalTask, said: dict[str, Any]) -> object:
    amount = said["amount"]
    return approvals.vote(
        task.pk,
        actor=request.user,
        vote=ApprovalTask.Vote.APPROVE,
        amount=None if amount is None else fen(amount),
        comment=said["comment"],
    )


def _refuse(request: HttpRequest, task: ApprovalTask, said: dict[str, Any]) -> object:
    return approvals.vote(
        task.pk, actor=request.user, vote=ApprovalTask.Vote.REFUSE, comment=said["comment"]
    )


MAY_VOTE = "credit.approve_application"
CLAIM = Deed(
    name="claim",
    title=_("Take this seat"),
    says=_("You then vote from it; nobody else can."),
    done=_("The seat is yours."),
    work=lambda request, task, said: approvals.claim(task.pk, actor=request.user),
    permission=MAY_VOTE,
)
APPROVE = Deed(
    name="approve",
    title=_("Vote to approve"),
    says=_("Your vote stands. The least amount of the approving votes is granted."),
    done=_("Your vote is cast."),
    work=_approve,
    form=ApproveForm,
    permission=MAY_VOTE,
)
REFUSE = Deed(
    name="refuse",
    title=_("Vote to refuse"),
    says=_("Your vote stands. Staff can read the reason once all is decided."),
    done=_("Your vote is cast."),
    work=_refuse,
    form=RefuseForm,
    permission=MAY_VOTE,
)
