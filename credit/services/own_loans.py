"""What the bank itself has lent its customers: credit's own answer to admission's questions."""

from collections.abc import Sequence
from functools import cache

import polars as pl
from django.conf import settings

from admission.features.lending import NO_LOAN
from admission.services import delivered_sources
from admission.sources.own import register_own_source
from village.services import copying

SOURCE = "own_loans"
DELIVERED = "loans"
CLASSES = ((361, "损失"), (271, "可疑"), (91, "次级"), (1, "关注"))
RESTRUCTURED_AT_LEAST = "关注"
NORMAL, LOSS = "正常", "损失"
_NAMES = dict(enumerate((NO_LOAN, NORMAL, "关注", "次级", "可疑", LOSS)))
_RANKS = {name: rank for rank, name in _NAMES.items()}

_LOANS = """
WITH asked AS (SELECT unnest(%(asked)s::bigint[]) AS customer_id),
mine AS (
    SELECT l.*, a.line_id, p.code AS product,
           CASE WHEN t.nodes @? %(mortgaged)s::jsonpath
                THEN CASE WHEN NOT p.is_for_business AND p.purposes ?| %(homes)s::text[]
                          THEN '按揭' ELSE '房抵' END
                WHEN NOT p.is_for_business AND t.nodes @? %(employed)s::jsonpath THEN '在职消费'
                WHEN NOT p.is_for_business THEN '消费'
                WHEN p.purposes ?| array['种植', '养殖', '购买农资', '购买农机'] THEN '农户信用'
                ELSE '商户经营' END AS kind, l.status IN ('active', 'restructured') AS owing,
           coalesce(closed.newest, l.worked_up_to) AS today
      FROM asked JOIN credit_loan l USING (customer_id)
      JOIN credit_product p ON p.id = l.product_id
      JOIN credit_processtemplate t ON t.id = p.process_id
      JOIN credit_drawdown d ON d.id = l.drawdown_id
      JOIN credit_contract k ON k.id = d.contract_id
      JOIN credit_application a ON a.id = k.application_id
      CROSS JOIN (SELECT max(day) AS newest FROM credit_businessday WHERE status = 'closed') closed
),
dues AS (
    SELECT m.customer_id, i.number, i.principal + i.interest AS due, i.due_on,
           m.today - 365 AS year,
           coalesce(i.paid_on, 'infinity') AS paid,
           greatest(coalesce(i.paid_on, m.worked_up_to) - i.due_on, 0) AS late,
           coalesce(i.paid_on, 'infinity') > m.today - 365 AS lately,
           coalesce(i.paid_on, 'infinity') > m.today - interval '24 months' AS in_24m
      FROM mine m JOIN credit_instalment i ON i.loan_id = m.id
     WHERE i.due_on < m.worked_up_to
),
punctual AS (
    SELECT customer_id, count(*) FILTER (WHERE late > 0 AND lately) AS late_12m,
           coalesce(max(late) FILTER (WHERE lately), 0) AS days_past_due_12m,
           coalesce(max(late) FILTER (WHERE in_24m), 0) AS days_past_due_24m,
           bool_or(number = 1 AND late > 7) AS first_late
      FROM dues GROUP BY customer_id
),
-- Arrears are never larger than on a day after something fell due, or as the year begins.
moments AS (
    SELECT customer_id, greatest(due_on, year) + 1 AS day FROM dues WHERE late > 0 AND lately
),
arrears AS (
    SELECT customer_id, max(due) AS overdue_most_12m
      FROM (SELECT m.customer_id, sum(d.due) AS due
              FROM (SELECT DISTINCT customer_id, day FROM moments) m JOIN dues d
                ON d.customer_id = m.customer_id AND d.late > 0 AND d.due_on < m.day
                   AND d.paid >= m.day
             GROUP BY m.customer_id, m.day) each
     GROUP BY customer_id
),
paid AS (
    SELECT m.customer_id, count(*) AS repaid_12m,
           count(*) FILTER (WHERE r.channel <> 'debit') AS repaid_by_hand_12m
      FROM mine m JOIN credit_repayment r ON r.loan_id = m.id
     WHERE r.received_on > m.today - 365
     GROUP BY m.customer_id
),
answered_for AS (
    SELECT g.customer_id, count(DISTINCT l.id) AS loans
      FROM asked JOIN credit_guarantor g USING (customer_id)
      JOIN credit_contract k ON k.application_id = g.application_id
      JOIN credit_drawdown d ON d.contract_id = k.id
      JOIN credit_loan l ON l.drawdown_id = d.id
     WHERE g.status = 'accepted' AND l.status <> 'settled'
     GROUP BY g.customer_id
),
lines AS (
    SELECT b.borrower_id AS customer_id, bool_and(b.status = 'closed') AS withdrawn,
           sum(b.amount) FILTER (WHERE b.status <> 'closed')::bigint AS line
      FROM credit_creditline b JOIN asked ON asked.customer_id = b.borrower_id
     WHERE b.status IN ('granted', 'signed', 'active', 'closed') GROUP BY b.borrower_id
),
-- What was owed of each line at the last six ends of months, by what was drawn and paid back.
ends AS (
    SELECT (date_trunc('month', closed.newest + 1) - n * interval '1 month')::date - 1 AS day
      FROM (SELECT max(day) AS newest FROM credit_businessday WHERE status = 'closed') closed
      CROSS JOIN generate_series(0, 5) n
     WHERE closed.newest IS NOT NULL
),
kept AS (
    SELECT b.borrower_id AS customer_id, count(*) AS month_ends
      FROM credit_creditline b JOIN asked ON asked.customer_id = b.borrower_id
      JOIN ends ON ends.day BETWEEN b.valid_from AND b.valid_to
     WHERE b.status NOT IN ('pre_granted', 'closed') GROUP BY b.borrower_id
),
drawn AS (
    SELECT b.borrower_id AS customer_id, b.id AS line_id, b.amount, ends.day,
           sum(m.principal - coalesce(back.paid, 0)) AS owed
      FROM mine m JOIN credit_creditline b ON b.id = m.line_id AND b.borrower_id = m.customer_id
      JOIN ends ON ends.day BETWEEN b.valid_from AND b.valid_to AND ends.day >= m.starts_on
      LEFT JOIN LATERAL (SELECT sum(r.to_principal) AS paid FROM credit_repayment r
                          WHERE r.loan_id = m.id AND r.received_on <= ends.day) back ON true
     WHERE b.status NOT IN ('pre_granted', 'closed') AND m.status <> 'written_off'
     GROUP BY b.borrower_id, b.id, b.amount, ends.day
),
used AS (
    SELECT d.customer_id, sum(d.owed / coalesce(earlier.before, d.amount)) AS shares
      FROM drawn d
      LEFT JOIN LATERAL (
          SELECT r.before FROM credit_lineraise r
           WHERE r.line_id = d.line_id AND r.status = 'signed'
             AND (r.signed_at AT TIME ZONE %(zone)s)::date > d.day
           ORDER BY r.signed_at LIMIT 1) earlier ON true
     GROUP BY d.customer_id
),
sums AS (
    SELECT customer_id, count(*) AS loans,
           coalesce(sum(principal_left) FILTER (WHERE owing), 0)::bigint AS balance,
           bool_or(owing OR status = 'written_off' OR settled_on > today - interval '24 months')
               AS in_24m,
           bool_or(status = 'written_off') AS written_off,
           bool_or(status = 'restructured') AS restructured,
           count(*) FILTER (WHERE owing) AS open_count,
           coalesce(sum(principal_left) FILTER (WHERE owing AND line_id IS NOT NULL), 0)::bigint
               AS line_used,
           coalesce(max(days_past_due) FILTER (WHERE owing), 0) AS days_past_due,
           count(*) FILTER (WHERE status = 'settled') AS settled_count,
           count(*) FILTER (WHERE status = 'restructured') AS restructured_24m,
           bool_or(status = 'restructured' AND starts_on <= today - interval '24 months')
               AS restructured_some_day,
           bool_or(status = 'settled' AND settled_on < ends_on
                   AND settled_on > today - 90) AS prepaid_90d,
           string_agg(DISTINCT product, '、') FILTER (WHERE owing) AS products,
           (array_agg(kind ORDER BY principal_left DESC, id) FILTER (WHERE owing))[1] AS main_kind
      FROM mine GROUP BY customer_id
)
SELECT customer_id, coalesce(s.balance, 0), coalesce(s.in_24m, false),
       coalesce(p.days_past_due_24m, 0), coalesce(s.restructured, false),
       coalesce(s.written_off, false), coalesce(s.open_count, 0), coalesce(l.line, 0),
       coalesce(s.line_used, 0), coalesce(s.days_past_due, 0), coalesce(p.days_past_due_12m, 0),
       coalesce(p.late_12m, 0), coalesce(arrears.overdue_most_12m, 0)::bigint,
       coalesce(r.repaid_12m, 0),
       coalesce(r.repaid_by_hand_12m, 0),
       CASE WHEN s.loans > 0 THEN coalesce(p.first_late, false) END,
       coalesce(s.settled_count, 0),
       CASE WHEN NOT coalesce(s.restructured_some_day, false)
            THEN coalesce(s.restructured_24m, 0) END,
       coalesce(s.prepaid_90d, false), s.products, s.main_kind, coalesce(l.withdrawn, false),
       (coalesce(used.shares, 0) / kept.month_ends)::float8, coalesce(answered_for.loans, 0)
  FROM asked LEFT JOIN sums s USING (customer_id) LEFT JOIN punctual p USING (customer_id)
  LEFT JOIN arrears USING (customer_id) LEFT JOIN paid r USING (customer_id)
  LEFT JOIN lines l USING (customer_id) LEFT JOIN answered_for USING (customer_id)
  LEFT JOIN kept USING (customer_id) LEFT JOIN used USING (customer_id)
"""
_COLUMNS = {
    "customer_id": pl.Int64(),
    "balance": pl.Int64(),
    "in_24m": pl.Boolean(),
    "days_past_due_24m": pl.Int64(),
    "restructured": pl.Boolean(),
    "written_off": pl.Boolean(),
    "open_count": pl.Int64(),
    "line": pl.Int64(),
    "line_used": pl.Int64(),
    "days_past_due": pl.Int64(),
    "days_past_due_12m": pl.Int64(),
    "late_12m": pl.Int64(),
    "overdue_most_12m": pl.Int64(),
    "repaid_12m": pl.Int64(),
    "repaid_by_hand_12m": pl.Int64(),
    "first_late": pl.Boolean(),
    "settled_count": pl.Int64(),
    "restructured_24m": pl.Int64(),
    "prepaid_90d": pl.Boolean(),
    "products": pl.String(),
    "main_kind": pl.String(),
    "line_withdrawn": pl.Boolean(),
    "used_average_6m": pl.Float64(),
    "guaranteed_count": pl.Int64(),
}
_MORTGAGED = '$[*] ? (@.node == "admission" && @.settings.is_mortgage == true)'
"""Of the road of a product: its admission asks for a mortgage."""
_EMPLOYED = '$[*] ? (@.node == "admission" && @.settings.need_employer == true)'
"""It asks for an employer: the product is for people in employment."""
_HOMES = ["购房", "购买住房", "购置住房", "住房按揭"]
"""Purposes of a loan that buys the home which secures it."""


def register() -> None:
    """Say that this room knows the bank's own loans."""
    register_own_source(SOURCE, own_loans)


def own_loans(customer_ids: Sequence[int]) -> pl.DataFrame:
    """What each customer owes us (fen), how they paid, how bad it has been.

    The loans of this platform, and those of the system before it that the newest file of loans
    names. Windows count back from the day closed last. Who never borrowed owes a known nothing.
    How older loans were paid the file does not tell, but for the arrears that stand: those are
    heard, and that there were no others is unknown.
    How much of a line was used is averaged over those of the last six ends of months on which it
    stood, each against the line as it was then; unknown before a line has seen one.
    """
    asked = {
        "asked": copying.ids(customer_ids),
        "zone": settings.TIME_ZONE,
        "mortgaged": _MORTGAGED,
        "employed": _EMPLOYED,
        "homes": _HOMES,
    }
    told = copying.in_bulk(_LOANS, _COLUMNS, asked)
    here = told.with_columns(_class_here().alias("worst_class_24m"))
    before = _before_the_platform(customer_ids)
    return _together(here, _by_person(before)) if before.height else here


def _together(here: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The loans of this platform and those before it, a row per person of ``here``."""
    both = here.join(before, on="customer_id", how="left", maintain_order="left")
    return both.with_columns(
        pl.col("balance") + pl.col("older_balance").fill_null(0),
        pl.col("open_count") + pl.col("older_count").fill_null(0),
        pl.when(_unknown_before("older_days"))
        .then(None)
        .otherwise(pl.max_horizontal("days_past_due", "older_days"))
        .alias("days_past_due"),
        _written_off(),
        _worst_of("worst_class_24m", "older_class").alias("worst_class_24m"),
        _at_least(pl.max_horizontal("days_past_due_12m", "older_days")),
        _at_least(pl.col("late_12m") + pl.col("older_late_count").fill_null(0)),
        _at_least(pl.col("overdue_most_12m")),
        _at_least(pl.col("first_late")),
        _at_least(pl.col("settled_count") + pl.col("older_settled_count").fill_null(0)),
        _at_least(pl.col("restructured_24m")),
        _at_least(pl.col("prepaid_90d")),
        pl.when(~_was_lent_before()).then("repaid_12m").alias("repaid_12m"),
    )


_BOOKED_HERE = """
SELECT number FROM credit_loan WHERE number = ANY(%s::text[])
"""


def _before_the_platform(customer_ids: Sequence[int]) -> pl.DataFrame:
    """The loans of the delivered file, those left out that this platform keeps itself."""
    rows = delivered_sources.newest(DELIVERED, customer_ids)
    if rows.height:
        numbers = rows["contract_no"].drop_nulls().to_list()
        here = copying.in_bulk(_BOOKED_HERE, {"contract_no": pl.String()}, (numbers,))
        rows = rows.join(here, on="contract_no", how="anti")
    return rows


def _by_person(rows: pl.DataFrame) -> pl.DataFrame:
    """Delivered loans added up: a row for each person whom the file names.

    The class is the worst that was graded in 24 months, or stands now, or that the days past due
    would give.
    """
    graded = _worst_of(
        "worst_class_24m", "five_class", _by_days(pl.col("days_past_due").fill_null(0))
    )
    owed = pl.col("balance") > 0
    return (
        rows.with_columns(graded.alias("class"), pl.col("written_off").fill_null(_never_lost()))
        .group_by("customer_id")
        .agg(
            pl.col("balance").sum().alias("older_balance"),
            owed.sum().cast(pl.Int64).alias("older_count"),
            pl.when(pl.col("days_past_due").is_not_null().all())
            .then(pl.col("days_past_due").max())
            .alias("older_days"),
            (pl.col("days_past_due") > 0).sum().cast(pl.Int64).alias("older_late_count"),
            (~owed & ~pl.col("written_off")).sum().cast(pl.Int64).alias("older_settled_count"),
            pl.col("written_off").any(ignore_nulls=False).alias("older_written_off"),
            _worst_of_all(pl.col("class")).alias("older_class"),
        )
    )


def _never_lost() -> pl.Expr:
    """False of a loan that is not classed as lost: nobody writes off what may still come back.

    A lost one of which the file does not say stays unknown.
    """
    return pl.when(pl.col("five_class") != LOSS).then(pl.lit(False))


def _written_off() -> pl.Expr:
    """Whether any loan was written off, here or before; unknown where the file leaves it open."""
    none_before = pl.when(~_was_lent_before()).then(pl.lit(False))
    return pl.col("written_off") | pl.coalesce("older_written_off", none_before)


def _was_lent_before() -> pl.Expr:
    """Whether the file names loans of the person."""
    return pl.col("older_balance").is_not_null()


def _unknown_before(column: str) -> pl.Expr:
    """Whether the file names loans of the person and leaves this open."""
    return _was_lent_before() & pl.col(column).is_null()


def _at_least(known: pl.Expr) -> pl.Expr:
    """What is known of loans whose past the file does not tell: that there was none is not."""
    return pl.when(~_was_lent_before() | known.cast(pl.Boolean)).then(known)


@cache
def _class_here() -> pl.Expr:
    """The class that days past due, restructuring and writing off give; 无 without a loan."""
    by_days = _by_days(pl.col("days_past_due_24m"))
    at_least = pl.when("restructured").then(pl.lit(RESTRUCTURED_AT_LEAST))
    lost = pl.when("written_off").then(pl.lit(LOSS))
    return pl.when("in_24m").then(_worst_of(by_days, at_least, lost)).otherwise(pl.lit(NO_LOAN))


def _by_days(days: pl.Expr) -> pl.Expr:
    worst = pl.when(False).then(pl.lit(NORMAL))
    for least, name in CLASSES:
        worst = worst.when(days >= least).then(pl.lit(name))
    return worst.otherwise(pl.lit(NORMAL))


def _worst_of(*classes: pl.Expr | str) -> pl.Expr:
    """The worst of the classes that are known."""
    ranks = [
        (pl.col(each) if isinstance(each, str) else each).replace_strict(_RANKS) for each in classes
    ]
    return pl.max_horizontal(ranks).replace_strict(_NAMES, return_dtype=pl.String)


def _worst_of_all(classes: pl.Expr) -> pl.Expr:
    return classes.replace_strict(_RANKS).max().replace_strict(_NAMES, return_dtype=pl.String)
