"""Appeals against limits: what households say, and the second look of somebody without part."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from admission.sources.lending import bank_moment
from core.admin import columns
from core.admin.deeds import Deed
from core.admin.second_looks import AppealsAdmin, upholding
from core.money import fen
from credit.models import LimitAppeal, LimitDecision
from credit.services import limit_appeals


class StatementForm(forms.Form):
    """What the household says."""

    statement = forms.CharField(
        label=_("What the household says"), max_length=1000, widget=forms.Textarea({"rows": 3})
    )


class AnswerForm(forms.Form):
    """What the household is told."""

    answer = forms.CharField(
        label=_("Answer to the household"), max_length=1000, widget=forms.Textarea({"rows": 3})
    )


class ChangeForm(AnswerForm):
    """How much it gets instead."""

    amount = forms.DecimalField(
        label=_("New amount in yuan"), min_value=1, decimal_places=2, max_digits=12
    )
    field_order = ["amount", "answer"]


def _change(request: HttpRequest, appeal: LimitAppeal, said: dict[str, Any]) -> object:
    at = bank_moment(timezone.localtime())
    return limit_appeals.change(
        appeal.pk,
        amount=fen(said["amount"]),
        actor=request.user,
        answer=said["answer"],
        at=at,
        on=at.date(),
    )


UPHOLD = upholding(
    "credit.answer_limitappeal",
    title=_("Uphold the limit"),
    says=_("It stands; the household reads your answer."),
    form=AnswerForm,
    uphold=limit_appeals.uphold,
    clock=bank_moment,
)
CHANGE = Deed(
    name="change",
    title=_("Grant more"),
    says=_(
        "Within the policy's caps. A line that nobody signed is raised at once; for one that was"
        " signed, a raise is offered for signing; where the line has ended, a new one is given."
    ),
    done=_("The limit is changed and the appeal answered."),
    work=_change,
    form=ChangeForm,
    permission="credit.answer_limitappeal",
)


@admin.register(LimitAppeal)
class LimitAppealAdmin(AppealsAdmin):
    """What households disagree with, the most urgent first."""

    answers = [CHANGE, UPHOLD]
    clock = staticmethod(bank_moment)
    change_form_template = "admin/credit/appeal.html"
    comes_from = _(
        "A household that wants a second look at its limit asks in the mini-program, or its manager"
        " writes it down on the limit's page."
    )
    list_display = [
        "household",
        "village",
        "time_left",
        columns.state(),
        columns.wan("limit_before", _("limit before")),
        "due_on",
        "asked_at",
    ]
    list_select_related = [
        "decision__household__village__grid",
        "decision__run",
        "brought_by",
        "answered_by",
    ]
    search_fields = ["decision__household__number__exact"]
    search_help_text = _("Household number")
    fields = readonly_fields = [
        "decision_link",
        columns.wan("limit_after", _("limit after")),
        "answered_by",
        "answered_at",
    ]

    @admin.display(description=_("household"))
    def household(self, appeal: LimitAppeal) -> str:
        """Who asks."""
        return str(appeal.decision.household)

    @admin.display(description=_("asked on"), ordering="opened_at")
    def asked_at(self, appeal: LimitAppeal) -> str:
        """When the household asked."""
        return f"{timezone.localtime(appeal.opened_at):%Y-%m-%d %H:%M}"

    @admin.display(description=_("village"))
    def village(self, appeal: LimitAppeal) -> str:
        """Where they live."""
        return appeal.decision.household.village.name

    @admin.display(description=_("limit decision"))
    def decision_link(self, appeal: LimitAppeal) -> SafeString:
        """The limit with all that stood behind it."""
        address = reverse("admin:credit_limitdecision_change", args=[appeal.decision_id])
        return format_html('<a href="{}">{} · {}</a>', address, appeal.decision_id, appeal.decision)

    def shown(self, request: HttpRequest, record: LimitAppeal) -> dict[str, Any]:
        """Why whoever might answer otherwise does not answer this one."""
        may = request.user.has_perm("credit.answer_limitappeal")
        had_part = request.user.pk in record.had_part_in
        said = _("You had part in this limit; somebody else answers the appeal.")
        return {
            "not_yours": said if record.is_open and may and had_part else "",
            "time_left": self.time_left(record) if record.is_open else "",
        }


def appeal_deed(decision: LimitDecision) -> list[Deed]:
    """Writing down that the household asks for a second look, while it may."""
    return [OPEN] if limit_appeals.may_be_appealed(decision) else []


def _open(request: HttpRequest, decision: LimitDecision, said: dict[str, Any]) -> object:
    return limit_appeals.open_appeal(
        decision.pk,
        statement=said["statement"],
        at=bank_moment(timezone.localtime()),
        brought_by=request.user,
    )


OPEN = Deed(
    name="appeal",
    title=_("The household asks for a second look"),
    says=_("Somebody without part in this limit answers within twenty days; it stays meanwhile."),
    done=_("Written down; risk officers and approvers are told."),
    work=_open,
    form=StatementForm,
    permission="credit.open_limitappeal",
)
