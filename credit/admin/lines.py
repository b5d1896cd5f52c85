"""Limits and lines: why so much, what waits for a person, what is frozen."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.admin import columns
from core.admin.deeds import Deed, DeedsAdmin, ReasonForm
from core.money import fen, wan
from credit import movement_words
from credit.admin import giving_up
from credit.admin.appeals import appeal_deed
from credit.admin.papers import PapersAdmin
from credit.admin.raises import RaisesToOffer, offer_chosen
from credit.admin.signing import SigningPages
from credit.models import CreditLine, LimitDecision, LineSigning
from credit.services import lines, settling
from credit.words import FIGURES, REASONS, SIGNS
from visits.models import Survey


class SettleForm(forms.Form):
    """What a person decides where the machine may not."""

    amount = forms.DecimalField(
        label=_("Amount in yuan; 0 for no line"), min_value=0, decimal_places=2, max_digits=12
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


class WaitsForPerson(admin.SimpleListFilter):
    """The manual queue."""

    title = _("work")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """One choice besides all."""
        return [("manual", _("waits for a person"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Limits that nobody has settled yet."""
        if self.value() == "manual":
            return queryset.waiting_for_a_person().order_by("id")
        return queryset


@admin.register(LimitDecision)
class LimitDecisionAdmin(DeedsAdmin):
    comes_from = _(
        "Grant villages whose review is decided; each household's limits are then explained here."
    )
    list_display = [
        "household",
        "village",
        "borrower",
        columns.state("outcome", _("outcome")),
        columns.wan("limit", _("limit")),
        columns.wan("reviewed_limit", _("reviewed")),
        columns.wan("model_limit", _("model")),
        columns.wan("surveyed_limit", _("surveyed")),
        "against_before",
        "decided_on",
    ]
    list_filter = [WaitsForPerson, RaisesToOffer, "outcome", "household__village__grid"]
    list_select_related = ["household__village", "borrower"]
    actions = ["offer_raises"]
    search_fields = ["household__number__exact"]
    search_help_text = _("Household number")
    fields = readonly_fields = [
        "household",
        "borrower",
        "campaign",
        "policy",
        "admission",
        "decided_on",
        columns.wan("limit", _("limit")),
        columns.state("outcome", _("outcome")),
        "settled_by",
        "line_link",
        "why",
        "behind",
        "appeals_link",
        "figures",
    ]

    @admin.display(description=_("village"))
    def village(self, decision: LimitDecision) -> str:
        """Where the household is."""
        return decision.household.village.name

    def get_queryset(self, request: HttpRequest) -> QuerySet[LimitDecision]:
        """With whether the household has a line that this round has not moved."""
        return super().get_queryset(request).with_line_before()

    @admin.display(description=_("against the line before"), ordering="movement")
    def against_before(self, decision: LimitDecision) -> str:
        """What the round made of the household's line; nothing yet, where it waits for the visit
        or for a person."""
        is_unmoved = decision.movement == LimitDecision.Movement.FIRST and decision.has_line_before
        return _("Not moved") if is_unmoved else decision.get_movement_display()

    @admin.display(description=_("why"))
    def why(self, decision: LimitDecision) -> SafeString:
        """What stopped the limit, or sent it to a person, and which bound decided."""
        told = decision.explanation
        codes = [*told.get("zero_reasons", []), *told.get("manual_reasons", [])]
        for name in ("combined_by", "capped_by"):
            if told.get(name):
                codes.append(f"{name}:{told[name]}")
        rows = [(REASONS.get(code, code),) for code in codes]
        rows += [(said,) for said in movement_words.in_words(told)]
        settled = told.get("settled")
        if settled:
            rows.append((settled["why"],))
        return format_html_join("", "<div>{}</div>", rows)

    @admin.display(description=_("credit line"))
    def line_link(self, decision: LimitDecision) -> SafeString | str:
        """The newest line that stands on this decision, or else on an earlier round's."""
        line = CreditLine.objects.filter(decision=decision).first() or decision.line_before
        if line is None:
            return columns.NOTHING
        address = reverse("admin:credit_creditline_change", args=[line.pk])
        said = f"{wan(line.amount):,.2f} · {line.get_status_display()}"
        if line.decision_id != decision.pk:
            earlier = _("of an earlier round")
            said = f"{said} · {earlier}"
        return format_html('<a href="{}">{}</a>', address, said)

    @admin.display(description=_("appeals"))
    def appeals_link(self, decision: LimitDecision) -> SafeString | str:
        """Where the household asked for a second look."""
        rows = (
            (reverse("admin:credit_limitappeal_change", args=[each.pk]), each.get_status_display())
            for each in decision.appeals.all()
        )
        return format_html_join(" · ", '<a href="{}">{}</a>', rows) or columns.NOTHING

    @admin.display(description=_("what stood behind it"))
    def behind(self, decision: LimitDecision) -> SafeString:
        """The policy as it was, the factor of admission, the risk band, signs, survey, and what
        stood before the limit was worked out again."""
        told = decision.explanation
        factor = told.get("limit_factor")
        rows = [
            (_("limit policy"), told.get("policy")),
            (_("factor of admission on the limit"), f"× {factor}" if factor else None),
            (_("risk band"), told.get("risk_band")),
            *((title, _sign(told["signs"].get(name))) for name, title in _signs_of(told)),
            (_("survey that was read"), _survey_link(told.get("survey"))),
            (_("what stood before"), _before(told.get("before"))),
            (_("settled by a person at (10,000 yuan)"), _settled(told.get("settled"))),
        ]
        body = format_html_join(
            "", "<tr><th>{}</th><td>{}</td></tr>", ((name, said) for name, said in rows if said)
        )
        return format_html("<table>{}</table>", body)

    @admin.display(description=_("figures (10,000 yuan)"))
    def figures(self, decision: LimitDecision) -> SafeString:
        """Every figure the limit was worked out from."""
        known = decision.explanation.get("figures", {})
        rows = [
            (title, _figure(name, known[name])) for name, title in FIGURES.items() if name in known
        ]
        body = format_html_join("", '<tr><th>{}</th><td class="num">{}</td></tr>', rows)
        return format_html("<table>{}</table>", body)

    def has_offer_permission(self, request: HttpRequest) -> bool:
        """Whether this person may offer higher lines."""
        return request.user.has_perm("credit.offer_lineraise")

    @admin.action(description=_("Offer the raise or renewal to be signed"), permissions=["offer"])
    def offer_raises(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Offer the chosen raises and renewals of signed lines to their borrowers."""
        offered = offer_chosen(request, queryset)
        if not offered:
            says = _(
                "None of these limits raises or renews a signed line, or it is offered already."
            )
            self.message_user(request, says, messages.WARNING)
            return
        said = ngettext("%(n)s offer made.", "%(n)s offers made.", offered)
        self.message_user(request, said % {"n": offered}, messages.SUCCESS)

    def deeds(self, request: HttpRequest, record: LimitDecision) -> list[Deed]:
        """Settling, while it waits for a person; else a second look, if the household asks."""
        if not LimitDecision.objects.waiting_for_a_person().filter(pk=record.pk).exists():
            return appeal_deed(record)
        return [
            Deed(
                name="settle",
                title=_("Settle this limit"),
                says=_leads_to(record),
                done=_("The limit is settled."),
                work=_settle,
                form=SettleForm,
                permission="credit.settle_limitdecision",
            )
        ]


def _leads_to(decision: LimitDecision) -> Promise:
    """What settling does to the household's line: what can be drawn under waits for the visit."""
    line = decision.line_before
    if line is None:
        return _("The line is granted at once; before the visit it cannot be drawn.")
    if decision.surveyed_limit is None and line.status != CreditLine.Status.PRE_GRANTED:
        return _(
            "The line of the earlier round changes only after the visit; with no line, it is ended"
            " at once."
        )
    return _(
        "The line of the earlier round follows at once; what is signed is raised only by a new"
        " signature."
    )


def _settle(request: HttpRequest, decision: LimitDecision, said: dict[str, Any]) -> object:
    return settling.settle_manual(
        decision.pk, amount=fen(said["amount"]), actor=request.user, reason=said["reason"]
    )


def _signs_of(told: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(SIGNS.items()) if told.get("signs") else []


def _sign(value: bool | None) -> Any:
    """Yes, no, or that nobody knows: an unknown sign sends a limit to a person."""
    return _("unknown") if value is None else _("yes") if value else _("no")


def _survey_link(survey: int | None) -> SafeString | str:
    """The visit whose findings were read."""
    found = Survey.objects.filter(pk=survey).first() if survey else None
    if found is None:
        return ""
    address = reverse("admin:visits_visittask_change", args=[found.task_id])
    return format_html('<a href="{}">{}</a>', address, found.seen_on.isoformat())


def _before(before: dict[str, Any] | None) -> str:
    if not before:
        return ""
    outcome = LimitDecision.Outcome(before["outcome"]).label
    return f"{outcome} · {wan(before['limit']):,.2f} {_('10,000 yuan')}"


def _settled(settled: dict[str, Any] | None) -> str:
    return f"{wan(settled['amount']):,.2f} · {settled['why']}" if settled else ""


def _figure(name: str, value: Any) -> str:
    """A figure as the page shows it: ages as they are, amounts in 万元."""
    if value is None:
        return columns.NOTHING
    return str(value) if name == "age_at_maturity" else f"{wan(value):,.2f}"


@admin.register(CreditLine)
class CreditLineAdmin(SigningPages, PapersAdmin, DeedsAdmin):
    comes_from = _("Lines come from granting villages, or from approved applications.")
    list_display = [
        "household",
        "village",
        "borrower",
        columns.wan("amount", _("amount")),
        columns.state(),
        "valid_from",
        "valid_to",
    ]
    list_filter = [giving_up.GivenUp, "status", "household__village__grid"]
    list_select_related = ["household__village", "borrower"]
    search_fields = ["household__number__exact"]
    search_help_text = _("Household number")
    fields = readonly_fields = [
        "household",
        "borrower",
        "decision",
        columns.wan("amount", _("amount")),
        columns.state(),
        "valid_from",
        "valid_to",
        "on_list",
        "frozen_because",
        "given_up",
    ]

    @admin.display(description=_("village"))
    def village(self, line: CreditLine) -> str:
        """Where the household is."""
        return line.household.village.name

    @admin.display(description=_("signed on the list"))
    def on_list(self, line: CreditLine) -> SafeString | str:
        """The day, who recorded it, and the scan; nothing where a contract signed the line."""
        found = LineSigning.objects.filter(line=line).select_related("recorded_by").first()
        if found is None:
            return columns.NOTHING
        scan = reverse("admin:core_document_change", args=[found.document_id])
        said = '{} · {} · <a href="{}">{}</a>'
        return format_html(said, found.signed_on, found.recorded_by, scan, _("scan"))

    @admin.display(description=_("giving up"))
    def given_up(self, line: CreditLine) -> SafeString | str:
        """Who asked for it and why, and what came of it."""
        return giving_up.told(line)

    def deeds(self, request: HttpRequest, record: CreditLine) -> list[Deed]:
        """Freezing what can be drawn, thawing what is frozen; giving up what has not ended."""
        drawable = {CreditLine.Status.GRANTED, CreditLine.Status.SIGNED, CreditLine.Status.ACTIVE}
        is_frozen = record.status == CreditLine.Status.FROZEN
        first = [THAW] if is_frozen else [FREEZE] if record.status in drawable else []
        return first + giving_up.deeds(request, record)


FREEZE = Deed(
    name="freeze",
    title=_("Freeze this line"),
    says=_("No further money is drawn under it. What is owed stays owed."),
    done=_("The line is frozen."),
    work=lambda request, line, said: lines.freeze(
        line.pk, reason=said["reason"], actor=request.user
    ),
    form=ReasonForm,
    permission="credit.freeze_creditline",
)
THAW = Deed(
    name="thaw",
    title=_("Thaw this line"),
    says=_("Money may be drawn under it again."),
    done=_("The line can be drawn under again."),
    work=lambda request, line, said: lines.thaw(line.pk, actor=request.user),
    permission="credit.freeze_creditline",
)
