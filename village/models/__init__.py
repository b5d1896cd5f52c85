from village.models.areas import Grid, Group, ServicePoint, Town, Village
from village.models.belonging import (
    OfCustomerQuerySet,
    OfVillage,
    OfVillageQuerySet,
    by_village,
    within,
)
from village.models.campaigns import Campaign, Reviewer, Seat, Sheet, SheetForm
from village.models.checks import CheckDraw, SpotCheck
from village.models.handed_in import HandedIn
from village.models.number_corrections import NumberCorrection
from village.models.organisation import OrganisationImport
from village.models.outcomes import Outcome
from village.models.paper import PaperSheet
from village.models.people import Customer, Household, ListFlag, Relation
from village.models.reviewer_lists import ListedReviewer, ReviewerRecord
from village.models.rosters import RosterChange, RosterImport, RosterShape
from village.models.shapes import (
    HouseholdPosition,
    PositionChange,
    PositionsImport,
    VillageShape,
)

__all__ = [
    "Campaign",
    "CheckDraw",
    "Customer",
    "Grid",
    "Group",
    "HandedIn",
    "Household",
    "HouseholdPosition",
    "ListFlag",
    "ListedReviewer",
    "NumberCorrection",
    "OfCustomerQuerySet",
    "OfVillage",
    "OfVillageQuerySet",
    "OrganisationImport",
    "Outcome",
    "PaperSheet",
    "PositionChange",
    "PositionsImport",
    "Relation",
    "Reviewer",
    "ReviewerRecord",
    "RosterChange",
    "RosterImport",
    "RosterShape",
    "Seat",
    "ServicePoint",
    "Sheet",
    "SheetForm",
    "SpotCheck",
    "Town",
    "Village",
    "VillageShape",
    "by_village",
    "within",
]
