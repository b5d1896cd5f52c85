"""What this room refuses."""

from core.errors import DomainError


class FileRefused(DomainError):
    """A file that cannot be brought in as a whole."""

    code = "file_refused"


class ImportRefused(DomainError):
    """Something that cannot be done with a roster file, or not any more."""

    code = "import_refused"


class NumberRefused(DomainError):
    """An ID number that cannot be somebody's right one; the code says why."""

    code = "number_refused"


class CampaignRefused(DomainError):
    """A step of a review campaign that its village does not allow."""

    code = "campaign_refused"


class SealBroken(DomainError):
    """Sheets are no longer what was sealed."""

    code = "seal_broken"


class SheetRefused(DomainError):
    """A neighbour's answer that is not accepted; the code says which rule stands against it."""

    code = "sheet_refused"


class AnswersRefused(SheetRefused):
    """An answer sheet filled in wrongly; ``field`` names the question."""

    code = "answers_refused"

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class LinkRefused(DomainError):
    """A working link on a device that it does not belong to; the code says whose device it is."""

    code = "other_device"


class PhotoRefused(DomainError):
    """A file that cannot stand as somebody's photo; the message says what is wrong with it."""

    code = "photo_refused"


class OutcomeRefused(DomainError):
    """A step of a review outcome that its stage does not allow."""

    code = "outcome_refused"


class PaperRefused(DomainError):
    """A paper sheet that cannot be keyed, settled or taken in; the code says why."""

    code = "paper_refused"


class ReviewerRefused(DomainError):
    """A person who may not be a reviewer, or a step their place on the list does not allow."""

    code = "reviewer_refused"


class TieRefused(DomainError):
    """A tie between people that cannot be made or ended so; ``field`` names who stands against it:
    ``one``, ``other``, or nobody."""

    code = "tie_refused"

    def __init__(self, message: str, *, code: str = "", field: str = "") -> None:
        super().__init__(message, code=code)
        self.field = field


class CheckRefused(DomainError):
    """A spot check that cannot be drawn or finished as asked."""

    code = "check_refused"
