"""The signed form of an authorisation: what was shown, who signed, how we know; sealed."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from admission.models import AuthorisationRequest
from admission.reference.texts import authorisation_text
from core import documents, seals
from core.models import Document
from core.printing import pdf

STYLES = ("css/pdf.css", "css/authorisation-pdf.css")


@dataclass(frozen=True)
class Form:
    """A sealed form, and the evidence that lies in it under the seal."""

    document: Document
    evidence: dict[str, Any]


def draw_up(request: AuthorisationRequest, *, signature: bytes, at: datetime, until: date) -> Form:
    """Print and seal the form of one request. Slow; never inside a transaction. Raises SealMissing.

    Chinese whatever the reader's language: it is the paper of record.
    """
    title, *clauses = [each for each in authorisation_text().split("\n") if each.strip()]
    shown = {
        "bank": settings.SEAL_HOLDER,
        "title": title,
        "clauses": clauses,
        "request": request,
        "person": request.customer,
        "until": until,
        "signed_at": at,
        "signature": base64.b64encode(signature).decode(),
        "face_digest": request.face.address[:16],
    }
    with override("zh-hans"):
        printed = pdf(render_to_string("admission/papers/authorisation.html", shown), styles=STYLES)
    evidence = _evidence(request, printed, signature, at, until)
    sealed = seals.seal(printed, evidence=evidence, reason=f"{title} {request.pk}")
    document = documents.store(
        sealed,
        name=f"authorisation-{request.pk}-signed.pdf",
        content_type="application/pdf",
        by=None,
    )
    return Form(document, evidence)


def is_unchanged(request: AuthorisationRequest) -> bool:
    """Whether the kept form, and the evidence beside it, are what was signed."""
    sealed = documents.content(request.authorisation.document)
    return seals.check(sealed).holds and seals.evidence_in(sealed) == request.evidence


def _evidence(
    request: AuthorisationRequest, printed: bytes, signature: bytes, at: datetime, until: date
) -> dict[str, Any]:
    """What proves that this person signed this form: kept in the form, under the seal."""
    return {
        "request": request.pk,
        "door": request.door,
        "customer": request.customer_id,
        "applicant": request.applicant_id,
        "capacity": request.capacity,
        "purpose": request.purpose,
        "valid_until": until.isoformat(),
        "text_version": request.text_version,
        "text_sha256": request.text_hash,
        "form_sha256": hashlib.sha256(printed).hexdigest(),
        "opened_at": request.opened_at.isoformat(),
        "identity": {"by": "police/identity", "at": request.identified_at.isoformat()},
        "face": {
            "by": "police/face",
            "at": request.recognised_at.isoformat(),
            "score": request.face_score,
            "photo_sha256": hashlib.sha256(documents.content(request.face)).hexdigest(),
        },
        "signature_sha256": hashlib.sha256(signature).hexdigest(),
        "signed_at": at.isoformat(),
    }
