"""Undoing a whole roster file: what it changed stands as before, what it brought is gone."""

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.audit import Deed
from core.errors import SameHands
from core.models import User
from village.errors import ImportRefused
from village.models import Customer, Household, ListFlag, Outcome, Relation, RosterImport
from village.roster import kinds, means
from village.services import copying, roster_followers, stages
from village.services import roster_images as images
from village.services.roster_facts import flag_households, homes_of
from village.services.rosters import tell_the_rooms

LONGEST_REASON = 200
_OF_PEOPLE = {
    kinds.ROSTER.name: (
        "household_id", "role", "name", "mobile", "mobile_index", "sex", "born_on", "education",
        "marital", "occupation", "main_business", "state",
    ),
    kinds.LISTS.name: ("list_flag", "list_reason"),
}  # fmt: skip
_OF_HOUSEHOLDS = {
    kinds.ROSTER.name: ("village_id", "group_id", "address", "list_flag"),
    kinds.HOUSEHOLDS.name: (
        *means.AMOUNTS,
        *means.LANDS,
        *means.WORDS,
        "declared_on",
        "figure_days",
    ),
    kinds.LISTS.name: ("list_flag",),
}
_OF_FILES = {each._meta.db_table for each in (Customer, Household, Relation)}


def undo(import_id: int, *, because: str, actor: User) -> RosterImport:
    """Take a file back as a whole, or not at all.

    Raises ImportRefused where something it brought or changed was changed again since, or is
    relied upon by now: a visit, a review, a loan.
    """
    because = because.strip()
    if not 0 < len(because) <= LONGEST_REASON:
        raise ImportRefused(
            _("Say in up to %(most)s characters why it is undone.") % {"most": LONGEST_REASON}
        )
    try:
        with transaction.atomic():
            return _undo(import_id, because, actor)
    except IntegrityError as exc:
        raise ImportRefused(_what_stands_against_it(exc)) from exc


def left_void(made: RosterImport) -> int:
    """Outcomes that an undone file voided by its black list and that stay void.

    What a void outcome was worth is not kept; a fresh round has to judge these households again.
    """
    _people, homes = images.changed_ids(made.pk)
    return (
        Outcome.objects.filter(
            household__in=homes,
            voided_because=Outcome.Void.BLACK_LIST,
            voided_at__gte=made.written_at,
        )
        .exclude(household__list_flag=ListFlag.BLACK)
        .count()
    )


def _what_stands_against_it(exc: IntegrityError) -> str:
    """Which sentence tells why the database does not let a file be undone: people and their ties
    are what later files wrote, everything else belongs to those who work with them."""
    diag = getattr(exc.__cause__, "diag", None)
    if diag and diag.table_name in _OF_FILES:
        return _(
            "Later files build on what this one brought or changed. Undo the later files first, or "
            "correct what is wrong one by one."
        )
    return _(
        "Some of the people this file brought are relied upon by now, by reviews, visits or loans. "
        "Correct them one by one instead."
    )


def _undo(import_id: int, because: str, actor: User) -> RosterImport:
    made = RosterImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    with connection.cursor() as cursor:  # after the row, as a worker does
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('village.rosters'))")
    if made.status != RosterImport.Status.BROUGHT:
        raise ImportRefused(_("Only a file that was brought in can be undone."))
    if made.kind == kinds.LISTS.name and actor in (made.imported_by, made.ordered_by):
        raise SameHands(
            _("Somebody else has to undo a file of lists than those who brought it in.")
        )
    if later := images.touched_since(made.pk):
        raise ImportRefused(
            _(
                "%(count)s of its people or households were changed again since. Undo the later "
                "files first, or correct what is wrong one by one."
            )
            % {"count": later}
        )
    people, homes = images.changed_ids(made.pk)
    moved_between = images.homes_left_and_joined(made.pk)
    if made.kind in _OF_PEOPLE:
        images.put_back_people(made.pk, _OF_PEOPLE[made.kind])
    if made.kind in _OF_HOUSEHOLDS:
        images.put_back_households(made.pk, _OF_HOUSEHOLDS[made.kind])
    _let_ties_stand_again(made.pk)
    _remove_what_it_brought(made.pk)
    _carry_black(made, moved_between, actor)
    for model, action, ids in (
        (Customer, "village.customer.put_back", people),
        (Household, "village.household.put_back", homes),
    ):
        audit.record_all(model, action, (Deed(pk, {"roster": made.pk}) for pk in ids), actor=actor)
    made.status = RosterImport.Status.UNDONE
    made.save(update_fields=["status"])
    tell_the_rooms(made)
    audit.record(made, "village.roster.undone", actor=actor, because=because, at=timezone.now())
    return made


def _carry_black(made: RosterImport, moved_between: list[int], actor: User) -> None:
    """The black list follows whom the file had listed, or moved, back to their households."""
    if made.kind == kinds.LISTS.name:
        homes = homes_of(
            "SELECT customer_id FROM village_rosterchange "  # noqa: S608 - a number
            f"WHERE customer_id IS NOT NULL AND roster_import_id = {made.pk:d}"
        )
        flag_households(homes, at=timezone.now())
    elif moved_between:
        homes = f"SELECT unnest('{copying.ids(moved_between)}'::bigint[])"
        flag_households(homes, at=timezone.now())
        stages.void_black(actor=actor)


def _let_ties_stand_again(number: int) -> None:
    """Ties that a file ended stand as before it, unless a later file tied the same two again."""
    again = Relation.objects.standing().filter(
        one=OuterRef("one"), other=OuterRef("other"), kind=OuterRef("kind")
    )
    ended = Relation.objects.filter(ended_by_file=number)
    if ended.filter(Exists(again.exclude(brought_by=number))).exists():
        raise ImportRefused(
            _("Some of the ties this file ended were made again since. Undo the later file first.")
        )
    Relation.objects.filter(brought_by=number).delete()
    ended.update(ended_on=None, ended_because="", ended_by_file=None)


def _remove_what_it_brought(number: int) -> None:
    """Its ties, people and households; the database says at once whether somebody needs them.

    A household's place on the map says nothing without the household and goes with it, and so does
    what other rooms only worked out about its people.
    """
    roster_followers.let_go(number)
    for table in ("village_positionchange", "village_householdposition"):
        copying.run(
            f"DELETE FROM {table} p USING village_household h "  # noqa: S608 - our own names
            "WHERE h.id = p.household_id AND h.brought_by_id = %s",
            [number],
        )
    images.forget_of_undone(number)
    copying.run("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("village_relation", "village_customer", "village_household"):
        copying.run(
            f"DELETE FROM {table} WHERE brought_by_id = %s",  # noqa: S608 - our own names
            [number],
        )
    copying.run("SET CONSTRAINTS ALL DEFERRED")
