"""A household's file on paper."""

import base64
from typing import Any

from django.template.loader import render_to_string

from core import audit, documents, printing
from core.models import User
from village.models import Customer, Household

STYLES = ("css/pdf.css", "css/file-pdf.css")


def print_file(household: Household, *, shown: dict[str, Any], reason: str, reader: User) -> bytes:
    """The file as PDF, once it is written down who carries it out of the house and what for."""
    audit.read(household, reader=reader, what="file on paper", reason=reason)
    return printing.pdf(render_to_string("village/file_pdf.html", shown), styles=STYLES)


def face(person: Customer) -> str:
    """A person's photo as it stands inside a page; empty without one."""
    if person.photo is None:
        return ""
    picture = base64.b64encode(documents.content(person.photo)).decode()
    return f"data:{person.photo.content_type};base64,{picture}"
