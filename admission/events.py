"""What the admission room tells the rooms after it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CustomerDecided:
    """A customer was admitted, refused, or put to somebody or off."""

    decision_id: int


@dataclass(frozen=True)
class RuleSimulationOpened:
    """A version of the rules is to be heard on a portfolio too large to wait for."""

    simulation_id: int


@dataclass(frozen=True)
class ScorecardDrafted:
    """A scorecard was drafted; a worker is to fit it."""

    scorecard_id: int


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
