"""Why a rule, or how an outcome is found, cannot be put into force."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.expressions import ExpressionError


@dataclass(frozen=True)
class RuleFault:
    """Which rule, what part of it, and the reason.

    The reason is ``template`` with ``params`` filled in, or what the expression language said, so
    that a door can say it in another language.
    """

    code: str
    part: str
    template: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    error: ExpressionError | None = None

    @property
    def reason(self) -> str:
        """The reason in English."""
        return str(self.error) if self.error else self.template % self.params

    def __str__(self) -> str:
        return f"{self.code} {self.part}: {self.reason}"


class RulesRefused(ValueError):
    """A set of rules that cannot be heard, with every reason."""

    def __init__(self, faults: list[RuleFault]) -> None:
        super().__init__("\n".join(str(each) for each in faults))
        self.faults = faults
