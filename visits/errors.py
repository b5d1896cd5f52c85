"""What the visits room refuses."""

from core.errors import DomainError


class NotYourVisit(DomainError):
    """The visit belongs to another customer manager."""

    code = "not_your_visit"


class OwnVisit(DomainError):
    """Who made a visit does not accept it."""

    code = "own_visit"


class FindingsIncomplete(DomainError):
    """A figure is missing or cannot be."""

    code = "findings_incomplete"


class StillWanted(DomainError):
    """A visit that somebody has to make."""

    code = "visit_still_wanted"


class ReceivedBefore(DomainError):
    """A sheet under the number of one that was received before, but not the same sheet again."""

    code = "received_before"
