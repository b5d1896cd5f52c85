"""Why a limit policy cannot be put into force: which part, which formula, where, and the reason."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.expressions import Catalogue, DecisionTable, Expression, ExpressionError, TableError

NO_CATALOGUE = Catalogue([])


@dataclass(frozen=True)
class PolicyFault:
    """One thing that is wrong.

    ``part`` is a part of the policy (figures, formulas, caps, zero_if, manual_if, mode) and
    ``name`` the figure or formula. The reason is ``code`` with ``params`` filled into its sentence
    (``SENTENCES``), or what the expression language said in ``error``.
    """

    part: str
    name: str
    code: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    error: ExpressionError | TableError | None = None

    def __str__(self) -> str:
        said = str(self.error) if self.error else SENTENCES[self.code] % self.params
        return f"{self.part} {self.name}: {said}"


SENTENCES = {
    "unreadable": "The policy cannot be read: %(detail)s.",
    "missing": "“%(name)s” is missing.",
    "twice": "“%(name)s” is named twice.",
    "not_a_name": "“%(name)s” is not a name: use small letters, figures and underscores.",
    "taken": "“%(name)s” is the name of something known already.",
    "not_a_number": "“%(value)s” is not a number.",
    "not_whole": "This is a whole number; %(value)s is not.",
    "out_of_bounds": "This lies between %(low)s and %(high)s; %(value)s does not.",
    "no_weight": "The weights cannot all be zero.",
    "weight_too_fine": "A weight counts in thousandths; write at most three places instead of"
    " %(value)s.",
    "months_crossed": "The shortest line is longer than the longest.",
    "band_unknown": "There is no risk band “%(value)s”.",
    "gap": "The table has a gap: no row fits where %(place)s.",
    "overlap": "Rows %(first)s and %(second)s of the table both fit where %(place)s.",
    "wrong_kind": "The table's result should be %(want)s.",
    "divides_by_zero": "Line 1, column %(column)s: this divides by “%(divisor)s”, which can be 0"
    " (%(where)s).",
    "divisor_unproven": "Line 1, column %(column)s: this divides by “%(divisor)s”, and nothing says"
    " that it is not 0. Divide by max(…, 1), or write “… if %(divisor)s != 0 else …”.",
    "table_divisor_unproven": "Row %(row)s, column %(column)s of the table: this divides by"
    " “%(divisor)s”, and nothing says that it is not 0. Divide by max(…, 1), or write"
    " “… if %(divisor)s != 0 else …”.",
    "input_divisor_unproven": "Input %(column)s of the table: this divides by “%(divisor)s”, and"
    " nothing says that it is not 0. Divide by max(…, 1), or write “… if %(divisor)s != 0 else …”.",
    "input_no_value": "Input %(column)s of the table, “%(text)s”, has no value where everything it"
    " names is known (%(where)s).",
    "no_value": "There is no value where everything it names is known (%(where)s).",
}


class PolicyRefused(ValueError):
    """A policy that cannot be worked with, with every reason."""

    def __init__(self, faults: Sequence[PolicyFault]) -> None:
        super().__init__("\n".join(str(each) for each in faults))
        self.faults = list(faults)


def trial_rows(catalogue: Catalogue, facts: Sequence[str]) -> Iterator[tuple[str, dict]]:
    """Households on which a policy is tried: everything known, then one fact after another 0.

    With each a few words that name it.
    """
    usual = {name: catalogue.fields[name].example for name in facts}
    yield "", usual
    for name in facts:
        if catalogue.fields[name].kind.is_calculated:
            yield f"{name} = 0", usual | {name: 0}
    figures = [name for name in facts if catalogue.fields[name].kind.is_calculated]
    yield "0 everywhere", usual | dict.fromkeys(figures, 0)


def without_value(
    rule: Expression | DecisionTable, text: str, catalogue: Catalogue, **tried: object
) -> tuple[str, dict[str, object]] | None:
    """Why a rule has no value on a household where all that it names is known: code and params.

    ``tried`` names the row, the figures (``params``) and where the row stands (``where``).
    """
    row, where = tried["row"], tried["where"]
    known = all(row.get(name) is not None for name in rule.fields)
    if not known or rule.value(row) is not None:
        return None
    if isinstance(rule, DecisionTable):
        for column, axis in enumerate(rule.inputs, start=1):
            if axis.expression.value(row) is None:
                said = {"column": column, "text": axis.expression.text, "where": where or "—"}
                return "input_no_value", said
    for divisor, column in _divisors(text):
        found = catalogue.parse(divisor, params=tried["params"])
        if found.value(row) in (0, None):
            said = {"column": column, "divisor": divisor, "where": where or "—"}
            return "divides_by_zero", said
    return "no_value", {"where": where or "—"}


def _divisors(text: str) -> Iterator[tuple[str, int]]:
    """What a text divides by, each with its column, from 1."""
    if not text:
        return
    line = text.replace("\n", " ")
    body = ast.parse(line.strip(), mode="eval")
    indent = len(line) - len(line.lstrip())
    for node in ast.walk(body):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            segment = ast.get_source_segment(line.strip(), node.right)
            yield segment, node.right.col_offset + indent + 1
