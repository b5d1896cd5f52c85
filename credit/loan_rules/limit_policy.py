"""A limit policy that has passed every check, ready for one household and for a county."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from core.expressions import (
    Catalogue,
    DecisionTable,
    Expression,
    ExpressionError,
    Field,
    Kind,
    TableError,
)
from core.expressions.divisors import Known, is_above_zero, unproven
from credit.loan_rules.limit_facts import COMBINED, FACTS, FIGURES, LIMIT, WHOLE, Figure
from credit.loan_rules.limit_faults import (
    PolicyFault,
    PolicyRefused,
    trial_rows,
    without_value,
)
from credit.loan_rules.limit_texts import PARTS, Formula, Mode, PolicyText

YUAN = 100  # fen
WEIGHTS = ("weight_reviewed", "weight_model", "weight_surveyed")
THOUSANDTHS = 1000
"""In which a weight counts, so that fen stay whole."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MUST_BE_THERE = {
    "formulas": ("reviewed", "model_limit", "pre_limit"),
    "caps": ("product", "household"),
    "zero_if": ("blacklisted", "high_rule"),
    "manual_if": (),
}
Rule = Expression | DecisionTable


@dataclass(frozen=True, slots=True)
class Named:
    """A rule of the policy by its name."""

    name: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class LimitPolicy:
    """A policy in the form in which limits are worked out; figures as written, amounts in yuan."""

    text: PolicyText
    figures: Mapping[str, Decimal]
    formulas: tuple[Named, ...]
    caps: tuple[Named, ...]
    zero_if: tuple[Named, ...]
    manual_if: tuple[Named, ...]

    @property
    def mode(self) -> Mode:
        """How three limits become one."""
        return self.text.mode

    def fen(self, name: str) -> int:
        """An amount among the figures, in fen."""
        return int(self.figures[name] * YUAN)

    def whole(self, name: str) -> int:
        """A number of months, years or people among the figures."""
        return int(self.figures[name])

    @property
    def weights(self) -> tuple[Decimal, Decimal, Decimal]:
        """What the reviewed, the model and the surveyed limit weigh."""
        reviewed, model, surveyed = (self.figures[name] for name in WEIGHTS)
        return reviewed, model, surveyed

    @property
    def rounds_down_to(self) -> int:
        """Limits are multiples of this, fen."""
        return self.fen("rounds_down_to")

    @property
    def pre_limit_at_most(self) -> int:
        """The highest limit before a visit, fen."""
        return self.fen("pre_limit_at_most")

    @property
    def oldest_at_maturity(self) -> int:
        """Nobody is older than this when the line ends."""
        return self.whole("oldest_at_maturity")

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> "LimitPolicy":
        """The policy as its record keeps it. Raises PolicyRefused with every reason."""
        return read(text_of(settings))


def text_of(settings: Mapping[str, object]) -> PolicyText:
    """What a record says, unread. Raises PolicyRefused for what is no policy at all."""
    try:
        return PolicyText.from_settings(settings)
    except (KeyError, TypeError, ValueError) as exc:
        fault = PolicyFault("policy", "", "unreadable", {"detail": str(exc)})
        raise PolicyRefused([fault]) from exc


def read(text: PolicyText, *, is_new: bool = False) -> LimitPolicy:
    """Check a policy and make it ready. Raises PolicyRefused with every reason.

    One that ``is_new`` must also show that it never divides by 0, and that its weights count as
    they are written; what was put into force before this was asked still works as it did.
    """
    reader = _Reader(text, is_new=is_new)
    policy = reader.policy()
    if reader.faults:
        raise PolicyRefused(reader.faults)
    return policy


def faults(text: PolicyText) -> list[PolicyFault]:
    """Everything that keeps a policy from being put into force."""
    try:
        read(text, is_new=True)
    except PolicyRefused as refused:
        return refused.faults
    return []


class _Reader:
    """Reads the parts in the order in which they are worked out, and collects what is wrong."""

    def __init__(self, text: PolicyText, *, is_new: bool) -> None:
        self.text = text
        self.is_new = is_new
        self.above_zero: set[str] = set()
        self.faults: list[PolicyFault] = []
        self.fields: list[Field] = list(FACTS)
        self.params: dict[str, int | float] = {}
        self.read_rules: list[tuple[str, Formula, Rule]] = []

    def policy(self) -> LimitPolicy:
        """All parts; what is missing or wrong stands in ``faults``."""
        figures = self._figures()
        for part, needed in MUST_BE_THERE.items():
            names = [each.name for each in getattr(self.text, part)]
            for name in needed:
                if name not in names:
                    self._fault(part, name, "missing", name=name)
        formulas = self._part("formulas")
        self.fields += COMBINED
        caps = self._part("caps")
        self.fields.append(LIMIT)
        zero_if, manual_if = self._part("zero_if"), self._part("manual_if")
        if not self.faults:
            self._try_out()
        return LimitPolicy(self.text, figures, formulas, caps, zero_if, manual_if)

    def _fault(self, part: str, about: str, code: str, /, **params: object) -> None:
        self.faults.append(PolicyFault(part, about, code, params))

    def _figures(self) -> dict[str, Decimal]:
        read: dict[str, Decimal] = {}
        for name, figure in FIGURES.items():
            if figure.needed and name not in self.text.figures:
                self._fault("figures", name, "missing", name=name)
        taken = {each.name for each in (*FACTS, *COMBINED, LIMIT)}
        for name, said in self.text.figures.items():
            if name not in FIGURES and not NAME.fullmatch(name):
                self._fault("figures", name, "not_a_name", name=name)
            elif name in taken:
                self._fault("figures", name, "taken", name=name)
            elif (figure := self._number(name, said)) is not None:
                read[name] = figure
        self.params = {
            name: int(figure) if figure == int(figure) else float(figure)
            for name, figure in read.items()
        }
        self._figures_together(read)
        return read

    def _number(self, name: str, said: str) -> Decimal | None:
        try:
            figure = Decimal(said)
        except InvalidOperation:
            figure = Decimal("NaN")
        if not figure.is_finite():
            self._fault("figures", name, "not_a_number", value=said)
            return None
        if name in FIGURES and (wrong := _out_of_bounds(FIGURES[name], figure)):
            self._fault("figures", name, wrong, value=said, low=FIGURES[name].low,
                        high=FIGURES[name].high)  # fmt: skip
            return None
        return figure

    def _figures_together(self, read: Mapping[str, Decimal]) -> None:
        weights = [read.get(name) for name in WEIGHTS]
        if None not in weights and sum(weights) == 0:
            self._fault("figures", "weight_reviewed", "no_weight")
        self._weights_must_count(read)
        least, most = read.get("line_months_at_least"), read.get("line_months_at_most")
        if least is not None and most is not None and least > most:
            self._fault("figures", "line_months_at_least", "months_crossed")
        bands = next(each for each in FACTS if each.name == "risk_band").choices
        if self.text.risk_band not in bands:
            self._fault("figures", "risk_band", "band_unknown", value=self.text.risk_band)

    def _weights_must_count(self, read: Mapping[str, Decimal]) -> None:
        """The weighted mean is worked out in thousandths: what is finer would be cut off, and a
        weight that is only finer would be none."""
        for name in WEIGHTS if self.is_new else ():
            if name in read and read[name] * THOUSANDTHS % 1:
                self._fault("figures", name, "weight_too_fine", value=self.text.figures[name])

    def _part(self, part: str) -> tuple[Named, ...]:
        read, seen = [], set()
        for formula in getattr(self.text, part):
            if self._is_named_well(part, formula, seen):
                rule = self._rule(part, formula)
                if rule is not None:
                    self._must_divide_soundly(part, formula)
                    read.append(Named(formula.name, rule))
                    self.read_rules.append((part, formula, rule))
            seen.add(formula.name)
            if part == "formulas" and formula.name not in {each.name for each in self.fields}:
                self.fields.append(Field(formula.name, formula.kind, formula.says))
        return tuple(read)

    def _is_named_well(self, part: str, formula: Formula, seen: set[str]) -> bool:
        taken = {*self.text.figures, *(each.name for each in (*FACTS, *COMBINED, LIMIT))}
        if not NAME.fullmatch(formula.name):
            self._fault(part, formula.name, "not_a_name", name=formula.name)
        elif formula.name in seen:
            self._fault(part, formula.name, "twice", name=formula.name)
        elif part == "formulas" and formula.name in taken:
            self._fault(part, formula.name, "taken", name=formula.name)
        else:
            return True
        return False

    def _rule(self, part: str, formula: Formula) -> Rule | None:
        want = formula.kind if part == "formulas" else PARTS[part]
        try:
            catalogue = Catalogue(self.fields)
            if formula.table is None:
                return catalogue.parse(formula.text, params=self.params, want=want)
            return self._table(part, formula, catalogue, want)
        except (ExpressionError, TableError) as exc:
            self.faults.append(PolicyFault(part, formula.name, error=exc))
        except ValueError:
            self._fault(part, formula.name, "not_a_name", name=formula.name)
        return None

    def _must_divide_soundly(self, part: str, formula: Formula) -> None:
        """Whatever is divided by is shown not to be 0; tables name the input or the cell."""
        if not self.is_new:
            return
        known = Known(self.params, self.above_zero)
        if formula.table is None:
            for each in unproven(formula.text, known):
                said = {"column": each.column, "divisor": each.text}
                self._fault(part, formula.name, "divisor_unproven", **said)
            if part == "formulas" and is_above_zero(formula.text, known):
                self.above_zero.add(formula.name)
            return
        inputs = [str(each["text"]) for each in formula.table["inputs"]]
        for column, text in enumerate(inputs, start=1):
            for each in unproven(text, known):
                said = {"column": column, "divisor": each.text}
                self._fault(part, formula.name, "input_divisor_unproven", **said)
        for number, row in enumerate(formula.table["rows"], start=1):
            for column, cell in enumerate(row["then"], start=len(inputs) + 1):
                for each in unproven(cell, known) if isinstance(cell, str) else ():
                    said = {"row": number, "column": column, "divisor": each.text}
                    self._fault(part, formula.name, "table_divisor_unproven", **said)

    def _table(
        self, part: str, formula: Formula, catalogue: Catalogue, want: Kind
    ) -> DecisionTable | None:
        table = DecisionTable.read(catalogue, formula.table or {}, params=self.params)
        if list(table.outputs.values()) != [want]:
            self._fault(part, formula.name, "wrong_kind", want=want.value)
            return None
        problems = table.check()
        for problem in problems:
            self._fault(part, formula.name, problem.code, **problem.params)
        return None if problems else table

    def _try_out(self) -> None:
        """Work every rule out on households of which all is known; each has to have a value."""
        catalogue, facts = Catalogue(self.fields), [each.name for each in FACTS]
        refused: set[tuple[str, str]] = set()
        for where, row in trial_rows(catalogue, facts):
            known = {each.name: each.example for each in (*COMBINED, LIMIT)} | row
            for part, formula, rule in self.read_rules:
                tried = {"row": known, "where": where, "params": self.params}
                wrong = without_value(rule, formula.text, catalogue, **tried)
                if wrong and (part, formula.name) not in refused:
                    refused.add((part, formula.name))
                    self._fault(part, formula.name, wrong[0], **wrong[1])
                if part == "formulas":
                    known[formula.name] = rule.value(known)


def _out_of_bounds(figure: Figure, said: Decimal) -> str:
    if figure.unit in WHOLE and said != int(said):
        return "not_whole"
    return "" if figure.low <= said <= figure.high else "out_of_bounds"


def kinds(text: PolicyText) -> Sequence[Field]:
    """All that a formula at the end of the policy may name, for the page on which it is written."""
    own = [Field(each.name, each.kind, each.says) for each in text.formulas]
    return [*FACTS, *own, *COMBINED, LIMIT]
