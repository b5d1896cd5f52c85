"""Keeping personal data unreadable at rest, and findable by exact value.

AES-256-GCM with the key's name in front of the text, so that keys can rotate; HMAC-SHA256 as a
blind index, so that an ID number can be looked up without being readable in the table.
"""

import base64
import os
from binascii import b2a_base64
from collections.abc import Iterable, Iterator, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

NONCE_BYTES = 12


class Unreadable(Exception):
    """A stored text that none of the installation's keys can open."""


def encrypt(plain: str) -> str:
    """``plain`` as stored: key name, colon, base64 of nonce and sealed text."""
    return f"{settings.KEYRING.newest}:{base64.b64encode(encrypt_bytes(plain.encode())).decode()}"


def encrypt_all(plain: Sequence[str | None]) -> list[str | None]:
    """A column as stored, None where there is nothing: :func:`encrypt` for a county's million
    numbers, at half the cost of each."""
    name = settings.KEYRING.newest
    seal, prefix = _cipher(name).encrypt, f"{name}:".encode()
    chance = os.urandom(NONCE_BYTES * len(plain))
    return [
        None
        if text is None
        else (prefix + b2a_base64(nonce + seal(nonce, text.encode(), None), newline=False)).decode()
        for text, nonce in zip(plain, _cut(chance), strict=True)
    ]


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
    return _fingerprint(_keyed(), value)


def blind_indices(values: Iterable[str | None]) -> list[str | None]:
    """The blind indices of a column, None where there is nothing."""
    keyed = _keyed()
    return [None if value is None else _fingerprint(keyed, value) for value in values]


def _keyed() -> HMAC:
    return HMAC(settings.KEYRING.index, SHA256())


def _fingerprint(keyed: HMAC, value: str) -> str:
    own = keyed.copy()
    own.update(value.strip().upper().encode())
    return own.finalize().hex()


def _cut(chance: bytes) -> Iterator[bytes]:
    return (chance[at : at + NONCE_BYTES] for at in range(0, len(chance), NONCE_BYTES))


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
