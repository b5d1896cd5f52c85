"""Why a source did not tell us what we asked."""


class SourceError(Exception):
    """No answer. ``permanent``: asking again in a moment would be in vain.

    ``delivered`` is False only when the source certainly gave nothing away: a bureau query that
    never arrived has not been used up.
    """

    def __init__(self, reason: str, *, permanent: bool = False, delivered: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.delivered = delivered


class NotTrusted(Exception):
    """An answer came, but it must not be used: unreadable, or about somebody else."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(NotTrusted):
    """The answer is not in the form agreed on."""


class WrongPerson(NotTrusted):
    """The answer is about somebody else."""
