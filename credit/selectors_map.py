"""Counting villages for the map beyond the road: one query for each group of figures.

Each takes the villages to be counted and gives their numbers in the order of its measures; money in
fen. A village of which nothing is known is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from admission.services import tagging
from core.models import Run
from credit.selectors import OWING
from village.models import Customer, ListFlag

CHURN, CHURN_WORDS = "T10-03", ("红", "橙")
ACTIVITY, ASLEEP = "T09-02", ("睡眠",)
"""The delivered tags 流失风险 and 交易活跃度, and the words of theirs that a branch looks for."""


@dataclass(frozen=True)
class CountedVillages:
    """Numbers by village, and the day on which they were true; None where nothing was delivered."""

    by_village: Mapping[int, tuple[int, ...]]
    as_of: date | None


# Arrears are what is overdue today: principal, interest and penalty, of loans still owed.
LOANS = """
SELECT loan.village_id,
       (SELECT max(day) FROM credit_businessday WHERE status = 'closed'),
       coalesce(sum(loan.principal_left), 0)::bigint,
       count(*) FILTER (WHERE loan.principal_left > 0),
       count(DISTINCT person.household_id) FILTER (WHERE loan.days_past_due > 0),
       coalesce(count(DISTINCT person.household_id) FILTER (WHERE loan.days_past_due > 0) * 100
                / nullif(count(DISTINCT person.household_id), 0), 0),
       coalesce(sum(loan.overdue_principal + loan.overdue_interest + loan.penalty_due)
                FILTER (WHERE loan.days_past_due > 0), 0)::bigint
  FROM credit_loan loan
  JOIN village_customer person ON person.id = loan.customer_id
 WHERE loan.village_id = ANY(%(villages)s) AND loan.status = ANY(%(owing)s)
 GROUP BY loan.village_id
"""

DEPOSITS = """
SELECT newest.village_id, max(newest.as_of), sum(newest.balance)::bigint,
       sum(newest.average_12m)::bigint, count(*) FILTER (WHERE newest.balance > 0)
  FROM (SELECT DISTINCT ON (customer_id) village_id, as_of, balance, average_12m
          FROM admission_deposit WHERE village_id = ANY(%(villages)s)
         ORDER BY customer_id, as_of DESC) newest
 GROUP BY newest.village_id
"""

# A household stands on the gravest list on which it or one of its people does.
LISTS = """
SELECT listed.village_id, NULL::date, count(*) FILTER (WHERE listed.is_black),
       count(*) FILTER (WHERE NOT listed.is_black)
  FROM (SELECT each.village_id, each.household_id, bool_or(each.flag = %(black)s) AS is_black
          FROM (SELECT village_id, id AS household_id, list_flag AS flag FROM village_household
                 WHERE village_id = ANY(%(villages)s) AND list_flag <> ''
                 UNION ALL
                SELECT village_id, household_id, list_flag FROM village_customer
                 WHERE village_id = ANY(%(villages)s) AND list_flag <> ''
                 UNION ALL
                SELECT village_id, household_id, watch_flag FROM village_customer
                 WHERE village_id = ANY(%(villages)s) AND watch_flag <> '') each
         WHERE each.flag IN (%(black)s, %(grey)s)
         GROUP BY each.village_id, each.household_id) listed
 GROUP BY listed.village_id
"""

TAGGED = """
SELECT person.village_id,
       (SELECT max(business_day) FROM core_run WHERE kind = %(kind)s AND status = %(done)s),
       count(*) FILTER (WHERE profile.words && words.churn),
       count(*) FILTER (WHERE profile.words && words.asleep)
  FROM admission_profile profile
  JOIN village_customer person ON person.id = profile.customer_id
 CROSS JOIN (SELECT
       coalesce(array_agg(id) FILTER (WHERE code = %(churn)s AND word = ANY(%(churn_words)s)),
                '{}') AS churn,
       coalesce(array_agg(id) FILTER (WHERE code = %(activity)s AND word = ANY(%(asleep)s)),
                '{}') AS asleep
       FROM admission_tagword) words
 WHERE person.village_id = ANY(%(villages)s) AND person.state = ANY(%(here)s)
 GROUP BY person.village_id
"""


def loans(villages: Sequence[int]) -> CountedVillages:
    """Principal left, loans, households overdue, their share of those that borrow, arrears."""
    return counted(LOANS, villages, owing=list(map(str, OWING)))


def deposits(villages: Sequence[int]) -> CountedVillages:
    """Balance, average of twelve months, and people who keep something with us."""
    return counted(DEPOSITS, villages)


def lists(villages: Sequence[int]) -> CountedVillages:
    """Households on the black list, and on the grey one alone."""
    black, grey = ListFlag.BLACK.value, ListFlag.GREY.value
    return as_of_today(counted(LISTS, villages, black=black, grey=grey))


def tagged(villages: Sequence[int]) -> CountedVillages:
    """People who may leave us, and people who hardly move money any more."""
    return counted(
        TAGGED,
        villages,
        kind=tagging.KIND,
        done=Run.Status.DONE.value,
        churn=CHURN,
        churn_words=list(CHURN_WORDS),
        activity=ACTIVITY,
        asleep=list(ASLEEP),
        here=[state.value for state in Customer.HERE],
    )


def as_of_today(found: CountedVillages) -> CountedVillages:
    """Counted in a register that people keep here: true on the day on which it is read."""
    return replace(found, as_of=timezone.localdate())


def counted(statement: str, villages: Sequence[int], **named: Any) -> CountedVillages:
    """The answer of a statement that gives village, day and numbers in each row."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"villages": list(villages)} | named)
        rows = cursor.fetchall()
    days = [day for _village, day, *_numbers in rows if day is not None]
    return CountedVillages(
        {village: tuple(numbers) for village, _day, *numbers in rows}, max(days, default=None)
    )
