"""How long tagging a county takes, against reading, judging and copying the same in plain polars.

Everybody gets 45 tags, 24 customer tags, group, portrait and the figures of value, read from
household files, lists, deposits and delivered figures, a village at a time, each a transaction
with what changed found and remembered. The plain way reads the same features from Parquet, judges
the same columns for all at once, and copies one row a customer into an unlogged table: it reads no
database, knows nobody's scope and remembers nothing.

A second run on the next day, in which a tenth of the deposits moved, shows what changes cost. The
portfolio then hears rules and tags of everybody twice; the second time it has nothing to write.
QIANMO_BENCH_HOUSEHOLDS makes the county smaller; QIANMO_BENCH_PROFILE=1 adds where the time goes.
"""

import cProfile
import os
import pstats
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from django.db import connection, transaction

from benchmarks import print_table
from benchmarks.reviewed_county import DAY, MEMBERS, make

needs_database = True

NAME = "tags"
CUSTOMERS = 869_554
AIM_SECONDS = 120
SHOWN = 25
WORKERS = int(os.environ.get("QIANMO_BENCH_WORKERS", "2"))
SESSION_ENDS = 0.5
"""Seconds that a session may take to end once its connection is closed."""
CPU: list[dict[str, float | None]] = []
"""Seconds that processors worked, by run: the truer part on a machine that is shared."""

DEPOSITS = """
INSERT INTO admission_deposit (customer_id, as_of, balance, average_1m, average_3m,
    average_3m_before, average_12m, paid_in_12m, payroll_months_12m, months_open, time_deposits,
    paid_out_12m, paid_in_6m, paid_out_6m, transactions_3m)
SELECT id, %(day)s, a, a, a, b, a, 2 * a, CASE WHEN id %% 7 = 0 THEN id %% 13 ELSE 0 END,
       id %% 200, a / 3, 2 * a, a, a, id %% 90
  FROM (SELECT id, (id * 7919 %% 9000000) AS a, (id * 104729 %% 9000000) AS b
          FROM village_customer WHERE id %% 10 <> 0) c ORDER BY id
"""
DELIVERY = """
INSERT INTO admission_delivery (kind, status, file_name, file_id, as_of, received_at, rows, matched,
    unmatched, refused, written, removed, quality, findings)
VALUES (%(kind)s, 'taken', 'benchmark.csv', %(file)s, %(day)s, %(at)s, 0, 0, 0, 0, 0, 0, '{}', '[]')
RETURNING id
"""
FIGURES = {
    "e_banking": (
        "true",
        "jsonb_build_object('mobile_bank', c.id % 2 = 0, 'logins_30d', c.id % 20,"
        " 'transfers_3m', c.id % 40, 'acquiring_12m', CASE WHEN c.id % 9 = 0 THEN 5000000 ELSE 0"
        " END, 'acquiring_3m', 1000000, 'acquiring_3m_before', 1200000)",
    ),
    "products": (
        "true",
        "jsonb_build_object('social_card', c.id % 3 = 0, 'bill_pay', c.id % 5 = 0, 'wealth',"
        " c.id % 17 = 0, 'insurance', c.id % 23 = 0, 'gold', false, 'large_deposit', c.id % 31 = 0,"
        " 'main_channel', (ARRAY['手机银行','柜面','助农站点'])[c.id % 3 + 1], 'season', '均匀')",
    ),
    "payroll": (
        "c.id % 7 = 0",
        "jsonb_build_object('average_6m', 400000, 'months_12m', c.id % 13, 'employer',"
        " '第' || c.id % 400 || '厂')",
    ),
    "social_security": (
        "c.id % 4 = 0",
        "jsonb_build_object('status', '正常', 'continuous_months', c.id % 120, 'months_12', 12,"
        " 'base', 400000 + c.id % 800000, 'employer', '第' || c.id % 400 || '厂', 'insured_as',"
        " '职工')",
    ),
    "provident_fund": (
        "c.id % 8 = 0",
        "jsonb_build_object('status', '正常', 'continuous_months', c.id % 100, 'months_12', 12,"
        " 'monthly_amount', 100000, 'person_rate', 0.08, 'unit_rate', 0.08, 'base',"
        " 500000 + c.id % 900000, 'employer_type', '民营')",
    ),
    "agriculture": (
        "c.role = 'head'",
        "jsonb_build_object('contract_mu', c.id % 60 / 4.0, 'transferred_in_mu', c.id % 50 / 2.0,"
        " 'subsidy_12m', 50000, 'main_crop', '粮食', 'insured', c.id % 2 = 0, 'livestock',"
        " c.id % 30, 'operator_level', '无', 'machinery_value', c.id % 11 * 1000000)",
    ),
    "grid": (
        "c.role = 'head'",
        "jsonb_build_object('lives_here', true, 'visits_12m', 1, 'membership', '无', 'contact',"
        " '一般', 'decides_money', '是', 'returned', c.id % 40 = 0, 'out_of_poverty', false)",
    ),
}
FIGURES_SQL = """
INSERT INTO admission_figures (customer_id, kind, part, as_of, delivery_id, line, values)
SELECT c.id, %(kind)s, '', %(day)s, %(delivery)s, row_number() OVER (), {values}
  FROM village_customer c WHERE {whom} ORDER BY c.id
"""
MOVED = """
UPDATE admission_deposit SET average_1m = average_1m * 3 + 500000, transactions_3m = 0
 WHERE customer_id % 10 = 3
"""


def run() -> dict[str, object]:
    """Tag a county, tag it again a day later, and do the plain thing; print what each took."""
    county = make(int(os.environ.get("QIANMO_BENCH_HOUSEHOLDS", round(CUSTOMERS / MEMBERS))))
    _deliver()
    tag_set = _publish()
    profile = cProfile.Profile()
    if os.environ.get("QIANMO_BENCH_PROFILE") == "1":
        profile.enable()
    seconds, first = _tagged(DAY)
    profile.disable()
    plain = _plain(tag_set)
    with connection.cursor() as cursor:
        cursor.execute(MOVED)
        cursor.execute("VACUUM ANALYZE")
    again, second = _tagged(DAY + timedelta(days=1))
    hearing, heard = _heard(DAY + timedelta(days=1))
    quiet, silent = _heard(DAY + timedelta(days=1))
    customers = first["customers"]
    ratio = round(seconds / plain["seconds"], 2)
    print_table(
        f"{customers:,} customers of {len(county.campaigns)} villages tagged",
        ["how", "seconds", "customers/s", "profiles written", "tags changed"],
        [
            ["the county, first time", f"{seconds:.1f}", f"{customers / seconds:,.0f}",
             f"{first['written']:,}", f"{first['changed']:,}"],
            ["the next day, a tenth moved", f"{again:.1f}", f"{customers / again:,.0f}",
             f"{second['written']:,}", f"{second['changed']:,}"],
            ["rules and tags, first time", f"{hearing:.1f}", f"{customers / hearing:,.0f}",
             f"{heard.get('profiles_written', 0):,}", f"{heard.get('tags_changed', 0):,}"],
            ["rules and tags, nothing moved", f"{quiet:.1f}", f"{customers / quiet:,.0f}",
             f"{silent.get('profiles_written', 0):,}", f"{silent.get('tags_changed', 0):,}"],
            ["plain polars and COPY", f"{plain['seconds']:.1f}",
             f"{customers / plain['seconds']:,.0f}", "", ""],
        ],
    )  # fmt: skip
    print_table(
        "Against the aim, and the other of the same run",
        ["figure", "measured", "aim"],
        [
            ["seconds for the county", f"{seconds:.1f}", f"< {AIM_SECONDS}"],
            ["times the plain polars and COPY", str(ratio), ""],
        ],
    )
    if profile.getstats():
        pstats.Stats(profile).sort_stats("tottime").print_stats(SHOWN)
    return {
        "name": NAME,
        "customers": customers,
        "villages": len(county.campaigns),
        "seconds": round(seconds, 2),
        "next_day_seconds": round(again, 2),
        "portfolio_seconds": round(hearing, 2),
        "portfolio_again_seconds": round(quiet, 2),
        "plain_seconds": plain,
        "cpu_seconds": CPU,
        "customers_per_second": round(customers / seconds),
        "figures": {"first": first, "next_day": second, "heard": heard, "again": silent},
        "ratios": {"to_plain_polars_and_copy": ratio},
        "aims": {"seconds": AIM_SECONDS},
    }


def _deliver() -> None:
    """Deposits for nine in ten, and the figures that files would have brought."""
    # Models exist only once the harness has set Django up.
    from django.utils import timezone

    from core.models import Document

    file = Document.objects.create(
        address="benchmark", key_name="", name="benchmark.csv", content_type="text/csv", size=0
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DEPOSITS, {"day": DAY})
        for kind, (whom, values) in FIGURES.items():
            given = {"kind": kind, "day": DAY, "file": file.pk, "at": timezone.now()}
            cursor.execute(DELIVERY, given)
            (delivery,) = cursor.fetchone()
            query = FIGURES_SQL.replace("{values}", values.replace("%", "%%"))
            query = query.replace("{whom}", whom.replace("%", "%%"))
            cursor.execute(query, given | {"delivery": delivery})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _publish() -> int:
    """The tags of the catalogue, by one officer, put into force by another."""
    from admission.services import tag_sets
    from core import publishing
    from core.models import User
    from core.roles import Role

    author, publisher = User.objects.filter(role=Role.RISK_OFFICER).order_by("pk")[:2]
    made = publishing.submit(tag_sets.draft_tag_set(author), actor=author)
    return publishing.publish(made, actor=publisher).pk


def _tagged(day: date) -> tuple[float, dict[str, int]]:
    """Tag every village in this process, county figures included: seconds, and what it came to."""
    from admission.services import tagging

    return _timed(tagging.open_tagging, tagging.work_through, day)


def _heard(day: date) -> tuple[float, dict[str, int]]:
    """The same for the rules and the tags of everybody together."""
    from admission.services import portfolio

    return _timed(portfolio.open_portfolio, portfolio.work_through, day)


def _timed(
    begin: Callable[..., Any], work: Callable[..., Any], day: date
) -> tuple[float, dict[str, int]]:
    from core import runs

    database = _postmaster()
    began, busy, asked = time.perf_counter(), time.process_time(), _worked_by(database)
    opened = begin(business_day=day, actor=None)
    for _done in work(runs.waiting(opened), workers=WORKERS):
        pass
    seconds = time.perf_counter() - began
    answered = _worked_by(database)
    CPU.append(
        {
            "python": round(time.process_time() - busy, 1),
            "postgresql": None if asked is None else round(answered - asked, 1),
        }
    )
    opened.refresh_from_db()
    if opened.status != opened.Status.DONE:
        raise ValueError(f"The run ended {opened.status} with {opened.result}.")
    return seconds, opened.result


def _postmaster() -> int | None:
    """The process of the database where it runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        kept = Path(cursor.fetchone()[0]) / "postmaster.pid"
    return int(kept.read_text().split()[0]) if kept.is_file() else None


def _worked_by(postmaster: int | None) -> float | None:
    """Seconds that sessions of the database have worked which are over; ours ends here."""
    if postmaster is None:
        return None
    connection.close()
    time.sleep(SESSION_ENDS)
    ticks = Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()
    return (int(ticks[13]) + int(ticks[14])) / os.sysconf("SC_CLK_TCK")


def _plain(tag_set: int) -> dict[str, float]:
    """Seconds of reading all features from Parquet, judging them at once, copying one row each."""
    from admission.services import tagging
    from admission.services.known_features import features_of
    from admission.tags import counties, judge
    from village.models import Customer
    from village.services import copying

    book = tagging.book_of(tag_set)
    people = list(Customer.objects.order_by("id").values_list("id", flat=True))
    with TemporaryDirectory() as folder:
        kept = Path(folder) / "features.parquet"
        features_of(people, book.features, as_of=DAY).write_parquet(kept)
        began = time.perf_counter()
        features = pl.read_parquet(kept)
        read = time.perf_counter()
        judged = judge(book, features, counties(book, features))
        done = time.perf_counter()
        columns = [name for name in judged.columns if name != "customer_id"]
        with transaction.atomic():
            text = pl.concat_str(
                [pl.col(name).cast(pl.String).fill_null("") for name in columns], separator=","
            )
            rows = judged.select("customer_id", text.alias("said"))
            copying.stage("plain", {"customer_id": "bigint", "said": "text"}, rows)
            transaction.set_rollback(True)
    ended = time.perf_counter()
    return {
        "read": round(read - began, 2),
        "judge": round(done - read, 2),
        "copy": round(ended - done, 2),
        "seconds": round(ended - began, 2),
    }
