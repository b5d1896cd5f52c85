"""Files with lines that are no rows: the others are read, and each of these says why it is not."""

import io

import openpyxl
import pytest

from village.roster import lines, reading
from village.roster.reading import FileNotReadable

HEADINGS = "证件号码,名单,原因"


def read(body, *, headings=HEADINGS, encoding="utf-8"):
    return reading.read(f"{headings}\n{body}".encode(encoding))


def told(delivery):
    return delivery.faulty.sort("line").rows()


def sound(delivery):
    """The rows that are no faulty ones, as they will be judged."""
    gone = delivery.faulty["line"].to_list()
    return [each[1:] for each in delivery.fields.rows() if each[0] not in gone]


@pytest.mark.parametrize(
    ("bad", "field", "code", "detail"),
    [
        ('2,"黑"名单,x', "名单", "stray_quote", ""),
        ('2,黑"名单,x', "名单", "stray_quote", ""),
        ('2,"黑,x', "名单", "stray_quote", ""),
        ("2,黑,x,y", "原因", "extra_cells", "1"),
        ("2,黑,x,y,z", "原因", "extra_cells", "2"),
        ("2,黑", "原因", "short_row", "1"),
        ("2", "名单", "short_row", "2"),
        ("2,黑\x00,x", "名单", "no_text", ""),
    ],
)
@pytest.mark.parametrize("place", ["first", "between", "last"])
def test_a_line_that_is_no_row_is_named_and_its_neighbours_are_read(
    bad, field, code, detail, place
):
    good = ["1,黑,a", "3,灰,b"]
    at = {"first": 0, "between": 1, "last": 2}[place]

    delivery = read("\n".join(good[:at] + [bad] + good[at:]) + "\n")

    assert told(delivery) == [(at + 2, field, code, detail)]
    assert sound(delivery) == [("1", "黑", "a"), ("3", "灰", "b")]
    assert delivery.rows.height == 3


def test_what_is_too_much_in_a_row_stays_in_its_last_cell_to_be_sorted_out():
    delivery = read("2,黑,x,y,z\n")

    assert delivery.rows.rows() == [(2, "2", "黑", "x,y,z")]


def test_two_stray_marks_do_not_swallow_the_rows_between_them():
    delivery = read('1,黑,a\n2,"黑,b\n3,灰,c\n4,黑",d\n5,灰,e\n')

    assert [each[0] for each in told(delivery)] == [3, 5]
    assert [each[0] for each in sound(delivery)] == ["1", "3", "5"]


def test_a_cell_may_run_over_several_lines_and_the_lines_below_keep_their_numbers():
    delivery = read('1,黑,"欠款\n未清,诉讼中"\n2,灰,x\n3,黑\n')

    assert sound(delivery) == [("1", "黑", "欠款 未清,诉讼中"), ("2", "灰", "x")]
    assert told(delivery) == [(5, "原因", "short_row", "1")]


def test_quoted_cells_with_separators_and_doubled_marks_are_sound():
    delivery = read('"1","黑","甲,乙"\n"2","灰","称""老王"""\n')

    assert told(delivery) == []
    assert sound(delivery) == [("1", "黑", "甲,乙"), ("2", "灰", '称"老王"')]


def test_empty_cells_too_many_are_nothing():
    delivery = read("1,黑,a,,\n2,灰,b, \n,,,,,\n3,黑,c\n")

    assert told(delivery) == []
    assert [each[0] for each in sound(delivery)] == ["1", "2", "3"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_whatever_ends_its_lines_a_file_is_read(end):
    mixed = f"{HEADINGS}\r\n1,黑,a{end}2,灰,b\r3,黑,c\n"

    assert sound(reading.read(mixed.encode())) == [
        ("1", "黑", "a"),
        ("2", "灰", "b"),
        ("3", "黑", "c"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_mark_of_the_encoding_is_no_part_of_the_first_heading(encoding):
    assert sound(read("1,黑,a\n", encoding=encoding)) == [("1", "黑", "a")]


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf", b",,\n,,\n"])
def test_an_empty_file_says_so(content):
    for look in (reading.beginning, reading.kind_of, reading.read):
        with pytest.raises(FileNotReadable) as refused:
            look(content)

        assert refused.value.code == "empty"


@pytest.mark.parametrize("cells", [[], [" ", "\u3000"]])
def test_an_empty_workbook_says_so(cells):
    book, held = openpyxl.Workbook(), io.BytesIO()
    book.active.append(cells)
    book.save(held)

    for look in (reading.beginning, reading.kind_of, reading.read):
        with pytest.raises(FileNotReadable) as refused:
            look(held.getvalue())

        assert refused.value.code == "empty"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 broken", "spreadsheet"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x81", "encoding"),
        (b'"' + b"x" * 200_000, "open_quote"),
    ],
)
def test_what_is_no_table_says_why_in_our_words(content, code):
    with pytest.raises(FileNotReadable) as refused:
        reading.read(content)

    assert refused.value.code == code


def test_a_cell_beyond_the_headings_of_a_spreadsheet_is_named():
    book = openpyxl.Workbook()
    for cells in (["证件号码", "名单", "原因"], ["1", "黑", "a"], ["2", "灰", "b", "x", "y"]):
        book.active.append(cells)
    held = io.BytesIO()
    book.save(held)

    delivery = reading.read(held.getvalue())

    assert told(delivery) == [(3, "原因", "extra_cells", "2")]
    assert sound(delivery) == [("1", "黑", "a")]


def test_a_sound_body_is_handed_on_as_it_is():
    body = "1,黑,a\n2,灰,b\n".encode()

    assert lines.screen(body, ",", 3).body is body


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_every_separator_is_screened_alike(separator):
    body = separator.join(["1", "黑", "a"]) + "\n" + separator.join(["2", "黑"]) + "\n"

    delivery = read(body, headings=HEADINGS.replace(",", separator))

    assert [each[2] for each in told(delivery)] == ["short_row"]
    assert sound(delivery) == [("1", "黑", "a")]


HUGE = "长" * 80_000


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_huge_cell_is_a_cell_like_any_other(separator):
    rows = ["1,黑,a", f'2,灰,"{HUGE}\n{HUGE}"', f"3,黑,{HUGE}{HUGE}", f'4,灰,"{HUGE}{HUGE}",5']
    body = "\n".join(rows).replace(",", separator)
    content = f"{HEADINGS}\n".replace(",", separator).encode() + body.encode()

    delivery = reading.read(content)

    assert sound(delivery) == [
        ("1", "黑", "a"),
        ("2", "灰", f"{HUGE} {HUGE}"),
        ("3", "黑", HUGE + HUGE),
    ]
    assert told(delivery) == [(5 + 1, "原因", "extra_cells", "1")]
    assert reading.kind_of(content).name == "lists"


@pytest.mark.parametrize("above", ["", "# 合成数据\n", "# 一,二\n,,\n"])
def test_only_above_the_headings_does_a_sharp_make_a_comment(above):
    delivery = reading.read(f"{above}{HEADINGS}\n#1,黑,a\n#,,\n# 二组\n".encode())
    line = above.count("\n") + 2

    assert sound(delivery) == [("#1", "黑", "a"), ("#", None, None)]
    assert told(delivery) == [(line + 2, "名单", "short_row", "2")]


@pytest.mark.parametrize("value", ["#N/A", "#REF!", " #DIV/0! "])
def test_what_a_spreadsheet_could_not_work_out_is_named(value):
    delivery = read(f"{value},黑,a\n2,{value},b\n3,灰,见 {value} 处\n")

    assert told(delivery) == [(2, "证件号码", "no_value", ""), (3, "名单", "no_value", "")]


def test_a_column_nobody_reads_may_hold_what_could_not_be_worked_out():
    assert told(read("1,黑,a,#N/A\n", headings=f"{HEADINGS},备注")) == []


STEERING = ["\x00", "\x07", "\x1f", "\x7f", "\u202e", "\u2066"]


@pytest.mark.parametrize("odd", STEERING)
def test_a_character_that_is_no_text_is_named_and_left_out_of_what_comes_back(odd):
    delivery = read(f"1,黑,a\n2,黑,名{odd}八\n")

    assert told(delivery) == [(3, "原因", "no_text", "")]
    assert delivery.rows.rows()[1] == (3, "2", "黑", "名八")


def test_spaces_of_every_kind_are_text():
    assert told(read("1,黑,甲\u3000乙\xa0丙\t丁\x0b戊\n")) == []


def test_rows_that_only_look_blank_are_nothing():
    book = openpyxl.Workbook()
    for cells in (["证件号码", "名单", "原因"], ["1", "黑", "a"], *[[" "]] * 50, [None, "\u3000"]):
        book.active.append(cells)
    held = io.BytesIO()
    book.save(held)
    blank = [" ,,", "\u3000", "\xa0,\u3000,", "\xa0", ",,", '" ",,', " , , , ,"]

    for delivery in (read("\n".join([*blank, "1,黑,a", *blank])), reading.read(held.getvalue())):
        assert delivery.rows.height == 1
        assert sound(delivery) == [("1", "黑", "a")]
        assert told(delivery) == []
