"""What files of data tell admission and the review."""

from datetime import date

import pytest

from admission import tasks
from admission.deliveries.classes import CLASSES
from admission.features import FEATURES
from admission.features.offices import GOVERNMENT_LISTS, MARITAL, NOT_LISTED, POLICE_LISTS
from admission.services import deliveries, own_sources
from admission.services.delivered_sources import figures_frames
from admission.services.known_features import features_of
from admission.sources.own import delivered_frames
from core.models import AuditEntry
from core.roles import Role
from tests import make
from tests.admission.brought import AT, HOMES, JUNE, MAY, STRANGER, bring, home, number, paid
from tests.village import neighbourhood
from village.models import RosterImport
from village.selectors import judgeable_households
from village.services import reviewer_lists

pytestmark = pytest.mark.django_db
OTHER_STRANGER = "320723198005170070"


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

    def test_files_may_say_where_homes_stand(self):
        owner = make.customer()
        rows = [f"{home(owner, unit)},{zone}" for unit, zone in (("U1", "集镇"), ("U2", ""))]
        bring(*rows, head=f"{HOMES},所在区域")

        (row,) = delivered_frames({"real_estate"}, [owner.pk], AT.date())["real_estate"].to_dicts()

        assert [each["zone"] for each in row["homes"]] == ["乡镇", None]

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
        bring(
            f"{named.id_number},{JUNE},否,高风险",
            head="证件号码,数据日期,命中制裁或监控名单,洗钱风险等级",
        )
        read = (
            "gov_police_list", "gov_dishonest", "gov_exec_open_amt", "gov_gov_risk", "gov_marital",
            "gov_divorce_months", "phone_online_months", "bh_apply_org_3m",
            "aml_list_hit", "aml_risk_grade",
        )  # fmt: skip

        told, unknown = features_of(
            [named.pk, other.pk], read, as_of=date(2026, 7, 10)
        ).select(read).rows()  # fmt: skip

        assert told == ("涉赌", True, 12_000_00, "无", "离异", 6, None, 4, False, "高")
        assert set(unknown) == {None}

    @pytest.mark.parametrize(
        ("name", "column", "choices"),
        [
            ("police", "list_type", (NOT_LISTED, *POLICE_LISTS)),
            ("government", "risk_type", (NOT_LISTED, *GOVERNMENT_LISTS)),
            ("civil_affairs", "status", MARITAL),
            ("aml", "risk_grade", FEATURES["aml_risk_grade"].choices),
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

    def test_whoever_is_registered_after_the_black_list_came_stands_on_it_at_once(self):
        bring(
            f"{STRANGER},{JUNE},黑名单,法院失信名单,失信被执行人",
            head="证件号码,数据日期,名单类别,名单来源,列入原因",
        )
        newcomer = make.customer(id_number=STRANGER)

        newest = deliveries.newest_with_strangers(CLASSES["watch_lists"])
        made = deliveries.match_again(newest.pk)

        newcomer.refresh_from_db()
        assert (made.matched, made.unmatched, newcomer.watch_flag) == (1, 0, "black")
        assert newcomer.household.__class__.objects.get().list_flag == "black"
        assert deliveries.newest_with_strangers(CLASSES["watch_lists"]) is None

    def test_a_roster_of_which_no_worker_heard_is_found_by_the_sweep_and_once(self):
        bring(
            f"{STRANGER},{JUNE},黑名单,法院失信名单,失信被执行人",
            f"{OTHER_STRANGER},{JUNE},黑名单,法院失信名单,失信被执行人",
            head="证件号码,数据日期,名单类别,名单来源,列入原因",
        )
        tasks.take_in_left_files()
        assert deliveries.left_unmatched(CLASSES["watch_lists"]) is None

        newcomer = make.customer(id_number=STRANGER)
        RosterImport.objects.create(
            file_name="roster.csv", kind="roster", status="brought", new=1, written_at=AT
        )
        tasks.take_in_left_files()

        newcomer.refresh_from_db()
        assert newcomer.watch_flag == "black"
        assert deliveries.newest_with_strangers(CLASSES["watch_lists"]).unmatched == 1
        assert deliveries.left_unmatched(CLASSES["watch_lists"]) is None

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
