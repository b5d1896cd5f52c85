"""What has happened in the credit room; events carry ids."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PolicySimulationOpened:
    """Somebody wants to know what a version of the limit policy would grant to the whole county."""

    simulation_id: int


@dataclass(frozen=True)
class PolicyCalibrationOpened:
    """Somebody wants the figure with which a policy reaches a target."""

    run_id: int


@dataclass(frozen=True)
class GrantingOpened:
    """Somebody had villages granted; each is a piece of the run."""

    run_id: int


@dataclass(frozen=True)
class LinesGranted:
    """The households of one campaign have their limits and lines."""

    campaign_id: int


@dataclass(frozen=True)
class LineConfirmed:
    """A visit turned a line granted in advance into one that can be drawn."""

    line_id: int


@dataclass(frozen=True)
class LineRaised:
    """A customer signed for more than before under a line."""

    line_id: int


@dataclass(frozen=True)
class LinesSigned:
    """Households of one village signed their lines on the printed list."""

    village_id: int


@dataclass(frozen=True)
class LineFrozen:
    """No more money is drawn under a line for now."""

    line_id: int


@dataclass(frozen=True)
class ApplicationSubmitted:
    """A customer asked for a loan."""

    application_id: int


@dataclass(frozen=True)
class GuarantorsChanged:
    """Somebody was named to answer for an application, or let go."""

    application_id: int


@dataclass(frozen=True)
class VotesComplete:
    """The approvers' votes decide an application, one way or the other."""

    application_id: int


@dataclass(frozen=True)
class ApplicationApproved:
    """A loan was granted, for as much as asked or less."""

    application_id: int


@dataclass(frozen=True)
class ApplicationRefused:
    """A loan was refused."""

    application_id: int


@dataclass(frozen=True)
class ApplicationWithdrawn:
    """The customer no longer wants a loan."""

    application_id: int


@dataclass(frozen=True)
class CostSheetShown:
    """A customer has the sheet of all-in financing cost before them."""

    application_id: int


@dataclass(frozen=True)
class ContractSigned:
    """A customer signed a loan contract."""

    application_id: int


@dataclass(frozen=True)
class PhoneConfirmed:
    """The operator knows the borrower's number under the borrower's name; they may sign."""

    application_id: int


@dataclass(frozen=True)
class LoanDisbursed:
    """Loan money is in the borrower's account."""

    loan_id: int


@dataclass(frozen=True)
class SmsCodeMade:
    """A code waits to be sent to a customer's mobile."""

    code_id: int


@dataclass(frozen=True)
class DayClosed:
    """A business day was worked to its end; ``day`` is written as 2026-11-22."""

    day: str


@dataclass(frozen=True)
class LoanSettled:
    """Nothing is owed on a loan any more."""

    loan_id: int
