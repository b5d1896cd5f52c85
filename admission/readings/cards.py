"""Whether an ID card is that of the person who is said to hold it, before anybody types anything.

What was read decides, so that nobody makes another's card their own by correcting it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from admission.readings.fields import SURE, id_number_holds

MISREAD_AT_MOST = 2
"""Signs of an ID number that recognition may mistake on a picture that still serves."""
OTHER_PERSON = "other_person"


def reads_as_another(read: str, number: str) -> bool:
    """Whether a number that was read is more than the holder's misread, so that nobody corrects it.

    A number whose check digit is right was hardly misread: it is that of somebody else, who may be
    a twin.
    """
    if read == number:
        return False
    misread = sum(one != other for one, other in zip(read, number, strict=False))
    return id_number_holds(read) or misread > MISREAD_AT_MOST or len(read) != len(number)


def differs(kind: str, found: Sequence[Mapping[str, Any]], *, name: str, number: str) -> str:
    """What speaks against the card being that of ``name`` and ``number``, as a code: other_person,
    number_unread, name_differs; empty where nothing does. The emblem's side names nobody.

    """
    if kind != "id_card_front":
        return ""
    fields = {each["name"]: each for each in found}
    read = fields["id_number"]["value"]
    if not read:
        return "number_unread"
    if reads_as_another(read, number):
        return OTHER_PERSON if id_number_holds(read) else "number_unread"
    is_sure = fields["name"]["confidence"] >= SURE
    return "name_differs" if is_sure and fields["name"]["value"] != name else ""
