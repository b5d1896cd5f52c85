"""How the sources of data are doing: what they answered lately, and how much of it is held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

LATELY = timedelta(days=7)
COUNTED_EXACTLY = 200_000
"""Rows up to which a table is counted; of a larger one a hundredth of its pages is."""


@dataclass(frozen=True)
class Health:
    """What became of the questions put to one source lately. Times are milliseconds."""

    asked: int
    answered: int
    failed: int
    quarantined: int
    p95_ms: int | None
    last_answer: datetime | None

    @property
    def share(self) -> float:
        """The share of questions that were answered usably, 0 to 1."""
        return self.answered / self.asked


@dataclass(frozen=True)
class Held:
    """How many answers or figures are held, by kind; ``about`` where it is an estimate."""

    numbers: Mapping[str, int]
    about: bool

    def of(self, name: str) -> int:
        """How many of one kind."""
        return self.numbers.get(name, 0)


_HEALTH = """
SELECT source, count(*), count(*) FILTER (WHERE status = 'answered'),
       count(*) FILTER (WHERE status = 'failed'), count(*) FILTER (WHERE status = 'quarantined'),
       percentile_disc(0.95) WITHIN GROUP (ORDER BY took_ms) FILTER (WHERE status = 'answered'),
       max(asked_at) FILTER (WHERE status = 'answered')
  FROM admission_sourcerecord WHERE asked_at >= %s GROUP BY source
"""


def health(now: datetime) -> dict[str, Health]:
    """By source, what became of the questions of the last seven days."""
    with connection.cursor() as cursor:
        cursor.execute(_HEALTH, [now - LATELY])
        return {source: Health(*told) for source, *told in cursor}


_ANSWERS = """
SELECT source, count(*) FROM admission_sourcerecord WHERE status = 'answered' GROUP BY 1
"""
_SOME_ANSWERS = """
SELECT source, count(*) * 100 FROM admission_sourcerecord TABLESAMPLE SYSTEM (1)
 WHERE status = 'answered' GROUP BY 1
"""
_FIGURES = "SELECT kind, count(*) FROM admission_figures GROUP BY 1"
_SOME_FIGURES = """
SELECT kind, count(*) * 100 FROM admission_figures TABLESAMPLE SYSTEM (1) GROUP BY 1
"""


def answers_held() -> Held:
    """By source: usable answers on file."""
    return _held("admission_sourcerecord", _ANSWERS, _SOME_ANSWERS)


def figures_held() -> Held:
    """By class of files: rows of which the newest figures are held."""
    return _held("admission_figures", _FIGURES, _SOME_FIGURES)


def _held(table: str, exact: str, sampled: str) -> Held:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        (rows,) = cursor.fetchone()
        about = rows > COUNTED_EXACTLY
        cursor.execute(sampled if about else exact)
        return Held(dict(cursor.fetchall()), about)
