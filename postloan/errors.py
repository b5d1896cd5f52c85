"""What the post-loan room refuses."""

from core.errors import DomainError


class EvidenceMissing(DomainError):
    """A warning or an inspection cannot be ended without saying what was found."""

    code = "evidence_missing"


class SignalUnreadable(DomainError):
    """A signal names an unknown field or is no yes-or-no question."""

    code = "signal_unreadable"
