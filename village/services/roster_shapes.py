"""Remembering how files of one shape are to be read, so that headings are explained only once."""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, events
from core.models import User
from village.errors import ImportRefused
from village.events import RosterReceived
from village.models import RosterImport, RosterShape
from village.roster.kinds import KINDS, Kind, Recognised, placed, plain_heading, recognise

Known = Callable[[Sequence[str | None], str], Recognised | None]


def known() -> Known:
    """Looks a line of headings up among the shapes that somebody explained.

    Files of one shape may come in different units: each file's own headings say which.
    """
    shapes = {each.fingerprint: each for each in RosterShape.objects.all()}

    def look_up(headings: Sequence[str | None], above: str) -> Recognised | None:
        found = shapes.get(fingerprint(headings)) if shapes else None
        if found is None:
            return None
        return placed(kind(found.kind), found.places, headings, above, is_explained=True)

    return look_up


def understanding() -> Callable[..., Recognised | None]:
    """Says what a line of headings means, among some kinds of files: as somebody explained it, else
    by what headings are usually called."""
    explained = known()

    def understand(
        headings: Sequence[str | None], among: Sequence[Kind] = KINDS
    ) -> Recognised | None:
        found = explained(headings, "")
        return found if found and found.kind in among else recognise(headings, among)

    return understand


def kind(name: str) -> Kind:
    """The kind of file called ``name``."""
    return next(each for each in KINDS if each.name == name)


def fingerprint(headings: Sequence[str | None]) -> str:
    """What files of one shape have in common."""
    plain = "\x1f".join(plain_heading(each or "") for each in headings)
    return hashlib.sha256(plain.encode()).hexdigest()


def _names(wanted: Kind) -> set[str]:
    return {each.name for each in wanted.columns}


@transaction.atomic
def explain(
    import_id: int,
    *,
    headings: Sequence[str],
    kind_name: str,
    chosen: Mapping[int, str],
    actor: User,
) -> RosterShape:
    """Remember what the columns of a received file mean; the file is then tried out, once more if
    it was tried before: headings may be known and yet say too little.

    ``chosen`` leads from a column's position, from 0, to our name of it, or to nothing. Raises
    ImportRefused for a needed column that is nowhere, or one meaning given twice.
    """
    made = RosterImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    if made.status not in (RosterImport.Status.UNKNOWN_SHAPE, RosterImport.Status.TRIED):
        raise ImportRefused(_("The headings of this file are understood already."))
    wanted = kind(kind_name)
    places = {name: at for at, name in chosen.items() if name}
    missing = [each.heading for each in wanted.columns if each.needed and each.name not in places]
    if missing:
        raise ImportRefused(
            _("Say which column is: %(columns)s.") % {"columns": "、".join(missing)}
        )
    if len(places) < sum(map(bool, chosen.values())) or places.keys() - _names(wanted):
        raise ImportRefused(_("Two columns of the file have been given the same meaning."))
    shape, _created = RosterShape.objects.update_or_create(
        fingerprint=fingerprint(headings),
        defaults={
            "headings": list(headings),
            "kind": kind_name,
            "places": places,
            "in_wan": [name for name, at in places.items() if "万元" in headings[at]],
            "remembered_by": actor,
        },
    )
    made.kind, made.status = kind_name, RosterImport.Status.RECEIVED
    made.save(update_fields=["kind", "status"])
    events.publish(RosterReceived(import_id=made.pk))
    audit.record(shape, "village.roster_shape.explained", actor=actor, kind=kind_name)
    return shape
