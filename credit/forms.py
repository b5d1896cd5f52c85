"""What people fill in on the pages of this room."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from admission.readings.fields import id_number_holds
from core import crypto
from village.models import Customer

ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]")


class GuarantorForm(forms.Form):
    """Somebody who is to answer for a loan, by their ID number."""

    id_number = forms.CharField(
        label=_("ID number of the guarantor"),
        max_length=24,
        help_text=_("18 characters, as on their ID card. They have to be on the roster."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": _("Write the guarantor's ID number.")},
    )

    def clean_id_number(self) -> Customer:
        """The registered person with this number."""
        number = "".join(self.cleaned_data["id_number"].split()).upper()
        if not ID_NUMBER.fullmatch(number) or not id_number_holds(number):
            raise forms.ValidationError(
                _("This is no ID number: 17 digits and a last character that matches them.")
            )
        found = Customer.objects.filter(id_index=crypto.blind_index(number)).first()
        if found is None:
            raise forms.ValidationError(
                _("Nobody with this ID number is on the roster; have them registered first.")
            )
        return found


class ReleaseForm(forms.Form):
    """Why a guarantor is let go."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        error_messages={"required": _("Say why this guarantor is let go.")},
    )
