"""Columns for personal data."""

from typing import Any

from django.db import models

from core import crypto


class EncryptedTextField(models.TextField):
    """Text that only the application can read; filter by its blind index, never by itself."""

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """The readable text."""
        return crypto.decrypt(value) if value else value

    def get_prep_value(self, value: str | None) -> str | None:
        """The sealed text."""
        value = super().get_prep_value(value)
        return crypto.encrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> type[models.Lookup] | None:
        """Refuse comparisons: equal texts are sealed to different bytes, so none could match."""
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        return None


class FenField(models.BigIntegerField):
    """An amount of money in whole fen."""
