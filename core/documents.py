"""Keeping files: named by content, sealed on disk, each stored once."""

import hashlib
import hmac
import logging
import secrets
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError

from core import crypto
from core.models import Document, User

log = logging.getLogger("qianmo.documents")


def store(content: bytes, *, name: str, content_type: str, by: User | None) -> Document:
    """Seal ``content`` on disk; the same content again is the same document."""
    address = hmac.new(settings.KEYRING.index, content, hashlib.sha256).hexdigest()
    found = Document.objects.filter(address=address).first()
    if found:
        return found
    _write(address, content)
    document, _created = Document.objects.get_or_create(
        address=address,
        defaults={
            "key_name": settings.KEYRING.newest,
            "name": name,
            "content_type": content_type,
            "size": len(content),
            "stored_by": by,
        },
    )
    return document


def content(document: Document) -> bytes:
    """The document's bytes. Raises Unreadable when the file was changed on disk."""
    return crypto.decrypt_bytes(_path(document.address).read_bytes(), key_name=document.key_name)


def leave_at(path: Path, document: Document) -> None:
    """Write a document's content to a file, making its directory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content(document))


def seal_again(document: Document) -> None:
    """Put a document under the newest key."""
    _write(document.address, content(document))
    document.key_name = settings.KEYRING.newest
    document.save(update_fields=["key_name"])


def forget(document: Document) -> None:
    """Delete a document, file and all, once the caller's transaction has committed.

    Raises ProtectedError where another record still holds it.
    """
    path = _path(document.address)
    document.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def let_go(document: Document) -> bool:
    """Delete a document unless another record still holds it; whether it is gone."""
    try:
        forget(document)
    except ProtectedError:
        log.info("Document %s is kept: another record holds it.", document.pk)
        return False
    return True


def _write(address: str, plain: bytes) -> None:
    """Seal and write in one move, so that no half-written file ever bears the name."""
    path = _path(address)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{secrets.token_hex(8)}")  # two may seal the same file at once
    draft.write_bytes(crypto.encrypt_bytes(plain))
    draft.rename(path)


def _path(address: str) -> Path:
    return Path(settings.DOCUMENT_ROOT) / address[:2] / address[2:]
