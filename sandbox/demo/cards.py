"""The stage after the months: cards for the four segments, where enough people went bad."""

from admission.models import Scorecard
from admission.scoring.history import FEWEST_OF_A_KIND, Counted, Performing
from admission.services import scorecards
from admission.services import scorecards_training as training
from core import events
from core.errors import DomainError
from core.roles import Role
from sandbox.demo.setting import Setting, Tell

EARLY = Performing(months=3, bad_days=30, good_days=15)
"""The demo lives for five months only, so it looks at how loans begin; a bank takes a year."""
STEPS = (scorecards.pass_test, scorecards.approve, scorecards.shadow, scorecards.crown)
EVIDENCE = "演示：按本县历史训练，检验样本的区分度与校准见本卡页面。"


def train_cards(setting: Setting, tell: Tell) -> dict[str, int]:
    """One card for each segment with enough bad borrowers; the others are counted and left."""
    author, other = setting.staff(Role.RISK_OFFICER)[:2]
    known = training.history(EARLY, day=setting.clock.today)
    counts = known.counts()
    for done, count in enumerate(counts, start=1):
        if count.is_enough:
            made = training.draft_from(
                known, count.segment, split=training.BY_VILLAGE, actor=author
            )
            events.drain()
            _put_into_force(made.pk, other)
        tell(done, len(counts))
    return {
        "cards_in_force": Scorecard.objects.filter(status=Scorecard.Status.CHAMPION).count(),
        "segments_with_too_few": sum(not each.is_enough for each in counts),
        "bads": _sum(counts, "bads"),
        "goods": _sum(counts, "goods"),
        "bads_needed_each": FEWEST_OF_A_KIND,
    }


def _put_into_force(scorecard_id: int, officer: object) -> None:
    """Take a fitted card to its segment; one that its examination does not bear out stays."""
    for step in STEPS:
        try:
            step(scorecard_id, actor=officer, evidence=EVIDENCE)
        except DomainError:
            return


def _sum(counts: list[Counted], name: str) -> int:
    return sum(getattr(each, name) for each in counts)
