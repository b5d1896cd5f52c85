"""Work that the broker hands to the admission room."""

from contextlib import suppress
from pathlib import Path

from celery import Task, shared_task
from django.conf import settings
from django.utils import timezone

from admission.deliveries.classes import CLASSES, WATCH_LISTS
from admission.errors import NoRulesInForce, NoTagsInForce, NotAuthorised, NothingMissing
from admission.models import Delivery, Exploration, IncomingFile, Scorecard, ScoredFile
from admission.services import (
    admitting,
    authorisation_requests,
    deciding,
    deliveries,
    delivery_plans,
    incoming,
    left_files,
    measuring,
    photographed_papers,
    portfolio,
    proposing,
    reading_again,
    rule_publishing,
    rule_simulating,
    rule_simulating_portfolio,
    scorecards_files,
    scorecards_fitting,
    scorecards_training_runs,
    scorecards_watching,
    scorecards_watching_runs,
    tagging,
)
from admission.sources.lending import bank_day
from core import runs, steps
from core.models import User

LOOK_AGAIN_SECONDS = 120
"""How often the beat looks for papers that were left."""
LOOK_AT_RUNS_SECONDS = 300
"""How often it looks for shards of runs, and for decisions, that were."""


@shared_task
def pick_up_deliveries() -> None:
    """Take in the files that others left in the directory of deliveries, if there is one."""
    if settings.DELIVERIES_DIR:
        for _each in left_files.pick_up(Path(settings.DELIVERIES_DIR), at=timezone.now()):
            pass


@shared_task(acks_late=True)
def take_in_file(file_id: int) -> None:
    """Take in a file that was handed in. Safe to run again: one that was taken in is left alone."""
    record = IncomingFile(pk=file_id)
    incoming.work(file_id, tell=steps.telling(record))
    steps.over(record)


@shared_task(acks_late=True)
def take_in_ordered(delivery_id: int) -> None:
    """Take in a delivery that was held back, or withdraw one that was taken in. Safe to run
    again."""
    record = Delivery(pk=delivery_id)
    incoming.work_ordered(delivery_id, tell=steps.telling(record))
    steps.over(record)


@shared_task(acks_late=True)
def match_again(delivery_id: int) -> None:
    """Look for people registered after a delivery came. Safe to run again."""
    deliveries.match_again(delivery_id)


@shared_task(acks_late=True)
def decide_again(decision_id: int) -> None:
    """Decide anew about whoever waited for an answer that is there now. Safe to run again."""
    with suppress(NotAuthorised, NothingMissing):
        deciding.decide_again(decision_id, actor=None, as_of=bank_day(timezone.localdate()))


@shared_task
def decide_left_waiting() -> None:
    """Decide anew about whoever waits for an answer that was read again, and whose turn the broker
    lost. One that a worker dies of keeps no other from its turn."""
    for decision_id in reading_again.left_waiting(timezone.now()):
        decide_again.apply_async((decision_id,), expires=LOOK_AT_RUNS_SECONDS)


@shared_task
def take_in_left_files() -> None:
    """Take up files whose worker died or whose message was lost, and looks for people of a new
    roster in the newest black and grey lists."""
    now = timezone.now()
    for file_id in incoming.left_waiting(now):
        take_in_file(file_id)
    for delivery_id in incoming.left_ordered():
        take_in_ordered(delivery_id)
    if newest := deliveries.left_unmatched(CLASSES[WATCH_LISTS]):
        match_again(newest.pk)


@shared_task
def tell_late_deliveries() -> None:
    """Tell the administrators which classes of data are late."""
    delivery_plans.tell_late(timezone.localdate())


@shared_task(acks_late=True)
def simulate_rules(shard_id: int) -> None:
    """Hear a version of the rules on some customers; nothing is decided by it."""
    try:
        rule_simulating.work_shard(shard_id)
    except runs.AlreadyWorked:
        return


@shared_task(acks_late=True)
def simulate_rules_on_portfolio(shard_id: int) -> None:
    """Hear a version of the rules on some of the county's customers; nothing is decided by it."""
    try:
        rule_simulating_portfolio.work_shard(shard_id)
    except runs.AlreadyWorked:
        return


@shared_task(acks_late=True)
def tag_shards(shard_ids: list[int]) -> None:
    """Tag some villages together. Safe to run again: the second time changes nothing."""
    for _done in tagging.work_through(shard_ids):
        pass


@shared_task(acks_late=True)
def hear_shards(shard_ids: list[int]) -> None:
    """Hear some villages together. Safe to run again: the second time changes nothing."""
    for _done in portfolio.work_through(shard_ids):
        pass


@shared_task(acks_late=True)
def measure_shard(shard_id: int) -> None:
    """Measure the features of one source. Safe to run again."""
    try:
        measuring.work_shard(shard_id)
    except runs.AlreadyWorked:
        return


@shared_task(acks_late=True)
def admit_shard(shard_id: int) -> None:
    """Decide about the borrowers of one village. Safe to run again: whoever has a fresh decision is
    passed by."""
    try:
        admitting.work_shard(shard_id)
    except runs.AlreadyWorked:
        return


WORKED_ALONE: dict[str, Task] = {
    admitting.KIND: admit_shard,
    measuring.KIND: measure_shard,
    rule_simulating.KIND: simulate_rules,
    rule_simulating_portfolio.KIND: simulate_rules_on_portfolio,
}
WORKED_TOGETHER: dict[str, Task] = {tagging.KIND: tag_shards, portfolio.KIND: hear_shards}


@shared_task
def go_on_with_runs() -> None:
    """Hand over anew the shards of runs that the broker lost, or whose worker died, and end the
    runs that newer ones have overtaken. A turn that has
    not come by the next look is forgotten: the next look gives another."""
    now = timezone.now()
    portfolio.end_overtaken(now)
    for run, left in runs.left_waiting(WORKED_ALONE, now):
        for shard_id in left:
            WORKED_ALONE[run.kind].apply_async((shard_id,), expires=LOOK_AT_RUNS_SECONDS)
    for run, _left in runs.left_waiting(WORKED_WHOLE, now):
        WORKED_WHOLE[run.kind].apply_async((run.pk,), expires=LOOK_AT_RUNS_SECONDS)
    for run, left in runs.left_waiting(WORKED_TOGETHER, now):
        for some in tagging.groups(portfolio.not_overtaken(left)):
            WORKED_TOGETHER[run.kind].apply_async((some,), expires=LOOK_AT_RUNS_SECONDS)
    for each in rule_simulating.not_summed_up():
        of = rule_simulating_portfolio if each.is_of_portfolio else rule_simulating
        of.conclude(each.pk)


@shared_task
def expire_requests() -> None:
    """Close the authorisation links that nobody answered in time."""
    authorisation_requests.expire(timezone.now())


@shared_task
def put_rules_into_force() -> None:
    """Put into force what a second person approved for a moment that has come."""
    rule_publishing.take_force(timezone.now())


@shared_task
def watch_scorecards() -> None:
    """Hold the cards that decisions are scored by against those decisions."""
    scorecards_watching.watch_champions(day=bank_day(timezone.localdate()))


@shared_task(acks_late=True)
def watch_scorecard(run_id: int) -> None:
    """Hold one card against the decisions it scored, or people of a file. Safe to run again."""
    try:
        scorecards_watching_runs.work(run_id)
    except runs.AlreadyWorked:
        return


@shared_task
def fit_waiting_scorecards() -> None:
    """Fit the drafts, score the files and look for the groups whose turn the broker lost, or whose
    worker died; and say of those at which workers die every time that nothing came of them."""
    now = timezone.now()
    for each in (scorecards_fitting, scorecards_files, proposing):
        each.give_up(now)
    for scorecard_id in scorecards_fitting.left_waiting(now):
        fit_scorecard(scorecard_id)
    for scored_file_id in scorecards_files.left_waiting(now):
        score_people(scored_file_id)
    for exploration_id in proposing.left_waiting(now):
        explore(exploration_id)


@shared_task(acks_late=True)
def fit_scorecard(scorecard_id: int) -> None:
    """Fit one drafted scorecard. Safe to run again: a fitted one is left alone."""
    record = Scorecard(pk=scorecard_id)
    scorecards_fitting.fit_drafted(scorecard_id, at=timezone.now(), tell=steps.telling(record))
    steps.over(record)


@shared_task(acks_late=True)
def train_scorecard(run_id: int) -> None:
    """Count the county's people whose end is known, and draft a card. Safe to run again."""
    try:
        scorecards_training_runs.work(run_id)
    except runs.AlreadyWorked:
        return


WORKED_WHOLE: dict[str, Task] = {
    scorecards_watching_runs.KIND: watch_scorecard,
    scorecards_training_runs.KIND: train_scorecard,
}
"""Runs of one shard, which a worker knows by the run."""


@shared_task(acks_late=True)
def score_people(scored_file_id: int) -> None:
    """Score one file of people. Safe to run again: a scored one is left alone."""
    record = ScoredFile(pk=scored_file_id)
    scorecards_files.score_handed_in(scored_file_id, at=timezone.now(), tell=steps.telling(record))
    steps.over(record)


@shared_task(
    acks_late=True,
    soft_time_limit=photographed_papers.READING_SECONDS,
    time_limit=photographed_papers.AT_MOST_SECONDS,
)
def read_paper(paper_id: int) -> None:
    """Read one photographed paper. Safe to run again: one that was read is left alone."""
    photographed_papers.work(paper_id, at=timezone.now())


@shared_task
def read_waiting_papers() -> None:
    """Have the papers read whose turn the broker lost, or whose worker died; each is a task with
    its own limit, so that a picture at which a worker hangs keeps no other back.

    A turn that has not come by the next look is forgotten: the next look gives another.
    """
    for paper_id in photographed_papers.left_waiting(timezone.now()):
        read_paper.apply_async((paper_id,), expires=LOOK_AGAIN_SECONDS)


@shared_task
def forget_pictures() -> None:
    """Delete the pictures of papers, and of faces, whose time is over."""
    today = timezone.localdate()
    photographed_papers.forget(today)
    authorisation_requests.forget_faces(today)


@shared_task(acks_late=True)
def explore(exploration_id: int) -> None:
    """Look for groups of customers. Safe to run again: what was found is kept once."""
    record = Exploration(pk=exploration_id)
    proposing.explore(exploration_id, at=timezone.now(), tell=steps.telling(record))
    steps.over(record)


@shared_task
def tag_county(asked_by: int | None = None) -> None:
    """Tag everybody anew, each village a task; nothing to do while no tags are in force."""
    actor = User.objects.filter(pk=asked_by).first()
    try:
        run = tagging.open_tagging(business_day=bank_day(timezone.localdate()), actor=actor)
    except NoTagsInForce:
        return
    for some in tagging.groups(runs.waiting(run)):
        tag_shards.delay(some)


@shared_task
def hear_county(asked_by: int | None = None) -> None:
    """Rules, features and tags of everybody, some villages a task; while no rules are in force,
    tags alone."""
    actor = User.objects.filter(pk=asked_by).first()
    try:
        run = portfolio.open_portfolio(business_day=bank_day(timezone.localdate()), actor=actor)
    except (NoRulesInForce, NoTagsInForce):
        tag_county(asked_by)
        return
    for some in tagging.groups(runs.waiting(run)):
        hear_shards.delay(some)


@shared_task
def measure_county(asked_by: int | None = None) -> None:
    """Measure all features anew, each source a task."""
    actor = User.objects.filter(pk=asked_by).first()
    run = measuring.open_measuring(business_day=bank_day(timezone.localdate()), actor=actor)
    for shard_id in runs.waiting(run):
        measure_shard.delay(shard_id)
