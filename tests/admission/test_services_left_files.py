"""Files that others left in the directory of deliveries."""

from datetime import datetime
from pathlib import Path

import pytest

from admission.models import Delivery
from admission.services import left_files
from core.models import Notice
from core.roles import Role
from tests import make
from tests.admission.brought import AT, paid, text

pytestmark = pytest.mark.django_db
LATER = datetime(2037, 1, 1, tzinfo=AT.tzinfo)


@pytest.fixture
def cannot_be_read(monkeypatch):
    """``cannot_be_read(name, error)``: reading files of that name ends in the error."""
    kept = Path.read_bytes

    def broken(name, error):
        def read(path):
            if path.name == name:
                raise error
            return kept(path)

        monkeypatch.setattr(Path, "read_bytes", read)

    return broken


def passes(directory, number):
    """The beat looks into the directory so many times."""
    return [list(left_files.pick_up(directory, at=LATER)) for _each in range(number)]


def reason(directory, stem):
    """The one note in ``failed`` about a file of this name."""
    (found,) = (directory / "failed").glob(f"{stem}.*.reason.txt")
    return found


def test_files_left_in_the_directory_are_taken_in_and_bad_ones_put_aside(tmp_path):
    customer = make.customer()
    (tmp_path / "good.csv").write_bytes(text(paid(customer)))
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    (tmp_path / "notes.md").write_text("not for us")

    found = {each.name: each for each in left_files.pick_up(tmp_path, at=LATER)}

    assert found["good.csv"].delivery.matched == 1
    assert found["bad.csv"].delivery is None
    assert sorted(each.name for each in tmp_path.iterdir()) == ["failed", "notes.md", "working"]
    assert list((tmp_path / "working").iterdir()) == []
    assert (tmp_path / "notes.md").exists()
    assert reason(tmp_path, "bad").read_text().strip()


def test_a_file_that_is_still_being_written_waits(tmp_path):
    (tmp_path / "good.csv").write_bytes(text(paid(make.customer())))

    found = list(left_files.pick_up(tmp_path, at=datetime.now(AT.tzinfo)))

    assert found == []
    assert (tmp_path / "good.csv").exists()


def test_the_administrators_are_told_once_by_name_of_a_file_that_was_put_aside(tmp_path):
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")

    passes(tmp_path, 2)

    told = Notice.objects.get()
    assert (told.role, "bad.csv" in told.title) == (Role.ADMINISTRATOR, True)


@pytest.mark.parametrize("error", [PermissionError("no"), ZeroDivisionError("11010519491231002X")])
def test_a_file_that_breaks_keeps_no_later_file_back_and_goes_aside_in_the_end(
    tmp_path, cannot_be_read, caplog, error
):
    cannot_be_read("a.csv", error)
    (tmp_path / "a.csv").write_text("whatever")
    (tmp_path / "b.csv").write_bytes(text(paid(make.customer())))

    first, *_between, last = passes(tmp_path, left_files.TAKEN_UP_AT_MOST + 1)

    assert [each.name for each in first] == ["a.csv", "b.csv"]
    assert Delivery.objects.get().file_name == "b.csv"
    assert last == []
    assert [each for each in tmp_path.rglob("a.csv") if each.is_file()] == []
    assert reason(tmp_path, "a").read_text().strip()
    assert "a.csv" in Notice.objects.get().title
    assert type(error).__name__ in caplog.text
    assert "11010519491231002X" not in caplog.text


def test_a_file_that_breaks_once_is_taken_in_the_next_time(tmp_path, cannot_be_read, monkeypatch):
    (tmp_path / "a.csv").write_bytes(text(paid(make.customer())))
    cannot_be_read("a.csv", PermissionError("no"))
    passes(tmp_path, 1)
    monkeypatch.undo()

    passes(tmp_path, 1)

    assert (Delivery.objects.count(), Notice.objects.count()) == (1, 0)


def test_a_file_that_nobody_can_move_away_is_told_once_and_left_alone(tmp_path, cannot_be_read):
    (tmp_path / "a.csv").write_text("whatever")
    (tmp_path / "failed").write_text("somebody's file in place of the folder")
    cannot_be_read("a.csv", PermissionError("no"))

    *_before, last = passes(tmp_path, left_files.TAKEN_UP_AT_MOST + 3)

    assert last == []
    assert [each.read_text() for each in tmp_path.glob("working/*/a.csv")] == ["whatever"]
    assert "a.csv" in Notice.objects.get().title


def test_a_file_of_which_workers_die_goes_aside_though_none_could_say_so(tmp_path, cannot_be_read):
    cannot_be_read("a.csv", KeyboardInterrupt())
    (tmp_path / "a.csv").write_text("whatever")
    for _each in range(left_files.TAKEN_UP_AT_MOST):
        with pytest.raises(KeyboardInterrupt):
            passes(tmp_path, 1)

    passes(tmp_path, 1)

    assert reason(tmp_path, "a").exists()
    assert Notice.objects.count() == 1


def test_a_file_that_another_worker_has_is_left_to_it(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_bytes(text(paid(make.customer())))
    kept, found_meanwhile = Path.read_bytes, []

    def read(path):
        found_meanwhile.extend(passes(tmp_path, 5))
        return kept(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    (mine,) = passes(tmp_path, 1)

    assert [each.name for each in mine] == ["a.csv"]
    assert found_meanwhile == [[]] * 5
    assert (Delivery.objects.count(), Notice.objects.count()) == (1, 0)


def test_a_file_that_is_put_back_is_tried_again_and_told_again(tmp_path):
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    passes(tmp_path, 1)
    reason(tmp_path, "bad").with_suffix("").with_suffix("").rename(tmp_path / "bad.csv")

    (found,) = passes(tmp_path, 1)

    assert [each.name for each in found] == ["bad.csv"]
    assert Notice.objects.count() == 2


def test_a_file_whose_rights_were_corrected_is_tried_again(tmp_path, cannot_be_read, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(text(paid(make.customer())))
    (tmp_path / "failed").write_text("somebody's file in place of the folder")
    cannot_be_read("a.csv", PermissionError("no"))
    passes(tmp_path, left_files.TAKEN_UP_AT_MOST + 1)
    monkeypatch.undo()

    (path,) = tmp_path.glob("working/*/a.csv")
    path.chmod(0o640)
    passes(tmp_path, 1)

    assert Delivery.objects.get().file_name == "a.csv"


def test_a_file_left_under_the_same_name_meanwhile_is_another_file(tmp_path, monkeypatch):
    one, other = make.customer(), make.customer()
    path = tmp_path / "good.csv"
    path.write_bytes(text(paid(one)))
    kept = Path.read_bytes

    def read(read_from):
        content = kept(read_from)
        path.write_bytes(text(paid(other)))
        return content

    monkeypatch.setattr(Path, "read_bytes", read)
    passes(tmp_path, 1)
    monkeypatch.undo()
    assert path.read_bytes() == text(paid(other))

    passes(tmp_path, 1)

    assert Delivery.objects.count() == 2
    assert list(tmp_path.rglob("*.csv")) == []


def test_a_file_on_which_somebody_writes_on_is_read_again(tmp_path, monkeypatch):
    one, other = make.customer(), make.customer()
    path = tmp_path / "good.csv"
    path.write_bytes(text(paid(one)))
    kept = Path.read_bytes

    def read(read_from):
        content = kept(read_from)
        read_from.write_bytes(text(paid(one), paid(other)))
        return content

    monkeypatch.setattr(Path, "read_bytes", read)
    passes(tmp_path, 1)
    monkeypatch.undo()
    passes(tmp_path, 1)

    assert list(Delivery.objects.order_by("pk").values_list("rows", flat=True)) == [1, 2]
    assert list(tmp_path.rglob("*.csv")) == []


def test_of_a_file_that_fails_every_day_every_days_is_kept(tmp_path):
    for day in ("monday", "tuesday"):
        (tmp_path / "bad.csv").write_text(f"a,b\n{day},2\n")
        passes(tmp_path, 1)

    kept = [each.read_text() for each in (tmp_path / "failed").glob("bad.*.csv")]
    assert sorted(kept) == ["a,b\nmonday,2\n", "a,b\ntuesday,2\n"]


def test_a_file_of_which_a_worker_died_is_taken_up_by_the_next(
    tmp_path, cannot_be_read, monkeypatch
):
    (tmp_path / "a.csv").write_bytes(text(paid(make.customer())))
    cannot_be_read("a.csv", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        passes(tmp_path, 1)
    monkeypatch.undo()

    passes(tmp_path, 1)

    assert Delivery.objects.get().file_name == "a.csv"
    assert list(tmp_path.rglob("*.csv")) == []


def test_a_directory_in_which_nothing_can_be_moved_is_told_once_and_read_by_nobody(tmp_path):
    (tmp_path / "a.csv").write_bytes(text(paid(make.customer())))
    (tmp_path / "working").write_text("somebody's file in place of the folder")

    first, *later = passes(tmp_path, 3)

    assert [each.name for each in first] == ["a.csv"]
    assert later == [[], []]
    assert "a.csv" in Notice.objects.get().title
    assert (tmp_path / "a.csv").exists()
