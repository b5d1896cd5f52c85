"""What is written down about a warning or a check."""

from django import forms
from django.utils.translation import gettext_lazy as _


class EvidenceForm(forms.Form):
    """What was done and found."""

    text = forms.CharField(
        label=_("What you did and found"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Whom you met or called, what they said, what was agreed."),
    )
