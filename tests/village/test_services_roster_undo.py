"""What a roster file would do, what it did, and taking it back as a whole."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core import documents
from core.models import AuditEntry
from tests import make
from tests.village.roster_files import row, spouse, table
from village.errors import ImportRefused
from village.models import (
    Campaign,
    Customer,
    Household,
    HouseholdPosition,
    ListFlag,
    Outcome,
    Relation,
    Reviewer,
    RosterChange,
    RosterImport,
    RosterShape,
)
from village.services import roster_shapes, roster_undo, rosters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

DAY = date(2026, 6, 30)
Status = RosterImport.Status


@pytest.fixture
def village():
    return make.village(code="320723100200")


@pytest.fixture
def clerk():
    return make.staff(role="administrator")


def at(**given):
    return row(组号="", **given)


def bring(content, **given):
    return rosters.import_content(content, name="roster.csv", actor=None, as_of=DAY, **given)


def register():
    """Everything a roster may change, as it stands."""
    people = Customer.objects.order_by("id_index").values(
        "household__number", "role", "name", "mobile_index", "state", "list_flag", "education"
    )
    homes = Household.objects.order_by("number").values(
        "number",
        "village",
        "group",
        "address",
        "income_year",
        "list_flag",
        "declared_on",
        "figure_days",
    )
    return list(people), list(homes)


def test_trying_a_file_out_tells_what_it_would_do_and_does_nothing(village):
    made = bring(table(at(), spouse(组号="")), dry_run=True)

    assert (made.status, made.rows, made.new) == (Status.DISCARDED, 2, 2)
    assert not Customer.objects.exists()
    assert not Household.objects.exists()


def test_a_received_file_is_tried_out_looked_at_and_brought_in(village, clerk):
    bad = at(户号="H2", 证件号码="320799197807138730")
    made = rosters.receive(table(at(), bad), name="roster.csv", actor=clerk, as_of=DAY)

    tried = rosters.try_out(made.pk)

    assert (tried.status, tried.new, tried.refused) == (Status.TRIED, 1, 1)
    assert "H2" in documents.content(tried.refusals).decode()
    assert not Customer.objects.exists()

    rosters.order(made.pk, actor=clerk)
    brought = rosters.bring_in(made.pk)

    assert (brought.status, brought.new) == (Status.BROUGHT, 1)
    assert Customer.objects.get().household.number == "H1"
    with pytest.raises(ImportRefused, match="Brought in"):
        rosters.bring_in(made.pk)


def test_a_change_report_tells_who_died_who_moved_and_what_changed(village):
    head, wife = at(), spouse(组号="")
    son = row(户号="H1", 组号="", 与户主关系="子女", 姓名="王小军", born=date(2001, 3, 2))
    bring(table(head, wife, son))
    other = at(户号="H9", 姓名="李四", born=date(1980, 2, 3))
    bring(table(other))

    made = bring(
        table(
            head | {"手机号码": "13812345678"},
            wife | {"居住状况": "死亡"},
            son | {"户号": "H9", "与户主关系": "其他"},
            headings=[*head, "居住状况"],
        )
    )

    assert (made.changed, made.died, made.moved) == (3, 1, 1)
    told = RosterChange.objects.filter(roster_import=made).values_list("customer__name", "kind")
    assert dict(told) == {"王军民": "changed", "杨霞": "died", "王小军": "moved"}


def test_undoing_a_file_gives_the_register_back_as_it_was(village, clerk):
    head, wife = at(), spouse(组号="")
    bring(table(head, wife))
    before = register()
    second = bring(
        table(
            head | {"手机号码": "13812345678", "与户主关系": "其他"},
            wife | {"与户主关系": "户主", "姓名": "杨小霞"},
            row(户号="H5", 组号="", 姓名="赵六", born=date(1969, 5, 5)),
        )
    )
    assert register() != before

    undone = roster_undo.undo(second.pk, because="错用了旧名册", actor=clerk)

    assert undone.status == Status.UNDONE
    assert register() == before
    assert Customer.objects.get(name="王军民").mobile == "14064921791"
    assert AuditEntry.objects.filter(action="village.roster.undone").get().detail["because"]


def test_declared_means_and_lists_are_undone_as_well(village, clerk):
    head = at()
    bring(table(head))
    before = register()
    means = bring(table({"户号": "H1", "年收入": "52000", "负债": "0", "年支出": "9"},
                        headings=["户号", "年收入", "负债", "年支出"]))  # fmt: skip
    lists = bring(
        table(
            {"证件号码": head["证件号码"], "名单": "黑", "原因": "核销"},
            headings=["证件号码", "名单", "原因"],
        )
    )
    assert lists.refused == 0, documents.content(lists.refusals).decode()
    assert Household.objects.get().list_flag == ListFlag.BLACK
    assert Household.objects.get().income_year == 5_200_000

    roster_undo.undo(lists.pk, because="误列", actor=clerk)
    roster_undo.undo(means.pk, because="单位错", actor=clerk)

    assert register() == before


def test_a_file_is_not_undone_under_a_later_one(village, clerk):
    head = at()
    first = bring(table(head))
    bring(table(head | {"姓名": "王军"}))

    with pytest.raises(ImportRefused, match="changed again since"):
        roster_undo.undo(first.pk, because="试一试", actor=clerk)

    assert Customer.objects.get().name == "王军"


def test_a_households_place_on_the_map_goes_with_the_household(village, clerk):
    stays = make.household(village)
    first = bring(table(at()))
    for each in Household.objects.all():
        HouseholdPosition.objects.create(
            household=each, longitude=119.2, latitude=34.3, source="positions.csv"
        )

    roster_undo.undo(first.pk, because="导错了", actor=clerk)

    assert HouseholdPosition.objects.get().household == stays
    assert Household.objects.get() == stays


def test_what_an_undone_black_list_voided_stays_void_and_is_counted(village, clerk):
    head = at()
    bring(table(head))
    home = Household.objects.get()
    campaign = Campaign.objects.create(village=village, seed=1, business_day=DAY)
    Outcome.objects.create(
        campaign=campaign, household=home, sheets=5, valid_sheets=5, reviewed_limit=5_000_000
    )
    named = {"证件号码": head["证件号码"], "名单": "黑", "原因": "失信"}
    lists = bring(table(named, headings=list(named)))

    roster_undo.undo(lists.pk, because="误列", actor=clerk)

    outcome = Outcome.objects.get()
    home.refresh_from_db()
    assert (outcome.stage, home.list_flag) == ("voided", "")
    assert roster_undo.left_void(RosterImport.objects.get(pk=lists.pk)) == 1


def test_a_file_whose_people_are_relied_upon_is_not_undone(village, clerk):
    first = bring(table(at()))
    campaign = Campaign.objects.create(village=village, seed=1, business_day=DAY)
    Reviewer.objects.create(
        campaign=campaign, customer=Customer.objects.get(), link_expires_at=timezone.now()
    )

    with pytest.raises(ImportRefused, match="relied upon"):
        roster_undo.undo(first.pk, because="试一试", actor=clerk)

    assert Customer.objects.get().household.number == "H1"


def test_undoing_asks_for_a_reason(village, clerk):
    first = bring(table(at()))

    with pytest.raises(ImportRefused, match="why"):
        roster_undo.undo(first.pk, because="  ", actor=clerk)

    assert Customer.objects.exists()


def test_headings_explained_once_are_understood_from_then_on(village, clerk):
    strange = {"户号": "户", "村代码": "村", "与户主关系": "身份", "姓名": "名", "证件号码": "号"}
    lines = [{strange[name]: at()[name] for name in strange}]
    content = table(*lines, headings=list(strange.values()))
    made = rosters.receive(content, name="odd.csv", actor=clerk, as_of=DAY)
    assert made.status == Status.UNKNOWN_SHAPE
    chosen = dict(enumerate(["household_number", "village_code", "role", "name", "id_number"]))
    ask = {"headings": list(strange.values()), "kind_name": "roster", "actor": clerk}

    with pytest.raises(ImportRefused, match="证件号码"):
        roster_shapes.explain(made.pk, chosen=chosen | {4: ""}, **ask)
    with pytest.raises(ImportRefused, match="same meaning"):
        roster_shapes.explain(made.pk, chosen=chosen | {5: "name"}, **ask)
    roster_shapes.explain(made.pk, chosen=chosen, **ask)

    assert rosters.try_out(made.pk).new == 1
    again = rosters.receive(content + b"\n", name="odd2.csv", actor=clerk, as_of=DAY)
    assert again.status == Status.RECEIVED
    assert RosterShape.objects.count() == 1


def test_the_command_tries_a_file_out_and_says_that_nothing_was_written(village, tmp_path, capsys):
    file = tmp_path / "roster.csv"
    file.write_bytes(table(at()))

    call_command("import_roster", file, dry_run=True, as_of=DAY.isoformat())

    assert "1 new" in (said := capsys.readouterr().out)
    assert "nothing was written" in said
    assert not Customer.objects.exists()
    assert not RosterImport.objects.orderable_by(make.staff("administrator")).exists()


def test_a_bad_file_does_not_keep_the_others_from_being_brought_in(village, tmp_path, capsys):
    strange, missing, good = (tmp_path / each for each in ("a.csv", "b.csv", "c.csv"))
    strange.write_bytes(b"PK\x03\x04 broken")
    good.write_bytes(table(at()))

    with pytest.raises(CommandError, match="2 of 3 files"):
        call_command("import_roster", strange, missing, good, json=True, as_of=DAY.isoformat())

    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["file"], each["written"]) for each in told] == [
        ("a.csv", False),
        ("b.csv", False),
        ("c.csv", True),
    ]
    assert "spreadsheet" in told[0]["error"]
    assert Customer.objects.count() == 1


def test_what_failed_is_said_on_the_error_stream_without_json(village, tmp_path, capsys):
    with pytest.raises(CommandError):
        call_command("import_roster", tmp_path / "missing.csv", as_of=DAY.isoformat())

    assert "missing.csv" in capsys.readouterr().err


def test_no_file_is_true_on_a_day_to_come(village, tmp_path):
    file = tmp_path / "roster.csv"
    file.write_bytes(table(at()))
    tomorrow = timezone.localdate() + timedelta(days=1)

    with pytest.raises(CommandError, match="still to come"):
        call_command("import_roster", file, as_of=tomorrow.isoformat())

    assert not RosterImport.objects.exists()


TIED = "证件号码,关联证件号码,关系\n"


def test_undoing_a_file_lets_the_ties_it_ended_stand_again(village):
    one, other = (make.customer(make.household(village)) for _ in range(2))
    pair = f"{one.id_number},{other.id_number}"
    bring(f"{TIED}{pair},担保\n".encode())
    made = bring(f"{TIED}{pair},解除担保\n".encode())

    roster_undo.undo(made.pk, because="解除错了", actor=make.staff())

    tie = Relation.objects.get()
    assert (tie.ended_on, tie.ended_because, tie.ended_by_file) == (None, "", None)


def test_a_file_that_ended_a_tie_is_undone_after_the_one_that_tied_it_again(village):
    one, other = (make.customer(make.household(village)) for _ in range(2))
    pair, clerk = f"{one.id_number},{other.id_number}", make.staff()
    bring(f"{TIED}{pair},担保\n".encode())
    ended = bring(f"{TIED}{pair},解除\n".encode())
    again = bring(f"{TIED}{pair},担保人\n".encode())

    with pytest.raises(ImportRefused, match="Undo the later file first"):
        roster_undo.undo(ended.pk, because="解除错了", actor=clerk)
    roster_undo.undo(again.pk, because="录错了", actor=clerk)
    roster_undo.undo(ended.pk, because="解除错了", actor=clerk)

    assert Relation.objects.get().ended_on is None


def test_files_are_undone_one_after_the_other_the_latest_first(village, clerk):
    head = at()
    first = bring(table(head))
    second = bring(table(head | {"职业": "务工"}, headings=[*head, "职业"]))
    with pytest.raises(ImportRefused, match="changed again since"):
        roster_undo.undo(first.pk, because="导错了", actor=clerk)

    roster_undo.undo(second.pk, because="导错了", actor=clerk)
    roster_undo.undo(first.pk, because="导错了", actor=clerk)

    assert not Customer.objects.exists()
    assert not Household.objects.exists()


def test_what_an_undone_file_had_changed_of_people_who_stay_stays_on_record(village, clerk):
    other = at(户号="H9", 姓名="李四", born=date(1980, 2, 3))
    bring(table(other))
    head = at()
    first = bring(table(head))
    second = bring(table(head | {"姓名": "王军"}, other | {"姓名": "李小四"}))

    roster_undo.undo(second.pk, because="导错了", actor=clerk)
    roster_undo.undo(first.pk, because="导错了", actor=clerk)

    told = RosterChange.objects.filter(roster_import=second)
    assert [each.customer.name for each in told] == ["李四"]


def test_a_head_who_left_does_not_come_back_over_a_later_files_head(village, clerk):
    left = at(户号="D2", 姓名="李四", born=date(1980, 2, 3))
    bring(table(at(), left))
    emptied = bring(table(left | {"户号": "H1", "与户主关系": "其他"}))
    later = bring(table(at(户号="D2", 姓名="赵六", born=date(1969, 5, 5))))

    with pytest.raises(ImportRefused, match="Undo the later files first"):
        roster_undo.undo(emptied.pk, because="导错了", actor=clerk)
    roster_undo.undo(later.pk, because="导错了", actor=clerk)
    roster_undo.undo(emptied.pk, because="导错了", actor=clerk)

    assert Customer.objects.get(name="李四").household.number == "D2"


def test_a_household_that_a_later_file_moved_somebody_into_names_the_later_file(village, clerk):
    son = at(与户主关系="子女", 姓名="王小军", born=date(2001, 3, 2))
    bring(table(at(), son))
    first = bring(table(at(户号="D2", 姓名="赵六", born=date(1969, 5, 5))))
    later = bring(table(son | {"户号": "D2", "与户主关系": "其他"}))

    with pytest.raises(ImportRefused, match="Undo the later files first"):
        roster_undo.undo(first.pk, because="导错了", actor=clerk)
    roster_undo.undo(later.pk, because="导错了", actor=clerk)
    roster_undo.undo(first.pk, because="导错了", actor=clerk)

    assert Customer.objects.get(name="王小军").household.number == "H1"


def test_a_head_comes_back_when_the_file_that_brought_a_new_one_is_undone(village, clerk):
    head = at()
    bring(table(head))
    before = register()
    second = bring(
        table(head | {"与户主关系": "其他"}, at(姓名="赵六", born=date(1969, 5, 5))),
    )
    assert (second.new, second.changed, second.refused) == (1, 1, 0)

    roster_undo.undo(second.pk, because="导错了", actor=clerk)

    assert register() == before
