"""Scorecards: bins, WOE, logistic regression, points; one definition for one and for a million.

Plain Python: polars for columns, numpy for the cut, statsmodels for the regression. Fitting stands
apart (:mod:`admission.scorecards.fitting`): whoever only scores need not load statsmodels.
"""

from admission.scorecards.card import SCHEMA, Card, Feature, from_json, loads
from admission.scorecards.errors import Unusable
from admission.scorecards.examining import evidence_on, examined
from admission.scorecards.files import Scored, score_file
from admission.scorecards.scoring import (
    Explained,
    Reason,
    Remark,
    Treated,
    as_declared,
    costliest,
    explain,
    explain_all,
    score,
)
from admission.scorecards.settings import Override, Settings
from admission.scorecards.sql import as_sql

__all__ = [
    "SCHEMA",
    "Card",
    "Explained",
    "Feature",
    "Override",
    "Reason",
    "Remark",
    "Scored",
    "Settings",
    "Treated",
    "Unusable",
    "as_declared",
    "as_sql",
    "costliest",
    "evidence_on",
    "examined",
    "explain",
    "explain_all",
    "from_json",
    "loads",
    "score",
    "score_file",
]
