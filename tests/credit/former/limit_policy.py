"""The bank's figures behind a credit line: what risk staff set, version and publish."""

from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum

YUAN = 100  # fen


class Mode(StrEnum):
    """How three limits become one."""

    MIN = "min"  # the lowest
    MEDIAN_CAPPED = "median_capped"  # the middle one, below the survey and a stretched model
    WEIGHTED = "weighted"  # a weighted mean, below the survey
    PRIORITY = "priority"  # the survey, else the review, else the model


@dataclass(frozen=True, slots=True)
class LimitPolicy:
    """Every figure of the limit engine; amounts in fen, shares as fractions.

    The defaults are a starting point and not calibrated to any bank; its own policy is stored as
    ``to_settings`` and read back with ``from_settings``.
    """

    mode: Mode = Mode.MEDIAN_CAPPED

    fewest_sheets: int = 3  # fewer valid sheets say nothing
    trims_from: int = 5  # from here the highest and the lowest sheet are left out
    review_over_median: Decimal = Decimal("1.2")
    score_factors: tuple[tuple[int, Decimal], ...] = (
        (90, Decimal("1.0")),
        (80, Decimal("0.9")),
        (70, Decimal("0.8")),
        (60, Decimal("0.6")),
    )  # from this score on; below the last, nothing

    income_share: Decimal = Decimal("0.5")
    income_months_at_most: int = 36
    net_worth_share: Decimal = Decimal("0.2")
    deposit_share: Decimal = Decimal("0.5")
    model_at_most: int = 300_000 * YUAN
    risk_factors: tuple[tuple[str, Decimal], ...] = (
        ("A", Decimal("1.2")),
        ("B", Decimal("1.0")),
        ("C", Decimal("0.8")),
        ("D", Decimal("0.5")),
        ("E", Decimal("0")),
    )

    surplus_share: Decimal = Decimal("0.7")
    surveyed_net_worth_share: Decimal = Decimal("0.5")

    model_stretch: Decimal = Decimal("1.2")
    weights: tuple[Decimal, Decimal, Decimal] = (Decimal("0.3"), Decimal("0.3"), Decimal("0.4"))
    rounds_down_to: int = 1_000 * YUAN

    widest_spread: int = 3  # one limit more than this many times another: somebody looks
    survey_over_median: Decimal = Decimal("1.3")
    manual_above: int = 200_000 * YUAN
    hard_negative_reviewers: int = 2
    oldest_at_maturity: int = 65

    pre_limit_share: Decimal = Decimal("0.8")
    pre_limit_at_most: int = 50_000 * YUAN

    def __post_init__(self) -> None:
        """Refuse a policy that could grant nonsense; ValueError says why."""
        if self.rounds_down_to < 1 or self.fewest_sheets < 1 or self.trims_from < 3:
            raise ValueError(
                "Rounding and numbers of sheets must be positive; trimming needs three."
            )
        if min(self.weights) < 0 or sum(self.weights) <= 0:
            raise ValueError("Weights cannot be negative and cannot all be zero.")
        scores = [score for score, _ in self.score_factors]
        if scores != sorted(set(scores), reverse=True):
            raise ValueError("Score factors go from the highest score down, each named once.")
        shares = [getattr(self, each.name) for each in fields(self) if each.type is Decimal]
        factors = [factor for _, factor in (*self.score_factors, *self.risk_factors)]
        if min([*shares, *factors]) < 0:
            raise ValueError("A share or factor cannot be negative.")
        if any(each * 1000 % 1 for each in (*factors, *self.weights)):
            raise ValueError("Factors and weights have at most three decimals.")

    def to_settings(self) -> dict[str, object]:
        """The policy as JSON stores it: fractions as text, so that none becomes a float."""
        return {each.name: _stored(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_settings(cls, settings: dict[str, object]) -> "LimitPolicy":
        """The stored policy; figures it does not name keep their defaults.

        ValueError for a name that no policy has, since a misspelt cap would be no cap.
        """
        known = {each.name: each for each in fields(cls)}
        unknown = set(settings) - set(known)
        if unknown:
            raise ValueError(f"A limit policy has no {', '.join(sorted(unknown))}.")
        defaults = cls()
        return cls(
            **{name: _read(getattr(defaults, name), said) for name, said in settings.items()}
        )


def _stored(figure: object) -> object:
    if isinstance(figure, tuple):
        return [_stored(each) for each in figure]
    return str(figure) if isinstance(figure, Decimal | Mode) else figure


def _read(default: object, said: object) -> object:
    """``said`` in the shape of ``default``; lists may have another length than the default's."""
    match default:
        case Mode():
            return Mode(said)
        case Decimal():
            return Decimal(str(said))
        case tuple() if isinstance(default[0], tuple):
            return tuple(tuple(_read_pair(default[0], pair)) for pair in said)
        case tuple():
            return tuple(Decimal(str(each)) for each in said)
        case _:
            return int(said)


def _read_pair(default: tuple[object, Decimal], pair: list[object]) -> tuple[object, Decimal]:
    key, factor = pair
    return type(default[0])(key), Decimal(str(factor))
