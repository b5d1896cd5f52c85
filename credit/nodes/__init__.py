"""The stops an application can make. A new kind of stop is one class, registered here."""

from credit.nodes.approval import Approval
from credit.nodes.base import REGISTRY, Answer, Done, Failed, Node, Waiting, register
from credit.nodes.guaranteeing import Guarantors
from credit.nodes.paying import Disbursement, DisbursementCheck
from credit.nodes.pricing import Pricing
from credit.nodes.screening import Admission, Authorised, Identity, Limit
from credit.nodes.signing import CostDisclosure, SignedContract
from credit.nodes.visiting import Investigation

for each in (
    Identity,
    Authorised,
    Admission,
    Limit,
    Pricing,
    Investigation,
    Guarantors,
    Approval,
    CostDisclosure,
    SignedContract,
    DisbursementCheck,
    Disbursement,
):
    register(each)

__all__ = ["REGISTRY", "Answer", "Done", "Failed", "Node", "Waiting", "register"]
