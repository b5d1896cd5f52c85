"""Builders of remote authorisation: a picture of a face, a signature, and the steps in order."""

import io
from datetime import datetime, timedelta

from PIL import Image, ImageDraw

from admission.models import AuthorisationRequest
from admission.services import authorisation_requests, authorising
from tests.admission.conftest import SHANGHAI

AT = datetime(2026, 6, 29, 10, tzinfo=SHANGHAI)
SOON = AT + timedelta(minutes=2)


def face(size=400):
    """A picture with light and shade, as a photo of a face has."""
    picture = Image.new("RGB", (size, size), "#d8c0a8")
    ImageDraw.Draw(picture).ellipse((90, 60, 310, 340), fill="#604020")
    return saved(picture, "JPEG")


def drawn():
    """What a finger draws in the frame."""
    picture = Image.new("RGBA", (300, 180))
    ImageDraw.Draw(picture).line((20, 90, 280, 60), fill="#1D2420", width=5)
    return saved(picture, "PNG")


def saved(picture, kind):
    held = io.BytesIO()
    picture.save(held, kind)
    return held.getvalue()


def asked(person, manager, *, applicant=None, purpose="granting", at=AT):
    return authorisation_requests.start(
        person.pk,
        applicant_id=(applicant or person).pk,
        purpose=purpose,
        actor=manager,
        at=at,
    )


def opened(person, manager, **given):
    started = asked(person, manager, **given)
    authorising.note_opening(started.request.pk, at=AT)
    return started


def identified(started, person, at=SOON):
    return authorising.identify(
        started.request.pk, name=person.name, id_number=person.id_number, at=at
    )


def recognised(started, person, at=SOON):
    phone = identified(started, person, at)
    authorising.show_face(started.request.pk, photo=face(), at=at)
    return phone


def signed(started, person, at=SOON):
    recognised(started, person, at)
    return authorising.sign(
        started.request.pk,
        text_hash=started.request.text_hash,
        signature=drawn(),
        at=at,
    )


def stored(started):
    return AuthorisationRequest.objects.get(pk=started.request.pk)
