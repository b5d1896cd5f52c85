"""A county whose neighbours have judged and whose branches have decided, made by SQL.

Nobody in it exists. Some households are odd ones out: nothing declared, a head too old or
refused by the rules; every tenth was visited. All figures follow from the number of the
household, so that two counties of one size are the same to the fen.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection

DAY = date(2026, 6, 30)
AT = datetime(2026, 6, 30, 2, 0, tzinfo=UTC)
VILLAGES, HOUSEHOLDS, PEOPLE = 355, 198_300, 705_300  # granted, of the published county
MEMBERS = PEOPLE / HOUSEHOLDS
VILLAGES_PER_MANAGER, MANAGERS_PER_BRANCH = 6, 3
GROUPS = 2_725
SEALED = "320799198005170013"

HOUSEHOLDS_SQL = """
INSERT INTO village_household (number, village_id, group_id, address, list_flag, declared_on,
    house_value, vehicle_value, income_year, expense_year, operating_cost_year, debt, private_debt,
    income_kind, main_business, created_at, updated_at)
SELECT 'B' || lpad(n::text, 9, '0'), v.id, g.id, '', '', %(day)s,
       CASE WHEN n %% 40 <> 0 THEN (100 + n %% 700 * 5) * 100000 END, n %% 9 * 2000000,
       CASE WHEN n %% 40 <> 0 THEN (30 + n %% 90) * 100000 + n %% 45 * 100000 END, 3000000,
       n %% 45 * 100000,
       n %% 13 * 500000, n %% 5 * 100000, '种植', '水稻', %(at)s, %(at)s
  FROM generate_series(1, %(households)s) n
  JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM village_village) v
    ON v.place = n %% %(villages)s
  JOIN (SELECT id, village_id, row_number() OVER (PARTITION BY village_id ORDER BY id) - 1 AS place,
               count(*) OVER (PARTITION BY village_id) AS of
          FROM village_group) g
    ON g.village_id = v.id AND g.place = n / %(villages)s %% g.of
 ORDER BY v.id, n
"""
PEOPLE_SQL = """
INSERT INTO village_customer (household_id, role, name, id_number, id_index, mobile, mobile_index,
    sex, born_on, education, marital, occupation, main_business, state, list_flag, list_reason,
    updated_at)
SELECT h.id, (ARRAY['head', 'spouse', 'child', 'parent'])[place], '农户' || h.id || '之' || place,
       %(sealed)s, encode(sha256((h.id || ' ' || place)::bytea), 'hex'), %(sealed)s,
       encode(sha256((h.id || ' ' || place)::bytea), 'hex'),
       CASE place %% 2 WHEN 1 THEN 'male' ELSE 'female' END,
       date '1996-03-05'
       + (CASE place WHEN 3 THEN 3650 WHEN 4 THEN -23000 ELSE -(h.id * 37 %% 14000) END)::int,
       '初中', '已婚', '务农', '', 'living', '', '', %(at)s
  FROM village_household h, generate_series(1, 4) place
 WHERE place < 4 OR h.id %% 1000 < %(four_of_a_thousand)s
 ORDER BY h.id, place
"""
OUTCOMES_SQL = """
INSERT INTO village_outcome (campaign_id, household_id, sheets, valid_sheets, score, score_low,
    score_high, points, reviewed_limit, list_flag, visit_needed, visit_reasons, explanation, stage,
    second_look, first_figures, decided_at, voided_because)
SELECT c.id, h.id, 7, 6, (h.id %% 41 - 20) / 10.0, (h.id %% 41 - 25) / 10.0,
       (h.id %% 41 - 15) / 10.0, 55 + h.id %% 41,
       COALESCE((h.income_year - h.operating_cost_year) * (66 + h.id %% 33) / 100, 6000000)
       / 100000 * 100000, 'white', false, '[]',
       '{"median_yuan": 60000, "heard": 6, "trimmed": 1}', 'decided', '', '{}', %(at)s, ''
  FROM village_household h JOIN village_campaign c USING (village_id) ORDER BY h.id
"""
ADMISSIONS_SQL = """
INSERT INTO admission_decision (customer_id, purpose, as_of, rule_set_id, rule_set_hash, outcome,
    limit_factor, inputs, asked_for, records, hits, unknowns, customer_text, decided_at,
    rules_outcome)
SELECT id, 'granting', %(day)s, %(rule_set)s, 'benchmark',
       CASE WHEN household_id %% 29 = 0 THEN 'refuse' WHEN household_id %% 17 = 0 THEN 'manual'
            ELSE 'admit' END,
       CASE WHEN household_id %% 11 = 0 THEN 0.8 ELSE 1 END, '{}', '{}', '[]', '[]', '[]', '',
       %(at)s, ''
  FROM village_customer WHERE role = 'head' ORDER BY id
"""
VISITS_SQL = """
INSERT INTO visits_visittask (household_id, campaign_id, reason, manager_id, due_on, status,
    returned_because, accepted_at)
SELECT o.household_id, o.campaign_id, 'granting', g.manager_id, %(day)s, 'accepted', '', %(at)s
  FROM village_outcome o JOIN village_household h ON h.id = o.household_id
  JOIN village_village v ON v.id = h.village_id JOIN village_grid g ON g.id = v.grid_id
 WHERE h.id %% 10 = 3 ORDER BY o.id
"""
SURVEYS_SQL = """
INSERT INTO visits_survey (task_id, revision, client_uuid, met, seen_on, income_year,
    operating_cost_year, living_cost_year, debt_service_year, assets, debts, need, term_months,
    surveyed_limit, notes, received_at, by_id)
SELECT t.id, 1, gen_random_uuid(), '本人', %(day)s, COALESCE(h.income_year, 6000000),
       h.operating_cost_year, 3000000, 0, 40000000, 0, 6000000, 36, (30 + h.id %% 61) * 100000, '',
       %(at)s, t.manager_id
  FROM visits_visittask t JOIN village_household h ON h.id = t.household_id ORDER BY t.id
"""
TABLES = (HOUSEHOLDS_SQL, PEOPLE_SQL, OUTCOMES_SQL, ADMISSIONS_SQL, VISITS_SQL, SURVEYS_SQL)


@dataclass(frozen=True)
class ReviewedCounty:
    """What was made: how many households, and the campaigns to grant, one for each village."""

    households: int
    campaigns: list[int]


def make(households: int) -> ReviewedCounty:
    """Fill an empty, migrated database with a county of so many reviewed households."""
    # Models exist only once the harness has set Django up.
    from core import crypto
    from village.models import Campaign, Village

    villages = max(1, round(VILLAGES * households / HOUSEHOLDS))
    rule_set = _put_rules_into_force()
    _lay_out(villages)
    Campaign.objects.bulk_create(
        Campaign(
            village=each,
            seed=each.pk,
            business_day=DAY,
            status=Campaign.Status.CONCLUDED,
            sealed_at=AT,
            seal="benchmark",
            concluded_at=AT,
        )
        for each in Village.objects.order_by("pk")
    )
    given = {
        "day": DAY,
        "at": AT,
        "households": households,
        "villages": villages,
        "four_of_a_thousand": round((MEMBERS - 3) * 1000),
        "sealed": crypto.encrypt(SEALED),
        "rule_set": rule_set,
    }
    with connection.cursor() as cursor:
        for statement in TABLES:
            cursor.execute(statement, given)
        cursor.execute("VACUUM ANALYZE")
    return ReviewedCounty(
        households, list(Campaign.objects.order_by("pk").values_list("pk", flat=True))
    )


def _put_rules_into_force() -> int:
    """Admission rules and limit policy, written by one officer and published by another: the id of
    the rules."""
    from admission.services import draft_rule_set
    from core import publishing
    from core.models import User
    from core.roles import Role
    from credit.reference import load_parameters
    from credit.services import products

    load_parameters()
    author, publisher = (
        User.objects.create(username=f"risk-{n}", role=Role.RISK_OFFICER, is_staff=True)
        for n in (1, 2)
    )
    rules = publishing.submit(draft_rule_set(author), actor=author)
    publishing.publish(rules, actor=publisher)
    policy = publishing.submit(products.draft_limit_policy(author), actor=author)
    products.publish(policy, actor=publisher)
    return rules.pk


def _lay_out(villages: int) -> None:
    """Branches, managers with their grids, villages and their groups."""
    from core.models import Branch, User
    from core.roles import Role
    from village.models import Grid, Group, Town, Village

    town = Town.objects.create(code="320799100", name="基准镇", county="基准县")
    grids: list[Grid] = []
    for number in range(-(-villages // VILLAGES_PER_MANAGER)):
        if number % MANAGERS_PER_BRANCH == 0:
            branch = Branch.objects.create(code=f"B{number}", name=f"第{number}支行")
        manager = User.objects.create(
            username=f"manager-{number}",
            role=Role.CUSTOMER_MANAGER,
            branch=branch,
            is_staff=True,
        )
        grids.append(
            Grid.objects.create(
                code=f"G{number}", name=f"{number}号网格", branch=branch, manager=manager
            )
        )
    made = Village.objects.bulk_create(
        Village(
            code=f"{320799100000 + number}",
            name=f"基准{number}村",
            town=town,
            grid=grids[number // VILLAGES_PER_MANAGER],
        )
        for number in range(villages)
    )
    Group.objects.bulk_create(
        Group(village=each, code=f"{each.code}{number:02d}", name=f"{number}组")
        for place, each in enumerate(made)
        for number in range(1, GROUPS // VILLAGES + (place < GROUPS % VILLAGES) + 1)
    )
