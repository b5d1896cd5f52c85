"""The environment, read in one place. A missing or odd value stops the start with one sentence."""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = Path(os.environ.get("QIANMO_LOCAL", BASE_DIR / ".local"))


def required(name: str) -> str:
    """The value of ``name``, or a start that stops with the name of what is missing."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. See docs/running.md, section Environment.")
    return value


def optional(name: str, default: str = "") -> str:
    """The value of ``name`` where it is set, else ``default``."""
    return os.environ.get(name) or default


def number(name: str, default: int) -> int:
    """A whole number from the environment."""
    text = optional(name, str(default))
    try:
        return int(text)
    except ValueError as exc:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {text!r}.") from exc


def database(url: str) -> dict[str, object]:
    """Django's settings for a PostgreSQL given as ``postgresql://user:password@host:port/name``.

    A socket directory is given as ``?host=/directory``.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or len(parts.path) < 2:
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name."
        )
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or query.get("user", [""])[0]),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or query.get("port", [""])[0]),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"client_encoding": "UTF8"},
    }


@dataclass(frozen=True)
class MapTiles:
    """The pictures under the map: where from, whose, and in which datum they are drawn."""

    url: str
    credit: str
    datum: str
    origins: list[str]
    """What a page must be allowed to fetch pictures from."""


def map_tiles() -> MapTiles | None:
    """Map pictures as the bank configures them; None where there are none.

    ``QIANMO_MAP_TILES`` is an https address with ``{z}``, ``{x}`` and ``{y}``, and ``{s}`` where
    one of the hosts 0 to 7 is to be asked. ``QIANMO_MAP_TILES_DATUM`` is ``wgs84`` or ``gcj02``.
    """
    url = optional("QIANMO_MAP_TILES")
    if not url:
        return None
    parts = urlsplit(url.replace("{s}", "_"))
    missing = [each for each in ("{x}", "{y}", "{z}") if each not in url]
    if missing or parts.scheme != "https" or not parts.hostname:
        raise ImproperlyConfigured(
            "QIANMO_MAP_TILES must look like https://host/{z}/{x}/{y}.png, not " + repr(url) + "."
        )
    datum = optional("QIANMO_MAP_TILES_DATUM", "wgs84")
    if datum not in {"wgs84", "gcj02"}:
        raise ImproperlyConfigured(f"QIANMO_MAP_TILES_DATUM must be wgs84 or gcj02, not {datum!r}.")
    host = urlsplit(url).netloc
    hosts = [host.replace("{s}", str(n)) for n in range(8)] if "{s}" in host else [host]
    return MapTiles(
        url=url,
        credit=optional("QIANMO_MAP_TILES_CREDIT"),
        datum=datum,
        origins=[f"https://{each}" for each in hosts],
    )


@dataclass(frozen=True)
class Keyring:
    """Keys of one installation: the newest encrypts, all decrypt; the index key never rotates."""

    encryption: dict[str, bytes]
    newest: str
    index: bytes
    audit: bytes
    django: str


def keyring_from_environment() -> Keyring:
    """Keys as a bank gives them: ``QIANMO_FIELD_KEYS="2026a:…,2025a:…"``, newest first."""
    keys = {}
    for each in required("QIANMO_FIELD_KEYS").split(","):
        name, _, value = each.strip().partition(":")
        keys[name] = _key("QIANMO_FIELD_KEYS", value)
    return Keyring(
        encryption=keys,
        newest=next(iter(keys)),
        index=_key("QIANMO_INDEX_KEY", required("QIANMO_INDEX_KEY")),
        audit=_key("QIANMO_AUDIT_KEY", required("QIANMO_AUDIT_KEY")),
        django=required("SECRET_KEY"),
    )


def keyring_of_this_machine() -> Keyring:
    """Keys of a demo: made at the first start, kept under ``.local/``, nowhere else."""
    path = LOCAL_DIR / "keys.json"
    if not path.exists():
        _make_keys(path)
    stored = json.loads(path.read_text())
    return Keyring(
        encryption={"local": base64.b64decode(stored["field"])},
        newest="local",
        index=base64.b64decode(stored["index"]),
        audit=base64.b64decode(stored["audit"]),
        django=stored["django"],
    )


def _make_keys(path: Path) -> None:
    """Write fresh keys; two commands that start at once end up with the same ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in _KEY_NAMES}
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(fresh | {"django": secrets.token_urlsafe(50)}))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


_KEY_NAMES = ("field", "index", "audit")


def _key(name: str, value: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except ValueError as exc:
        raise ImproperlyConfigured(f"{name} must hold base64 of 32 bytes.") from exc
    if len(key) != 32:
        raise ImproperlyConfigured(f"{name} must hold base64 of 32 bytes, not of {len(key)}.")
    return key
