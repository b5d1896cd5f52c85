"""Which colour a state wears, the same in every room. The word always stands beside it."""

RED = {
    "black",
    "failed",
    "locked",
    "overdue",
    "red",
    "refuse",
    "refused",
    "rejected",
    "void",
    "written_off",
}
ORANGE = {
    "unreadable",
    "declined",
    "orange",
    "escalated",
    "unknown",
    "frozen",
    "returned",
    "manual",
    "quarantined",
    "held",
    "suspended",
}
YELLOW = {"yellow", "read", "wait", "notice", "grey", "pre_grant", "pre_granted", "restructured"}
GREEN = {
    "accepted",
    "active",
    "admit",
    "answered",
    "approve",
    "approved",
    "brought",
    "champion",
    "disbursed",
    "done",
    "effective",
    "grant",
    "granted",
    "paid",
    "published",
    "resolved",
    "reviewed",
    "settled",
    "signed",
    "taken",
    "white",
}
GREY = {
    "",
    "called_off",
    "cancelled",
    "closed",
    "discarded",
    "draft",
    "drafted",
    "ended",
    "expired",
    "false_alarm",
    "none",
    "overtaken",
    "planned",
    "retired",
    "revoked",
    "skipped",
    "taken_back",
    "undone",
    "waiting",
    "withdrawn",
}
LEVELS = {"red": RED, "orange": ORANGE, "yellow": YELLOW, "green": GREEN, "grey": GREY}


def level_of(state: str) -> str:
    """red, orange, yellow, green or grey; blue for what is simply in work."""
    return next((level for level, states in LEVELS.items() if state in states), "blue")
