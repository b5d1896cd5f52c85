"""Small corrections of the register from a file: previewed, and written one by one on record."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import resources
from import_export.results import RowResult
from tablib import Dataset

from core import audit, crypto
from core.audit import Deed
from core.models import User
from village.errors import FileRefused
from village.models import Customer, Household
from village.roster import corrections, reading
from village.roster.kinds import Kind
from village.roster.reading import FileNotReadable
from village.services import roster_reasons

MOST_ROWS = 2_000
"""More than so many are no corrections: they come with a roster, by sets."""
_LINE, _FAULTS = "line", "faults"


def dataset(content: bytes, kind: Kind) -> Dataset:
    """A file's rows by our names of its columns, each beside its line and what is wrong with it.

    Raises FileRefused for a file that is no small list of corrections.
    """
    try:
        delivery = reading.read(content, [kind])
    except FileNotReadable as exc:
        raise FileRefused(roster_reasons.of_file(_("The file"), exc)) from exc
    if delivery.ignored:
        raise FileRefused(
            _("These headings cannot be corrected in this way: %(headings)s.")
            % {"headings": "、".join(delivery.ignored)}
        )
    if delivery.rows.height > MOST_ROWS:
        raise FileRefused(
            _("The file has %(rows)s rows, more than %(most)s: bring it in as a roster.")
            % {"rows": f"{delivery.rows.height:,}", "most": f"{MOST_ROWS:,}"}
        )
    judged = corrections.judged(kind, delivery.fields, delivery.faulty)
    faults = {
        line: [[field, code, detail] for field, code, detail in zip(*what, strict=True)]
        for line, *what in judged.refused.group_by("line", maintain_order=True)
        .agg("field", "code", "detail")
        .iter_rows()
    }
    names = [each for each in judged.rows.columns if judged.rows[each].dtype == pl.String]
    made = Dataset(headers=[_LINE, _FAULTS, *names])
    for row in judged.rows.iter_rows(named=True):
        made.append([row[_LINE], faults.get(row[_LINE], []), *(row[each] for each in names)])
    return made


class Corrections(resources.ModelResource):
    """Corrections of one register; an empty cell says nothing and changes nothing.

    Each register says how ``found`` turns the numbers a file names into the records that a person
    may correct.
    """

    kind: Kind
    found: Callable[[list[str], User], dict[str, Model]]

    class Meta:
        fields = ()
        import_id_fields = ()
        skip_diff = True
        use_transactions = True

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """Find everybody named at once, among those this person may see."""
        self.corrected: dict[int, list[str]] = {}
        user, key = kwargs["user"], self.kind.columns[0].name
        numbers = [each for each in dataset[key] if each]
        self.registered = self.found(numbers, user)

    def after_import(self, dataset: Dataset, result: Any, **kwargs: Any) -> None:
        """Who was corrected, in which columns and by whom, is on record."""
        model = self._meta.model
        audit.record_all(
            model,
            f"village.{model._meta.model_name}.corrected",
            (
                Deed(pk, {"by": "file", "columns": columns})
                for pk, columns in self.corrected.items()
            ),
            actor=kwargs["user"],
        )

    def import_row(self, row: dict[str, Any], instance_loader: Any, **kwargs: Any) -> RowResult:
        """One row; what is wrong with it says on which line it stands."""
        told = super().import_row(row, instance_loader, **kwargs)
        if told.validation_error is not None:
            told.validation_error.line = row[_LINE]
        return told

    def get_or_init_instance(self, instance_loader: Any, row: dict[str, Any]) -> tuple[Model, bool]:
        """Whom the row is about. Nobody is registered in this way."""
        if row[_FAULTS]:
            raise ValidationError(
                {
                    _heading(self.kind, field): roster_reasons.sentence(code, detail)
                    for field, code, detail in row[_FAULTS]
                }
            )
        key = self.kind.columns[0]
        instance = self.registered.get(row[key.name])
        if instance is None:
            raise ValidationError(
                {key.heading: _("Nobody is registered under this number where you may correct.")}
            )
        return instance, False

    def import_instance(self, instance: Model, row: dict[str, Any], **kwargs: Any) -> None:
        """Set what differs, and remember what it was."""
        instance.told = []
        instance.corrected = []
        for column in self.kind.columns[1:]:
            given = row.get(column.name)
            if given is not None:
                self.correct(instance, column.name, column.heading, given)

    def correct(self, instance: Any, name: str, heading: str, given: str) -> None:
        """Set one column."""
        value = Decimal(given) if name in {"land_mu", "rented_land_mu"} else given
        before = getattr(instance, name)
        if value == before:
            return
        was = self.shown(instance, name)
        setattr(instance, name, value)
        instance.told.append((heading, was, self.shown(instance, name)))
        instance.corrected.append(name)

    def shown(self, instance: Any, name: str) -> str:
        """A column as a screen shows it."""
        display = getattr(instance, f"get_{name}_display", None)
        value = display() if display else getattr(instance, name)
        return "" if value is None else str(value)

    def skip_row(self, instance: Any, original: Any, row: Any, errors: Any = None) -> bool:
        """A row that says what is registered already."""
        return not errors and not instance.corrected

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        """Only what was corrected is written, and the day on which it was."""
        instance.corrected_on = timezone.localdate()
        instance.save(update_fields=[*instance.corrected, "corrected_on", "updated_at"])
        self.corrected[instance.pk] = [
            each for each in instance.corrected if not each.endswith("_index")
        ]

    def after_import_row(self, row: dict[str, Any], row_result: RowResult, **kwargs: Any) -> None:
        """What the preview shows of a row."""
        instance = self.registered[row[self.kind.columns[0].name]]
        row_result.line, row_result.who, row_result.told = row[_LINE], str(instance), instance.told


class PersonCorrections(Corrections):
    """Corrections of people, found by their ID numbers; mobile numbers stay sealed and findable."""

    kind = corrections.PEOPLE

    class Meta(Corrections.Meta):
        model = Customer

    def found(self, numbers: list[str], user: User) -> dict[str, Model]:
        """By blind index."""
        by_index = dict(zip(crypto.blind_indices(numbers), numbers, strict=True))
        people = _for_update(Customer.objects.visible_to(user).filter(id_index__in=by_index))
        return {by_index[each.id_index]: each for each in people}

    def correct(self, instance: Customer, name: str, heading: str, given: str) -> None:
        """A name is only compared: whoever mistook the line is told."""
        if name == "name":
            if given != instance.name:
                raise ValidationError({heading: _("The number belongs to another name.")})
            return
        super().correct(instance, name, heading, given)
        if name == "mobile" and name in instance.corrected:
            instance.mobile_index = crypto.blind_index(given)
            instance.corrected.append("mobile_index")

    def shown(self, instance: Customer, name: str) -> str:
        """Mobile numbers are masked."""
        return instance.masked_mobile if name == "mobile" else super().shown(instance, name)


class HouseholdCorrections(Corrections):
    """Corrections of households, found by their numbers."""

    kind = corrections.HOMES

    class Meta(Corrections.Meta):
        model = Household

    def found(self, numbers: list[str], user: User) -> dict[str, Model]:
        """By household number."""
        homes = _for_update(Household.objects.visible_to(user).filter(number__in=numbers))
        return {each.number: each for each in homes}


def _for_update(rows: QuerySet) -> QuerySet:
    """Nobody else corrects them meanwhile."""
    return rows.order_by("pk").select_for_update(of=("self",))


def _heading(kind: Kind, field: str) -> str:
    return next((each.heading for each in kind.columns if each.name == field), field)
