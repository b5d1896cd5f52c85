"""What the pages of proposed groups show."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from admission.contexts import figure
from admission.features import DESCRIBED
from admission.models import Exploration, Proposal
from admission.scorecard_words import fault_in_words
from core.expressions import Kind


@dataclass(frozen=True)
class TraitLine:
    """One feature in which a group differs, with the group's figure and everybody's."""

    label: str
    group: str
    everybody: str
    unit: str | Promise


def traits_of(proposal: Proposal) -> list[TraitLine]:
    """The features in which a group differs most."""
    return [_line(each) for each in proposal.traits]


def _line(kept: dict[str, object]) -> TraitLine:
    name, word = str(kept["feature"]), str(kept["word"])
    group, everybody = float(kept["group"]), float(kept["everybody"])
    field = DESCRIBED.fields.get(name)
    label = field.label if field else name
    if word or (field and field.kind is Kind.BOOL):
        label = f"{label} = {word}" if word else label
        return TraitLine(label, f"{group:.0%}", f"{everybody:.0%}", "")
    whole = field is not None and field.kind in (Kind.MONEY, Kind.INTEGER)
    shown = [figure(name, round(each) if whole else each) for each in (group, everybody)]
    return TraitLine(label, shown[0].value, shown[1].value, shown[0].unit)


def figures_of(exploration: Exploration) -> str:
    """The figures by which the model chose, in words."""
    told = exploration.figures
    if not told:
        return ""
    if exploration.kind == Exploration.Kind.CLUSTERS:
        return (
            _(
                "k-means on ranks of %(columns)s columns: %(groups)s groups, silhouette "
                "%(silhouette)s; "
                "each group put into words by a tree of three questions"
            )
            % told
        )
    return _("a tree of three questions on %(columns)s columns; %(bads)s bad, %(rate)s of all") % {
        **told,
        "rate": f"{told['bad_rate']:.1%}",
    }


def fault_of(exploration: Exploration) -> str:
    """Why nothing was found, in the reader's language."""
    if not exploration.fault:
        return ""
    return fault_in_words(exploration.fault["template"], exploration.fault["params"])
