"""What each role may see and press: app.codename, with * for any ending."""

VIEW_ALL = ["village.view_*", "visits.view_*", "admission.view_*", "credit.view_*"]

ROLE_PERMISSIONS: dict[str, list[str]] = {}
