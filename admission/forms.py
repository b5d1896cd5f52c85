"""What people fill in on the pages of this room."""

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from admission.models import Authorisation, PhotographedPaper
from admission.readings.fields import id_number_holds
from core.forms import SignatureField
from village.models import Customer
from village.services.photos import LARGEST_PHOTO_BYTES

LARGEST_PAPER = 20 * 1024 * 1024
PAPERS = ("application/pdf", "image/jpeg", "image/png")
LONGEST_TEXT = 2_000
"""Signs; the scope of a business fills half a licence."""
ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]")


class PhotoField(forms.ImageField):
    """A picture of a size that a telephone makes."""

    def clean(self, value: Any, initial: Any = None) -> UploadedFile:
        """Refuse what is too large before it is read into memory."""
        if value and value.size > LARGEST_PHOTO_BYTES:
            raise forms.ValidationError(_("The photo is larger than 10 MB. Take a smaller one."))
        return super().clean(value, initial)


class PaperField(forms.FileField):
    """A scan or picture of a paper."""

    def clean(self, value: Any, initial: Any = None) -> UploadedFile | None:
        """Refuse what is no paper."""
        given = super().clean(value, initial)
        if given and (given.size > LARGEST_PAPER or given.content_type not in PAPERS):
            raise forms.ValidationError(_("Hand in a PDF, JPEG or PNG of at most 20 MB."))
        return given


class AskForm(forms.Form):
    """Whom to ask for an authorisation, and for what."""

    customer = forms.TypedChoiceField(
        label=_("Who is asked"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who is asked.")},
    )
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=Authorisation.Purpose.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the purpose.")},
    )

    def __init__(self, *args: Any, people: list[Customer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].choices = [(each.pk, each.name) for each in people]


class IdentityForm(forms.Form):
    """Who the person behind a link says they are."""

    name = forms.CharField(
        label=_("Your name, as on your ID card"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
        error_messages={"required": _("Write your name.")},
    )
    id_number = forms.CharField(
        label=_("Your ID number"),
        max_length=24,
        help_text=_("18 characters; the last one may be an X."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": _("Write your ID number.")},
    )

    def clean_id_number(self) -> str:
        """The number without spaces. A slip of the finger is said here and costs no try."""
        number = "".join(self.cleaned_data["id_number"].split()).upper()
        if not ID_NUMBER.fullmatch(number):
            raise forms.ValidationError(_("An ID number has 18 characters: 17 digits and a last."))
        if not id_number_holds(number):
            raise forms.ValidationError(_("A digit is wrong: the last character does not match."))
        return number


class FaceForm(forms.Form):
    """A photo of one's own face, with the separate consent that a face needs."""

    photo = PhotoField(
        label=_("Photo of your face"),
        help_text=_("Look ahead, light on the face, no cap and no mask."),
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "user"}),
        error_messages={"required": _("Take a photo of your face.")},
    )
    face_consent = forms.BooleanField(
        label=_("I agree that my face is compared with the picture the police have of me."),
        error_messages={"required": _("Without this consent the face is not compared.")},
    )


class ConsentForm(forms.Form):
    """Consent to the text, and a signature."""

    text_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    agree = forms.BooleanField(
        label=_("I have read the authorisation and agree to it."),
        error_messages={"required": _("Tick that you agree, or decline below.")},
    )
    signature = SignatureField(
        label=_("Your signature"),
        error_messages={"required": _("Sign your name in the frame.")},
    )


class PaperForm(forms.Form):
    """A picture of one paper, of what kind, and whose."""

    customer = forms.TypedChoiceField(label=_("Whose paper"), coerce=int)
    kind = forms.ChoiceField(
        label=_("Which paper"),
        choices=PhotographedPaper.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose which paper it is.")},
    )
    photo = PhotoField(
        label=_("Picture"),
        help_text=_("The whole paper, flat, in focus, without glare. At most 10 MB."),
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
        error_messages={
            "required": _("Take a picture of the paper."),
            "invalid_image": _("This file is no picture that can be read: JPEG, PNG or WebP."),
        },
    )

    def __init__(self, *args: Any, people: list[Customer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].choices = [
            (each.pk, f"{each.name} · {each.get_role_display()}") for each in people
        ]


class TakeBackForm(forms.Form):
    """Why a paper that was taken over is not to count any more."""

    reason = forms.CharField(
        label=_("Why it is not to count any more"),
        min_length=4,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input", "id": "take-back-reason"}),
    )


class FieldsForm(forms.Form):
    """The fields of a paper as they were read, to be mended; and that somebody compared them."""

    compared = forms.BooleanField(
        label=_("I have compared every field with the paper."),
        error_messages={"required": _("Compare the fields with the paper, then tick.")},
    )

    def __init__(self, *args: Any, labels: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in labels.items():
            self.fields[name] = (
                forms.CharField(
                    label=label,
                    required=False,
                    max_length=LONGEST_TEXT,
                    widget=forms.Textarea(attrs={"rows": 2}),
                )
                if name in ("scope", "place", "address")
                else forms.CharField(label=label, required=False, max_length=200)
            )

    def values(self) -> dict[str, str]:
        """The fields without the tick."""
        return {name: value for name, value in self.cleaned_data.items() if name != "compared"}
