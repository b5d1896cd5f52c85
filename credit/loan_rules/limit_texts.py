"""A limit policy as risk staff write it: a mode, figures, named formulas and tables, conditions.

``STANDARD`` is the policy a bank starts with. Its shares are rounded down to the fen, as
``floor(…, 2)`` says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.expressions import Kind
from core.expressions.expression import fingerprint
from credit.loan_rules.limit_facts import FIGURES


class Mode(StrEnum):
    """How three limits become one."""

    MIN = "min"  # the lowest
    MEDIAN_CAPPED = "median_capped"  # the middle one, below the survey and a stretched model
    WEIGHTED = "weighted"  # a weighted mean, below the survey
    PRIORITY = "priority"  # the survey, else the review, else the model


@dataclass(frozen=True)
class Formula:
    """A named expression, or a decision table with one output; ``says`` is for people."""

    name: str
    text: str = ""
    table: Mapping[str, object] | None = None
    kind: Kind = Kind.MONEY
    says: str = ""

    def stored(self) -> dict[str, object]:
        """As JSON keeps it."""
        said: dict[str, object] = {"name": self.name, "kind": self.kind.value}
        said |= {"text": self.text} if self.table is None else {"table": self.table}
        return said | ({"says": self.says} if self.says else {})

    @classmethod
    def read(cls, stored: Mapping[str, object], kind: Kind) -> "Formula":
        """From JSON; KeyError, TypeError or ValueError for what is no formula."""
        table = stored.get("table")
        if table is not None and not isinstance(table, Mapping):
            raise TypeError(f"The table “{stored['name']}” cannot be read.")
        return cls(
            name=str(stored["name"]),
            text=str(stored.get("text", "")),
            table=table,
            kind=Kind(str(stored.get("kind", kind.value))),
            says=str(stored.get("says", "")),
        )


@dataclass(frozen=True)
class PolicyText:
    """Everything a limit policy says, unread: ``credit.loan_rules.limit_policy.read`` checks it.

    ``figures`` are numbers as text (amounts in yuan); formulas may name facts, figures and the
    formulas before them.
    """

    mode: Mode
    figures: Mapping[str, str]
    formulas: tuple[Formula, ...]
    caps: tuple[Formula, ...]
    zero_if: tuple[Formula, ...]
    manual_if: tuple[Formula, ...]
    risk_band: str = field(default="B")

    def settings(self) -> dict[str, object]:
        """As the policy's record keeps it; lists, since JSON forgets the order of names."""
        return {
            "mode": self.mode.value,
            "risk_band": self.risk_band,
            "figures": dict(self.figures),
            **{part: [each.stored() for each in getattr(self, part)] for part in PARTS},
        }

    @classmethod
    def from_settings(cls, said: Mapping[str, object]) -> "PolicyText":
        """From the record; KeyError, TypeError or ValueError for what no policy could say."""
        figures = said["figures"]
        if not isinstance(figures, Mapping):
            raise TypeError("The figures are not given by name.")
        return cls(
            mode=Mode(str(said["mode"])),
            figures={name: str(figures[name]) for name in _in_order(figures)},
            risk_band=str(said.get("risk_band", "B")),
            **{part: _formulas(said[part], kind) for part, kind in PARTS.items()},
        )

    @property
    def hash(self) -> str:
        """The SHA-256 of all it says: two versions with one hash decide alike."""
        return fingerprint("limit policy", {"settings": self.settings()})

    def with_figure(self, name: str, figure: str) -> "PolicyText":
        """The same policy with another figure."""
        return PolicyText(
            self.mode,
            {**self.figures, name: figure},
            self.formulas,
            self.caps,
            self.zero_if,
            self.manual_if,
            self.risk_band,
        )


PARTS = {
    "formulas": Kind.MONEY,
    "caps": Kind.MONEY,
    "zero_if": Kind.BOOL,
    "manual_if": Kind.BOOL,
}


def _in_order(figures: Mapping[str, object]) -> list[str]:
    """The names of figures as people expect them, a bank's own last: JSON forgets the order."""
    own = sorted(name for name in figures if name not in FIGURES)
    return [*(name for name in FIGURES if name in figures), *own]


def _formulas(said: object, kind: Kind) -> tuple[Formula, ...]:
    if not isinstance(said, Sequence) or isinstance(said, str):
        raise TypeError("Formulas stand in a list.")
    return tuple(Formula.read(each, kind) for each in said)


def _conditions(pairs: Iterable[tuple[str, str]]) -> tuple[Formula, ...]:
    return tuple(Formula(name, text, kind=Kind.BOOL) for name, text in pairs)


REVIEW_FACTORS = {
    "inputs": [{"text": "review_points", "from": 0, "to": 101}],
    "outputs": [{"name": "value", "kind": "decimal"}],
    "rows": [
        {"when": [{"from": 90}], "then": [1]},
        {"when": [{"from": 80, "to": 90}], "then": [1]},
        {"when": [{"from": 70, "to": 80}], "then": [1]},
        {"when": [{"from": 60, "to": 70}], "then": [1]},
        {"when": [{"to": 60}], "then": [1]},
        {"when": ["?"], "then": [1]},
    ],
}  # the reviewed limit bears its score's factor already; a bank may lower it further here
RISK_FACTORS = {
    "inputs": [{"text": "risk_band"}],
    "outputs": [{"name": "value", "kind": "decimal"}],
    "rows": [
        {"when": [["A"]], "then": [1.2]},
        {"when": [["B"]], "then": [1]},
        {"when": [["C"]], "then": [0.8]},
        {"when": [["D"]], "then": [0.5]},
        {"when": [["E"]], "then": [0]},
    ],
}
FORMULAS = (
    Formula("review_factor", table=REVIEW_FACTORS, kind=Kind.DECIMAL),
    Formula("reviewed", "floor(reviewed_limit * review_factor, 2)"),
    Formula("risk_factor", table=RISK_FACTORS, kind=Kind.DECIMAL),
    Formula(
        "bearable",
        "min(floor(annual_net_income * min(line_months, income_months_at_most)"
        " * (income_share / 12), 2), floor(net_worth * net_worth_share, 2)"
        " + floor(deposit_avg_12m * deposit_share, 2), model_at_most)",
    ),
    Formula(
        "model_limit",
        "max(floor(bearable * (risk_factor * model_scale), 2) - other_credit_debt, 0)",
    ),
    Formula(
        "pre_limit",
        "min(floor(min(reviewed, model_limit) * pre_limit_share, 2), pre_limit_at_most)",
    ),
    Formula(
        "dti_cap",
        "max(floor(floor(annual_net_income * income_share_for_debt, 2) * line_months / 12, 2)"
        " - other_credit_debt, 0)",
    ),
)
CAPS = (
    Formula("product", "product_cap"),
    Formula("dti", "dti_cap"),
    Formula("household", "max(household_cap - given_to_members, 0)"),
    Formula("person", "max(person_cap - given_to_borrower, 0)"),
)
ZERO_IF = _conditions(
    {
        "blacklisted": "is_blacklisted",
        "high_rule": "has_high_hit",
        "hard_negative": "hard_negative_reviewers >= hard_negative_reviewers_at_least"
        " or has_hard_negative_evidence",
        "too_old_at_maturity": "age_at_maturity > oldest_at_maturity",
    }.items()
)
MANUAL_IF = _conditions(
    {
        "limits_far_apart": "highest > lowest * widest_spread",
        "survey_above_median": "surveyed_limit > floor(median * survey_over_median, 2)",
        "too_few_reviews": "reviewed is None and is_visited",
        "medium_rule": "has_medium_hit",
        "large_limit": "limit > manual_above",
        "no_model_limit": "model_limit is None and is_visited",
        "visited_without_survey": "surveyed_limit is None and is_visited",
        "unknown_medium_rule": "has_medium_hit is None",
    }.items()
)
STANDARD = PolicyText(
    mode=Mode.MEDIAN_CAPPED,
    figures={each.name: str(each.start) for each in FIGURES.values()},
    formulas=FORMULAS,
    caps=CAPS,
    zero_if=ZERO_IF,
    manual_if=MANUAL_IF,
)
