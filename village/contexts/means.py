"""What a household declared about itself, as figures with their source and day."""

from django.utils.translation import gettext as _

from village.file_sections import Figure, Topic
from village.models import Household, Outcome

OWNED = ("house_value", "vehicle_value")
OWED = ("debt", "private_debt")
LANDS = ("land_mu", "rented_land_mu")
EARNED = ("income_year", "operating_cost_year", "expense_year")


def declared(household: Household) -> list[Figure]:
    """Means and business as declared; what was left out is unknown. Empty if nothing ever was."""
    if household.declared_on is None:
        return []
    return [
        *_amounts(household, OWNED, Topic.MEANS),
        *_lands(household),
        *_amounts(household, OWED, Topic.MEANS),
        _worked_out(
            household,
            _("Net worth"),
            _("Declared assets less declared debts"),
            OWNED,
            OWED,
            Topic.MEANS,
        ),
        *_amounts(household, EARNED, Topic.BUSINESS),
        _worked_out(
            household,
            _("Left over a year"),
            _("Declared income less declared costs"),
            EARNED[:1],
            EARNED[1:],
            Topic.BUSINESS,
        ),
    ]


def reviewed(outcome: Outcome | None) -> list[Figure]:
    """What the neighbours' newest concluded review says, as the file's standing shows it."""
    if outcome is None:
        source = _("No review has been concluded")
        return [Figure.wan(_("Reviewed limit"), None, source=source)]
    source, day = _("Neighbours' sealed review"), outcome.campaign.concluded_at.date()
    points = None if outcome.points is None else f"{outcome.points:.1f}"
    return [
        Figure.wan(_("Reviewed limit"), outcome.reviewed_limit, source=source, day=day),
        Figure(_("Mean points of 100"), points, source=source, day=day),
    ]


def _label(household: Household, name: str) -> str:
    return str(household._meta.get_field(name).verbose_name)


def _amounts(household: Household, names: tuple[str, ...], topic: Topic) -> list[Figure]:
    return [
        Figure.wan(
            _label(household, name),
            getattr(household, name),
            source=_said(household, name),
            day=household.told_on(name),
            topic=topic,
        )
        for name in names
    ]


def _lands(household: Household) -> list[Figure]:
    found = ((name, getattr(household, name)) for name in LANDS)
    return [
        Figure(
            _label(household, name),
            None if value is None else f"{value:,.1f}",
            _("mu"),
            _said(household, name),
            household.told_on(name),
            Topic.MEANS,
        )
        for name, value in found
    ]


def _said(household: Household, name: str) -> str:
    if getattr(household, name) is None:
        return _("Not declared")
    return _("Declared by the household")


def _worked_out(
    household: Household,
    label: str,
    source: str,
    plus: tuple[str, ...],
    minus: tuple[str, ...],
    topic: Topic,
) -> Figure:
    """A difference; unknown as soon as one of its parts is, since a gap is not a nought, and as old
    as its oldest part."""
    names = (*plus, *minus)
    parts = [getattr(household, name) for name in names]
    if None in parts:
        return Figure.wan(label, None, source=_("A part of it was not declared"), topic=topic)
    amount = sum(parts[: len(plus)]) - sum(parts[len(plus) :])
    day = min(household.told_on(name) for name in names)
    return Figure.wan(label, amount, source=source, day=day, topic=topic)
