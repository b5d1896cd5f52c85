"""How long the pages that staff open all day take the server, on a county's tables.

Each page is opened by somebody whose work it is: once to warm up, seven times for the median, and
once more to count its queries. The network and the browser are not in it.

QIANMO_BENCH_HOUSEHOLDS makes the county smaller.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks import print_table
from benchmarks.grant import granted, households
from benchmarks.reviewed_county import make

needs_database = True

NAME = "pages"
AIM_MS = 100
TIMES = 7
MANAGER, RISK_OFFICER, CLERK = "customer_manager", "risk_officer", "administrator"
REGISTERS = {
    "village_customer": MANAGER,
    "village_household": MANAGER,
    "village_outcome": MANAGER,
    "credit_limitdecision": RISK_OFFICER,
    "credit_creditline": RISK_OFFICER,
    "admission_decision": RISK_OFFICER,
    "admission_figures": RISK_OFFICER,
    "visits_visittask": RISK_OFFICER,
    "village_rosterimport": CLERK,
}


@dataclass(frozen=True)
class Opened:
    """One page as one role sees it: milliseconds of the server, and queries."""

    page: str
    role: str
    ms: float
    queries: int


def run() -> dict[str, object]:
    """Make and grant a county, open every page, print the slowest first."""
    county = make(households())
    granted(county)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    clients = _clients()
    found = [_opened(page, role, clients[role], address) for page, role, address in _pages()]
    found.sort(key=lambda each: -each.ms)
    print_table(
        f"Pages on {county.households:,} households, aim < {AIM_MS} ms",
        ["page", "role", "ms", "queries"],
        [[each.page, each.role, f"{each.ms:.1f}", each.queries] for each in found],
    )
    return {
        "name": NAME,
        "households": county.households,
        "pages": len(found),
        "slowest_ms": round(found[0].ms, 1),
        "median_ms": round(statistics.median(each.ms for each in found), 1),
        "over_aim": [each.page for each in found if each.ms >= AIM_MS],
        "aims": {"slowest_ms": AIM_MS},
        "ms": {f"{each.page} ({each.role})": round(each.ms, 1) for each in found},
    }


def _clients() -> dict[str, Client]:
    """Somebody of each role, signed in."""
    from core.models import Branch, User  # models exist only once Django is set up

    User.objects.create(username="clerk", role=CLERK, is_staff=True)
    User.objects.create(
        username="president",
        role="branch_president",
        is_staff=True,
        branch=Branch.objects.order_by("pk").first(),
    )
    clients: dict[str, Client] = {}
    for role in (MANAGER, "branch_president", RISK_OFFICER, CLERK):
        clients[role] = Client(headers={"host": "localhost"})
        clients[role].force_login(User.objects.filter(role=role).order_by("pk").first())
    return clients


def _pages() -> Iterator[tuple[str, str, str]]:
    """What is opened by whom: a name for it, the role, the address."""
    from village.models import Campaign, Customer, Household, Village  # as above

    person = Customer.objects.order_by("pk").first()
    for register, role in REGISTERS.items():
        address = reverse(f"admin:{register}_changelist")
        yield f"register {register}", role, address
        yield f"register {register}, page 2", role, f"{address}?p=2"
    everywhere = reverse("admin:village_customer_changelist")
    for role in ("branch_president", RISK_OFFICER):
        yield "register village_customer", role, everywhere
        yield "register village_customer, by name", role, f"{everywhere}?q={person.name}"
        yield "register village_household", role, reverse("admin:village_household_changelist")
        yield "register village_outcome", role, reverse("admin:village_outcome_changelist")
    village, campaign = Village.objects.order_by("pk").first(), Campaign.objects.earliest("pk")
    household = Household.objects.order_by("pk").first()
    for role in (MANAGER, "branch_president"):
        yield "home", role, reverse("visits:home")
        yield "villages", role, reverse("village:villages")
        yield "village", role, reverse("village:village", args=[village.pk])
        yield "household file", role, reverse("village:household", args=[household.pk])
        yield "customer", role, reverse("village:customer", args=[person.pk])
        yield "customers", role, reverse("village:customers")
        yield "customers, by name", role, f"{reverse('village:customers')}?q={person.name}"
    for role in (MANAGER, "branch_president", RISK_OFFICER):
        yield "progress", role, reverse("credit:progress")
        yield "progress of a village", role, reverse("credit:progress-village", args=[campaign.pk])
        yield "map", role, reverse("credit:map")
        yield "map, shapes", role, reverse("village:shapes")
        yield (
            "map, a village's households",
            role,
            reverse("credit:map-households", args=[village.pk]),
        )


def _opened(page: str, role: str, client: Client, address: str) -> Opened:
    """Open a page as often as it takes. Raises ValueError where it is not shown."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise ValueError(f"{page} answered {role} with {answer.status_code}: {address}")
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        client.get(address)
        took.append(1000 * (time.perf_counter() - began))
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return Opened(page, role, statistics.median(took), len(queries))
