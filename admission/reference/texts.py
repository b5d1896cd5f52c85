"""The texts that the bank starts with."""

import hashlib
import tomllib
from pathlib import Path

from admission.judgement import RuleText

AUTHORISATION_VERSION = "2026-02"
_HERE = Path(__file__).parent


def authorisation_text() -> str:
    """What a customer reads and signs before anybody is asked about them."""
    return (_HERE / "authorisation.zh.txt").read_text(encoding="utf-8")


def authorisation_hash() -> str:
    """The SHA-256 of that text, kept with each authorisation."""
    return hashlib.sha256(authorisation_text().encode()).hexdigest()


def first_rules() -> list[tuple[RuleText, str, str]]:
    """The 38 rules: each with its source in Chinese and its note."""
    read = tomllib.loads((_HERE / "rules.toml").read_text(encoding="utf-8"))
    return [(RuleText(**rule), source, note) for rule, source, note in map(_split, read["rules"])]


def _split(rule: dict[str, object]) -> tuple[dict[str, object], str, str]:
    apart = {"source", "note"}
    texts = {key: value for key, value in rule.items() if key not in apart}
    return texts, str(rule["source"]), str(rule.get("note", ""))
