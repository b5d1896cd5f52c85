"""Migrating without waste: models are drawn once, and historical ones without their moves."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Model
from django.db.models.signals import class_prepared
from django_fsm import FSMFieldMixin

HISTORICAL = "__fake__"
"""The module of the models that migrations draw."""

_contribute = FSMFieldMixin.contribute_to_class


def leave_history_without_moves() -> None:
    """Do not look for the moves of historical models: they have columns and no methods.

    Each state field listens for every model made after it. Migrations draw thousands, and telling
    each to all the fields before it took longer than everything else that migrating does.
    """
    FSMFieldMixin.contribute_to_class = _contribute_and_stop_listening


def _contribute_and_stop_listening(
    field: FSMFieldMixin, cls: type[Model], name: str, *args: Any, **kwargs: Any
) -> None:
    _contribute(field, cls, name, *args, **kwargs)
    if cls.__module__ == HISTORICAL:
        class_prepared.disconnect(field._collect_transitions)


class Tables(Operation):
    """An app's tables. Django draws every related model again after each operation: of a hundred
    models that know one another, a hundred times a hundred. Here they are drawn once."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, tables: Sequence[CreateModel]) -> None:
        self.tables = tables

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration spells it."""
        return type(self).__name__, [self.tables], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Know the models; whoever asks for them next has them drawn."""
        state.is_delayed = True
        state.clear_delayed_apps_cache()
        for each in self.tables:
            each.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the tables, in an order that references allow."""
        for each in self.tables:
            each.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop them, the last first."""
        for each in reversed(self.tables):
            each.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """What migrate says of it."""
        return f"Create {len(self.tables)} tables"
