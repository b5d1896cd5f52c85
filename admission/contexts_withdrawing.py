"""What pages say of withdrawing a delivery: who asked and why, what goes, what stands again."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from admission.deliveries.classes import CLASSES
from admission.models import Delivery, Figures
from admission.services import withdrawing
from core.models import User

SETTLES = "admission.settle_delivery"
BRINGS = "admission.add_delivery"
Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class Withdrawal:
    """How the withdrawal of one delivery stands, and what this person may do about it."""

    facts: Facts
    can_ask: bool
    can_decline: bool
    can_agree: bool

    @classmethod
    def build(cls, delivery: Delivery, user: User) -> "Withdrawal":
        """From the delivery as it is now."""
        stands = delivery.status == Delivery.Status.TAKEN
        asked = delivery.withdrawal_asked_by_id is not None
        settles = user.has_perm(SETTLES)
        own = delivery.withdrawal_asked_by_id == user.pk
        return cls(
            facts=_facts(delivery) if asked else [],
            can_ask=stands and not asked and (settles or user.has_perm(BRINGS)),
            can_decline=stands and asked and (settles or own),
            can_agree=stands and asked and settles and not own,
        )

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to say or do."""
        return bool(self.facts) or self.can_ask

    @property
    def waits_for_others(self) -> bool:
        """Whether somebody else has to agree."""
        return self.can_decline and not self.can_agree


def _facts(delivery: Delivery) -> Facts:
    facts = [
        (_("asked for by"), str(delivery.withdrawal_asked_by)),
        (_("why"), delivery.withdrawal_because),
    ]
    if delivery.withdrawn_by:
        facts.append((_("agreed by"), str(delivery.withdrawn_by)))
    if delivery.withdrawn_at:
        facts += [
            (_("withdrawn at"), f"{timezone.localtime(delivery.withdrawn_at):%Y-%m-%d %H:%M}"),
            (_("figures that went"), f"{delivery.figures_gone:,}"),
            (_("figures that came back"), f"{delivery.figures_back:,}"),
        ]
    return facts


def confirmed_facts(delivery: Delivery) -> Facts:
    """What somebody should see before they say so: how many figures go, and where what stood before
    is read from."""
    gone = Figures.objects.filter(kind=delivery.kind, delivery=delivery).count()
    speaking = withdrawing.speaking(delivery)
    facts = [
        (_("file"), str(delivery)),
        (_("figures that go"), f"{gone:,}"),
        (_("read again for what stood before"), _earlier(speaking)),
    ]
    return facts + (_facts(delivery) if delivery.withdrawal_asked_by_id else [])


def consequences(delivery: Delivery) -> str:
    """What a withdrawal leads to."""
    of = CLASSES.get(delivery.kind)
    if not withdrawing.speaking(delivery):
        before = _(
            "No other file of this class was taken in: whoever it told of is unknown until the "
            "next one comes."
        )
    elif of.complete:
        before = _(
            "What the files below say stands again; whoever none of them names is unknown until "
            "the next one comes."
        )
    else:
        before = _(
            "Of each person the newest file that names them stands again; whoever none names is "
            "unknown until the next one comes."
        )
    said = [_("All figures that stand on this file go."), before]
    if delivery.kind == withdrawing.WATCH_LISTS:
        said.append(_("Review outcomes that a black list of it made void stay void."))
    said.append(_("Tags follow with the next run; decisions stay as they were made."))
    return " ".join(said)


def _earlier(speaking: list[Delivery]) -> str:
    if not speaking:
        return _("none")
    more = len(speaking) - 1
    if not more:
        return str(speaking[0])
    return _("%(file)s and %(n)s more") % {"file": speaking[0], "n": more}
