"""What is known about a customer, by name: one definition for one customer and for a county."""

from admission.features import (  # noqa: F401 - each declares its features
    bureau,
    channels,
    deposits,
    derived,
    farming,
    holding,
    income,
    lending,
    offices,
    papers,
    person,
    property,
)
from admission.features.asked import (
    APPLICATION,
    ASKED_FIELDS,
    SOURCE_FIELDS,
    SPOUSE_FIELDS,
    Asked,
)
from admission.features.columns import COLUMNS, OUTSIDE, OWN, frame
from admission.features.registry import DERIVED, FEATURES, UNITS, Feature
from admission.features.table import (
    AMONG_MEMBERS,
    CATALOGUE,
    DESCRIBED,
    OF_AN_APPLICATION,
    sources_behind,
    table,
    told_by,
)

__all__ = [
    "AMONG_MEMBERS",
    "APPLICATION",
    "ASKED_FIELDS",
    "CATALOGUE",
    "COLUMNS",
    "DERIVED",
    "DESCRIBED",
    "FEATURES",
    "OF_AN_APPLICATION",
    "OUTSIDE",
    "OWN",
    "SOURCE_FIELDS",
    "SPOUSE_FIELDS",
    "UNITS",
    "Asked",
    "Feature",
    "frame",
    "sources_behind",
    "table",
    "told_by",
]
