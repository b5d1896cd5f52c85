from village.admin import areas, campaigns, people, rosters, shapes

__all__ = ["areas", "campaigns", "people", "rosters", "shapes"]
