"""What the pages of photographed papers show, and what the household's file says of them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.forms import FieldsForm, PaperForm, TakeBackForm
from admission.models import PhotographedPaper
from admission.paper_words import ANOTHER_PAPER, ASKED, DOUBTS, FAULTS, LABELS
from admission.readings.checks import unlike_its_form
from admission.readings.fields import FAIRLY_SURE, SURE
from core import money
from core.models import User
from village.file_sections import Figure, Happening, Section, Topic, whose, with_people
from village.models import Customer, Household

IN_FILE, MOST_READ = 6, 30
Kind, Status = PhotographedPaper.Kind, PhotographedPaper.Status


@dataclass(frozen=True)
class PapersPage:
    """The papers of a household, and the form to photograph another."""

    household: Household
    papers: list[PhotographedPaper]
    form: PaperForm
    may_take: bool


@dataclass(frozen=True)
class FieldRow:
    """One field beside its picture: what was read, how sure, from which words."""

    field: object
    confidence: int | None
    level: str
    word: str | Promise
    phrase: str
    doubt: str | Promise


@dataclass(frozen=True)
class PaperPage:
    """One paper: being read, to be checked, taken over, or of no use and why."""

    paper: PhotographedPaper
    form: FieldsForm | None
    may_act: bool

    @property
    def is_waiting(self) -> bool:
        """Whether a worker still has it."""
        return self.paper.status in (Status.WAITING, Status.READING)

    @property
    def is_to_be_checked(self) -> bool:
        """Whether its fields wait for a person."""
        return self.paper.status == Status.READ

    @property
    def may_discard(self) -> bool:
        """Whether it can still be put aside."""
        open_ones = (Status.WAITING, Status.READING, Status.READ, Status.UNREADABLE)
        return self.may_act and self.paper.status in open_ones

    @property
    def may_take_back(self) -> bool:
        """Whether what was taken over from it can be kept from counting."""
        return self.may_act and self.paper.status == Status.ACCEPTED

    @property
    def is_taken_back(self) -> bool:
        """Whether nothing rests on it any more, though it was taken over once."""
        return self.paper.status == Status.TAKEN_BACK

    @property
    def why_taken_back(self) -> TakeBackForm:
        """Where to write the reason."""
        return TakeBackForm()

    @property
    def stages(self) -> int:
        """How many steps reading has."""
        return PhotographedPaper.Stage.DONE

    @property
    def fault(self) -> str | Promise:
        """Why it could not be read, and what to do."""
        return fault_in_words(self.paper.fault)

    @property
    def rows(self) -> list[FieldRow]:
        """The fields to be checked, as far as the form has them."""
        found = {each["name"]: each for each in self.paper.fields_found}
        labels = labels_of(self.paper.kind)
        return [_row(self.form[name], found.get(name)) for name in labels] if self.form else []

    @property
    def compared_by(self) -> str:
        """Who compared it: a member of staff, or the customer in the mini-program."""
        return str(self.paper.closed_by or _("the customer"))

    @property
    def taken_over(self) -> list[tuple[str | Promise, str]]:
        """What counts now, by its label."""
        labels, values = labels_of(self.paper.kind), self.paper.values
        return [(labels[name], values[name]) for name in labels if name in values]


def labels_of(kind: str) -> dict[str, str | Promise]:
    """The fields of a kind of paper in their order, and what is asked beside it."""
    return LABELS[kind] | ASKED.get(kind, {})


def fault_in_words(fault: str) -> str | Promise:
    """Why a picture could not be read, and what to do."""
    if fault in Kind.values:
        return ANOTHER_PAPER % {"kind": Kind(fault).label}
    return FAULTS.get(fault, "")


def _row(field: object, found: dict | None) -> FieldRow:
    if found is None:
        return FieldRow(field, None, "", "", "", "")
    sure = found["confidence"]
    level, word = "red", _("Not found") if not found["value"] else _("Unsure, compare closely")
    if sure >= SURE:
        level, word = "green", _("Sure")
    elif sure >= FAIRLY_SURE:
        level, word = "yellow", _("Better compare")
    doubt = DOUBTS.get(found["doubt"], "")
    return FieldRow(field, round(sure * 100), level, word, found["phrase"], doubt)


def household_section(
    household: Household, user: User, *, person: Customer | None = None
) -> Section | None:
    """Papers and authorisations in the household's file: the newest pictures, the figures taken
    over, and the ways to both."""
    if not user.has_perm("admission.view_photographedpaper"):
        return None
    rows = PhotographedPaper.objects.filter(whose(household, person))
    rows = rows.exclude(status=Status.DISCARDED).defer("found")
    papers = with_people(rows[:MOST_READ], household)
    may_see = user.has_perm("admission.view_authorisation")
    counted = [each for each in papers if each.status == Status.ACCEPTED]
    return Section(
        gettext_lazy("Papers and authorisations"),
        "admission/_papers_household.html",
        {
            "papers": papers[:IN_FILE],
            "all_url": reverse("admission:papers", args=[household.pk]),
            "ask_url": reverse("admission:ask", args=[household.pk]) if may_see else "",
        },
        figures=tuple(figure for each in _newest(counted) for figure in _figures(each)),
        happenings=tuple(_happening(each) for each in counted),
    )


def _newest(papers: list[PhotographedPaper]) -> list[PhotographedPaper]:
    """The newest of each person and kind; ``papers`` are the newest first."""
    kept: dict[tuple[int, str], PhotographedPaper] = {}
    for each in papers:
        kept.setdefault((each.customer_id, each.kind), each)
    return list(kept.values())


def _figures(paper: PhotographedPaper) -> list[Figure]:
    values, source = paper.values, str(paper.get_kind_display())
    if paper.kind == Kind.PROPERTY_CERTIFICATE:
        said = {"unit": "㎡", "source": source, "day": paper.closed_at.date()}
        return [Figure(_("Building area"), values["area"], topic=Topic.MEANS, **said)]
    if paper.kind == Kind.BANK_STATEMENT and not any(
        unlike_its_form(name, values[name]) for name in ("from", "to", "paid_in")
    ):
        since, until = (date.fromisoformat(values[name]) for name in ("from", "to"))
        days = (until - since).days + 1
        label = _("Paid in by statement, %(days)s days") % {"days": days}
        fen = money.fen(Decimal(values["paid_in"]))
        return [Figure.wan(label, fen, source=source, day=until, topic=Topic.BUSINESS)]
    if paper.kind == Kind.ID_CARD_BACK:
        label = _("%(name)s's ID card valid until") % {"name": paper.customer.name}
        return [Figure(label, values["valid_to"], source=source, day=paper.closed_at.date())]
    return []


def _happening(paper: PhotographedPaper) -> Happening:
    return Happening(
        paper.closed_at,
        _("Paper taken over"),
        note=f"{paper.customer.name} · {paper.get_kind_display()}",
        url=reverse("admission:paper", args=[paper.pk]),
        customer_id=paper.customer_id,
    )


def present_members(people: list[Customer]) -> list[Customer]:
    """Those whose papers may be taken, in the order of the file."""
    gone = (Customer.State.DIED, Customer.State.MOVED)
    return [each for each in people if each.state not in gone]
