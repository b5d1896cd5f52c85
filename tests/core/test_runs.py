import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core import runs
from core.models import Branch, Run, Shard
from tests import make


def _run(*keys: str) -> Run:
    return runs.open_run("count sheep", business_day=make.DAY, keys=keys)


@pytest.mark.django_db
def test_a_run_adds_up_what_its_shards_report():
    run = _run("a", "b")

    for pk in runs.waiting(run):
        with runs.claimed(pk) as shard:
            shard.figures = {"sheep": 3}

    run.refresh_from_db()
    assert run.status == Run.Status.DONE
    assert run.result == {"sheep": 6}


@pytest.mark.django_db
def test_a_shard_is_worked_only_once():
    run = _run("a")
    pk = runs.waiting(run)[0]
    with runs.claimed(pk):
        pass

    with pytest.raises(runs.AlreadyWorked), runs.claimed(pk):
        pytest.fail("worked twice")


@pytest.mark.django_db
def test_a_failure_undoes_the_shard_keeps_the_reason_and_can_be_worked_again():
    run = _run("a")
    pk = runs.waiting(run)[0]

    def work() -> None:
        with runs.claimed(pk):
            make.branch(code="undone")
            raise ValueError("a wolf came")

    with pytest.raises(ValueError, match="wolf"):
        work()

    shard = Shard.objects.get(pk=pk)
    assert (shard.status, shard.attempts) == (Shard.Status.FAILED, 1)
    assert "a wolf came" in shard.error
    assert not Branch.objects.filter(code="undone").exists()
    with runs.claimed(pk):
        pass
    run.refresh_from_db()
    assert run.status == Run.Status.DONE


@pytest.mark.django_db
def test_opening_the_same_run_again_resumes_it():
    first = _run("a", "b")
    with runs.claimed(runs.waiting(first)[0]):
        pass

    again = _run("a", "b")

    assert again == first
    assert len(runs.waiting(again)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_hold_the_same_shard():
    pk = runs.waiting(_run("a"))[0]
    holding, may_end, outcomes = threading.Event(), threading.Event(), []

    def first_worker() -> None:
        with runs.claimed(pk):
            holding.set()
            may_end.wait(10)
        connection.close()

    worker = threading.Thread(target=first_worker)
    worker.start()
    holding.wait(10)
    try:
        with runs.claimed(pk):
            outcomes.append("held twice")
    except runs.AlreadyWorked:
        outcomes.append("turned away")
    may_end.set()
    worker.join()

    assert outcomes == ["turned away"]
    assert Shard.objects.get(pk=pk).status == Shard.Status.DONE


def _counted(shards):
    for shard in shards:
        if shard.key == "wolf":
            raise ValueError("a wolf came")
        make.branch(code=f"{shard.key} of {len(shards)}")
        shard.figures = {"sheep": 1}


@pytest.mark.django_db
def test_shards_worked_together_are_worked_in_groups_of_the_size_asked_for():
    run = _run("a", "b", "c")

    done = list(runs.work_through(runs.waiting(run), _counted, at_once=2))

    assert done == [2, 3]
    codes = Branch.objects.order_by("code").values_list("code", flat=True)
    assert list(codes) == ["a of 2", "b of 2", "c of 1"]
    run.refresh_from_db()
    assert (run.status, run.result) == (Run.Status.DONE, {"sheep": 3})


@pytest.mark.django_db
def test_a_bad_shard_keeps_no_other_of_its_group_from_being_worked():
    run = _run("a", "c", "wolf")

    list(runs.work_through(runs.waiting(run), _counted, at_once=3))

    assert set(Branch.objects.values_list("code", flat=True)) == {"a of 1", "c of 1"}
    run.refresh_from_db()
    assert (run.status, run.result) == (Run.Status.FAILED, {"sheep": 2})
    assert "a wolf came" in Shard.objects.get(key="wolf").error
    assert runs.waiting(run) == [Shard.objects.get(key="wolf").pk]


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_shards_and_work_each_once():
    run = _run(*"abcdefgh")

    done = list(runs.work_through(runs.waiting(run), _counted, at_once=2, workers=2))

    assert done == [2, 4, 6, 8]
    assert set(Shard.objects.values_list("status", "attempts")) == {(Shard.Status.DONE, 1)}
    assert Branch.objects.count() == 8


def begun(run, *, ago):
    Run.objects.filter(pk=run.pk).update(started_at=timezone.now() - ago)
    return run


def taken_up():
    return [(run.pk, left) for run, left in runs.left_waiting(["count sheep"], timezone.now())]


@pytest.mark.django_db
def test_a_run_of_which_nothing_comes_is_taken_up_with_the_shards_nobody_has_tried():
    run = begun(_run("a", "wolf", "b"), ago=timedelta(hours=1))
    one, wolf, other = runs.waiting(run)
    with runs.claimed(one):
        pass
    Shard.objects.filter(pk=one).update(finished_at=timezone.now() - timedelta(minutes=20))
    Shard.objects.filter(pk=wolf).update(status=Shard.Status.FAILED)

    assert taken_up() == [(run.pk, [other])]
    assert list(runs.left_waiting(["count goats"], timezone.now())) == []


@pytest.mark.django_db
@pytest.mark.parametrize("ago", [timedelta(minutes=10), timedelta(days=3)])
def test_a_run_that_has_just_begun_or_is_long_over_is_left_alone(ago):
    begun(_run("a"), ago=ago)

    assert taken_up() == []


@pytest.mark.django_db
def test_a_run_whose_shards_are_being_worked_is_left_alone():
    run = begun(_run("a", "b"), ago=timedelta(hours=1))
    with runs.claimed(runs.waiting(run)[0]):
        pass

    assert taken_up() == []


@pytest.mark.django_db
def test_a_run_whose_worker_died_before_its_end_is_ended():
    run = begun(_run("a"), ago=timedelta(hours=1))
    Shard.objects.update(status=Shard.Status.DONE, figures={"sheep": 3})

    assert taken_up() == []
    run.refresh_from_db()
    assert (run.status, run.result) == (Run.Status.DONE, {"sheep": 3})


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_second_to_a_shard_that_asks_others_leaves_it_to_the_first():
    pk = runs.waiting(_run("a"))[0]
    holding, may_end = threading.Event(), threading.Event()

    def first_worker() -> None:
        with runs.held(pk):
            holding.set()
            may_end.wait(10)
        connection.close()

    worker = threading.Thread(target=first_worker)
    worker.start()
    holding.wait(10)
    try:
        with pytest.raises(runs.AlreadyWorked), runs.held(pk):
            pytest.fail("worked by two")
        assert worker.is_alive()
    finally:
        may_end.set()
        worker.join()

    assert Shard.objects.get(pk=pk).status == Shard.Status.DONE
