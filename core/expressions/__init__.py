"""The language in which the bank's staff write rules, tags, warnings, policies and eligibility.

Written once, a rule runs for one applicant (``Expression.value``) and for a county
(``Expression.column``), and both agree on every cell. Unknown (None) is neither yes nor no:

* ``False and unknown`` is no, ``True or unknown`` is yes;
* arithmetic, comparison, ``in``, ``min``, ``max`` and ``clip`` with unknown are unknown;
  ``coalesce(a, b)`` takes the first that is known; ``x is None`` is always a yes or a no;
* ``a if unknown else b`` is unknown;
* a division by zero, NaN, infinity, and a number beyond ±(2**53 - 1) are unknown.

Money is whole fen in rows and results; a number *written* beside money (in the rule or as a
parameter) is yuan. ``money * 0.7`` and ``money / 12`` are rounded to the fen, half away from zero;
``floor(money * 0.7, 2)`` goes down to the fen instead.
"""

from core.expressions.catalogue import Catalogue
from core.expressions.errors import ExpressionError, TableError
from core.expressions.expression import Expression, fingerprint, together
from core.expressions.gaps import TableProblem
from core.expressions.kinds import Field, Kind
from core.expressions.tables import DecisionTable

__all__ = [
    "Catalogue",
    "DecisionTable",
    "Expression",
    "ExpressionError",
    "Field",
    "Kind",
    "TableError",
    "TableProblem",
    "fingerprint",
    "together",
]
