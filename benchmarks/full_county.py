"""The whole published county: the households that were granted, those not yet reviewed, and the
bank's work with them. Made by SQL, for measurements of what stands on top of it.

To a reviewed and granted county come the other households, seven sheets of neighbours on each
that was reviewed, kin, delivered data, loans with their instalments and repayments, warnings and
checks after lending, and what the platform wrote down meanwhile. Nobody in it exists.
"""

from django.db import connection, models

from benchmarks.reviewed_county import AT, DAY, HOUSEHOLDS, SEALED, ReviewedCounty, make

REGISTERED, CUSTOMERS = 244_479, 869_554  # households and people of the published county
LOANS = 100_000
PANEL = 7
REVIEWERS = 20  # of a village
OPEN_APPLICATIONS = 2_000
FIRST_ID = 10_000_000
KINDS = ("社保", "用电", "农机", "补贴")

OTHER_HOUSEHOLDS = """
INSERT INTO village_household (number, village_id, group_id, address, list_flag, house_value,
    vehicle_value, income_kind, main_business, created_at, updated_at)
SELECT 'N' || lpad(h.id::text, 9, '0'), h.village_id, h.group_id, '', '', NULL, NULL, '', '',
       %(at)s, %(at)s
  FROM village_household h ORDER BY h.id LIMIT %(others)s
"""
OTHER_PEOPLE = """
INSERT INTO village_customer (household_id, role, name, id_number, id_index, mobile, mobile_index,
    sex, born_on, education, marital, occupation, main_business, state, list_flag, list_reason,
    updated_at)
SELECT household_id, (ARRAY['head', 'spouse', 'child', 'parent'])[place],
       '农户' || household_id || '之' || place, %(sealed)s,
       encode(sha256((household_id || ' ' || place)::bytea), 'hex'), %(sealed)s,
       encode(sha256((household_id || ' ' || place)::bytea), 'hex'), 'male', date '1976-03-05',
       '初中', '已婚', '务农', '', 'living', '', '', %(at)s
  FROM (SELECT id AS household_id, row_number() OVER (ORDER BY id) AS n
          FROM village_household WHERE number LIKE 'N%%') h, generate_series(1, 4) place
 WHERE place < 4 OR n <= %(fourths)s ORDER BY household_id, place
"""
KIN = """
INSERT INTO village_relation (one_id, other_id, kind)
SELECT id, after, (ARRAY['kin', 'kin', 'guarantor'])[1 + n %% 3]
  FROM (SELECT id, lead(id, 5) OVER (ORDER BY id) AS after, row_number() OVER () AS n
          FROM village_customer WHERE role = 'head') head
 WHERE after IS NOT NULL
"""
REVIEWING = """
INSERT INTO village_reviewer (campaign_id, customer_id, token_hash, link_expires_at, form,
    code_index, turn_hash, accuracy, number)
SELECT campaign, customer, encode(sha256(('t' || customer)::bytea), 'hex'), %(at)s, 'electronic',
       '', '', 1, row_number() OVER (PARTITION BY campaign ORDER BY gen_random_uuid())
  FROM (SELECT c.id AS campaign, p.id AS customer,
               row_number() OVER (PARTITION BY c.id ORDER BY p.id) AS place
          FROM village_campaign c JOIN village_household h USING (village_id)
          JOIN village_customer p ON p.household_id = h.id AND p.role = 'spouse') neighbour
 WHERE place <= %(reviewers)s;
INSERT INTO village_seat (reviewer_id, household_id)
SELECT r.id, o.household_id
  FROM village_outcome o
  JOIN (SELECT id, campaign_id, row_number() OVER (PARTITION BY campaign_id ORDER BY id) AS place
          FROM village_reviewer) r
    ON r.campaign_id = o.campaign_id AND (r.place + o.household_id) %% %(reviewers)s < %(panel)s
 ORDER BY o.campaign_id, r.place, o.household_id;
INSERT INTO village_sheet (seat_id, campaign_id, form, answers, digest, submitted_at,
    withdrawn_because)
SELECT s.id, r.campaign_id, 'electronic', %(sealed)s, '', %(at)s, ''
  FROM village_seat s JOIN village_reviewer r ON r.id = s.reviewer_id ORDER BY s.id;
INSERT INTO village_listedreviewer (village_id, customer_id, status, proposed_by_id, proposed_at,
    struck_off_because)
SELECT c.village_id, r.customer_id, 'proposed', (SELECT min(id) FROM core_user), %(at)s, ''
  FROM village_reviewer r JOIN village_campaign c ON c.id = r.campaign_id;
INSERT INTO village_reviewerrecord (customer_id, loans, defaults, brier, silent, weight, as_of)
SELECT customer_id, 9, 1, 0.1, 0.1, 1 + id %% 7 / 10.0, %(day)s FROM village_reviewer;
INSERT INTO village_checkdraw (campaign_id, percent, seed, drawn_from, drawn_at)
SELECT id, 5, 1, 100, %(at)s FROM village_campaign;
INSERT INTO village_spotcheck (draw_id, outcome_id, assigned_to_id, due_on, status, finding, note)
SELECT d.id, o.id, g.manager_id, %(day)s, 'assigned', '', ''
  FROM village_outcome o JOIN village_checkdraw d USING (campaign_id)
  JOIN village_household h ON h.id = o.household_id JOIN village_village v ON v.id = h.village_id
  JOIN village_grid g ON g.id = v.grid_id
 WHERE o.household_id %% 20 = 7
"""
DATA = """
INSERT INTO admission_authorisation (customer_id, purpose, text_version, text_hash, granted_at,
    valid_until)
SELECT id, 'granting', '1', '', %(at)s, %(day)s::date + 365
  FROM village_customer WHERE role = 'head' ORDER BY id;
INSERT INTO admission_deposit (customer_id, as_of, balance, average_1m, average_3m,
    average_3m_before, average_12m, paid_in_12m, payroll_months_12m, months_open)
SELECT id, %(day)s, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 0, 40
  FROM village_customer WHERE role = 'head' ORDER BY id;
INSERT INTO admission_sourcerecord (customer_id, source, as_of, status, asked_at, took_ms, raw,
    "values", error)
SELECT customer_id, source, %(day)s, 'answered', %(at)s, 120, %(sealed)s, '{}', ''
  FROM admission_decision, unnest(ARRAY['pboc', 'land']) source ORDER BY customer_id;
INSERT INTO core_document (address, key_name, name, content_type, size, stored_at)
SELECT 'file ' || kind, 'none', kind || '.csv', 'text/csv', 1, %(at)s
  FROM unnest(%(kinds)s::text[]) kind;
INSERT INTO admission_delivery (kind, status, file_name, file_id, as_of, received_at, rows, matched,
    unmatched, refused, written, removed, quality, findings)
SELECT kind, 'taken', kind || '.csv', d.id, %(day)s, %(at)s, 1, 1, 0, 0, 1, 0, '{}', '[]'
  FROM unnest(%(kinds)s::text[]) kind JOIN core_document d ON d.address = 'file ' || kind;
INSERT INTO admission_figures (customer_id, kind, part, as_of, delivery_id, line, values)
SELECT c.id, d.kind, '', %(day)s, d.id, c.id, '{}'
  FROM admission_delivery d, village_customer c WHERE c.role = 'head' ORDER BY c.id;
INSERT INTO village_rosterimport (file_name, kind, status, error, imported_at, rows, new, changed,
    moved, died, unchanged, refused)
SELECT '名册' || n || '.csv', 'roster', 'brought', '', %(at)s, 1, 1, 0, 0, 0, 0, 0
  FROM generate_series(1, 60) n;
INSERT INTO village_rosterchange (roster_import_id, customer_id, household_id, kind, columns,
    before, mobile)
SELECT (SELECT min(id) FROM village_rosterimport), id, NULL, 'changed', 'occupation', '{}', ''
  FROM village_customer WHERE id %% 4 = 0 ORDER BY id
"""
PLACES = """
INSERT INTO village_villageshape (village_id, geometry, west, south, east, north, file_name,
    imported_at)
SELECT id, format('{"type":"Polygon","coordinates":[[[%%s,%%s],[%%s,%%s],[%%s,%%s],[%%s,%%s]]]}',
                  119.1 + x, 34.1 + y, 119.11 + x, 34.1 + y, 119.11 + x, 34.11 + y,
                  119.1 + x, 34.1 + y),
       119.1 + x, 34.1 + y, 119.11 + x, 34.11 + y, 'benchmark', %(at)s
  FROM (SELECT id, id %% 20 * 0.01 AS x, id / 20 %% 20 * 0.01 AS y FROM village_village) v;
INSERT INTO village_householdposition (household_id, longitude, latitude, source)
SELECT h.id, s.west + h.id %% 97 * 0.0001, s.south + h.id %% 89 * 0.0001, 'benchmark'
  FROM village_household h JOIN village_villageshape s USING (village_id)
"""
WRITTEN_DOWN = """
INSERT INTO core_reading (at, reader_id, object_type, object_id, what, reason)
SELECT %(at)s, (SELECT min(id) FROM core_user), 'village.customer', id, 'id_number', '核对'
  FROM village_customer WHERE id %% 4 = 0 ORDER BY id;
INSERT INTO core_notice (role, level, title, in_other_languages, url, at, user_id)
SELECT '', 'info', '有一户待访', '{}', '/m/', %(at)s, u.id
  FROM core_user u, generate_series(1, 500);
INSERT INTO core_outbox (kind, body, at, delivered_at, attempts, error)
SELECT 'credit.LineGranted', '{}', %(at)s, %(at)s, 1, '' FROM credit_creditline
"""
BORROWERS = """
CREATE TEMPORARY TABLE borrower AS
SELECT row_number() OVER (ORDER BY l.id) AS n, l.borrower_id AS customer, l.id AS line,
       g.manager_id AS manager
  FROM credit_creditline l JOIN village_household h ON h.id = l.household_id
  JOIN village_village v ON v.id = h.village_id JOIN village_grid g ON g.id = v.grid_id
 ORDER BY l.id
"""
AFTERWARDS = """
UPDATE credit_instalment SET principal_paid = principal, interest_paid = interest, paid_on = due_on
 WHERE number <= 3 AND loan_id %% 33 <> 0;
UPDATE credit_loan l SET days_past_due = 1 + l.id %% 70, overdue_principal = 1000000
 WHERE l.id %% 33 = 0;
INSERT INTO credit_repayment (loan_id, reference, amount, received_on, channel, to_principal,
    to_interest, to_penalty, excess)
SELECT loan_id, 'R' || id, principal + interest, due_on, 'debit', principal, interest, 0, 0
  FROM credit_instalment WHERE paid_on IS NOT NULL ORDER BY loan_id;
INSERT INTO postloan_warning (customer_id, loan_id, signal_set_id, code, name, level, status,
    raised_on, due_on, values, action, evidence)
SELECT customer_id, id, %(signals)s, 'W01', '逾期',
       (ARRAY['yellow', 'orange', 'red'])[1 + id %% 3], 'raised', %(day)s::date - (id %% 60)::int,
       %(day)s, '{}', '', ''
  FROM credit_loan WHERE id %% 11 = 0 ORDER BY id;
INSERT INTO postloan_inspection (loan_id, kind, status, due_on, findings)
SELECT id, 'first', 'planned', %(day)s::date + (id %% 90)::int, '' FROM credit_loan ORDER BY id
"""


def fill(households: int) -> ReviewedCounty:
    """Make, grant and fill a county with so many granted households in an empty database."""
    # Models exist only once the harness has set Django up.
    from benchmarks.grant import granted
    from core import crypto
    from credit.services import progress
    from village.models import Customer

    county = make(households)
    granted(county)
    others = round(REGISTERED * households / HOUSEHOLDS) - households
    people = round(CUSTOMERS * households / HOUSEHOLDS)
    given = {
        "day": DAY,
        "at": AT,
        "sealed": crypto.encrypt(SEALED),
        "others": others,
        "reviewers": REVIEWERS,
        "panel": PANEL,
        "kinds": list(KINDS),
    }
    with connection.cursor() as cursor:
        cursor.execute(OTHER_HOUSEHOLDS, given)
        cursor.execute("SELECT count(*) FROM village_customer")
        (already,) = cursor.fetchone()
        cursor.execute(OTHER_PEOPLE, given | {"fourths": people - already - 3 * others})
        for each in (KIN, REVIEWING, DATA, PLACES, WRITTEN_DOWN):
            _each_of(cursor, each, given)
        _lend(cursor, min(LOANS, households // 2), given)
        cursor.execute("VACUUM ANALYZE")
    Customer.objects.filter(pk=Customer.objects.earliest("pk").pk).update(
        id_index=crypto.blind_index(SEALED)
    )
    progress.count()
    return county


def _lend(cursor: object, loans: int, given: dict[str, object]) -> None:
    """Copy one loan, with all that hangs on it, to as many borrowers as the county shall have."""
    from credit.models import (
        Application,
        ApprovalTask,
        Contract,
        CreditLine,
        Drawdown,
        Instalment,
        LedgerEntry,
        LedgerLine,
        Loan,
    )
    from tests.credit import lent

    cursor.execute(BORROWERS)
    template = lent.loan(customer=CreditLine.objects.latest("pk").borrower)
    own, number = f"{FIRST_ID} + b.n", "'B' || b.n"
    anew = {"village_id": "NULL"}  # PostgreSQL fills it in
    who = anew | {"customer_id": "b.customer"}
    day = f"date '{DAY}' - (b.n % 120)::int"
    request = who | {
        "id": own,
        "number": number,
        "line_id": "b.line",
        "manager_id": "b.manager",
        "business_day": day,
        "submitted_at": "t.disbursed_at",
    }
    lines = f"{FIRST_ID} + 100 * b.n + row_number() OVER (PARTITION BY b.n)"
    copies: list[tuple[type[models.Model], dict[str, str]]] = [
        (Application, request),
        (Contract, anew | {"id": own, "number": number, "application_id": own}),
        (
            Drawdown,
            anew | {"id": own, "payment_number": number, "contract_id": own, "business_day": day},
        ),
        (Loan, who | {"id": own, "number": number, "drawdown_id": own}),
        (Instalment, anew | {"id": f"{FIRST_ID} + 100 * b.n + t.number", "loan_id": own}),
        (LedgerEntry, {"id": own, "loan_id": own, "reference": number}),
        (LedgerLine, {"id": lines, "entry_id": own}),
    ]
    for model, changed in copies:
        _copy(cursor, model, changed, f"b.n <= {loans}")
    waiting = request | {"status": "'approving'", "disbursed_at": "NULL", "approved_amount": "NULL"}
    asked = f"b.n > {loans} AND b.n <= {loans + OPEN_APPLICATIONS}"
    _copy(cursor, Application, waiting, asked)
    cursor.execute(
        f"INSERT INTO {ApprovalTask._meta.db_table} "  # noqa: S608 - own names
        "(application_id, seat, needed, status, vote, comment, opened_at) "
        f"SELECT {own}, seat, 2, 'open', '', '', %(at)s "
        f"FROM borrower b, generate_series(1, 2) seat WHERE {asked}",
        given,
    )
    _each_of(cursor, AFTERWARDS, given | {"signals": _signals(template)})


def _signals(loan: models.Model) -> int:
    """Warning signals in somebody's draft: their id."""
    from postloan.services.signal_sets import draft_signal_set

    return draft_signal_set(loan.product.author).pk


def _each_of(cursor: object, statements: str, given: dict[str, object]) -> None:
    for each in statements.split(";"):
        cursor.execute(each, given)


def _copy(
    cursor: object, model: type[models.Model], changed: dict[str, str], borrowers: str
) -> None:
    """Copy the template rows of a table for every such borrower."""
    columns = [field.column for field in model._meta.concrete_fields]
    named = ", ".join(f'"{each}"' for each in columns)
    given = ", ".join(changed.get(each, f't."{each}"') for each in columns)
    cursor.execute(
        f"WITH t AS MATERIALIZED "  # noqa: S608 - own names; not read again while it grows
        f"(SELECT * FROM {model._meta.db_table} WHERE id < {FIRST_ID}) "
        f"INSERT INTO {model._meta.db_table} ({named}) "
        f"SELECT {given} FROM t, borrower b WHERE {borrowers} ORDER BY b.n"
    )
    # Plans made for the template's one row would walk the grown table for every reference to it.
    cursor.execute(f"ANALYZE {model._meta.db_table}")
