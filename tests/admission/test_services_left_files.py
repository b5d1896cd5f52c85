"""Files that others left in the directory of deliveries."""

from datetime import datetime

import pytest

from admission.services import left_files
from tests import make
from tests.admission.brought import AT, paid, text

pytestmark = pytest.mark.django_db


def test_files_left_in_the_directory_are_taken_in_and_bad_ones_put_aside(self, tmp_path):
    customer = make.customer()
    (tmp_path / "good.csv").write_bytes(text(paid(customer)))
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    (tmp_path / "notes.md").write_text("not for us")
    later = datetime.now(AT.tzinfo).replace(year=2027)

    found = {each.name: each for each in left_files.pick_up(tmp_path, at=later)}

    assert found["good.csv"].delivery.matched == 1
    assert found["bad.csv"].delivery is None
    assert sorted(each.name for each in tmp_path.iterdir()) == ["failed", "notes.md"]
    assert (tmp_path / "failed" / "bad.csv.reason.txt").read_text().strip()


def test_a_file_that_is_still_being_written_waits(self, tmp_path):
    (tmp_path / "good.csv").write_bytes(text(paid(make.customer())))

    found = list(left_files.pick_up(tmp_path, at=datetime.now(AT.tzinfo)))

    assert found == []
    assert (tmp_path / "good.csv").exists()
