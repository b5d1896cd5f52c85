"""The checked tree of an expression: every node knows its kind, and both back-ends read it.

``nullable`` – can it be unknown; ``weight`` – how many steps it costs as columns; ``bound`` – how
large a number can get at most, known beforehand, so that whole numbers need no overflow checks
except where two of them are multiplied; ``reads`` – the fields it depends on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.expressions.kinds import AS_GOOD_AS_ZERO, SAFE, Field, Kind

WHOLE_LIMIT = 2.0**62
FLOAT_LIMIT = 1e300


@dataclass(eq=False, slots=True)
class Node:
    """One step of an expression."""

    kind: Kind
    nullable: bool = field(init=False, default=True)
    weight: int = field(init=False, default=1)
    bound: float = field(init=False, default=0.0)
    reads: frozenset[str] = field(init=False, default=frozenset())

    def _measure(self, parts: Sequence["Node"], *, times: int = 1) -> None:
        self.nullable = any(part.nullable for part in parts)
        self.weight = 1 + times * sum(part.weight for part in parts)
        self.bound = max(part.bound for part in parts)
        self.reads = frozenset().union(*[part.reads for part in parts])


@dataclass(eq=False, slots=True)
class Const(Node):
    """A written value, a parameter's value, or None for "unknown"."""

    value: object

    def __post_init__(self) -> None:
        self.nullable = self.value is None
        self.bound = float(abs(self.value)) if isinstance(self.value, int | float) else 0.0


@dataclass(eq=False, slots=True)
class Read(Node):
    """A field of the row; a number beyond ±SAFE, NaN or infinite is unknown."""

    field: Field

    def __post_init__(self) -> None:
        self.reads = frozenset([self.field.name])
        if self.kind.is_calculated:
            self.weight, self.bound = 3, float(SAFE)


@dataclass(eq=False, slots=True)
class Not(Node):
    """Yes becomes no, unknown stays unknown."""

    part: Node

    def __post_init__(self) -> None:
        self._measure([self.part])


@dataclass(eq=False, slots=True)
class All(Node):
    """``and``: one no is enough for no, whatever is unknown."""

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        self._measure(self.parts)


@dataclass(eq=False, slots=True)
class AnyOf(Node):
    """``or``: one yes is enough for yes, whatever is unknown."""

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        self._measure(self.parts)


@dataclass(eq=False, slots=True)
class Compare(Node):
    """Two values of one kind compared; unknown if either is."""

    sign: str
    left: Node
    right: Node

    def __post_init__(self) -> None:
        self._measure([self.left, self.right])


@dataclass(eq=False, slots=True)
class Member(Node):
    """Whether a value is one of a fixed list."""

    part: Node
    values: tuple[object, ...]

    def __post_init__(self) -> None:
        self._measure([self.part])


@dataclass(eq=False, slots=True)
class IsUnknown(Node):
    """``is None``: always a yes or a no."""

    part: Node

    def __post_init__(self) -> None:
        self._measure([self.part])
        self.nullable = False


@dataclass(eq=False, slots=True)
class Definite(Node):
    """A condition in which unknown counts as no; used for rows of a table."""

    part: Node

    def __post_init__(self) -> None:
        self._measure([self.part])
        self.nullable = False


@dataclass(eq=False, slots=True)
class Arith(Node):
    """``+ - * /`` of two values of one kind of number (whole with whole, float with float).

    ``checked`` is set where the result could leave the range; it is then unknown beyond ±SAFE.
    """

    sign: str
    left: Node
    right: Node
    checked: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._measure([self.left, self.right])
        if self.sign == "/":
            self.bound = self.left.bound / _least_divisor(self.right)
            self.nullable = self.nullable or not isinstance(self.right, Const)
            self.weight += 2 * self.right.weight
        elif self.sign == "*":
            self.bound = self.left.bound * self.right.bound
        else:
            self.bound = self.left.bound + self.right.bound
        limit = FLOAT_LIMIT if self.kind is Kind.DECIMAL else WHOLE_LIMIT
        if self.bound > limit:
            self.checked, self.nullable = True, True
            self.bound, self.weight = float(SAFE), 1 + 2 * self.weight


def _least_divisor(divisor: Node) -> float:
    if isinstance(divisor, Const):
        return divisor.bound
    return 1.0 if isinstance(divisor, ToDecimal) else AS_GOOD_AS_ZERO


@dataclass(eq=False, slots=True)
class Negative(Node):
    """Unary minus."""

    part: Node

    def __post_init__(self) -> None:
        self._measure([self.part])


@dataclass(eq=False, slots=True)
class Absolute(Node):
    """The size of a number without its sign."""

    part: Node

    def __post_init__(self) -> None:
        self._measure([self.part])


@dataclass(eq=False, slots=True)
class ToDecimal(Node):
    """A whole number or fen taken as float."""

    part: Node

    def __post_init__(self) -> None:
        self._measure([self.part])


@dataclass(eq=False, slots=True)
class ToWhole(Node):
    """A float made a whole number or fen; half goes away from zero, or everything down."""

    part: Node
    down: bool = False
    checked: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._measure([self.part])
        if self.bound > WHOLE_LIMIT:
            self.checked, self.nullable = True, True
            self.bound, self.weight = float(SAFE), 1 + 2 * self.weight


@dataclass(eq=False, slots=True)
class ToUnit(Node):
    """A whole number or fen brought to a multiple of ``unit`` (100,000 fen: a thousand yuan)."""

    part: Node
    unit: int
    down: bool = False

    def __post_init__(self) -> None:
        self._measure([self.part], times=1 if self.down else 2)
        self.bound += self.unit


@dataclass(eq=False, slots=True)
class ToDigits(Node):
    """A float brought to so many digits after the point (before it, when negative)."""

    part: Node
    digits: int
    down: bool = False

    def __post_init__(self) -> None:
        self._measure([self.part])
        self.bound += 10.0 ** -min(self.digits, 0)


@dataclass(eq=False, slots=True)
class Extreme(Node):
    """The least or the greatest of several; unknown as soon as one of them is."""

    parts: tuple[Node, ...]
    greatest: bool

    def __post_init__(self) -> None:
        self._measure(self.parts, times=2)


@dataclass(eq=False, slots=True)
class Coalesce(Node):
    """The first that is known."""

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        self._measure(self.parts)
        self.nullable = all(part.nullable for part in self.parts)


@dataclass(eq=False, slots=True)
class Choose(Node):
    """``a if condition else b``; unknown if the condition is."""

    condition: Node
    yes: Node
    no: Node

    def __post_init__(self) -> None:
        self._measure([self.condition, self.yes, self.no])
        self.weight += self.condition.weight


@dataclass(eq=False, slots=True)
class Cases(Node):
    """The value of the first condition that holds, unknown if none does."""

    cases: tuple[tuple[Node, Node], ...]

    def __post_init__(self) -> None:
        self._measure([node for case in self.cases for node in case])
        self.nullable = True


@dataclass(eq=False, slots=True)
class DaysBetween(Node):
    """Days from one date to another, negative if the second is earlier."""

    start: Node
    end: Node

    def __post_init__(self) -> None:
        self._measure([self.start, self.end])
        self.bound = 4e6


@dataclass(eq=False, slots=True)
class YearsBetween(Node):
    """Full years from one date to another, as an age is counted."""

    start: Node
    end: Node

    def __post_init__(self) -> None:
        self._measure([self.start, self.end], times=3)
        self.bound = 1e4
