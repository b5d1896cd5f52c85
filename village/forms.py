"""What people fill in: a neighbour's answer sheet, a search, a reason."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.forms import SignatureField
from village.errors import AnswersRefused
from village.models import Seat, SpotCheck
from village.review_rules import sheets as rules
from village.review_rules.form import STANDARD_FORM, ScoredItem
from village.review_rules.negatives import NEGATIVE_KINDS
from village.services import sheets
from village.services.photos import LARGEST_PHOTO_BYTES

FEN_PER_WAN = 1_000_000
MOST_WAN = STANDARD_FORM.highest_amount_fen // FEN_PER_WAN
KNOWS, KNOWS_NOT = "yes", "no"
LARGEST_PHOTO = 10 * 1024 * 1024


@dataclass(frozen=True)
class Question:
    """One scored item beside its place on the form."""

    item: ScoredItem
    field: str


QUESTIONS = tuple(Question(item, f"item{at}") for at, item in enumerate(STANDARD_FORM.items, 1))


class ReviewSheetForm(forms.Form):
    """A neighbour's answer sheet 评议表 about the household of one seat."""

    knows = forms.ChoiceField(
        label=_("Do you know this household?"),
        choices=[(KNOWS, _("I know them")), (KNOWS_NOT, _("I do not know them"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say first whether you know this household.")},
    )
    negatives = forms.MultipleChoiceField(
        label=_("Does any of this hold for the household?"),
        help_text=_("Choose nothing if nothing holds."),
        choices=[(str(kind.no), kind.name) for kind in NEGATIVE_KINDS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    amount = forms.DecimalField(
        label=_("How much could the bank lend this household?"),
        help_text=_("In 10,000 yuan, from 0 to %(most)s.") % {"most": MOST_WAN},
        min_value=0,
        max_value=MOST_WAN,
        decimal_places=4,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    remarks = forms.CharField(
        label=_("Anything else the bank should know?"),
        help_text=_("May be left empty. Do not write names of other people."),
        max_length=sheets.LONGEST_REMARK,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seat = seat
        for question in QUESTIONS:
            self.fields[question.field] = forms.ChoiceField(
                label=question.item.name,
                choices=[(each, each) for each in question.item.options],
                widget=forms.RadioSelect,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        """Say at every question what is missing there; the service looks once more."""
        given = super().clean()
        if self.errors or given["knows"] == KNOWS_NOT:
            return given
        if not given["negatives"]:
            for question in QUESTIONS:
                if not given[question.field]:
                    self.add_error(question.field, _("Choose one answer."))
            if given["amount"] is None:
                self.add_error("amount", _("Suggest an amount; nothing at all is 0."))
        if not self.errors:
            try:
                sheets.check(self.answers(), given["remarks"])
            except AnswersRefused as exc:
                self.add_error(exc.field if exc.field in self.fields else None, str(exc))
        return given

    def answers(self) -> rules.Sheet:
        """The sheet as the service takes it; nothing but "no" from somebody who does not know."""
        given = self.cleaned_data
        if given["knows"] == KNOWS_NOT:
            return rules.Sheet(self.seat.reviewer_id, self.seat.household_id, False)
        amount: Decimal | None = given["amount"]
        return rules.Sheet(
            reviewer=self.seat.reviewer_id,
            household=self.seat.household_id,
            knows_household=True,
            answers={
                question.item.name: given[question.field]
                for question in QUESTIONS
                if given[question.field]
            },
            negatives=frozenset(int(each) for each in given["negatives"]),
            suggested_fen=None if amount is None else int(amount * FEN_PER_WAN),
        )

    def questions(self) -> list[forms.BoundField]:
        """The scored questions in the form's order."""
        return [self[question.field] for question in QUESTIONS]


class WithdrawForm(forms.Form):
    """Why a sheet is taken back."""

    because = forms.CharField(label=_("Why?"), max_length=sheets.LONGEST_REASON)


class RevealForm(forms.Form):
    """Why somebody needs to see a full number."""

    reason = forms.CharField(
        label=_("What do you need the number for?"), min_length=4, max_length=200
    )


class PrintForm(forms.Form):
    """Why somebody carries a file out of the house."""

    reason = forms.CharField(label=_("What is the print for?"), min_length=4, max_length=200)


class PhotoForm(forms.Form):
    """A photo of a person, from the phone's camera or from a file."""

    photo = forms.FileField(
        label=_("Photo"),
        help_text=_("JPEG, PNG or WebP, at most 10 MB. The face should fill the picture."),
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}
        ),
    )

    def clean_photo(self) -> UploadedFile:
        """Refuse what is too large before it is read into memory."""
        photo = self.cleaned_data["photo"]
        if photo.size > LARGEST_PHOTO_BYTES:
            raise forms.ValidationError(_("The photo is larger than 10 MB. Take a smaller one."))
        return photo


class CustomerSearchForm(forms.Form):
    """Whom one looks for. Sent in the body, so that no number stands in an address."""

    q = forms.CharField(label=_("Name, full ID number or mobile"), max_length=40, required=False)


class CodeForm(forms.Form):
    """The code on a reviewer's slip of paper."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}
        ),
    )


class SpotCheckForm(forms.Form):
    """What was found on the spot: agree or not, a photo, and the household's signature."""

    finding = forms.ChoiceField(
        label=_("Is the review right about this household?"),
        choices=SpotCheck.Finding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one answer.")},
    )
    note = forms.CharField(
        label=_("What did you see?"),
        help_text=_("Needed where the review is wrong."),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photo = forms.ImageField(
        label=_("Photo on the spot"),
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
        error_messages={"required": _("Take a photo on the spot.")},
    )
    signature = SignatureField(
        label=_("Signature of the household"),
        error_messages={"required": _("Let the household sign in the frame.")},
    )

    def clean_photo(self) -> object:
        """A photo of a size a telephone makes."""
        photo = self.cleaned_data["photo"]
        if photo.size > LARGEST_PHOTO:
            raise forms.ValidationError(_("The photo is larger than 10 MB."))
        return photo

    def clean(self) -> dict[str, Any]:
        """Whoever contradicts says why."""
        given = super().clean()
        disagrees = given.get("finding") == SpotCheck.Finding.DISAGREE
        if disagrees and not given.get("note", "").strip():
            self.add_error("note", _("Say what is wrong with the review."))
        return given
