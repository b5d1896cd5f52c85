"""The last stage: the rules, tags and cards are heard of everybody, as workers do at night."""

from collections.abc import Callable, Iterable

from admission.services import measuring, portfolio
from core import runs
from core.models import Run
from sandbox.demo.setting import Setting, Tell


def name_customers(setting: Setting, tell: Tell) -> dict[str, int]:
    """What the rules say of the whole county, with its tags; then the figures of the dictionary."""
    today = setting.clock.today
    heard = portfolio.open_portfolio(business_day=today, actor=None)
    _work_through(heard, portfolio.work_through, tell)
    measured = measuring.open_measuring(business_day=today, actor=None)
    _work_through(measured, _one_by_one, tell)
    return {
        "tagged_customers": heard.result["customers"],
        "features_known": measured.result["known"],
    }


def _one_by_one(shard_ids: list[int]) -> Iterable[int]:
    for done, shard_id in enumerate(shard_ids, start=1):
        measuring.work_shard(shard_id)
        yield done


def _work_through(run: Run, work: Callable[[list[int]], Iterable[int]], tell: Tell) -> None:
    left = runs.waiting(run)
    for done in work(left):
        tell(done, len(left))
    run.refresh_from_db()
