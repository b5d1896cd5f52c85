"""The last stage: everybody is named by tags, every feature measured, as workers do at night."""

from collections.abc import Callable

from admission.services import measuring, tagging
from core import runs
from core.models import Run
from sandbox.demo.setting import Setting, Tell


def name_customers(setting: Setting, tell: Tell) -> dict[str, int]:
    """Tags, groups and portraits of the whole county, then the figures of the dictionary."""
    today = setting.clock.today
    tagged = tagging.open_tagging(business_day=today, actor=None)
    _work_through(tagged, tagging.work_shard, tell)
    measured = measuring.open_measuring(business_day=today, actor=None)
    _work_through(measured, measuring.work_shard, tell)
    return {
        "tagged_customers": tagged.result["customers"],
        "features_known": measured.result["known"],
    }


def _work_through(run: Run, work: Callable[[int], None], tell: Tell) -> None:
    left = runs.waiting(run)
    for done, shard_id in enumerate(left, start=1):
        work(shard_id)
        tell(done, len(left))
    run.refresh_from_db()
