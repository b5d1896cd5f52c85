"""The importer, on everything that villages really send."""

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command

from core import crypto, documents
from core.models import AuditEntry
from tests import make
from village.errors import FileRefused
from village.models import Customer, Household, ListFlag, Relation, RosterImport
from village.roster import refusals
from village.selectors import tied
from village.services import rosters

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 30)
HEADINGS = ["户号", "村代码", "组号", "与户主关系", "姓名", "证件号码", "手机号码", "出生日期"]


@pytest.fixture
def village():
    found = make.village(code="320723100200")
    make.Group.objects.create(village=found, code="32072310020001", name="一组")
    return found


def row(**given):
    """One good roster line, changed as asked."""
    born = given.pop("born", date(1978, 7, 13))
    made = {
        "户号": "H1",
        "村代码": "320723100200",
        "组号": "01",
        "与户主关系": "户主",
        "姓名": "王军民",
        "证件号码": make.id_number(born),
        "手机号码": "14064921791",
        "出生日期": born.isoformat(),
    }
    return made | given


def spouse(**given):
    return row(**{"与户主关系": "配偶", "姓名": "杨霞", "born": date(1979, 4, 8)} | given)


def table(*rows, headings=HEADINGS, above="", encoding="utf-8"):
    text = io.StringIO()
    writer = csv.DictWriter(text, headings)
    writer.writeheader()
    writer.writerows(rows)
    return (above + text.getvalue()).encode(encoding)


def bring(content, name="roster.csv"):
    return rosters.import_content(content, name=name, actor=None, as_of=DAY)


def returned(brought):
    """The correction file's rows, as somebody reads them in a spreadsheet."""
    text = documents.content(brought.refusals).decode("utf-8-sig")
    comment, _, rest = text.partition("\n")
    assert comment.startswith("#")
    return [
        {name: cell.strip("\t") for name, cell in each.items()}
        for each in csv.DictReader(io.StringIO(rest))
    ]


def faults(brought):
    return [(each["行号"], each["字段"], each["原因"]) for each in returned(brought)]


def test_a_good_file_registers_household_and_people(village):
    head, wife = row(), spouse()

    brought = bring(table(head, wife, above="# 合成数据，非真实人员\n"))

    assert (brought.rows, brought.new, brought.refused) == (2, 2, 0)
    household = Household.objects.get()
    assert (household.number, household.village, household.group.name) == ("H1", village, "一组")
    found = Customer.objects.get(role="head")
    assert found.id_number == head["证件号码"]
    assert found.id_index == crypto.blind_index(head["证件号码"])
    assert found.mobile == "14064921791"
    assert found.sex in {"male", "female"}


def test_the_same_file_twice_changes_nothing(village):
    content = table(row(), spouse())
    bring(content)
    before = list(Customer.objects.order_by("pk").values())
    deeds = AuditEntry.objects.count()

    again = bring(content)

    assert (again.new, again.changed, again.unchanged, again.refused) == (0, 0, 2, 0)
    assert list(Customer.objects.order_by("pk").values("updated_at", "name")) == [
        {"updated_at": each["updated_at"], "name": each["name"]} for each in before
    ]
    assert AuditEntry.objects.count() == deeds + 1, "the import itself, and nothing else"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_any_of_the_usual_encodings_is_read(village, encoding):
    brought = bring(table(row(), spouse(), encoding=encoding))

    assert brought.new == 2
    assert Customer.objects.filter(name="杨霞").exists()


def test_a_spreadsheet_with_a_title_row_is_read(village):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["兴渠村农户名册（2026年）"])
    sheet.append(HEADINGS)
    good, bad = row(), row(户号="H2", 证件号码="320799197807138730", 姓名="李四")
    for each in (good, bad):
        sheet.append([each[heading] for heading in HEADINGS])
    sheet["H3"] = date(1978, 7, 13)
    held = io.BytesIO()
    book.save(held)

    brought = bring(held.getvalue(), "名册.xlsx")

    assert (brought.new, brought.refused) == (1, 1)
    assert returned(brought)[0]["行号"] == "4"
    assert Customer.objects.get().born_on == date(1978, 7, 13)


def test_full_width_digits_spaces_and_small_x_are_made_plain(village):
    number = next(
        each for serial in range(200) if (each := make.id_number(serial=serial)).endswith("X")
    )
    wide = number.replace("X", "x").translate({ord(d): 0xFEE0 + ord(d) for d in "0123456789x"})
    odd = row(
        证件号码=f" {wide[:6]}　{wide[6:]}",
        姓名="王　军",
        手机号码="１４０ ６４９２１７９１",
        出生日期="1980.5.17",
    )

    brought = bring(table(odd))

    assert brought.refused == 0, faults(brought)
    found = Customer.objects.get()
    assert (found.id_number, found.name, found.mobile) == (number, "王军", "14064921791")


def _wrong_digit(number):
    return number[:-1] + ("0" if number[-1] != "0" else "1")


ID = make.id_number(serial=7)
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
    assert "\t320799" in content


def test_a_changed_mobile_is_written_and_recorded_without_the_number(village):
    head = row()
    bring(table(head))

    again = bring(table(head | {"手机号码": "14000000001"}))

    assert (again.changed, again.unchanged) == (1, 0)
    found = Customer.objects.get()
    assert found.mobile == "14000000001"
    assert found.mobile_index == crypto.blind_index("14000000001")
    deed = AuditEntry.objects.get(action="village.customer.corrected")
    assert deed.detail == {"by": "roster", "columns": ["mobile_index"]}


def test_an_empty_cell_changes_nothing(village):
    head = row()
    bring(table(head))

    again = bring(table(head | {"手机号码": ""}))

    assert (again.changed, again.unchanged) == (0, 1)
    assert Customer.objects.get().mobile == "14064921791"


def test_a_new_head_needs_the_old_heads_row(village):
    old, wife = row(), spouse()
    bring(table(old, wife))
    wife_heads = wife | {"与户主关系": "户主"}

    alone = bring(table(wife_heads))
    together = bring(table(wife_heads, old | {"与户主关系": "配偶"}))

    assert (alone.refused, together.changed) == (1, 2)
    assert Customer.objects.get(role="head").name == "杨霞"


def test_heads_of_two_households_can_change_places(village):
    one, two = row(), row(户号="H2", 姓名="李四", born=date(1970, 1, 2))
    bring(table(one, two))

    brought = bring(table(one | {"户号": "H2"}, two | {"户号": "H1"}))

    assert (brought.changed, brought.refused) == (2, 0)
    assert Customer.objects.get(name="李四").household.number == "H1"


def test_a_head_does_not_leave_a_household_without_head(village):
    one, wife, two = row(), spouse(), row(户号="H2", 姓名="李四", born=date(1970, 1, 2))
    bring(table(one, wife, two))

    brought = bring(table(one | {"户号": "H2", "与户主关系": "其他成员"}))

    assert brought.refused == 1
    assert Household.objects.get(number="H1").members.filter(role="head").exists()


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


def test_no_two_files_of_rows_to_correct_bear_one_name():
    paths = [Path(each) for each in ("a/x.csv", "a/x.xlsx", "b/X.csv", "b/a-x.csv")]

    names = refusals.names_beside(paths)

    assert names == [
        "a-x-refused.csv",
        "a-x-2-refused.csv",
        "b-X-refused.csv",
        "a-x-3-refused.csv",
    ]


def test_declared_means_become_fen_and_say_since_when(village):
    make.household(village, number="H1")
    content = (
        "户号,承包地亩数,住房价值（万元）,家庭年收入(元),收入主项\n"
        'H1,9.0,21.1,"212,000",农业\nH2,1,1,1,农业\nH1,1,1,1,农业\n'
    ).encode()

    brought = bring(content)
    again = rosters.import_content(content, name="x.csv", actor=None, as_of=date(2027, 1, 1))

    assert (brought.new, brought.refused, again.unchanged, again.changed) == (1, 2, 1, 0)
    found = Household.objects.get(number="H1")
    assert (found.house_value, found.income_year) == (21_100_000, 21_200_000)
    assert found.declared_on == DAY


@pytest.mark.parametrize(
    ("amount", "field"), [("-5", "-5"), ("很多", "很多"), ("99999999999999", "9")]
)
def test_a_figure_that_cannot_be_is_refused(village, amount, field):
    make.household(village, number="H1")

    brought = bring(f"户号,住房价值(元),家庭年收入(元)\nH1,{amount},1\n".encode())

    assert brought.refused == 1
    assert faults(brought)[0][1] == "住房价值(元)"
    assert field in faults(brought)[0][2]


def test_relations_are_tied_once_whatever_their_order(village):
    one, other = make.customer(make.household(village)), make.customer(make.household(village))
    a, b = one.id_number, other.id_number

    brought = bring(
        f"证件号码,关联证件号码,关系\n{a},{b},亲属\n{b},{a},亲属\n{a},{a},亲属\n{a},x,担保\n".encode()
    )

    assert (brought.new, brought.unchanged, brought.refused) == (1, 1, 2)
    assert Relation.objects.get().kind == "kin"


@pytest.mark.parametrize(
    ("word", "left"), [("解除担保", {"kin"}), ("解除", set()), ("解除合伙", {"kin", "guarantor"})]
)
def test_a_word_ends_ties_of_its_kind_and_leaves_them_on_record(village, word, left):
    one, other = make.customer(make.household(village)), make.customer(make.household(village))
    a, b = one.id_number, other.id_number
    head = "证件号码,关联证件号码,关系\n"
    bring(f"{head}{a},{b},亲属\n{a},{b},担保\n".encode())

    brought = bring(f"{head}{b},{a},{word}\n".encode())

    standing = Relation.objects.standing().values_list("kind", flat=True)
    assert set(standing) == left
    assert Relation.objects.count() == 2
    ended = len(left) < 2
    assert (brought.new, brought.changed, brought.unchanged) == (0, ended, not ended)
    entries = AuditEntry.objects.filter(action="village.relation.ended")
    assert entries.count() == 2 - len(left)
    assert tied(one.household_id, other.household_id) == bool(left)


def test_who_was_untied_may_be_tied_again(village):
    one, other = make.customer(make.household(village)), make.customer(make.household(village))
    head, pair = "证件号码,关联证件号码,关系\n", f"{one.id_number},{other.id_number}"
    for word in ("担保", "解除担保"):
        bring(f"{head}{pair},{word}\n".encode())

    brought = bring(f"{head}{pair},担保\n".encode())

    assert (brought.new, Relation.objects.standing().count(), Relation.objects.count()) == (1, 1, 2)


def test_a_black_member_makes_a_black_household_until_taken_off(village):
    person = make.customer(make.household(village))
    number = person.id_number

    bring(f"证件号码,名单,原因\n{number},黑,贷款核销未清\n".encode())
    blackened = Household.objects.get().list_flag
    bring(f"证件号码,名单,原因\n{number},移出,已清偿\n".encode())

    assert blackened == ListFlag.BLACK
    assert Household.objects.get().list_flag == ListFlag.NONE
    person.refresh_from_db()
    assert person.list_flag == ListFlag.NONE


def test_a_list_says_who_is_not_registered_and_which_word_it_does_not_know(village):
    person = make.customer(make.household(village))

    brought = bring(f"证件号码,名单,原因\n{ID},黑,x\n{person.id_number},紫,x\n".encode())

    assert [each["字段"] for each in returned(brought)] == ["证件号码", "名单"]
    assert returned(brought)[0]["退回原因"]
