"""Refusals: something a person asked for that the bank's own rules do not allow."""

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A request that is well-formed and permitted, yet refused for a reason worth reading.

    ``code`` is stable and meant for machines; the message is for the person who asked.
    """

    code = "refused"

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message or self.__class__.__doc__)
        if code:
            self.code = code


class MoveNotAllowed(DomainError):
    """The record is in a state from which this step does not exist."""

    code = "move_not_allowed"


class SameHands(DomainError):
    """What one person made, another must check."""

    code = "same_hands"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or str(_("What one person made, another must check.")))


class ReasonMissing(DomainError):
    """People's data leave the house only with a reason."""

    code = "reason_missing"


class TooManyRows(DomainError):
    """A list has more rows than one file may hold."""

    code = "too_many_rows"


class Unsound(DomainError):
    """A version that cannot be put into force as it is written; the message says where and why."""

    code = "unsound"


class SealMissing(DomainError):
    """This installation has no key to seal papers with."""

    code = "seal_missing"
