"""Who is scored by which card, and what a score is worth: one definition for one and for a million.

Plain Python: values in, values out. Which versions are in force is the services' business.
"""

from admission.scoring.judging import Cards, Scored, score_all
from admission.scoring.policy import (
    BANDS,
    SCORABLE,
    SEGMENTS,
    ScoringBook,
    ScoringFault,
    ScoringRefused,
    ScoringText,
    faults_of,
    read,
)

__all__ = [
    "BANDS",
    "SCORABLE",
    "SEGMENTS",
    "Cards",
    "Scored",
    "ScoringBook",
    "ScoringFault",
    "ScoringRefused",
    "ScoringText",
    "faults_of",
    "read",
    "score_all",
]
