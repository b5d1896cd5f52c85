"""The file of a household or a person on paper."""

import base64
from datetime import datetime

from django.template.loader import render_to_string

from core import audit, documents, printing
from core.models import User
from village.models import Customer, Household

STYLES = ("css/pdf.css", "css/file-pdf.css")


def print_file(
    record: Household | Customer,
    template: str,
    *,
    page: object,
    at: datetime,
    reason: str,
    reader: User,
) -> bytes:
    """The file as PDF, once it is written down who carries it out of the house and what for."""
    audit.read(record, reader=reader, what="file on paper", reason=reason)
    shown = {"page": page, "reader": reader, "at": at, "reason": reason}
    return printing.pdf(render_to_string(template, shown), styles=STYLES)


def face(person: Customer) -> str:
    """A person's photo as it stands inside a page; empty without one."""
    if person.photo is None:
        return ""
    picture = base64.b64encode(documents.content(person.photo)).decode()
    return f"data:{person.photo.content_type};base64,{picture}"
