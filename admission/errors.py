"""Refusals of the admission room."""

from core.errors import DomainError


class NotAuthorised(DomainError):
    """Nobody is asked about a customer who has not allowed it for this purpose."""

    code = "not_authorised"


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


class NoTagsInForce(DomainError):
    """No set of tags has been published."""

    code = "no_tags_in_force"


class ReasonMissing(DomainError):
    """People's data leave the house only with a reason."""

    code = "reason_missing"


class TooManyCustomers(DomainError):
    """A list names more customers than one file may hold."""

    code = "too_many_customers"
