"""What the admission room tells the rooms after it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileReceived:
    """A file of data was handed in; a worker is to take it in."""

    file_id: int


@dataclass(frozen=True)
class DeliveryOrdered:
    """A delivery held back is to be taken in all the same, or one taken in to be withdrawn, by a
    worker."""

    delivery_id: int


@dataclass(frozen=True)
class CustomerDecided:
    """A customer was admitted, refused, or put to somebody or off."""

    decision_id: int


@dataclass(frozen=True)
class AuthorisationSigned:
    """A customer has authorised the bank from their own phone."""

    authorisation_id: int


@dataclass(frozen=True)
class AnswerReadAgain:
    """A bureau's answer that could not be trusted when it came is sound by now."""

    record_id: int


@dataclass(frozen=True)
class RulesAnswered:
    """Every rule that holds for a customer has its evidence or its tick."""

    decision_id: int


@dataclass(frozen=True)
class PaperPhotographed:
    """A customer's paper was photographed; a worker is to read it."""

    paper_id: int


@dataclass(frozen=True)
class CardCompared:
    """A side of a customer's ID card was compared with what was read, and taken over."""

    customer_id: int


@dataclass(frozen=True)
class RuleSimulationOpened:
    """A version of the rules is to be heard on a portfolio too large to wait for."""

    simulation_id: int


@dataclass(frozen=True)
class ScorecardDrafted:
    """A scorecard was drafted; a worker is to fit it."""

    scorecard_id: int


@dataclass(frozen=True)
class TrainingAsked:
    """Somebody wants a card trained on the county's history, or its people counted."""

    run_id: int


@dataclass(frozen=True)
class WatchingAsked:
    """Somebody wants a card held against the decisions it scored, or against people of a file."""

    run_id: int


@dataclass(frozen=True)
class PeopleHandedIn:
    """A file of people is to be scored with a card, by a worker."""

    scored_file_id: int


@dataclass(frozen=True)
class ExplorationAsked:
    """Somebody wants groups of customers looked for."""

    exploration_id: int


@dataclass(frozen=True)
class TaggingAsked:
    """Somebody wants the county tagged now."""

    asked_by_id: int


@dataclass(frozen=True)
class MeasuringAsked:
    """Somebody wants all features measured now."""

    asked_by_id: int


@dataclass(frozen=True)
class PortfolioAsked:
    """Somebody wants the county heard now: rules, features and tags."""

    asked_by_id: int


@dataclass(frozen=True)
class AdmissionAsked:
    """Somebody wants the borrowers of some villages decided about."""

    run_id: int
