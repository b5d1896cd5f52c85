"""Lists of people and households taken out of the house: with a reason, a watermark, a record."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from core import audit, sheets
from core.models import User
from core.sheets import Export
from village.models import Customer, Household

AT_ONCE = 2_000


def export_people(
    rows: QuerySet[Customer], chosen: Mapping[str, str], *, form: str, reason: str, actor: User
) -> Export:
    """``rows`` as a file; they are those ``actor`` may see, narrowed as ``chosen`` says.

    Raises ReasonMissing, TooManyRows.
    """
    return _export("people", rows, _people, chosen, form=form, reason=reason, actor=actor)


def export_households(
    rows: QuerySet[Household], chosen: Mapping[str, str], *, form: str, reason: str, actor: User
) -> Export:
    """``rows`` as a file, each with the name of its head; see :func:`export_people`."""
    return _export("households", rows, _households, chosen, form=form, reason=reason, actor=actor)


@transaction.atomic
def _export(
    name: str,
    rows: QuerySet,
    table: Callable[[QuerySet, str], Iterable[Sequence[str]]],
    chosen: Mapping[str, str],
    *,
    form: str,
    reason: str,
    actor: User,
) -> Export:
    reason = sheets.must_have_reason(reason)
    count = rows.count()
    sheets.must_be_walkable(count, _("choose a town, a list or a name"))
    audit.record(
        actor,
        f"village.{name}.exported",
        actor=actor,
        reason=reason,
        rows=count,
        form=form,
        chosen=dict(chosen),
    )
    audit.read(actor, reader=actor, what=f"list of {name}", reason=reason)
    lines = table(rows, sheets.watermark(actor=actor, reason=reason, count=count))
    return sheets.made(lines, form, name=name, customers=count)


def _people(rows: QuerySet[Customer], mark: str) -> Iterable[Sequence[str]]:
    """A watermark, headings, and a row for each person; no ID number, no mobile."""
    yield [mark]
    yield [
        _("village"), _("household number"), _("role"), _("person's name"), _("sex"), _("born on"),
        _("occupation"), _("list"),
    ]  # fmt: skip
    wanted = rows.select_related("household", "village").order_by("pk")
    for each in wanted.iterator(chunk_size=AT_ONCE):
        yield [
            each.village.name,
            each.household.number,
            each.get_role_display(),
            each.name,
            each.get_sex_display(),
            each.born_on.isoformat(),
            each.occupation,
            each.get_list_flag_display(),
        ]


def _households(rows: QuerySet[Household], mark: str) -> Iterable[Sequence[str]]:
    """A watermark, headings, and a row for each household."""
    yield [mark]
    yield [
        _("village"), _("villagers' group"), _("household number"), _("head"), _("address"),
        _("list"), _("declared on"),
    ]  # fmt: skip
    heads = Customer.objects.filter(household=OuterRef("pk"), role=Customer.Role.HEAD)
    wanted = (
        rows.prefetch_related(None)
        .select_related("village", "group")
        .annotate(head_name=Subquery(heads.order_by().values("name")[:1]))
        .order_by("pk")
    )
    for each in wanted.iterator(chunk_size=AT_ONCE):
        yield [
            each.village.name,
            each.group.name if each.group else "",
            each.number,
            each.head_name or "",
            each.address,
            each.get_list_flag_display(),
            each.declared_on.isoformat() if each.declared_on else "",
        ]
