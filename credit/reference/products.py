"""Two products a rural bank starts with, and the roads their applications take."""

from typing import Any

FARM_PURPOSES = ["购买农资", "购买农机", "种植", "养殖", "经营周转", "房屋修缮"]
METHODS = ["equal_instalment", "equal_principal", "interest_first", "bullet"]

ONLINE_ROAD: list[dict[str, Any]] = [
    {"node": "identity", "settings": {}},
    {"node": "authorisation", "settings": {}},
    {"node": "admission", "settings": {}},
    {"node": "limit", "settings": {}},
    {"node": "pricing", "settings": {}},
    {"node": "approval", "settings": {"automatic_up_to": 5_000_000, "seats": 2, "needed": 2}},
    {"node": "cost_disclosure", "settings": {}},
    {"node": "contract", "settings": {}},
    {"node": "disbursement_check", "settings": {}},
    {"node": "disbursement", "settings": {}},
]
VISITED_ROAD: list[dict[str, Any]] = [
    {"node": "identity", "settings": {}},
    {"node": "authorisation", "settings": {}},
    {"node": "admission", "settings": {}},
    {"node": "pricing", "settings": {}},
    {"node": "investigation", "settings": {"days": 7}},
    {"node": "guarantors", "settings": {"needed": 0}},
    {"node": "limit", "settings": {"by": "survey"}},
    {"node": "approval", "settings": {"automatic_up_to": 0, "seats": 3, "needed": 2}},
    {"node": "cost_disclosure", "settings": {}},
    {"node": "contract", "settings": {}},
    {"node": "disbursement_check", "settings": {}},
    {"node": "disbursement", "settings": {}},
]

PROCESSES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "online": ("线上信用贷流程", ONLINE_ROAD),
    "visited": ("下户调查贷款流程", VISITED_ROAD),
}

PRODUCTS: dict[str, dict[str, Any]] = {
    "sunshine-e": {
        "process": "online",
        "name": "阳光e贷",
        "amount_min": 100_000,
        "amount_max": 20_000_000,
        "term_months_max": 36,
        "methods": METHODS,
        "rate_bp": 185,
        "purposes": FARM_PURPOSES,
        "needs_line": True,
        "is_online": True,
    },
    "huinong-fast": {
        "process": "visited",
        "name": "惠农快贷",
        "amount_min": 1_000_000,
        "amount_max": 50_000_000,
        "term_months_max": 60,
        "methods": METHODS,
        "rate_bp": 155,
        "purposes": FARM_PURPOSES,
        "needs_line": False,
        "is_online": False,
    },
}
