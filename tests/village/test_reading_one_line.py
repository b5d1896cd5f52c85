"""One line of a delivered file, found without reading the rest."""

import io

import openpyxl
import pytest

from village.roster import reading
from village.roster.kinds import LISTS
from village.roster.reading import FileNotReadable

HEAD = "证件号码,名单,原因"


def text(*rows, above="# 说明\n"):
    return (above + "\n".join([HEAD, *rows]) + "\n").encode()


def both(content, number):
    """The row as the whole file has it, and as it is found alone."""
    whole = reading.read(content, [LISTS])
    alone = reading.line(content, number, [LISTS])
    assert alone.headings == whole.headings
    return [each.rows.filter(line=number).rows() for each in (whole, alone)]


@pytest.mark.parametrize("number", range(3, 9))
def test_every_line_is_found_as_the_whole_file_has_it(number):
    content = text("1,黑,甲", "", '2,灰,"乙\n丙,丁"', "3,黑,戊", "#,,", "4,灰,")

    whole, alone = both(content, number)

    assert alone == whole


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_however_the_file_is_written(encoding):
    content = text(*(f"{n},黑,第{n}行" for n in range(1, 60))).decode().encode(encoding)

    whole, alone = both(content, 40)

    assert alone == whole
    assert alone[0][-1] == "第38行"


def test_a_spreadsheets_line_too():
    book, content = openpyxl.Workbook(), io.BytesIO()
    for cells in ([None, None, None], HEAD.split(","), ["1", "黑", "甲"], ["2", "灰", "乙"]):
        book.active.append(cells)
    book.save(content)

    whole, alone = both(content.getvalue(), 4)

    assert alone == whole
    assert len(alone) == 1


def test_headings_are_no_line_and_there_is_none_beyond_the_end():
    content = text("1,黑,甲")

    for number in (1, 2, 4, 400):
        assert reading.line(content, number, [LISTS]).rows.height == 0


def test_the_rest_of_the_file_is_not_looked_at():
    content = text("1,黑,甲", "2,灰,乙", *['"' for _ in range(40)])

    assert reading.line(content, 3, [LISTS]).rows.rows()[0][1:] == ("1", "黑", "甲")


def test_a_file_with_other_headings_is_refused():
    with pytest.raises(FileNotReadable):
        reading.line(b"a,b\n1,2\n", 2, [LISTS])
