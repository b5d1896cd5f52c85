"""Groups of customers that trees and clusters propose; a person accepts one as a draft, or none.

Plain Python: a frame of features in, proposals out. Each is a condition of the rule language, and
every figure beside it is counted by that condition, not by the model that found it.
"""

from admission.proposing.clusters import propose_clusters
from admission.proposing.proposal import Found, Proposed, Trait
from admission.proposing.risk import propose_by_risk

__all__ = ["Found", "Proposed", "Trait", "propose_by_risk", "propose_clusters"]
