from village.admin import areas, campaigns, people, rosters

__all__ = ["areas", "campaigns", "people", "rosters"]
