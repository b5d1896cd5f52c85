"""What arrived, kept in a column of text letter for letter, whatever alphabet it was written in."""

import base64
import codecs

_NOT_UTF8 = "\x00bytes:"
"""Stands before bytes that are no UTF-8; no reply in UTF-8 that begins with it is kept as text."""
_ALPHABETS = ("utf-8", "gb18030")


def kept(received: bytes) -> str:
    """``received`` as a text that :func:`as_received` turns back into the same bytes."""
    try:
        text = received.decode()
    except UnicodeDecodeError:
        text = _NOT_UTF8
    if not text.startswith(_NOT_UTF8):
        return text
    return _NOT_UTF8 + base64.b64encode(received).decode("ascii")


def as_received(text: str) -> bytes:
    """The bytes that were kept."""
    if not text.startswith(_NOT_UTF8):
        return text.encode()
    return base64.b64decode(text.removeprefix(_NOT_UTF8))


def legible(text: str) -> str:
    """What was kept, for people; bytes that are no text in any alphabet are told as escapes."""
    if not text.startswith(_NOT_UTF8):
        return text
    received = as_received(text)
    for alphabet in _ALPHABETS:
        try:
            return _decoded(received, alphabet)
        except UnicodeDecodeError:
            continue
    return received.decode("utf-8", "backslashreplace")


def _decoded(received: bytes, alphabet: str) -> str:
    """The text of what may have been cut in the middle of a letter. Raises UnicodeDecodeError."""
    return codecs.getincrementaldecoder(alphabet)().decode(received)
