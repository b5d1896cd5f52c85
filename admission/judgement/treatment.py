"""What a rule that holds brings about beyond its level: written beside it as data, read here.

{"refuse_when": "product_is_online"}          it then weighs as a high rule
{"head_office_when": "gov_exec_open_amt > 50000"}   only head office lets it pass
{"limit_at_most": 50000}                      yuan
{"before_drawing": "visit"}                   the household is seen before money moves
{"rebind_phone_when": "not phone_name_match"} nothing is signed before the operator knows a
                                              number of theirs under the customer's own name
{"use_check_when": "re_hold_months < 36"}     after the draw somebody looks once more whether the
                                              money is used as said
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.expressions import Catalogue, Expression, ExpressionError, Kind

WHEN = ("refuse_when", "head_office_when", "rebind_phone_when", "use_check_when")
VISIT = "visit"
PHONE = "phone"
USE_CHECK = "use_check"
FEN_PER_YUAN = 100


@dataclass(frozen=True)
class Treatment:
    """A rule's treatment, read; the limit in fen."""

    refuse_when: Expression | None = None
    head_office_when: Expression | None = None
    rebind_phone_when: Expression | None = None
    use_check_when: Expression | None = None
    limit_at_most: int | None = None
    before_drawing: str = ""

    @property
    def fields(self) -> frozenset[str]:
        """Every field its conditions read."""
        conditions = (getattr(self, name) for name in WHEN)
        return frozenset().union(*(each.fields for each in conditions if each))

    def refuses(self, row: Mapping[str, object]) -> bool:
        """Whether a rule that holds weighs as a high one here; unknown does not."""
        return self.refuse_when is not None and self.refuse_when.value(row) is True

    def as_json(self, row: Mapping[str, object]) -> dict[str, object]:
        """What of it applies here, as it is kept with the hit."""
        found: dict[str, object] = {}
        if self.head_office_when is not None and self.head_office_when.value(row) is True:
            found["head_office"] = True
        if self.rebind_phone_when is not None and self.rebind_phone_when.value(row) is True:
            found["before_signing"] = PHONE
        if self.use_check_when is not None and self.use_check_when.value(row) is True:
            found["after_drawing"] = USE_CHECK
        if self.limit_at_most is not None:
            found["limit_at_most"] = self.limit_at_most
        if self.before_drawing:
            found["before_drawing"] = self.before_drawing
        return found


NOTHING = Treatment()


def read(written: Mapping[str, object], catalogue: Catalogue) -> Treatment:
    """A treatment that was checked before."""
    conditions = {
        name: catalogue.parse(str(written[name]), want=Kind.BOOL)
        for name in WHEN
        if name in written
    }
    at_most = written.get("limit_at_most")
    return Treatment(
        **conditions,
        limit_at_most=None if at_most is None else int(at_most) * FEN_PER_YUAN,
        before_drawing=str(written.get("before_drawing", "")),
    )


def wrong(
    written: Mapping[str, object], catalogue: Catalogue, *, is_new: bool
) -> Iterator[str | ExpressionError]:
    """What is wrong with a treatment, as a sentence or as the fault of a condition."""
    if written.keys() - {*WHEN, "limit_at_most", "before_drawing"}:
        yield (
            "Write refuse_when, head_office_when, rebind_phone_when, use_check_when, "
            "limit_at_most or before_drawing."
        )
    for name in WHEN:
        if name in written:
            try:
                catalogue.parse(str(written[name]), want=Kind.BOOL, is_new=is_new)
            except ExpressionError as exc:
                yield exc
    at_most = written.get("limit_at_most", 1)
    if not isinstance(at_most, int) or isinstance(at_most, bool) or at_most <= 0:
        yield "limit_at_most is whole yuan, more than none."
    if written.get("before_drawing", VISIT) != VISIT:
        yield "Before drawing only a visit can be asked for."
