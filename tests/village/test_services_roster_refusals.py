"""The importer, on what villages really get wrong: what is refused, why, and how it comes back."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from core import documents
from tests import make
from tests.village.roster_files import DAY, ID, bring, faults, returned, row, spouse, table, village
from village.errors import FileRefused
from village.models import Customer, Household, RosterImport
from village.roster import refusals
from village.services import rosters

pytestmark = pytest.mark.django_db
__all__ = ["village"]


def _wrong_digit(number):
    return number[:-1] + ("0" if number[-1] != "0" else "1")


BAD = {
    "check digit": ({"证件号码": _wrong_digit(ID)}, "证件号码", ID[-1]),
    "no such birthday": (
        {"证件号码": "32079919800230007X", "出生日期": ""},
        "证件号码",
        "19800230",
    ),
    "birthday to come": (
        {"证件号码": "320799203001010075", "出生日期": ""},
        "证件号码",
        "20300101",
    ),
    "birthday differs": ({"证件号码": ID, "出生日期": "1980-05-18"}, "出生日期", "1980-05-17"),
    "unreadable birthday": ({"证件号码": ID, "出生日期": "八零年五月"}, "出生日期", ""),
    "15 digits": ({"证件号码": "320799780713873"}, "证件号码", "17"),
    "no ID": ({"证件号码": ""}, "证件号码", ""),
    "no name": ({"姓名": "　"}, "姓名", ""),
    "unknown village": ({"村代码": "999999999999"}, "村代码", "999999999999"),
    "unknown group": ({"组号": "88"}, "组号", "88"),
    "bad mobile": ({"手机号码": "1234567"}, "手机号码", "11"),
    "unknown role": ({"与户主关系": "管家"}, "与户主关系", "管家"),
    "a number that ends a COPY": ({"户号": "\\."}, "户号", ""),
    "a number without letter or digit": ({"户号": "——"}, "户号", ""),
    "no role": ({"与户主关系": ""}, "与户主关系", ""),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_row_comes_back_with_line_field_and_reason_and_the_good_ones_go_in(village, fault):
    change, field, says = BAD[fault]
    born = (
        date(1980, 5, 17) if change.get("证件号码", "").startswith(ID[:17]) else date(1978, 7, 13)
    )
    good, bad = row(户号="H9"), row(户号="H1", born=born) | change

    brought = bring(table(good, bad))

    assert (brought.new, brought.refused) == (1, 1)
    line, where, reason = faults(brought)[0]
    assert (line, where) == ("3", field)
    assert reason
    assert says in reason
    assert Customer.objects.get().household.number == "H9"


def test_the_check_digit_that_should_stand_there_is_named(village):
    brought = bring(table(row(证件号码=_wrong_digit(ID), 出生日期="1980-05-17")))

    assert f"{ID[-1]}" in faults(brought)[0][2]
    assert faults(brought)[0][1] == "证件号码"


def test_one_id_number_on_two_lines_refuses_both_unless_they_are_the_same_line(village):
    same = row()
    other = row(户号="H2", 姓名="李四", 证件号码=(twice := row(户号="H3"))["证件号码"])

    brought = bring(table(same, same, twice, other))

    assert (brought.new, brought.refused) == (1, 3)
    assert [line for line, _field, _reason in faults(brought)] == ["3", "4", "5"]


@pytest.mark.parametrize("address", ["长" * 150_000, "长\n" + "长" * 150_000])
def test_a_huge_cell_refuses_its_row_and_no_other(village, address):
    huge = row(住址=address)

    brought = bring(table(huge, row(户号="H2", 住址=""), headings=list(huge)))

    assert (brought.new, brought.refused) == (1, 1)
    (fault,) = refusals.beginning(documents.content(brought.refusals), 5)
    assert (fault.line, fault.field) == ("2", "住址")
    assert "120" in fault.reason


def test_two_heads_refuse_the_household_and_no_other(village):
    brought = bring(
        table(row(), row(姓名="另一个"), spouse(), row(户号="H2")),
    )

    assert (brought.new, brought.refused) == (1, 3)
    assert Household.objects.get().number == "H2"


def test_a_household_without_head_is_refused(village):
    brought = bring(table(spouse()))

    assert (brought.new, brought.refused) == (0, 1)
    assert faults(brought)[0][1] == "与户主关系"


def test_a_refused_head_takes_the_members_along_so_that_the_file_holds_them_all(village):
    head = row(手机号码="12")

    brought = bring(table(head, spouse()))

    assert brought.refused == 2
    assert not Household.objects.exists()


def test_the_corrected_file_can_be_brought_in_again(village):
    good_head, bad_wife = row(), spouse(手机号码="12")
    first = bring(table(good_head, bad_wife))
    assert first.refused == 1
    lines = returned(first)
    lines[0]["手机号码"] = "14064921792"
    corrected = table(*lines, headings=list(lines[0]), above="# 请改正\n")

    second = bring(corrected)

    assert (second.new, second.refused) == (1, 0)
    assert Household.objects.get().members.count() == 2


def test_the_correction_file_itself_is_read_as_it_is(village):
    first = bring(table(row(手机号码="12"), spouse()))

    second = bring(documents.content(first.refusals))

    assert (second.new, second.refused) == (0, 2)
    assert list(returned(second)[0]) == list(returned(first)[0]), "no column is added twice"


def test_long_numbers_and_formulas_are_guarded_against_spreadsheets(village):
    brought = bring(table(row(姓名="=HYPERLINK(1)", 手机号码="12")))

    content = documents.content(brought.refusals).decode("utf-8-sig")

    assert "\t=HYPERLINK" in content
    assert "\t3207" in content


def test_a_file_without_known_headings_is_refused_as_a_whole(village):
    with pytest.raises(FileRefused, match="户号"):
        bring(b"a,b,c\n1,2,3\n")

    assert not RosterImport.objects.exists()


def test_a_broken_spreadsheet_is_refused_as_a_whole(village):
    with pytest.raises(FileRefused):
        bring(b"PK\x03\x04 broken")


def test_the_refused_rows_are_written_to_the_file_asked_for(village, tmp_path):
    source, back = tmp_path / "名册.csv", tmp_path / "errors" / "名册-refused.csv"
    source.write_bytes(table(row(手机号码="12")))

    rosters.import_file(source, actor=None, as_of=DAY, refusals_to=back)

    assert "手机号码" in back.read_text("utf-8-sig").splitlines()[2]


def test_two_files_of_one_name_give_their_rows_back_in_two_files(village, tmp_path):
    sources = [tmp_path / town / "名册.csv" for town in ("东镇", "西镇")]
    for place, source in enumerate(sources):
        source.parent.mkdir()
        source.write_bytes(table(row(手机号码=f"1{place}")))
    other = tmp_path / "西镇" / "北村.csv"
    other.write_bytes(table(row(手机号码="13")))

    call_command(
        "import_roster", *sources, other, errors=tmp_path / "back", as_of=DAY.isoformat(), json=True
    )

    back = {each.name: each.read_text("utf-8-sig") for each in (tmp_path / "back").iterdir()}
    assert sorted(back) == ["东镇-名册-refused.csv", "北村-refused.csv", "西镇-名册-refused.csv"]
    assert ",10," in back["东镇-名册-refused.csv"]
    assert ",11," in back["西镇-名册-refused.csv"]


@pytest.mark.parametrize(
    ("out", "files", "at"),
    [
        ("out.csv", ["a/x.csv"], ["out.csv"]),
        ("out", ["a/x.csv"], ["out/x-refused.csv"]),
        ("out.csv", ["a/x.csv", "b/y.csv"], ["out.csv/x-refused.csv", "out.csv/y-refused.csv"]),
        (None, ["a/x.csv"], [None]),
    ],
)
def test_the_rows_to_correct_of_one_file_go_into_the_file_that_is_named(out, files, at):
    told = refusals.places([Path(each) for each in files], out and Path(out))

    assert told == [each and Path(each) for each in at]


def test_a_command_leaves_the_rows_to_correct_where_it_was_told(village, tmp_path):
    source, out = tmp_path / "名册.csv", tmp_path / "out.csv"
    source.write_bytes(table(row(手机号码="12")))

    call_command("import_roster", source, errors=out, as_of=DAY.isoformat())

    assert "手机号码" in out.read_text("utf-8-sig").splitlines()[2]


def test_no_two_files_of_rows_to_correct_bear_one_name():
    paths = [Path(each) for each in ("a/x.csv", "a/x.xlsx", "b/X.csv", "b/a-x.csv")]

    names = refusals.names_beside(paths)

    assert names == [
        "a-x-refused.csv",
        "a-x-2-refused.csv",
        "b-X-refused.csv",
        "a-x-3-refused.csv",
    ]


@pytest.mark.parametrize(
    ("amount", "field"), [("-5", "-5"), ("很多", "很多"), ("99999999999999", "9")]
)
def test_a_figure_that_cannot_be_is_refused(village, amount, field):
    make.household(village, number="H1")

    brought = bring(f"户号,住房价值(元),家庭年收入(元)\nH1,{amount},1\n".encode())

    assert brought.refused == 1
    assert faults(brought)[0][1] == "住房价值(元)"
    assert field in faults(brought)[0][2]


def test_households_that_declare_two_different_things_declare_nothing(village):
    for number in ("H1", "H2", "H3"):
        make.household(village, number=number)

    brought = bring(
        "户号,住房价值(元),家庭年收入(元)\nH1,10,1\nH2,10,1\nH1,10,2\nH2,10.0,1\nH3,,5\n".encode()
    )

    assert (brought.new, brought.refused) == (2, 3)
    assert [(line, field) for line, field, _reason in faults(brought)] == [
        ("2", "户号"),
        ("4", "户号"),
        ("5", "户号"),
    ]
    assert Household.objects.get(number="H1").income_year is None


def test_who_is_put_on_two_lists_by_one_file_is_put_on_none(village):
    one, other = (make.customer(make.household(village)) for _ in range(2))

    brought = bring(
        f"证件号码,名单,原因\n{one.id_number},黑,x\n{one.id_number},灰,x\n"
        f"{other.id_number},灰,y\n{other.id_number},灰名单,y\n".encode()
    )

    assert [each["行号"] for each in returned(brought)] == ["2", "3", "5"]
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.list_flag, other.list_flag) == ("", "grey")


def test_a_list_says_who_is_not_registered_and_which_word_it_does_not_know(village):
    person = make.customer(make.household(village))

    brought = bring(f"证件号码,名单,原因\n{ID},黑,x\n{person.id_number},紫,x\n".encode())

    assert [each["字段"] for each in returned(brought)] == ["证件号码", "名单"]
    assert returned(brought)[0]["退回原因"]
