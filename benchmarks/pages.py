"""How long the pages that staff open all day take the server, on the whole county's tables.

Every register of the back office is opened by somebody who may see all of it, and by a customer
manager and a branch president where they may see theirs: the first page, the second, each filter,
a search. Then every page of `/m/`. A page is opened once to warm up, then seven times through all
middleware for the median (fewer where that takes over two seconds), and once more to count its
queries and time the slowest. The network and the browser are not in it.

QIANMO_BENCH_HOUSEHOLDS makes the county smaller.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, models
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks import full_county, print_table
from benchmarks.grant import households
from benchmarks.reviewed_county import DAY, SEALED
from config import serving

needs_database = True
ENVIRONMENT = serving.ENVIRONMENT

NAME = "pages"
AIM_MS = 100
WARM, TIMES, PATIENCE_MS = 1, 7, 2_000
MANAGER, PRESIDENT, AUDITOR = "customer_manager", "branch_president", "auditor"
SEES_ALL = (AUDITOR, "administrator")
ROLES = (MANAGER, PRESIDENT, "approver", "risk_officer", "post_loan_officer", *SEES_ALL)
SOUGHT = {
    "core.auditentry": "village.household 128",
    "core.reading": "village.customer 128",
    "village.customer": SEALED,
}
"""What is looked for in a register; in the others, the beginning of a number."""


@dataclass(frozen=True)
class Page:
    """What is opened: a name for it, by whom, the address."""

    name: str
    role: str
    address: str


@dataclass(frozen=True)
class Opened:
    """One page as one role sees it: milliseconds of the server and of its slowest query."""

    page: Page
    ms: float
    queries: int
    slowest_query_ms: float


def run() -> dict[str, object]:
    """Make the county, open every page, print the slowest first."""
    county = full_county.fill(households())
    return measured(county.households)


def measured(granted: int) -> dict[str, object]:
    """Open every page on the county that is there, and print what each took."""
    people = _people()
    clients = {role: _signed_in(person) for role, person in people.items()}
    serving.settle()
    opened = (_opened(page, clients[page.role]) for page in _pages(people))
    found = [each for each in opened if each is not None]
    found.sort(key=lambda each: -each.ms)
    print_table(
        f"Pages on {granted:,} granted households, aim < {AIM_MS} ms",
        ["page", "role", "ms", "queries", "slowest query, ms", f"< {AIM_MS}"],
        [
            [
                each.page.name,
                each.page.role,
                f"{each.ms:.1f}",
                each.queries,
                f"{each.slowest_query_ms:.0f}",
                "yes" if each.ms < AIM_MS else "NO",
            ]
            for each in found
        ],
    )
    over = [f"{each.page.name} ({each.page.role})" for each in found if each.ms >= AIM_MS]
    print(f"\n{len(found)} pages, {len(over)} of them over {AIM_MS} ms.")
    return {
        "name": NAME,
        "households": granted,
        "customers": _customers(),
        "pages": len(found),
        "slowest_ms": round(found[0].ms, 1),
        "median_ms": round(statistics.median(each.ms for each in found), 1),
        "over_aim": over,
        "aims": {"slowest_ms": AIM_MS},
        "ms": {f"{each.page.name} ({each.page.role})": round(each.ms, 1) for each in found},
    }


def _customers() -> int:
    from village.models import Customer  # models exist only once Django is set up

    return Customer.objects.count()


def _people() -> dict[str, models.Model]:
    """Somebody of each role; whose role sees only a part of the county, has a part."""
    from core.models import Branch, User  # as above

    first = Branch.objects.order_by("pk").first()
    people: dict[str, models.Model] = {}
    for role in ROLES:
        found = User.objects.filter(role=role, branch=first).order_by("pk").first()
        people[role] = found or User.objects.create(
            username=f"opens-pages-{role}", role=role, is_staff=True, branch=first
        )
    return people


def _signed_in(person: models.Model) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    return client


def _pages(people: dict[str, models.Model]) -> Iterator[Page]:
    from django.contrib import admin  # as above

    for model in sorted(admin.site._registry, key=lambda each: each._meta.label_lower):
        for role in _readers(model):
            yield from _pages_of_a_register(admin.site._registry[model], role, people[role])
    for role in ROLES:
        yield Page("my work", role, reverse("admin:index"))
    for role in (MANAGER, PRESIDENT, AUDITOR):
        yield from _pages_of_the_field(role, people[role])


def _readers(model: type[models.Model]) -> list[str]:
    """Who sees the whole register, and who a part of it."""
    from core.role_permissions import permissions_of  # as above

    needed = f"{model._meta.app_label}.view_{model._meta.model_name}"
    whole = [role for role in SEES_ALL if needed in permissions_of(role)][:1]
    part = [role for role in (MANAGER, PRESIDENT) if needed in permissions_of(role)]
    return [*whole, *part]


def _pages_of_a_register(register: object, role: str, user: models.Model) -> Iterator[Page]:
    label = register.opts.label_lower
    address = reverse(f"admin:{label.replace('.', '_')}_changelist")
    yield Page(label, role, address)
    request = RequestFactory().get(address)
    request.user = user
    shown = register.get_changelist_instance(request)
    if shown.paginator.num_pages > 1:
        yield Page(f"{label}, page 2", role, f"{address}?p=2")
    for each in shown.filter_specs:
        last = list(each.choices(shown))[-1]
        yield Page(f"{label}, {each.title}", role, address + last["query_string"])
    if shown.date_hierarchy:
        month = f"{shown.date_hierarchy}__year={DAY.year}&{shown.date_hierarchy}__month={DAY.month}"
        yield Page(f"{label}, one month", role, f"{address}?{month}")
    if shown.search_fields:
        yield Page(f"{label}, a search", role, f"{address}?q={SOUGHT.get(label, 'B1000')}")


def _pages_of_the_field(role: str, user: models.Model) -> Iterator[Page]:
    """The pages of `/m/` that this person may open, on records they may see."""
    from credit.models import Application, Loan
    from postloan.models import Inspection, Warning
    from village.models import SpotCheck, Village
    from visits.models import VisitTask

    person = _borrower(user, Loan)
    village = Village.objects.visible_to(user).order_by("pk").first()
    customers = reverse("village:customers")
    yield Page("home", role, reverse("visits:home"))
    yield Page("me", role, reverse("core:me"))
    yield Page("notices", role, reverse("core:notices"))
    yield Page("villages", role, reverse("village:villages"))
    yield Page("village", role, reverse("village:village", args=[village.pk]))
    yield Page("household file", role, reverse("village:household", args=[person.household_id]))
    yield Page("customer", role, reverse("village:customer", args=[person.pk]))
    yield Page("customers", role, customers)
    yield Page("customers, by name", role, f"{customers}?q={person.name}")
    yield Page("customers, by a surname", role, f"{customers}?q={person.name[:1]}")
    yield Page("customers, by ID number", role, f"{customers}?q={SEALED}")
    yield Page("applications", role, reverse("credit:applications-page"))
    yield Page("checks", role, reverse("village:checks"))
    yield Page("progress", role, reverse("credit:progress"))
    yield Page("progress of a village", role, reverse("credit:progress-village", args=[village.pk]))
    yield Page("map", role, reverse("credit:map"))
    yield Page("map, shapes", role, reverse("village:shapes"))
    yield Page("map, households", role, reverse("credit:map-households", args=[village.pk]))
    for name, rows, address in (
        ("visit", VisitTask.objects.visible_to(user), "visits:task"),
        ("application", Application.objects.visible_to(user), "credit:application"),
        ("warning", Warning.objects.visible_to(user), "postloan:warning"),
        ("inspection", Inspection.objects.visible_to(user), "postloan:inspection"),
        ("check", SpotCheck.objects.filter(assigned_to=user), "village:check"),
    ):
        record = rows.order_by("pk").first()
        if record is not None:
            yield Page(name, role, reverse(address, args=[record.pk]))


def _borrower(user: models.Model, loan: type[models.Model]) -> models.Model:
    """Somebody this person may see who has a loan, so that their file is full."""
    return loan.objects.visible_to(user).order_by("pk").first().customer


def _opened(page: Page, client: Client) -> Opened | None:
    """Open a page as often as it takes; None where the role may not open it. Raises ValueError
    where it is not shown."""
    for _ in range(WARM):
        answer = client.get(page.address, follow=True)
        if answer.status_code == 403:
            return None
        if answer.status_code != 200:
            raise ValueError(f"{page} was answered with {answer.status_code}.")
    took: list[float] = []
    while len(took) < TIMES and sum(took) < PATIENCE_MS:
        began = time.perf_counter()
        client.get(page.address, follow=True)
        took.append(1000 * (time.perf_counter() - began))
    with CaptureQueriesContext(connection) as queries:
        client.get(page.address, follow=True)
    slowest = max((float(each["time"]) for each in queries.captured_queries), default=0)
    return Opened(page, statistics.median(took), len(queries), 1000 * slowest)
