from village.admin import (
    areas,
    campaigns,
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
    "outcomes",
    "paper",
    "people",
    "reviewer_lists",
    "reviewers",
    "rosters",
    "shapes",
    "sheets",
]
