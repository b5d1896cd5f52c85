"""The words in which pages speak of papers and their fields."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, str | Promise]

LABELS: dict[str, Words] = {
    "id_card_front": {
        "name": _("Name on the card"),
        "sex": _("Sex"),
        "nation": _("Nation"),
        "born_on": _("Born on"),
        "address": _("Address"),
        "id_number": _("ID number"),
    },
    "id_card_back": {
        "issuer": _("Issued by"),
        "valid_from": _("Valid from"),
        "valid_to": _("Valid until"),
    },
    "business_licence": {
        "credit_code": _("Unified social credit code"),
        "name": _("Name of the business"),
        "kind": _("Kind of business"),
        "person": _("Operator or legal representative"),
        "since": _("Registered on"),
        "place": _("Place of business"),
        "scope": _("Scope of business"),
    },
    "property_certificate": {
        "certificate": _("Number of the certificate"),
        "holder": _("Holder of the right"),
        "place": _("Where it is"),
        "use": _("Use"),
        "area": _("Building area (㎡)"),
    },
    "bank_statement": {
        "bank": _("Bank"),
        "holder": _("Account holder"),
        "account": _("Last four digits of the account"),
        "from": _("First day"),
        "to": _("Last day"),
        "paid_in": _("Paid in (yuan)"),
        "paid_out": _("Paid out (yuan)"),
        "balance": _("Balance (yuan)"),
    },
}
"""By kind and field; what the paper itself says."""

ASKED: dict[str, Words] = {
    "property_certificate": {"house_value": _("House value, as the household says (yuan)")},
}
"""What stands on no paper and may be filled in beside it."""

FAULTS: Words = {
    "too_small": _("The picture is too small. Go closer, so that the paper fills the picture."),
    "too_dark": _("The picture is too dark. Go into the light, or switch the lamp on."),
    "too_bright": _("The picture is too bright. Turn the paper out of the glare."),
    "blurred": _("The picture is blurred. Hold the phone still and let it focus on the text."),
    "no_text": _("No text can be read. Is the paper in the picture, and the right way up?"),
    "stuck": _(
        "Reading this picture was tried several times and never came to an end. Take another "
        "picture; if that fails too, tell those who look after the system."
    ),
    "other": _("This does not look like the paper you chose. Choose again, or take another."),
}
ANOTHER_PAPER = _("This looks like: %(kind)s. Choose that kind, or take a picture of the other.")

DIFFERS_FROM_NUMBER = _("Differs from what the ID number says.")

DOUBTS: Words = {
    "check_digit": _("The check digit does not match: a sign was misread."),
    "differs_from_number": DIFFERS_FROM_NUMBER,
}

OBJECTIONS: Words = {
    "missing": _("This has to be filled in."),
    "no_day": _("Write the day as 2026-03-01."),
    "no_amount": _("Write an amount in yuan, such as 86420.50."),
    "no_area": _("Write the area as a number, such as 118.62."),
    "check_digit": _("The last character does not match; compare with the card."),
    "other_person": _(
        "Differs from the register. Is it this person's card? If so, correct the register first."
    ),
    "read_as_another": _(
        "The picture shows another number than this person's. Is it their card? If it was misread, "
        "take another picture."
    ),
    "differs_from_number": DIFFERS_FROM_NUMBER,
    "card_expired": _("This card has expired. Ask the customer for the new one."),
    "not_of_the_household": _("Nobody of this household is named here. Is it their paper?"),
    "before_it_begins": _("The last day lies before the first."),
}
