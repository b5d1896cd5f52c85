"""Keeping personal data unreadable at rest, and findable by exact value.

AES-256-GCM with the key's name in front of the text, so that keys can rotate; HMAC-SHA256 as a
blind index, so that an ID number can be looked up without being readable in the table.
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


class Unreadable(Exception):
    """A stored text that none of the installation's keys can open."""


def encrypt(plain: str) -> str:
    """``plain`` as stored: key name, colon, base64 of nonce and sealed text."""
    return f"{settings.KEYRING.newest}:{base64.b64encode(encrypt_bytes(plain.encode())).decode()}"


def decrypt(stored: str) -> str:
    """The text behind ``stored``. Raises Unreadable when its key is gone or it was changed."""
    name, _, body = stored.partition(":")
    return decrypt_bytes(base64.b64decode(body), key_name=name).decode()


def encrypt_bytes(plain: bytes) -> bytes:
    """``plain`` sealed under the newest key: nonce and ciphertext."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(settings.KEYRING.newest).encrypt(nonce, plain, None)


def decrypt_bytes(sealed: bytes, *, key_name: str) -> bytes:
    """What ``sealed`` holds. Raises Unreadable."""
    try:
        return _cipher(key_name).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except InvalidTag as exc:
        raise Unreadable(f"Sealed under key {key_name!r}, but changed since.") from exc


def blind_index(value: str) -> str:
    """A keyed fingerprint of ``value``: equal values match, nothing can be read back."""
    normal = value.strip().upper().encode()
    return hmac.new(settings.KEYRING.index, normal, hashlib.sha256).hexdigest()


def _cipher(name: str) -> AESGCM:
    """The cipher of one key; built once per key since building costs more than sealing a line."""
    key = settings.KEYRING.encryption.get(name)
    if key is None:
        raise Unreadable(f"Key {name!r} is not on this installation's keyring.")
    found = _ciphers.get(key)
    if found is None:
        found = _ciphers[key] = AESGCM(key)
    return found


_ciphers: dict[bytes, AESGCM] = {}
