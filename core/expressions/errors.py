"""Why a rule or a table was refused: the place, a stable code, and one sentence.

The English sentence is made of ``MESSAGES[code]`` and ``params``, so that a door can say the same
in another language. This package knows nothing of Django and therefore nothing of gettext.
"""

from collections.abc import Mapping

from core.expressions.kinds import Kind

KIND_WORDS = {
    Kind.BOOL: "a yes-or-no",
    Kind.INTEGER: "a whole number",
    Kind.DECIMAL: "a number",
    Kind.MONEY: "an amount of money",
    Kind.TEXT: "a text",
    Kind.DATE: "a date",
}

UNREADABLE = {
    "was never closed": "a bracket is not closed",
    "unmatched": "a bracket was not opened",
    "does not match": "a bracket is closed by another kind of bracket",
    "unterminated": "a text is not closed",
    "expected 'else'": "an 'if' lacks its 'else'",
    "nested parentheses": "there are too many brackets inside one another",
    "invalid character": "a character is not part of the language",
    "non-printable": "a character is not part of the language",
    "literal": "a number is not well written",
}
"""What Python says of a text that it cannot read, and what we say instead."""
MISPLACED, NULL, MALFORMED = (
    "something is missing, or stands where it cannot",
    "a null character stands in it",
    "it is malformed",
)
COUNTS = ("2 or more", "1 or 2")
"""How many values a function takes, where that is no one number."""
PHRASES = frozenset({*UNREADABLE.values(), MISPLACED, NULL, MALFORMED, *COUNTS})
"""Words that stand inside a sentence, and are put into the reader's language with it."""

MESSAGES = {
    # reading
    "empty": "Nothing is written here.",
    "too_long": "The text has {length} characters; at most {limit} are allowed.",
    "too_many_parts": "The text has {count} parts; at most {limit} are allowed.",
    "too_deep": "Too many brackets inside one another: at most {limit} levels are allowed.",
    "too_long_list": "The list has {count} items; at most {limit} are allowed.",
    "too_heavy": "This is too much to work out in one expression; split it in two.",
    "syntax": "The text cannot be read: {detail}.",
    "single_equals": "Write '==' to compare; a single '=' means nothing here.",
    "full_width": "'{char}' is a full-width character; type '{plain}' instead.",
    "comment": "Remarks after '#' are not part of the language.",
    "missing_comma": "A comma is missing between two texts.",
    "not_in_language": "'{what}' is not part of the language.",
    "use_word": "Write '{word}' instead of '{sign}'.",
    # names
    "unknown_name": "There is no field or parameter '{name}'.",
    "unknown_name_close": "There is no field or parameter '{name}'; did you mean {close}?",
    "unknown_function": "There is no function '{name}'; the functions are {functions}.",
    "parameter_is_field": "The parameter '{name}' has the name of a field.",
    "parameter_value": "The parameter '{name}' has a value that cannot be used: {value}.",
    "list_misplaced": "A list can stand only after 'in' or 'not in'.",
    # kinds
    "kinds_differ": "{left} and {right} cannot be put together.",
    "only_written_yuan": "{right} cannot be put together with money; only a number written in"
    " the rule is read as yuan.",
    "not_ordered": "{kind} has no order: use '==', '!=' or 'in'.",
    "not_a_condition": "{given} is not a yes-or-no; compare it with something.",
    "not_calculable": "'{sign}' cannot be used with {kind}.",
    "dates_in_days": "Days are counted with days_between(from, to).",
    "money_times_money": "Money cannot be multiplied by money.",
    "number_by_money": "A number cannot be divided by money.",
    "division_by_zero": "This divides by zero.",
    "divisor_unproven": "This divides by {divisor}, and nothing says that it is not 0. Divide by"
    " max(…, 1), or write “… if {divisor} != 0 else …”.",
    "yuan_and_fen": "{value} is not an amount of yuan and fen: at most two decimals.",
    "not_a_date": "'{value}' is not a date; write it as '2026-01-31'.",
    "number_too_large": "The number is too large to be calculated with exactly.",
    "not_a_choice": "'{value}' is not one of the values of {field}: {choices}.",
    "none_comparison": "None is not compared: write 'is None' or 'is not None'.",
    "is_needs_none": "'is' and 'is not' are followed by None only.",
    "not_a_list": "After 'in' comes a list of written values, or a parameter holding a list.",
    "list_item": "The list holds {given}, where {want} is wanted.",
    "wrong_kind": "The result is {given}, where {want} is wanted.",
    "kind_unknown": "None alone says nothing of what it could have been.",
    # functions
    "argument_count": "'{function}' takes {expected}, not {given}.",
    "no_keywords": "Values are given to {function} without names.",
    "digits": "The number of digits must be a written whole number from {low} to {high}.",
    "bounds_crossed": "The lower bound is above the upper bound.",
    # tables
    "table_shape": "The table cannot be read: {detail}.",
    "table_empty": "The table has no {what}.",
    "table_too_large": "The table has {count} {what}; at most {limit} are allowed.",
    "table_width": "The row has {given} {what}, where {expected} are wanted.",
    "output_twice": "The output '{name}' is named twice.",
    "unknown_output": "There is no output '{name}'.",
    "no_bands": "{kind} has no bands; name its values.",
    "no_values": "{kind} is cut into bands; it is not listed by values.",
    "band_empty": "The band is empty: it starts at {low} and ends before {high}.",
    "gap": "No row fits where {place}.",
    "overlap": "Rows {first} and {second} both fit where {place}.",
}


def sentence(code: str, params: Mapping[str, object]) -> str:
    """The English sentence for a code; kinds in ``params`` are put into words."""
    words = {k: KIND_WORDS[v] if isinstance(v, Kind) else v for k, v in params.items()}
    said = MESSAGES[code].format(**words)
    return said[:1].upper() + said[1:]


class ExpressionError(ValueError):
    """A rule that cannot be used as written, with the place (counted from 1) and the reason."""

    def __init__(
        self, code: str, *, line: int = 1, column: int = 1, text: str = "", **params: object
    ) -> None:
        self.code = code
        self.params = params
        self.reason = sentence(code, params)
        self.line = line
        self.column = column
        self.text = text
        super().__init__(f"Line {line}, column {column}: {self.reason}")


class TableError(ValueError):
    """A decision table that cannot be used as written; row and column are counted from 1.

    Row 0 is the heading. ``column`` counts inputs first, then outputs; 0 is the row as a whole.
    """

    def __init__(self, code: str, *, row: int = 0, column: int = 0, **params: object) -> None:
        self.code = code
        self.params = params
        self.reason = sentence(code, params)
        self.row = row
        self.column = column
        super().__init__(f"Row {row}, column {column}: {self.reason}")
