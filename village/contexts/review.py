"""What a neighbour's pages show. They name the households to judge and nobody's opinion."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _

from village import selectors
from village.forms import KNOWS_NOT, ReviewSheetForm, WithdrawForm
from village.models import Campaign, Customer, Household, Reviewer, Seat, Sheet


@dataclass(frozen=True)
class Member:
    """A person of the household as a neighbour recognises them: name, role, photo."""

    role: str
    name: str
    role_word: str
    photo_url: str = ""
    list_flag: str = ""

    @property
    def get_role_display(self) -> str:
        """The role in words."""
        return self.role_word

    @classmethod
    def of(cls, person: Customer, photo_url: str = "") -> "Member":
        """What a neighbour may see of ``person``: not their numbers, not the bank's lists."""
        return cls(person.role, person.name, person.get_role_display(), photo_url)


@dataclass(frozen=True)
class SeatRow:
    """One household on the reviewer's list."""

    seat: Seat
    head: str
    group: str
    is_done: bool

    @classmethod
    def of(cls, seat: Seat) -> "SeatRow":
        """The row of one seat."""
        heads = seat.household.heads
        return cls(
            seat=seat,
            head=heads[0].name if heads else seat.household.number,
            group=str(seat.household.group or ""),
            is_done=seat.is_done,
        )


@dataclass(frozen=True)
class ReviewPage:
    """The first page behind a reviewer's link: who asks, how it is sealed, what is left."""

    reviewer: Reviewer
    token: str
    rows: list[SeatRow]

    @classmethod
    def build(cls, reviewer: Reviewer, token: str) -> "ReviewPage":
        """The page of one reviewer."""
        rows = [SeatRow.of(seat) for seat in selectors.seats_of(reviewer)]
        return cls(reviewer=reviewer, token=token, rows=rows)

    @property
    def is_open(self) -> bool:
        """Whether sheets may still come in."""
        return self.reviewer.campaign.status == Campaign.Status.REVIEWING

    @property
    def done(self) -> int:
        """How many households were judged."""
        return sum(row.is_done for row in self.rows)

    @property
    def next(self) -> Seat | None:
        """The first household still to be judged."""
        return next((row.seat for row in self.rows if not row.is_done), None)


@dataclass(frozen=True)
class Answer:
    """One answered question, to be read once more."""

    question: str
    answer: str


@dataclass(frozen=True)
class SheetPage:
    """One household on a neighbour's phone: to be judged, to be confirmed, or done."""

    reviewer: Reviewer
    token: str
    seat: Seat
    members: list[Member]
    is_open: bool
    number: int
    of: int
    sheet: Sheet | None
    next: Seat | None
    form: ReviewSheetForm
    withdraw: WithdrawForm

    @classmethod
    def build(
        cls,
        review: ReviewPage,
        seat: Seat,
        *,
        photo_url: str,
        form: ReviewSheetForm | None = None,
        withdraw: WithdrawForm | None = None,
    ) -> "SheetPage":
        """The page of one seat; ``photo_url`` is the address of photos but for the person."""
        seats = [row.seat for row in review.rows]
        others = [row.seat for row in review.rows if not row.is_done and row.seat.pk != seat.pk]
        return cls(
            reviewer=review.reviewer,
            token=review.token,
            seat=seat,
            members=_members(seat.household, photo_url),
            is_open=review.is_open,
            number=[each.pk for each in seats].index(seat.pk) + 1,
            of=len(seats),
            sheet=seat.sheets.filter(withdrawn_at=None).defer("answers").first(),
            next=others[0] if others else None,
            form=form or ReviewSheetForm(seat=seat),
            withdraw=withdraw or WithdrawForm(),
        )

    @property
    def head(self) -> str:
        """By whom the household is called."""
        return self.members[0].name if self.members else self.seat.household.number

    @property
    def answers(self) -> list[Answer]:
        """What was filled in, question by question, for the page that asks whether it is right."""
        form = self.form
        if form.cleaned_data["knows"] == KNOWS_NOT:
            return [_answer(form["knows"])]
        asked = [form["knows"], *form.questions(), form["negatives"], form["amount"]]
        return [_answer(each) for each in [*asked, form["remarks"]]]


def _members(household: Household, photo_url: str) -> list[Member]:
    present = household.members.filter(state__in=selectors.PRESENT)
    return [
        Member.of(each, f"{photo_url}{each.pk}/" if each.photo_id else "")
        for each in selectors.heads_first(present)
    ]


def _answer(field: forms.BoundField) -> Answer:
    value = field.form.cleaned_data[field.name]
    words = dict(getattr(field.field, "choices", ()))
    if isinstance(value, list):
        text = "；".join(str(words[each]) for each in value) or _("None of these")
    elif field.name == "amount" and value is not None:
        text = _("%(amount)s × 10,000 yuan") % {"amount": f"{value.normalize():f}"}
    else:
        text = str(words.get(value, value if value not in (None, "") else "—"))
    return Answer(str(field.label), text)
