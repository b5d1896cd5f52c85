"""Seal again, under the newest key, whatever still lies under an older one."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import models, transaction

from core import documents
from core.fields import EncryptedTextField
from core.models import Document

AT_ONCE = 500


class Command(BaseCommand):
    help = "Seal columns and documents again under the newest key. May be stopped and begun again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--dry-run`` only counts."""
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk every sealed column, then every document."""
        for model, field in sealed_columns():
            count = rotate_column(model, field, only_count=options["dry_run"])
            self.stdout.write(f"{model._meta.label}.{field}: {count}")
        count = rotate_documents(only_count=options["dry_run"])
        self.stdout.write(f"documents: {count}")


def sealed_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every column of personal data in the house."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field.attname


def rotate_column(model: type[models.Model], field: str, *, only_count: bool) -> int:
    """Seal one column again, some rows at a time; returns how many rows needed it."""
    table, column = model._meta.db_table, model._meta.get_field(field).column
    older = models.Q()
    for name in _older_keys():
        older |= models.Q(stored__startswith=f"{name}:")
    if not older:
        return 0
    # The column as it is stored, not as it reads.
    stored = models.expressions.RawSQL(f'"{table}"."{column}"', [], models.TextField())  # noqa: S611 - names are Django's own
    rows = model.objects.annotate(stored=stored).filter(older)
    if only_count:
        return rows.count()
    rotated = 0
    while some := list(rows.only("pk", field)[:AT_ONCE]):
        with transaction.atomic():
            model.objects.bulk_update(some, [field])
        rotated += len(some)
    return rotated


def rotate_documents(*, only_count: bool) -> int:
    """Seal files on disk again; returns how many needed it."""
    older = Document.objects.filter(key_name__in=_older_keys())
    if only_count:
        return older.count()
    rotated = 0
    for document in older.iterator():
        documents.seal_again(document)
        rotated += 1
    return rotated


def _older_keys() -> list[str]:
    ring = settings.KEYRING
    return [name for name in ring.encryption if name != ring.newest]
