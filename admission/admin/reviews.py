"""Appeals to answer and overrides for a second person."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from admission import review_words
from admission.contexts_reviews import OverridesPage
from admission.models import Appeal, Override
from admission.services import appeals, override_ending, overriding
from admission.sources import SOURCES
from admission.sources.lending import bank_day, bank_moment
from core.admin import columns
from core.admin.deeds import Deed, DeedsAdmin, ReasonForm
from core.admin.second_looks import AppealsAdmin, upholding


class AnswerForm(forms.Form):
    """What the customer is told."""

    answer = forms.CharField(label=_("Answer to the customer"), max_length=1000)


class CorrectForm(AnswerForm):
    """What was wrong; it is decided again as of the bank's day."""

    sources = forms.MultipleChoiceField(
        label=_("Sources to ask anew"),
        required=False,
        choices=[(name, each.zh) for name, each in SOURCES.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Those whose answer was wrong. The bank's own files are read anew anyway."),
    )


class CommentForm(forms.Form):
    """What the second person says."""

    comment = forms.CharField(label=_("Comment"), max_length=300)


def _correct(request: HttpRequest, appeal: Appeal, said: dict[str, Any]) -> object:
    at = bank_moment(timezone.localtime())
    return appeals.correct(appeal.pk, actor=request.user, as_of=at.date(), at=at, **said)


UPHOLD = upholding(
    "admission.answer_appeal",
    title=_("Uphold the decision"),
    says=_("It stands; the customer reads your answer."),
    form=AnswerForm,
    uphold=appeals.uphold,
    clock=bank_moment,
)
CORRECT = Deed(
    name="correct",
    title=_("Correct and decide again"),
    says=_("Sources are asked anew and all rules heard again; the new decision counts."),
    done=_("Decided again and answered. What follows for the customer stands below."),
    work=_correct,
    form=CorrectForm,
    permission="admission.answer_appeal",
)


class AboutDecision:
    """Columns of what hangs on a decision."""

    list_select_related = ["decision__customer", "decision__village"]

    @admin.display(description=_("customer"))
    def customer(self, record: Appeal | Override) -> str:
        """About whom."""
        return str(record.decision.customer)

    @admin.display(description=_("village"))
    def village(self, record: Appeal | Override) -> str:
        """Where they live."""
        return record.decision.village.name

    @admin.display(description=_("admission decision"))
    def decision_link(self, record: Appeal | Override) -> SafeString:
        """The decision with its reasons."""
        address = reverse("admin:admission_decision_change", args=[record.decision_id])
        return format_html('<a href="{}">{} · {}</a>', address, record.decision_id, record.decision)


@admin.register(Appeal)
class AppealAdmin(AboutDecision, AppealsAdmin):
    """What customers disagree with, the most urgent first."""

    answers = [CORRECT, UPHOLD]
    clock = staticmethod(bank_moment)
    comes_from = _(
        "A customer who was refused may appeal in the mini-program or through a manager."
    )
    list_display = ["customer", "village", "time_left", columns.state(), "due_on", "opened_at"]
    list_select_related = ["decision__customer", "decision__village", "answered_by"]
    fields = readonly_fields = [
        "decision_link",
        columns.state(),
        "statement",
        "opened_at",
        "due_on",
        "time_left",
        "answer",
        "answered_by",
        "answered_at",
        "again",
        "follows",
    ]

    @admin.display(description=_("decided again"))
    def again(self, appeal: Appeal) -> SafeString | str:
        """What came of it."""
        if appeal.decided_again is None:
            return columns.NOTHING
        address = reverse("admin:admission_decision_change", args=[appeal.decided_again_id])
        return format_html('<a href="{}">{}</a>', address, appeal.decided_again)

    @admin.display(description=_("what follows"))
    def follows(self, appeal: Appeal) -> str:
        """What the customer may do now."""
        return review_words.after_appeal(appeal) or columns.NOTHING


@admin.register(Override)
class OverrideAdmin(AboutDecision, DeedsAdmin):
    """Where head office set the rules aside: counted above, one by one below."""

    comes_from = _(
        "Where head office sets a decision aside, with a second person, it is counted here."
    )
    change_list_template = "admin/admission/overrides.html"
    list_display = [
        "customer",
        "village",
        "rules",
        columns.state(),
        "proposed_by",
        "settled_by",
        "proposed_at",
        "valid_until",
    ]
    list_filter = ["status"]
    list_select_related = [
        "decision__customer",
        "decision__village",
        "proposed_by",
        "settled_by",
    ]
    fields = readonly_fields = [
        "decision_link",
        columns.state(),
        "rules",
        "reason",
        "limit_factor",
        "valid_until",
        "proposed_by",
        "proposed_at",
        "settled_by",
        "settled_at",
        "comment",
        "ended_by",
        "ended_at",
        "ended_because",
        "follows",
    ]

    @admin.display(description=_("rules set aside"))
    def rules(self, override: Override) -> str:
        """Their codes."""
        return " ".join(override.codes)

    @admin.display(description=_("what follows"))
    def follows(self, override: Override) -> str:
        """What is to be done for the customer now."""
        return review_words.after_override(override) or columns.NOTHING

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The register, with how many there were above it."""
        rows: QuerySet[Override] = Override.objects.visible_to(request.user)
        page = OverridesPage.build(rows, request.user, bank_day(timezone.localdate()))
        return super().changelist_view(request, {"page": page, **(extra_context or {})})

    def deeds(self, request: HttpRequest, record: Override) -> list[Deed]:
        """Settle it, as somebody else of head office; take back one's own; end what holds."""
        user, status = request.user, Override.Status(record.status)
        if status == Override.Status.PROPOSED and record.proposed_by_id == user.pk:
            return [TAKE_BACK]
        if not overriding.is_head_office(user):
            return []
        return {
            Override.Status.PROPOSED: [APPROVE, DECLINE],
            Override.Status.APPROVED: [REVOKE],
        }.get(status, [])


def _approve(request: HttpRequest, override: Override, said: dict[str, Any]) -> object:
    return overriding.approve(
        override.pk, actor=request.user, at=bank_moment(timezone.localtime()), **said
    )


def _decline(request: HttpRequest, override: Override, said: dict[str, Any]) -> object:
    return overriding.decline(
        override.pk, actor=request.user, at=bank_moment(timezone.localtime()), **said
    )


def _revoke(request: HttpRequest, override: Override, said: dict[str, Any]) -> object:
    at = bank_moment(timezone.localtime())
    return override_ending.revoke(override.pk, actor=request.user, at=at, why=said["reason"])


def _take_back(request: HttpRequest, override: Override, said: dict[str, Any]) -> object:
    at = bank_moment(timezone.localtime())
    return override_ending.take_back(override.pk, actor=request.user, at=at, why=said["reason"])


APPROVE = Deed(
    name="approve",
    title=_("Agree as the second person"),
    says=_("The customer goes to manual review instead of being refused by these rules."),
    done=_("Agreed. What follows for the customer stands below."),
    work=_approve,
    form=CommentForm,
    permission="admission.settle_override",
)
DECLINE = Deed(
    name="decline",
    title=_("Do not agree"),
    says=_("The refusal stands."),
    done=_("Declined; the refusal stands."),
    work=_decline,
    form=CommentForm,
    permission="admission.settle_override",
)
REVOKE = Deed(
    name="revoke",
    title=_("End it now"),
    says=_(
        "The rules count again at once: the customer is refused, and an application under way is "
        "not paid out. Nobody has to agree."
    ),
    done=_("Ended; the rules count again."),
    work=_revoke,
    form=ReasonForm,
    permission="admission.settle_override",
)
TAKE_BACK = Deed(
    name="take-back",
    title=_("Take it back"),
    says=_("Nobody is asked to agree any more; the refusal stands."),
    done=_("Taken back; the refusal stands."),
    work=_take_back,
    form=ReasonForm,
    permission="admission.propose_override",
)
