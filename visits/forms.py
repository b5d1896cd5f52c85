"""What a manager fills in at the kitchen table. Yuan on the form, fen inside."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from core import money
from visits.findings import Findings
from visits.notes import fields, proposals

MOST_YUAN = Decimal(100_000_000)
TERMS = [(months, f"{months}") for months in (6, 12, 24, 36, 60)]


class YuanField(forms.DecimalField):
    """An amount in yuan that arrives as whole fen."""

    def __init__(self, **given: Any) -> None:
        made = {"min_value": 0, "max_value": MOST_YUAN, "decimal_places": 2, "max_digits": 14}
        super().__init__(**made | given)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A numeric keyboard on phones."""
        return super().widget_attrs(widget) | {"inputmode": "decimal"}

    def clean(self, value: Any) -> int | None:
        """The amount in fen."""
        amount = super().clean(value)
        return None if amount is None else money.fen(amount)

    def prepare_value(self, value: Any) -> Any:
        """Fen from the database are shown in yuan; what a person typed stays as typed."""
        return money.yuan(value) if isinstance(value, int) else value


class SurveyForm(forms.Form):
    """The sheet of one visit, in the order in which people talk."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    met = forms.CharField(label=_("Whom did you meet"), max_length=40)
    seen_on = forms.DateField(
        label=_("Day of the visit"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    income_year = YuanField(label=_("Income a year (yuan)"))
    operating_cost_year = YuanField(label=_("Operating cost a year (yuan)"))
    living_cost_year = YuanField(label=_("Living cost a year (yuan)"))
    debt_service_year = YuanField(label=_("Repayments of loans a year (yuan)"))
    assets = YuanField(label=_("What the household owns (yuan)"))
    debts = YuanField(label=_("What the household owes (yuan)"))
    need = YuanField(label=_("Loan needed (yuan)"))
    term_months = forms.TypedChoiceField(label=_("For how many months"), choices=TERMS, coerce=int)
    notes = forms.CharField(
        label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    longitude = forms.DecimalField(required=False, widget=forms.HiddenInput)
    latitude = forms.DecimalField(required=False, widget=forms.HiddenInput)
    photo = forms.ImageField(
        label=_("Photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
        help_text=_("Yard, field or shop; at most 8 MB."),
    )

    def __init__(self, *args: Any, as_of: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.as_of = as_of
        self.was_read: int | None = None

    @classmethod
    def read_from_notes(cls, given: Mapping[str, str], *, as_of: date) -> "SurveyForm":
        """The sheet as it was filled in so far, with what the notes say of it put in.

        Each field that the notes speak of has a ``phrase``; nothing is submitted by this.
        """
        found = proposals(given.get("notes", ""))
        form = cls(initial=dict(given.items()) | fields(found), as_of=as_of)
        for each in found:
            form[each.field].phrase = each.phrase
        form.was_read = len(found)
        return form

    def number_anew(self) -> None:
        """The sheet as it was sent, to be sent once more as another one."""
        self.data = self.data.copy()
        self.data["client_uuid"] = str(uuid4())

    def clean_seen_on(self) -> date:
        """A visit cannot lie in the future."""
        day = self.cleaned_data["seen_on"]
        if day > self.as_of:
            raise forms.ValidationError(_("The day of the visit lies in the future."))
        return day

    def clean_photo(self) -> Any:
        """Phones take pictures larger than anybody needs."""
        photo = self.cleaned_data["photo"]
        if photo and photo.size > 8 * 1024 * 1024:
            raise forms.ValidationError(_("The photo is larger than 8 MB. Take a smaller one."))
        return photo

    def findings(self) -> Findings:
        """What was found, in the bank's own units."""
        left_out = {"client_uuid", "photo"}
        figures = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        return Findings(**figures)


GROUPS = [
    (_("The visit"), ["met", "seen_on"]),
    (
        _("A year's money"),
        ["income_year", "operating_cost_year", "living_cost_year", "debt_service_year"],
    ),
    (_("Assets and debts"), ["assets", "debts"]),
    (_("The loan they need"), ["need", "term_months"]),
    (_("What you saw"), ["notes", "photo"]),
]
