from village.admin import (
    areas,
    campaigns,
    numbers,
    organisation,
    outcomes,
    paper,
    people,
    reviewer_lists,
    reviewers,
    rosters,
    shapes,
    sheets,
)

__all__ = [
    "areas",
    "campaigns",
    "numbers",
    "organisation",
    "outcomes",
    "paper",
    "people",
    "reviewer_lists",
    "reviewers",
    "rosters",
    "shapes",
    "sheets",
]
