"""Photos: drawn anew from their pixels, so that nothing else comes along."""

import io
import warnings

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from core import audit, documents
from core.models import User
from village.errors import PhotoRefused
from village.models import Customer

LARGEST_PHOTO_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
SMALLEST_SIDE, LONGEST_SIDE = 120, 640  # pixels
LONGEST_SIDE_OF_EVIDENCE = 1600
"""Of a photo on the spot, in which more than a face is to be recognised."""
QUALITY = 82
KINDS = ("JPEG", "PNG", "WEBP")


def take_photo(customer_id: int, *, content: bytes, actor: User) -> Customer:
    """Put a photo into a person's file in place of the one before.

    Raises PhotoRefused for what is no photo, too large or too small.
    """
    drawn = drawn_anew(content)
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer_id)
        before = customer.photo_id
        customer.photo = documents.store(
            drawn, name=f"photo-{customer.pk}.jpg", content_type="image/jpeg", by=actor
        )
        customer.save(update_fields=["photo", "updated_at"])
        audit.record(
            customer,
            "village.customer.photographed",
            actor=actor,
            document=customer.photo_id,
            before=before,
        )
    return customer


def drawn_anew(content: bytes, *, longest: int = LONGEST_SIDE) -> bytes:
    """The picture upright, no side over ``longest`` pixels, as JPEG, and nothing beside it.

    Place, time and device stand in EXIF; a picture drawn anew from its pixels carries none of it.
    Raises PhotoRefused for what is no photo, too large or too small.
    """
    if len(content) > LARGEST_PHOTO_BYTES:
        raise PhotoRefused(_("The photo is larger than 10 MB. Take a smaller one."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=KINDS)
            if picture.width * picture.height > MOST_PIXELS:
                raise PhotoRefused(_("The photo has too many pixels. Take a smaller one."))
            picture.draft("RGB", (2 * longest, 2 * longest))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombWarning, SyntaxError) as exc:
        raise PhotoRefused(_("This file is no photo that can be read: JPEG, PNG or WebP.")) from exc
    if min(upright.size) < SMALLEST_SIDE:
        raise PhotoRefused(_("The photo is too small to recognise anything."))
    upright.thumbnail((longest, longest))
    plain = Image.new("RGB", upright.size)
    plain.paste(upright)
    drawn = io.BytesIO()
    plain.save(drawn, "JPEG", quality=QUALITY, optimize=True)
    return drawn.getvalue()
