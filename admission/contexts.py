"""What the pages of this room show."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from admission import threshold_words
from admission.features import DESCRIBED, sources_behind
from admission.judgement.wording import readable
from admission.models import (
    Authorisation,
    Decision,
    Deposit,
    PhotographedPaper,
    Rule,
    SourceRecord,
)
from admission.services.paper_sources import KINDS as PAPER_OF
from admission.services.revealing import BUREAU
from admission.source_words import why
from admission.sources import SOURCES
from core import states
from core.expressions import Kind
from core.models import User
from village.file_sections import Figure as FileFigure
from village.file_sections import Happening, Mark, Section, Topic, people_of, whose
from village.models import Customer, Household

LEVEL_COLOURS = {"high": "red", "medium": "orange", "low": "yellow"}
UNITS: dict[str, str | Promise] = {
    "yuan": _("yuan"),
    "months": _("months"),
    "years": _("years of age"),
    "days": _("days"),
    "times": _("times"),
    "accounts": _("accounts"),
    "lenders": _("lenders"),
    "cases": _("cases"),
    "periods": _("periods"),
    "homes": _("homes"),
    "people": _("people"),
    "loans": pgettext_lazy("a unit", "loans"),
    "businesses": _("businesses"),
    "mu": _("mu"),
    "m2": "㎡",
    "heads": _("standard heads"),
    "sources": _("sources"),
}
TREATMENTS: dict[str, str | Promise] = {
    Rule.Level.HIGH: _("Refuse"),
    Rule.Level.MEDIUM: _("Manual review"),
    Rule.Level.LOW: _("Check item"),
}


@dataclass(frozen=True)
class Figure:
    """One value that a rule read: what it is, and how much."""

    label: str
    value: str
    unit: str | Promise
    source: str = ""  # whose word it is, and of which day


@dataclass(frozen=True)
class Reason:
    """One rule that holds or could not be answered, as a line of the explanation."""

    code: str
    name: str
    level: str | Promise
    colour: str
    says: str
    figures: list[Figure]
    thresholds: list[Figure]
    treatment: str | Promise


@dataclass(frozen=True)
class Asked:
    """One source that was asked for a decision."""

    name: str
    status: str
    word: str | Promise
    as_of: str
    record: int | None
    delivery: int | None = None
    line: int | None = None
    paper: int | None = None
    why: str = ""
    touches: str = ""  # the codes of rules whose unknown rests on it

    @property
    def is_silent(self) -> bool:
        """Whether it gave no usable answer, and no file stood in for it."""
        return bool(self.why)


@dataclass(frozen=True)
class DecisionPage:
    """Why a customer was admitted, refused, or put to somebody or off."""

    decision: Decision
    hits: list[Reason]
    unknowns: list[Reason]
    sources: list[Asked]
    inputs: list[Figure]

    @classmethod
    def build(cls, decision: Decision) -> "DecisionPage":
        """The page of one decision, from what was stored with it."""
        days = _days(decision)
        written = dict(decision.rule_set.rules.values_list("code", "expression"))
        return cls(
            decision=decision,
            hits=[
                _reason(each, TREATMENTS[each["level"]], days, written) for each in decision.hits
            ],
            unknowns=[
                _reason(each, Rule.OnUnknown(each["on_unknown"]).label, days, written)
                for each in decision.unknowns
            ],
            sources=_all_asked(decision),
            inputs=[figure(name, value) for name, value in sorted(decision.inputs.items())],
        )

    @property
    def bureau(self) -> int | None:
        """The record of the credit report it rests on, if the bureau answered."""
        kept = (each for each in self.decision.records if each["source"] == BUREAU)
        return next((each["record"] for each in kept if each["status"] == "answered"), None)

    @property
    def silent(self) -> list[Asked]:
        """The sources that gave no usable answer: what rests on them is unknown."""
        return [each for each in self.sources if each.is_silent]


OWN_WORDS: dict[str, str | Promise] = {
    "household": _("household file"),
    "lists": _("lists"),
    "deposits": _("deposits with us"),
    "own_loans": _("loans with us"),
}


def _days(decision: Decision) -> dict[str, str]:
    """By source, whose word it is and of which day; the bank's own is of the day of deciding."""
    own = {name: f"{word} {decision.as_of}" for name, word in OWN_WORDS.items()}
    asked = {
        each["source"]: f"{SOURCES[each['source']].zh} {_standing(each)}"
        for each in decision.records
        if each["source"] in SOURCES and "paper" not in each
    }
    return own | asked | _days_on_paper(decision)


def _days_on_paper(decision: Decision) -> dict[str, str]:
    """By source, the paper that spoke in its place and the oldest day of which one is true."""
    days: dict[str, list[str]] = {}
    for each in decision.records:
        if "paper" in each:
            days.setdefault(each["source"], []).append(each["as_of"])
    return {name: f"{paper_name(name)} {min(found)}" for name, found in days.items()}


def paper_name(source: str) -> str:
    """The kind of paper that speaks where a source is silent."""
    return str(PhotographedPaper.Kind(PAPER_OF[source]).label)


def _standing(kept: dict[str, object]) -> str:
    """The day of a source's word, or that it gave none."""
    if kept["status"] in (SourceRecord.Status.FAILED, SourceRecord.Status.QUARANTINED):
        return str(SourceRecord.Status(kept["status"]).label)
    return str(kept["as_of"])


def _reason(
    kept: dict[str, object],
    treatment: str | Promise,
    days: dict[str, str],
    written: Mapping[str, str],
) -> Reason:
    values, expression = kept["values"], written.get(str(kept["code"]), "")
    return Reason(
        code=kept["code"],
        name=kept["name"],
        level=Rule.Level(kept["level"]).label,
        colour=LEVEL_COLOURS[kept["level"]],
        says=kept["says"],
        figures=[
            replace(figure(name, each), source=_source(name, days)) for name, each in values.items()
        ],
        thresholds=thresholds(expression, kept["thresholds"]),
        treatment=treatment,
    )


def thresholds(expression: str, params: Mapping[str, object]) -> list[Figure]:
    """The thresholds of a rule in words: what is held against each, and how much."""
    return [
        Figure(each.label, each.value, UNITS.get(each.unit, ""))
        for each in threshold_words.in_words(expression, params)
    ]


def _source(name: str, days: dict[str, str]) -> str:
    """Whose word a value is; one worked out from several names them all."""
    return "、".join(days[each] for each in sorted(sources_behind([name])) if each in days)


def feature_in_words(name: str) -> str:
    """What a column is called, with the name formulas use; one that is no feature keeps its own."""
    field = DESCRIBED.fields.get(name)
    return f"{field.label} {name}" if field else name


def figure(name: str, value: object) -> Figure:
    """One stored value with its label; a field that nobody knows any more keeps its name."""
    field = DESCRIBED.fields.get(name)
    if field is None:
        return Figure(name, readable(value, None), "")
    written = readable(value, field.kind, ".1%" if field.unit == "ratio" else "")
    unit = UNITS.get(field.unit, "") if value is not None and field.kind is not Kind.TEXT else ""
    return Figure(field.label, written, unit)


def _all_asked(decision: Decision) -> list[Asked]:
    """Who was asked, and of those who were silent why, and which rules could not be answered."""
    instead = {each["source"] for each in decision.records if "delivery" in each}
    silent = {
        each["record"]: each["source"]
        for each in decision.records
        if "record" in each
        and each["status"] != SourceRecord.Status.ANSWERED
        and each["source"] not in instead
    }
    errors = dict(SourceRecord.objects.filter(pk__in=silent).values_list("pk", "error"))
    behind = {
        each["code"]: sources_behind(
            name for name, value in each["values"].items() if value is None
        )
        for each in decision.unknowns
    }
    found = []
    for kept in decision.records:
        asked, name = _asked(kept), silent.get(kept.get("record"))
        if name is not None:
            codes = [code for code, sources in behind.items() if name in sources]
            because = why(errors.get(kept["record"], "")) or str(asked.word)
            asked = replace(asked, why=because, touches=" ".join(codes))
        found.append(asked)
    return found


def _asked(kept: dict[str, object]) -> Asked:
    if "paper" in kept:
        return Asked(
            name=paper_name(kept["source"]),
            status="answered",
            word=_("From a photographed paper that staff compared"),
            as_of=kept["as_of"],
            record=None,
            paper=kept["paper"],
        )
    source = SOURCES.get(kept["source"])
    from_file = "delivery" in kept
    return Asked(
        name=source.zh if source else kept["source"],
        status="answered" if from_file else kept["status"],
        word=_("From a delivered file") if from_file else SourceRecord.Status(kept["status"]).label,
        as_of=kept["as_of"],
        record=kept.get("record"),
        delivery=kept.get("delivery"),
        line=kept.get("line"),
    )


@dataclass(frozen=True)
class MemberLine:
    """How one member of a household stands with admission."""

    customer: Customer
    decision: Decision | None
    allowed_until: date | None

    @property
    def reasons(self) -> list[str]:
        """The codes and names of the rules that hold."""
        hits = self.decision.hits if self.decision else []
        return [f"{each['code']} {each['name']}" for each in hits]

    @property
    def missing(self) -> int:
        """How many rules could not be answered."""
        return len(self.decision.unknowns) if self.decision else 0


def household_section(
    household: Household, user: User, *, person: Customer | None = None
) -> Section | None:
    """Admission in a file: each member who has been decided about or allowed it."""
    if not user.has_perm("admission.view_decision"):
        return None
    of = whose(household, person)
    newest = list(_newest_decisions(of))
    granted = list(_authorisations(of))
    decisions = {each.customer_id: each for each in newest}
    allowed = {each.customer_id: each.valid_until for each in granted}
    known = people_of(household)
    people = [known[pk] for pk in sorted(decisions.keys() | allowed.keys())]
    lines = [MemberLine(each, decisions.get(each.pk), allowed.get(each.pk)) for each in people]
    names = {each.pk: each.name for each in people}
    return Section(
        _("Admission"),
        "admission/_household.html" if lines else "",
        {"lines": lines},
        figures=_figures(of, user, is_one=person is not None),
        marks=tuple(
            Mark(each.get_outcome_display(), states.level_of(each.outcome), each.customer_id)
            for each in newest
        ),
        happenings=(
            *(_decided(each, names) for each in newest),
            *(
                Happening(
                    each.granted_at,
                    _("Authorisation signed"),
                    note=f"{names[each.customer_id]} · {each.get_purpose_display()}",
                    customer_id=each.customer_id,
                )
                for each in granted
            ),
        ),
    )


def _decided(decision: Decision, names: dict[int, str]) -> Happening:
    refused = decision.outcome == Decision.Outcome.REFUSE
    outcome, purpose = decision.get_outcome_display(), decision.get_purpose_display()
    return Happening(
        at=decision.decided_at,
        title=_("Admission decided"),
        note=f"{names[decision.customer_id]} · {purpose} · {outcome}",
        state="failed" if refused else "done",
        customer_id=decision.customer_id,
    )


def _figures(of: Q, user: User, *, is_one: bool) -> tuple[FileFigure, ...]:
    """What the household, or one person, keeps with the bank, for those who may see deposits."""
    if not user.has_perm("admission.view_deposit"):
        return ()
    newest = Deposit.objects.filter(of).order_by("customer_id", "-as_of").distinct("customer_id")
    kept = list(newest.only("customer", "balance", "average_12m", "as_of"))
    if not kept:
        nobody = _("No delivery names the household")
        source = _("No delivery names this person") if is_one else nobody
        return (FileFigure.wan(_("Deposits with us"), None, source=source, topic=Topic.MEANS),)
    said = {
        "source": _("Core system, deposits"),
        "day": min(each.as_of for each in kept),
        "topic": Topic.MEANS,
    }
    return (
        FileFigure.wan(_("Deposits with us"), sum(each.balance for each in kept), **said),
        FileFigure.wan(
            _("Deposits, average of 12 months"), sum(each.average_12m for each in kept), **said
        ),
    )


def _newest_decisions(of: Q) -> QuerySet[Decision]:
    own = Decision.objects.standing().filter(of)
    return own.order_by("customer_id", "-id").distinct("customer_id")


def _authorisations(of: Q) -> QuerySet[Authorisation]:
    """Those not withdrawn, the longest last."""
    return Authorisation.objects.filter(of, withdrawn_at=None).order_by("valid_until")
