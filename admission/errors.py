"""Refusals of the admission room."""

from collections.abc import Sequence

from admission.readings.checks import Objection
from core.errors import DomainError


class NotAuthorised(DomainError):
    """Nobody is asked about a customer who has not allowed it for this purpose."""

    code = "not_authorised"


class AuthorisationRefused(DomainError):
    """What somebody wants to write down is no authorisation the bank may rest on."""

    code = "authorisation_refused"


class NoRulesInForce(DomainError):
    """No admission rules have been published."""

    code = "no_rules_in_force"


class RulesChanged(DomainError):
    """The rules in force are not those that were published."""

    code = "rules_changed"


class NotDeposits(DomainError):
    """The file is not a deposits file."""

    code = "not_a_deposits_file"


class DeliveryRefused(DomainError):
    """A file of data that cannot be taken in as a whole."""

    code = "delivery_refused"


class DeliveryHeld(DomainError):
    """A delivery that somebody has to look at before its figures count."""

    code = "delivery_held"


class NotSimulated(DomainError):
    """Rules whose effect nobody has looked at."""

    code = "rules_not_simulated"


class NothingToSimulate(DomainError):
    """Nobody has been decided about in the time looked at."""

    code = "nothing_to_simulate"


class NotToBeScheduled(DomainError):
    """A version that cannot take force by itself at that moment."""

    code = "rules_not_to_be_scheduled"


class AnotherIsScheduled(DomainError):
    """Another version waits to take force by itself; the two would undo each other."""

    code = "another_rule_set_is_scheduled"


class NotReadAgain(DomainError):
    """An answer that cannot be read once more, or that still cannot be trusted."""

    code = "answer_not_read_again"


class NoDayToDecideFor(DomainError):
    """A day for which nobody can be decided about: still to come, or before all data."""

    code = "no_day_to_decide_for"


class NotToBeAnswered(DomainError):
    """A rule of a decision that asks for no evidence, or an answer that says nothing."""

    code = "rule_not_to_be_answered"


class RulesUnanswered(DomainError):
    """Rules that hold and about which nobody has written down what they found."""

    code = "rules_unanswered"


class AppealNotAllowed(DomainError):
    """An appeal that cannot be made, or answered by this person."""

    code = "appeal_not_allowed"


class OverrideNotAllowed(DomainError):
    """Rules that this person may not set aside, or not in this case."""

    code = "override_not_allowed"


class ScorecardRefused(DomainError):
    """A scorecard that cannot take this step; the message says what is missing."""

    code = "scorecard_refused"


class ScorecardChanged(DomainError):
    """A scorecard or scoring policy that judges is not the one that was approved."""

    code = "scorecard_changed"


class NoScorePolicy(DomainError):
    """There is no such scoring policy, or none is in force."""

    code = "no_score_policy"


class ProposalRefused(DomainError):
    """A proposed group that somebody settled already, or that cannot become this tag."""

    code = "proposal_refused"


class NoTagsInForce(DomainError):
    """No set of tags has been published."""

    code = "no_tags_in_force"


class RequestRefused(DomainError):
    """Nobody can be asked for an authorisation in this way."""

    code = "request_refused"


class TextNotInForce(DomainError):
    """Somebody means to sign another text than the one in force."""

    code = "text_not_in_force"


class LeaveNotUsable(DomainError):
    """The authorisation that a customer names cannot be used for this request."""

    code = "authorisation_unknown"


class LinkDead(DomainError):
    """A link that leads nowhere any more; ``code`` says why, and the page what to do."""

    code = "unknown"


class NotRecognised(DomainError):
    """Name, number or face are not those of the person asked."""

    code = "not_recognised"


class CheckAway(DomainError):
    """The police could not be asked just now; nothing is held against the person."""

    code = "check_away"


class PaperRefused(DomainError):
    """A paper that cannot be taken over as it stands; ``objections`` name field and reason."""

    code = "paper_refused"

    def __init__(self, objections: Sequence[Objection]) -> None:
        super().__init__(", ".join(f"{each.field}: {each.code}" for each in objections))
        self.objections = objections


class CardRefused(DomainError):
    """A picture of an ID card that cannot serve; ``code`` says why, the message what to do."""

    code = "card_refused"


class NothingMissing(DomainError):
    """A decision that waits for no source, or was made again since."""

    code = "nothing_missing"
