"""Photos of people: what is taken, what is refused, what does not come along."""

import io

import pytest
from PIL import Image

from core import documents
from core.models import AuditEntry
from tests import make
from village.errors import PhotoRefused
from village.services import photos

pytestmark = pytest.mark.django_db
PLACE = b"34.2911N"


def picture(kind="JPEG", size=(900, 600), **saved) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, (120, 90, 60)).save(drawn, kind, **saved)
    return drawn.getvalue()


def with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    exif[0x0112] = 6  # the camera lay on its side
    return picture(exif=exif)


def test_a_photo_is_kept_upright_small_sealed_and_without_its_place():
    person, manager = make.customer(), make.staff()
    assert PLACE in with_place()

    photos.take_photo(person.pk, content=with_place(), actor=manager)

    person.refresh_from_db()
    kept = documents.content(person.photo)
    shown = Image.open(io.BytesIO(kept))
    assert (shown.format, shown.size) == ("JPEG", (427, 640))
    assert PLACE not in kept
    assert not shown.getexif()
    entry = AuditEntry.objects.get(action="village.customer.photographed")
    assert (entry.object_id, entry.actor) == (person.pk, manager)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_kinds_of_picture_become_jpeg(kind):
    person = make.customer()

    photos.take_photo(person.pk, content=picture(kind), actor=make.staff())

    person.refresh_from_db()
    assert person.photo.content_type == "image/jpeg"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
        b"%PDF-1.7",
        picture()[:300],
        picture("GIF"),
        picture(size=(60, 60)),
        b"0" * (photos.LARGEST_PHOTO_BYTES + 1),
    ],
    ids=["empty", "svg", "pdf", "cut off", "gif", "too small", "too large"],
)
def test_what_is_no_photo_is_refused_and_nothing_changes(content):
    person = make.customer()

    with pytest.raises(PhotoRefused):
        photos.take_photo(person.pk, content=content, actor=make.staff())

    person.refresh_from_db()
    assert person.photo is None
