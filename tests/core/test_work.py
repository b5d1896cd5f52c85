"""What commands that bring in files have in common."""

from datetime import date

import pytest
from django.core.management.base import CommandError

from core.management.work import day_of, out_of_reach


def test_a_day_is_read_as_it_is_typed_and_none_where_none_was():
    assert day_of("2026-06-30") == date(2026, 6, 30)
    assert day_of(None) is None


@pytest.mark.parametrize("typed", ["2026-02-30", "yesterday", "30.6.2026", ""])
def test_what_is_no_day_is_refused_with_how_to_write_one(typed):
    with pytest.raises(CommandError, match="2026-06-30"):
        day_of(typed)


def test_why_there_is_no_getting_at_a_file_is_told_in_the_readers_language(tmp_path):
    missing, folder = tmp_path / "a.csv", tmp_path
    told = []
    for path in (missing, folder):
        with pytest.raises(OSError, match="Errno") as raised:
            path.read_bytes()
        told.append(out_of_reach(path, raised.value))

    assert told == ["找不到文件 a.csv。", f"{folder.name} 是文件夹，请指明其中的文件。"]
