"""What the credit room refuses, each with a stable code."""

from core.errors import DomainError


class NotPublished(DomainError):
    """No version of this is in force."""

    code = "not_published"


class AmountNotOffered(DomainError):
    """The product is not lent in this amount."""

    code = "amount_not_offered"


class AmountAboveLine(DomainError):
    """The credit line has no room for this amount."""

    code = "amount_above_line"


class TermNotOffered(DomainError):
    """The product is not lent for this long."""

    code = "term_not_offered"


class MethodNotOffered(DomainError):
    """The product is not repaid this way."""

    code = "method_not_offered"


class PurposeMissing(DomainError):
    """No loan without a named purpose that the product allows."""

    code = "purpose_missing"


class TooOldAtMaturity(DomainError):
    """The borrower would be too old when the loan ends."""

    code = "too_old_at_maturity"


class TooYoung(DomainError):
    """The borrower is not of age."""

    code = "too_young"


class AlreadyApplied(DomainError):
    """Another application of this customer is still open."""

    code = "already_applied"


class NoLine(DomainError):
    """The product is drawn under a credit line, and there is none to draw under."""

    code = "no_line"


class NotTheBorrower(DomainError):
    """Only the household's main borrower draws under its line."""

    code = "not_the_borrower"


class ProcessNotWhole(DomainError):
    """A process lacks a node, or has its nodes in an impossible order."""

    code = "process_not_whole"


class RateTooHigh(DomainError):
    """The all-in cost lies above what may be charged at all."""

    code = "rate_too_high"


class VoteNotAllowed(DomainError):
    """This person cannot vote on this application."""

    code = "vote_not_allowed"


class VoteIncomplete(DomainError):
    """A vote lacks its amount or its reason."""

    code = "vote_incomplete"


class GuarantorRefused(DomainError):
    """Somebody who cannot be named or let go as guarantor as things stand."""

    code = "guarantor_refused"


class PhoneNotBound(DomainError):
    """The borrower's number is not known to be theirs; nothing is signed from it."""

    code = "phone_not_bound"


class CostNotRead(DomainError):
    """The sheet of all-in financing cost was not shown, or not for long enough."""

    code = "cost_not_read"


class NothingToPay(DomainError):
    """There is no payment that could be made or made again."""

    code = "nothing_to_pay"


class NoAccount(DomainError):
    """The borrower has no account that money can be paid into."""

    code = "no_account"


class CoreBankSilent(DomainError):
    """The core bank gave no answer that can be trusted; nothing was ordered."""

    code = "core_bank_silent"


class ManualCaseOnly(DomainError):
    """Only limits that wait for a person are settled by one."""

    code = "manual_case_only"


class HeadOfficeOnly(DomainError):
    """A branch does not settle what only head office may let pass."""

    code = "head_office_only"


class CodeRefused(DomainError):
    """The code is wrong, used or too old."""

    code = "code_refused"


class LoanNotOwing(DomainError):
    """Nothing is owed on this loan any more, or it is no longer collected here."""

    code = "loan_not_owing"


class ReferenceUsed(DomainError):
    """A payment with this reference was booked before, with another amount or for another loan."""

    code = "reference_used"


class PaymentOutOfOrder(DomainError):
    """A payment of this day can no longer be put before what was booked since."""

    code = "payment_out_of_order"


class NoMoney(DomainError):
    """A payment is more than nothing."""

    code = "no_money"


class TooFarAhead(DomainError):
    """The day lies so far ahead that it must be a slip of the pen."""

    code = "too_far_ahead"


class DayOutOfOrder(DomainError):
    """A later day was closed already, and this one was never worked."""

    code = "day_out_of_order"


class DayIsBeingClosed(DomainError):
    """Somebody else is closing the books at this moment."""

    code = "day_is_being_closed"


class NotSimulated(DomainError):
    """Nobody has seen what this version of the policy would grant."""

    code = "not_simulated"


class NothingToSimulate(DomainError):
    """There is no reviewed household a policy could be tried on."""

    code = "nothing_to_simulate"


class NothingToGrant(DomainError):
    """No decided household of these villages waits for a limit."""

    code = "nothing_to_grant"


class NotToBeVaried(DomainError):
    """Calibration cannot vary this figure, or has nothing to aim at."""

    code = "not_to_be_varied"


class PaperRefused(DomainError):
    """A list, letter or poster that cannot be printed."""

    code = "paper_refused"


class LimitAppealNotAllowed(DomainError):
    """No second look can be asked for or given as things stand."""

    code = "limit_appeal_not_allowed"


class SigningRefused(DomainError):
    """These lines were not signed on the list as is said."""

    code = "signing_refused"


class GivingUpRefused(DomainError):
    """This line cannot be given up as things stand."""

    code = "giving_up_refused"


class RaiseRefused(DomainError):
    """A higher amount cannot be offered or signed for as things stand."""

    code = "raise_refused"
