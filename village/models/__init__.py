from village.models.areas import Grid, Group, ServicePoint, Town, Village
from village.models.campaigns import Campaign, Outcome, Reviewer, Seat, Sheet
from village.models.people import Customer, Household, ListFlag, Relation
from village.models.rosters import RosterChange, RosterImport, RosterShape
from village.models.shapes import HouseholdPosition, VillageShape

__all__ = [
    "Campaign",
    "Customer",
    "Grid",
    "Group",
    "Household",
    "HouseholdPosition",
    "ListFlag",
    "Outcome",
    "Relation",
    "Reviewer",
    "RosterChange",
    "RosterImport",
    "RosterShape",
    "Seat",
    "ServicePoint",
    "Sheet",
    "Town",
    "Village",
    "VillageShape",
]
