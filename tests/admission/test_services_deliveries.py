"""Files of data on their way to figures, and back to the line."""

import io
import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admission import selectors
from admission.deliveries.classes import CLASSES
from admission.deliveries.schedule import Standing
from admission.errors import DeliveryRefused
from admission.features.offices import GOVERNMENT_LISTS, MARITAL, NOT_LISTED, POLICE_LISTS
from admission.models import Delivery, Figures
from admission.services import deliveries, delivery_plans, lineage, own_sources, unmatched
from admission.services.delivered_sources import figures_frames
from admission.services.known_features import features_of
from admission.sources.own import delivered_frames
from core import documents
from core.errors import SameHands
from core.models import AuditEntry, Notice, Reading
from core.roles import Role
from sandbox.county.deliveries import FOLDER, MADE, write_deliveries
from sandbox.county.deliveries_answers import ANSWERS, ANSWERS_FOLDER
from sandbox.county.making import make_county
from tests import make
from tests.village import neighbourhood
from village.selectors import judgeable_households
from village.services import reviewer_lists

pytestmark = pytest.mark.django_db

AT = datetime(2026, 7, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
JUNE, MAY = date(2026, 6, 30), date(2026, 5, 31)
STRANGER = "11010519491231002X"
PAYROLL = "证件号码,数据日期,近6月月均代发(元),近12月代发月数,代发单位"
HOMES = "证件号码,数据日期,不动产单元号,登记日期,抵押登记日期,查封,异议登记"


def number(who):
    return who if isinstance(who, str) else who.id_number


def paid(who, amount=4200, day=JUNE, months=12):
    return f"{number(who)},{day},{amount},{months},云台小学"


def home(who, unit, day=JUNE, mortgaged="", sealed="否"):
    return f"{number(who)},{day},{unit},2020-03-01,{mortgaged},{sealed},否"


def text(*rows, head=PAYROLL, title="# 合成数据"):
    return "\n".join([title, head, *rows, ""]).encode()


def bring(*rows, head=PAYROLL, at=AT, actor=None, name="payroll.csv", **given):
    content = text(*rows, head=head)
    return deliveries.import_content(content, name=name, actor=actor, at=at, **given)


def figures_of(customer, kind="payroll"):
    return Figures.objects.get(customer=customer, kind=kind)


class TestTakingIn:
    def test_good_rows_become_figures_with_their_delivery_and_line(self):
        customer = make.customer()

        made = bring(paid(STRANGER), paid(customer))

        told = figures_of(customer)
        assert (made.kind, made.status, made.as_of) == ("payroll", "taken", JUNE)
        assert (made.rows, made.matched, made.unmatched, made.refused) == (2, 1, 1, 0)
        assert told.values == {"average_6m": 420_000, "months_12m": 12, "employer": "云台小学"}
        assert (told.delivery, told.line, told.as_of) == (made, 4, JUNE)
        assert AuditEntry.objects.filter(action="admission.delivery.taken").count() == 1

    def test_bad_rows_come_back_with_line_field_and_reason_and_may_be_brought_again(self):
        wrong, good = make.customer(), make.customer()

        made = bring(paid(wrong, amount="四千"), paid(good))

        back = documents.content(made.refusals).decode("utf-8-sig")
        assert (made.matched, made.refused) == (1, 1)
        assert "近6月月均代发(元)" in back.splitlines()[2]
        assert ",3," in back.splitlines()[2]
        corrected = back.replace("四千", "4000").encode()
        again = deliveries.import_content(corrected, name="again.csv", actor=None, at=AT)
        assert (again.rows, again.matched) == (1, 1)
        assert figures_of(wrong).values["average_6m"] == 400_000

    def test_the_same_file_again_is_the_same_delivery(self):
        customer = make.customer()
        first = bring(paid(customer))

        second = bring(paid(customer))

        assert first.pk == second.pk
        assert second.written == 0
        assert Figures.objects.count() == 1

    def test_the_same_file_again_finds_people_registered_since(self):
        bring(paid(STRANGER))
        newcomer = make.customer(id_number=STRANGER)

        made = bring(paid(STRANGER))

        assert (made.matched, made.unmatched) == (1, 0)
        assert figures_of(newcomer).delivery == made

    def test_older_data_never_replace_newer(self):
        customer = make.customer()
        bring(paid(customer, amount=5000))

        late = bring(paid(customer, amount=1000, day=MAY))

        assert figures_of(customer).values["average_6m"] == 500_000
        assert [each["code"] for each in late.findings] == ["old", "overtaken"]

    def test_a_correction_of_the_same_day_counts_and_the_first_file_again_does_not(self):
        customer = make.customer()
        bring(paid(customer, amount=5000))
        bring(paid(customer, amount=6000))

        bring(paid(customer, amount=5000))

        assert figures_of(customer).values["average_6m"] == 600_000

    def test_whoever_is_missing_from_a_complete_file_has_none_any_more(self):
        people = [make.customer() for _ in range(10)]
        bring(*(paid(each, day=MAY) for each in people), at=AT)

        made = bring(*(paid(each) for each in people[1:]))

        assert made.removed == 1
        assert not Figures.objects.filter(customer=people[0]).exists()

    def test_nothing_is_concluded_about_somebody_whose_row_was_refused(self):
        people = [make.customer() for _ in range(10)]
        bring(*(paid(each, day=MAY) for each in people))

        bring(paid(people[0], amount="x"), *(paid(each) for each in people[1:]))

        assert figures_of(people[0]).as_of == MAY

    def test_a_file_with_far_fewer_rows_takes_nothing_away(self):
        people = [make.customer() for _ in range(10)]
        bring(*(paid(each, day=MAY) for each in people))

        made = bring(*(paid(each) for each in people[:7]))

        assert [each["code"] for each in made.findings] == ["rows_fell", "kept"]
        assert Figures.objects.count() == 10

    def test_several_homes_of_one_person_are_kept_and_a_sold_one_goes(self):
        owner, neighbour = make.customer(), make.customer()
        bring(
            home(owner, "U1", MAY), home(owner, "U2", MAY), home(neighbour, "U3", MAY), head=HOMES
        )

        bring(home(owner, "U2"), home(neighbour, "U3"), home(neighbour, "U4"), head=HOMES)

        kept = Figures.objects.filter(kind="real_estate").values_list("customer", "part")
        assert set(kept) == {(owner.pk, "U2"), (neighbour.pk, "U3"), (neighbour.pk, "U4")}

    def test_a_file_without_a_day_needs_one_given(self):
        customer = make.customer()
        head, row = "证件号码,近6月月均代发(元),近12月代发月数", f"{customer.id_number},1,1"

        with pytest.raises(DeliveryRefused):
            bring(row, head=head)
        made = bring(row, head=head, day=MAY)

        assert (made.as_of, figures_of(customer).as_of) == (MAY, MAY)

    def test_gb18030_and_spreadsheets_with_a_title_are_read(self):
        one, other = make.customer(), make.customer()
        content = text(paid(one), title="代发数据表").decode().encode("gb18030")
        book, sheet = openpyxl.Workbook(), io.BytesIO()
        for cells in (["代发数据表"], PAYROLL.split(","), paid(other).split(",")):
            book.active.append(cells)
        book.save(sheet)

        deliveries.import_content(content, name="a.csv", actor=None, at=AT)
        from_text = figures_of(one).values["employer"]
        deliveries.import_content(sheet.getvalue(), name="b.xlsx", actor=None, at=AT)

        assert from_text == "云台小学"
        assert figures_of(other).line == 3

    @pytest.mark.parametrize("content", [b"", b"# nothing\n", b"a,b\n1,2\n", b"PK\x03\x04broken"])
    def test_a_file_of_something_else_is_refused_as_a_whole(self, content):
        with pytest.raises(DeliveryRefused):
            deliveries.import_content(content, name="other.csv", actor=None, at=AT)
        assert Delivery.objects.count() == 0

    def test_a_class_named_by_hand_must_be_that_of_the_file(self):
        with pytest.raises(DeliveryRefused):
            bring(paid(make.customer()), kind="tax")
        with pytest.raises(DeliveryRefused):
            bring(paid(make.customer()), kind="gossip")

    def test_more_rows_cost_no_more_queries(self):
        def queries(count):
            rows = [paid(make.customer()) for _ in range(count)]
            with CaptureQueriesContext(connection) as seen:
                bring(*rows)
            return len(seen)

        bring(paid(make.customer()))

        assert queries(2) == queries(30)

    def test_every_file_of_the_county_goes_in_without_a_refusal(self, tmp_path):
        make_county(tmp_path, villages=1, customers=200, seed=3)
        write_deliveries(tmp_path)

        for name in MADE | ANSWERS:
            folder = tmp_path / (FOLDER if name in MADE else ANSWERS_FOLDER)
            made = deliveries.import_file(folder / f"{name}.csv", actor=None, at=AT)
            assert (made.kind, made.refused, made.matched) == (name, 0, 0)


def odd(actor):
    """Forty people, and a delivery of theirs in another unit than the one before."""
    people = [make.customer() for _ in range(40)]
    bring(*(paid(each, amount=4000 + n, day=MAY) for n, each in enumerate(people)))
    made = bring(*(paid(each, amount=f"0.{40 + n}") for n, each in enumerate(people)), actor=actor)
    return people, made


class TestHoldingBack:
    def test_amounts_in_another_unit_wait_for_somebody_else(self):
        clerk, officer = make.staff(Role.ADMINISTRATOR), make.staff(Role.RISK_OFFICER)
        people, made = odd(clerk)

        assert made.status == Delivery.Status.HELD
        assert figures_of(people[0]).as_of == MAY
        with pytest.raises(SameHands):
            deliveries.settle(made.pk, take_in=True, actor=clerk)
        deliveries.settle(made.pk, take_in=True, actor=officer)
        assert figures_of(people[0]).as_of == MAY
        deliveries.take_in_ordered(made.pk)

        assert figures_of(people[0]).values["average_6m"] == 40
        assert Delivery.objects.get(pk=made.pk).settled_by == officer

    def test_what_was_rejected_stays_out(self):
        officer = make.staff(Role.RISK_OFFICER)
        people, made = odd(make.staff(Role.ADMINISTRATOR))

        deliveries.settle(made.pk, take_in=False, actor=officer)

        content = documents.content(made.file)
        with pytest.raises(DeliveryRefused):
            deliveries.import_content(content, name="x.csv", actor=None, at=AT)
        with pytest.raises(DeliveryRefused):
            deliveries.settle(made.pk, take_in=True, actor=officer)
        assert figures_of(people[0]).as_of == MAY


class TestLineage:
    def test_from_a_figure_to_the_line_of_the_file_with_the_number_masked(self):
        customer, reader = make.customer(), make.staff(Role.RISK_OFFICER)
        bring(paid(STRANGER), paid(customer))

        cells = {
            each.heading: each.value
            for each in lineage.line_as_delivered(figures_of(customer), reader=reader)
        }

        assert cells["近6月月均代发(元)"] == "4200"
        assert cells["证件号码"] == "********" + customer.id_number[-4:]
        assert Reading.objects.get().object_id == customer.pk

    def test_rows_of_nobody_registered_come_as_a_file(self):
        reader = make.staff(Role.ADMINISTRATOR)
        made = bring(paid(STRANGER), paid(make.customer()))

        back = unmatched.file(made, reader=reader).decode("utf-8-sig")

        assert STRANGER in back
        assert back.count("云台小学") == 1


class TestFeedingAdmission:
    def test_homes_stand_in_for_the_registry_until_they_are_late(self):
        owner = make.customer()
        bring(home(owner, "U1", mortgaged="2026-02-01"), home(owner, "U2", sealed="是"), head=HOMES)

        def known(day):
            return delivered_frames({"real_estate"}, [owner.pk], day)["real_estate"]

        (row,) = known(AT.date()).iter_rows(named=True)
        assert [each["mortgaged_on"] for each in row["homes"]] == [["2026-02-01"], [None]]
        assert [each["sealed"] for each in row["homes"]] == [False, True]
        assert (row["line"], row["as_of"]) == (3, JUNE)
        assert known(date(2027, 1, 2)).height == 0
        assert known(MAY).height == 0

    def test_only_a_debt_of_nothing_says_that_a_home_is_free(self):
        owner = make.customer()
        rows = [f"{home(owner, unit)},{debt}" for unit, debt in (("U1", "0"), ("U2", ""))]
        bring(*rows, head=f"{HOMES},抵押债权余额(元)")

        (row,) = delivered_frames({"real_estate"}, [owner.pk], AT.date())["real_estate"].to_dicts()

        assert [each["mortgage"] for each in row["homes"]] == [0, None]
        assert [each["mortgaged_on"] for each in row["homes"]] == [[], [None]]

    def test_who_somebody_is_to_a_business_is_told_by_the_one_that_runs(self):
        owner = make.customer()
        rows = [
            f"{number(owner)},{JUNE},{code},{role},{standing},2020-01-01"
            for code, role, standing in (("91X", "个体经营者", "注销"), ("91Y", "法人", "在营"))
        ]
        bring(*rows, head="证件号码,数据日期,统一社会信用代码,任职身份,主体状态,成立日期")

        told = delivered_frames({"business_registry"}, [owner.pk], AT.date())["business_registry"]

        assert told["role"].item() == "法人"
        assert [each["status"] for each in told["businesses"].item()] == ["注销", "在营"]

    def test_what_a_file_does_not_say_of_a_business_stays_unknown(self):
        owner = make.customer()
        bring(
            f"{number(owner)},{JUNE},91X,法人,在营,2020-01-01",
            head="证件号码,数据日期,统一社会信用代码,任职身份,主体状态,成立日期",
        )

        told = delivered_frames({"business_registry"}, [owner.pk], AT.date())["business_registry"]

        (business,) = told["businesses"].item()
        assert business["status"] == "在营"
        assert [business[each] for each in ("abnormal", "punishments_12m", "changes_6m")] == [
            None
        ] * 3

    @pytest.mark.parametrize("name", [n for n, each in CLASSES.items() if each.feeds])
    def test_every_class_that_feeds_a_source_has_its_columns(self, name):
        feeds = CLASSES[name].feeds

        assert delivered_frames({feeds}, [1], JUNE)[feeds].height == 0

    def test_an_office_s_file_is_what_the_high_rules_read_of_whom_it_names(self):
        named, other = make.customer(), make.customer()
        bring(
            f"{named.id_number},{JUNE},是,正常,涉赌,2027-01-31,否",
            head="证件号码,数据日期,姓名与证件相符,人员状态,公安特殊名单,特殊名单到期日,涉案银行卡",
        )
        bring(
            f"{named.id_number},{JUNE},是,否,12000,0,完全",
            head="证件号码,数据日期,失信被执行人,限制消费,未结执行标的(元),近24月被告案件数,民事行为能力",
        )
        bring(f"{named.id_number},{JUNE},无", head="证件号码,数据日期,政务严重失信名单")
        bring(f"{named.id_number},{JUNE},离异,2026-01-10,否",
              head="证件号码,数据日期,登记婚姻状况,婚姻变更日期,低保救助")  # fmt: skip
        bring(f"{named.id_number},{JUNE},否,", head="证件号码,数据日期,手机实名一致,手机在网时长")
        bring(
            f"{named.id_number},{JUNE},4,6,8000,是,否",
            head="证件号码,数据日期,近3月非银申请机构数,近3月非银申请次数,非银在贷余额(元),"
            "近12月非银逾期,百行特别关注",
        )
        read = (
            "gov_police_list", "gov_dishonest", "gov_exec_open_amt", "gov_gov_risk", "gov_marital",
            "gov_divorce_months", "phone_online_months", "bh_apply_org_3m",
        )  # fmt: skip

        told, unknown = features_of(
            [named.pk, other.pk], read, as_of=date(2026, 7, 10)
        ).select(read).rows()  # fmt: skip

        assert told == ("涉赌", True, 12_000_00, "无", "离异", 6, None, 4)
        assert set(unknown) == {None}

    @pytest.mark.parametrize(
        ("name", "column", "choices"),
        [
            ("police", "list_type", (NOT_LISTED, *POLICE_LISTS)),
            ("government", "risk_type", (NOT_LISTED, *GOVERNMENT_LISTS)),
            ("civil_affairs", "status", MARITAL),
        ],
    )
    def test_the_words_of_a_file_are_those_that_features_know(self, name, column, choices):
        assert CLASSES[name].column(column).choices == choices

    def test_a_delivered_black_list_counts_as_the_banks_own(self):
        listed, free = make.customer(), make.customer()
        head = "证件号码,数据日期,名单类别,名单来源,列入原因"
        bring(f"{listed.id_number},{JUNE},黑名单,法院失信名单,失信被执行人", head=head)

        told = dict(own_sources.lists([listed.pk, free.pk]).iter_rows())

        assert told == {listed.pk: "黑", free.pk: "无"}

    def test_a_delivered_black_list_voids_in_the_review_until_a_newer_file_says_otherwise(
        self, in_english
    ):
        campaign = neighbourhood.concluded(10)
        listed, other = campaign.village.households.order_by("pk")[:2]
        head = "证件号码,数据日期,名单类别,名单来源,列入原因"
        of_court = "法院失信名单,失信被执行人"
        wife = listed.members.get(role="spouse")
        owner = other.members.get(role="head")

        bring(f"{number(wife)},{MAY},黑名单,{of_court}", head=head, name="may.csv")

        outcome = campaign.outcomes.get(household=listed)
        listed.refresh_from_db()
        assert (outcome.stage, outcome.voided_because) == ("voided", "black_list")
        assert outcome.reviewed_limit in (0, None)
        assert listed.list_flag == "black"
        assert not judgeable_households(campaign.village_id).filter(pk=listed.pk).exists()
        assert campaign.outcomes.filter(stage="voided").count() == 1
        entry = AuditEntry.objects.get(action="village.customer.listed_by_others")
        assert entry.detail == {"list": "black"}

        bring(f"{number(owner)},{JUNE},灰名单,{of_court}", head=head, name="june.csv")

        wife.refresh_from_db()
        owner.refresh_from_db()
        listed.refresh_from_db()
        assert (wife.watch_flag, owner.watch_flag) == ("", "grey")
        assert listed.list_flag != "black"
        assert "grey or black list" in " ".join(
            reviewer_lists.reasons_against(owner, village_id=campaign.village_id, on=JUNE)
        )

    def test_a_list_held_back_says_nothing_to_the_review_before_somebody_settles_it(self):
        customer = make.customer()
        head = "证件号码,数据日期,名单类别,名单来源,列入原因"
        row = f"{number(customer)},{JUNE},黑名单,法院失信名单,失信被执行人"
        made = bring(row, *[f"{STRANGER},{JUNE},红名单,法院,"] * 2, head=head)
        customer.refresh_from_db()
        assert (made.status, customer.watch_flag) == ("held", "")
        officer = make.staff(Role.RISK_OFFICER)

        deliveries.settle(made.pk, take_in=True, actor=officer)
        deliveries.take_in_ordered(made.pk)

        customer.refresh_from_db()
        entry = AuditEntry.objects.get(action="village.customer.listed_by_others")
        assert (customer.watch_flag, entry.actor) == ("black", officer)

    def test_figures_of_a_class_come_as_columns(self):
        customer = make.customer()
        bring(paid(customer))

        told = figures_frames([CLASSES["payroll"]], [customer.pk], AT.date())

        assert told["payroll"]["average_6m"].to_list() == [420_000]


class TestSchedule:
    def test_a_late_class_is_told_once_to_the_administrators(self):
        bring(paid(make.customer(), day=MAY))
        late = date(2026, 7, 20)

        first = delivery_plans.tell_late(late)
        again = delivery_plans.tell_late(late)

        assert ([each.of.name for each in first], again) == (["payroll"], [])
        assert Notice.objects.get().role == Role.ADMINISTRATOR

    def test_the_bank_may_depart_from_what_is_declared(self):
        officer = make.staff(Role.ADMINISTRATOR)
        bring(paid(make.customer(), day=MAY))

        def standing():
            told = selectors.data_schedule(date(2026, 7, 20))
            return next(each.standing for each in told if each.of.name == "payroll")

        before = standing()
        plan = {"every": "month", "grace_days": 30, "actor": officer}
        delivery_plans.change_plan("payroll", is_expected=True, **plan)
        patient = standing()
        delivery_plans.change_plan("payroll", is_expected=False, **plan)

        assert (before, patient, standing()) == (Standing.LATE, Standing.DUE, Standing.OFF)

    def test_files_left_in_the_directory_are_taken_in_and_bad_ones_put_aside(self, tmp_path):
        customer = make.customer()
        (tmp_path / "good.csv").write_bytes(text(paid(customer)))
        (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
        (tmp_path / "notes.md").write_text("not for us")
        later = datetime.now(AT.tzinfo).replace(year=2027)

        found = {each.name: each for each in delivery_plans.pick_up(tmp_path, at=later)}

        assert found["good.csv"].delivery.matched == 1
        assert found["bad.csv"].delivery is None
        assert sorted(each.name for each in tmp_path.iterdir()) == ["failed", "notes.md"]
        assert (tmp_path / "failed" / "bad.csv.reason.txt").read_text().strip()

    def test_a_file_that_is_still_being_written_waits(self, tmp_path):
        (tmp_path / "good.csv").write_bytes(text(paid(make.customer())))

        found = list(delivery_plans.pick_up(tmp_path, at=datetime.now(AT.tzinfo)))

        assert found == []
        assert (tmp_path / "good.csv").exists()


class TestCommands:
    def test_import_data_says_what_became_of_each_file(self, tmp_path, capsys):
        path = tmp_path / "payroll.csv"
        path.write_bytes(text(paid(make.customer()), paid(make.customer(), amount="x")))

        call_command("import_data", str(path), "--errors", str(tmp_path / "back"), "--json")

        told = json.loads(capsys.readouterr().out)
        assert (told["class"], told["rows"], told["matched"], told["refused"]) == (
            "payroll",
            2,
            1,
            1,
        )
        assert [each.name for each in (tmp_path / "back").iterdir()] == ["payroll-refused.csv"]

    @pytest.mark.parametrize("more", [["--as-of", "yesterday"], ["--as-of", "2026-02-30"], []])
    def test_import_data_refuses_what_it_cannot_read(self, tmp_path, more):
        path = tmp_path / "other.csv"
        path.write_text("a,b\n1,2\n")

        with pytest.raises(CommandError):
            call_command("import_data", str(path), *more)

    def test_data_schedule_names_every_class(self, capsys, settings, tmp_path):
        settings.DELIVERIES_DIR = str(tmp_path)

        call_command("data_schedule", "--pick-up", "--json")

        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [each["class"] for each in told] == list(CLASSES)
        assert {each["standing"] for each in told} == {"never"}
