"""Taking over what the core system says customers keep with the bank: one class of deliveries."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from admission.errors import DeliveryHeld, DeliveryRefused, NotDeposits
from admission.models import Delivery, Deposit
from admission.services import deliveries, unmatched
from admission.services.deliveries import Checked
from admission.services.delivery_reasons import sentence
from core import audit
from core.audit import Deed
from core.models import User

DEPOSITS = "deposits"


@dataclass(frozen=True)
class Refusal:
    """A row that could not be taken over: its line, its field and the reason."""

    line: int
    field: str
    reason: str


@dataclass
class DepositsImport:
    """What one file held: rows, how many were stored, which were refused or of nobody known."""

    rows: int = 0
    stored: int = 0
    unknown_lines: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def import_deposits(
    path: Path, *, actor: User | None, at: datetime | None = None
) -> DepositsImport:
    """Store one delivery; the same file again changes nothing.

    Persons whom no roster knows are listed by line and passed by. Raises NotDeposits, and
    DeliveryHeld when the delivery is so odd that somebody has to look at it first.
    """
    path, at = Path(path), at or timezone.now()
    content = path.read_bytes()
    today = timezone.localdate(at)
    try:
        checked = deliveries.check(content, name=path.name, kind=DEPOSITS, day=None, today=today)
        made = deliveries.take_in(checked, content, name=path.name, actor=actor, at=at)
    except DeliveryRefused as exc:
        raise NotDeposits(str(exc)) from exc
    if made.status == Delivery.Status.HELD:
        raise DeliveryHeld(_("%(file)s is held back until somebody settles it.") % {"file": made})
    done = _told(made, checked)
    figures = {
        "rows": done.rows,
        "stored": done.stored,
        "unknown": len(done.unknown_lines),
        "refused": len(done.refused),
    }
    audit.record_all(Deposit, "admission.deposits.imported", [Deed(0, figures)], actor=actor)
    return done


def _told(made: Delivery, checked: Checked) -> DepositsImport:
    headings = {each.name: each.heading for each in checked.of.kind.columns}
    return DepositsImport(
        rows=made.rows,
        stored=made.matched,
        unknown_lines=unmatched.lines(checked) if made.unmatched else [],
        refused=[
            Refusal(line, headings[name], sentence(code, detail))
            for line, name, code, detail in checked.refused.iter_rows()
        ],
    )
