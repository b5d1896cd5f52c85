"""How the admission room reacts to a drafted scorecard; config/wiring.py says to what.

Handlers run inside a transaction, and fitting takes seconds: it is handed to a worker.
"""

from admission.events import ScorecardDrafted
from admission.tasks import fit_scorecard
from core.tasks import hand_over


def fit(event: ScorecardDrafted) -> None:
    """A draft is to be fitted."""
    hand_over(fit_scorecard, event.scorecard_id)
