"""The importer, on everything that villages really send: what goes in, and what it becomes."""

import io
from datetime import date

import openpyxl
import pytest

from core import crypto
from core.models import AuditEntry
from tests import make
from tests.village.roster_files import (
    DAY,
    HEADINGS,
    bring,
    faults,
    returned,
    row,
    spouse,
    table,
    village,
)
from village.errors import FileRefused
from village.models import Customer, Household, ListFlag, Relation
from village.selectors import tied
from village.services import rosters

pytestmark = pytest.mark.django_db
__all__ = ["village"]


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


def workbook(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for at, rows in enumerate(sheets):
        sheet = book.create_sheet(f"第{at}页")
        for each in rows:
            sheet.append(each)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_the_one_sheet_with_a_table_is_read_wherever_it_stands(village):
    rows = [HEADINGS, list(row().values())]

    brought = bring(workbook([["填写说明"], ["每户一行"]], [], rows))

    assert (brought.new, brought.refused) == (1, 0)


def test_of_several_sheets_with_tables_none_is_left_out_without_a_word(village):
    one, two = row(), row(户号="H2", 姓名="李四", born=date(1970, 1, 2))
    content = workbook([HEADINGS, list(one.values())], [HEADINGS, list(two.values())])

    with pytest.raises(FileRefused):
        bring(content)
    with pytest.raises(FileRefused):
        rosters.receive(content, name="a.xlsx", actor=make.staff("administrator"), as_of=DAY)

    assert not Customer.objects.exists()


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


def test_who_lives_alone_moves_to_their_children(village):
    son, widow = row(), row(户号="H2", 姓名="李四", born=date(1946, 1, 2))
    bring(table(son, widow))

    brought = bring(table(widow | {"户号": "H1", "与户主关系": "母亲"}))

    assert (brought.refused, brought.moved) == (0, 1)
    assert Customer.objects.get(name="李四").household.number == "H1"


def test_two_households_become_one_when_everybody_goes_along(village):
    one, two = row(), row(户号="H2", 姓名="李四", born=date(1970, 1, 2))
    wife = spouse(户号="H2")
    bring(table(one, two, wife))
    together = {"户号": "H1", "与户主关系": "其他成员"}

    alone = bring(table(two | together))
    both = bring(table(two | together, wife | together))

    assert (alone.refused, both.refused, both.moved) == (1, 0, 2)
    assert Household.objects.get(number="H1").members.count() == 3


def test_the_dead_and_those_who_moved_away_keep_nobody_from_leaving(village):
    one, widow = row(), row(户号="H2", 姓名="李四", born=date(1946, 1, 2))
    late = spouse(户号="H2")
    bring(table(one, widow, late))
    Customer.objects.filter(household__number="H2", role="spouse").update(state="died")

    brought = bring(table(widow | {"户号": "H1", "与户主关系": "母亲"}))

    assert brought.refused == 0


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("孙女", "grand"),
        ("外孙", "grand"),
        ("弟弟", "sibling"),
        ("姐妹", "sibling"),
        ("侄子", "other"),
    ],
)
def test_grandchildren_and_siblings_are_told_from_other_members(village, said, role):
    bring(table(row(), spouse() | {"与户主关系": said}))

    assert Customer.objects.exclude(role="head").get().role == role


def test_who_stood_as_another_member_is_told_by_the_next_roster(village):
    head, member = row(), spouse()
    bring(table(head, member | {"与户主关系": "其他成员"}))

    bring(table(head, member | {"与户主关系": "孙子女"}))

    assert Customer.objects.exclude(role="head").get().role == "grand"


def test_a_household_number_that_would_end_a_copy_leaves_the_others_of_its_file(village):
    make.household(village, number="H1")
    text = "户号,年收入,负债\nH0,1,1\n\\.,1,1\nH1,50000,1\n——,1,1\n"

    brought = bring(text.encode())

    assert brought.refused == 3
    assert Household.objects.get().income_year == 50_000_00


def test_declared_means_become_fen_and_say_since_when(village):
    make.household(village, number="H1")
    content = (
        "户号,承包地亩数,住房价值（万元）,家庭年收入(元),收入主项\n"
        'H1,9.0,21.1,"212,000",农业\nH2,1,1,1,农业\nH1,9,21.1,212000,农业\n'
    ).encode()

    brought = bring(content)
    again = rosters.import_content(content, name="x.csv", actor=None, as_of=date(2027, 1, 1))

    assert (brought.new, brought.refused, again.unchanged, again.changed) == (1, 2, 1, 0)
    found = Household.objects.get(number="H1")
    assert (found.house_value, found.income_year) == (21_100_000, 21_200_000)
    assert found.declared_on == DAY


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
