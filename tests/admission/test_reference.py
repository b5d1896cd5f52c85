"""The rules that the bank starts with."""

from collections import Counter
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from admission import services
from admission.features import CATALOGUE, COLUMNS, DERIVED, FEATURES, UNITS
from admission.features.registry import HOME
from admission.judgement import OutcomeRule, RulesRefused, compile_rules, judge
from admission.judgement.outcome import faults
from admission.models import RuleSet
from admission.reference.feature_codes import catalogue
from admission.reference.texts import authorisation_text, first_rules
from admission.sources import SOURCES
from core import publishing
from core.errors import SameHands, Unsound
from core.expressions import Kind
from core.roles import Role
from tests import make
from tests.admission.conftest import published
from tests.admission.heard import sound

FORBIDDEN = ("性别", "民族", "宗教", "残疾", "低保", "sex", "ethnic", "religion", "disab", "dibao")


def test_there_are_38_rules_twelve_high_fifteen_medium_eleven_low():
    levels = Counter(text.level for text, _, _ in first_rules())

    assert levels == {"high": 12, "medium": 15, "low": 11}
    assert len({text.code for text, _, _ in first_rules()}) == 38


def test_every_rule_reads_fields_that_exist_and_fills_in_its_texts():
    book = compile_rules([text for text, _, _ in first_rules()], OutcomeRule(), CATALOGUE)

    assert len(book.rules) == 38


def test_the_first_outcome_rule_admits_nobody_whom_a_high_rule_holds_back():
    assert faults(OutcomeRule()) == []


def test_no_rule_asks_what_must_never_be_a_reason():
    for text, _, _ in first_rules():
        for word in FORBIDDEN:
            assert word not in text.expression
            assert word not in text.says_to_customer


def test_no_customer_text_gives_a_figure_away():
    for text, _, _ in first_rules():
        assert text.says_to_customer
        assert not any(letter in text.says_to_customer for letter in "0123456789{}%")


def test_a_customer_reads_nothing_of_a_review_where_the_medium_rules_refuse():
    verdict = judged(pb_q_hard_6m=11, pb_od_months_24=4, pb_lender_open=7, pb_class5_worst="关注")

    assert (verdict.outcome, len(verdict.told)) == ("refuse", 4)
    assert not any("人工" in text.says_to_customer for text, _, _ in first_rules())


def judged(**known):
    """What the first rules say of somebody sound but for what is ``known``."""
    book = compile_rules([text for text, _, _ in first_rules()], OutcomeRule(), CATALOGUE)
    return judge(book, sound(book.fields) | known)


@pytest.mark.parametrize(
    ("mortgage", "homes", "sealed", "outcome", "level"),
    [
        (False, 1, 1, "manual", "medium"),
        (True, 1, 1, "refuse", "high"),
        (True, 2, 2, "refuse", "high"),
        (True, 2, 1, "manual", "medium"),
        (True, 2, None, "manual", "medium"),
    ],
)
def test_a_mortgage_is_refused_where_whatever_could_be_mortgaged_is_sealed(
    mortgage, homes, sealed, outcome, level
):
    verdict = judged(
        product_is_mortgage=mortgage, re_seal_flag=True, re_cnt=homes, re_sealed_cnt=sealed
    )

    (hit,) = verdict.hits
    assert (verdict.outcome, hit.code, hit.level) == (outcome, "M14", level)
    assert hit.as_json().get("head_office", False) is mortgage


@pytest.mark.parametrize(
    ("mortgage", "product", "age", "holds"),
    [
        (False, None, 65, False),
        (False, None, 66, True),
        (True, None, 70, False),
        (True, None, 71, True),
        (True, 75, 75, False),
        (True, 60, 61, True),
        (False, 70, 70, False),
    ],
)
def test_who_mortgages_a_home_may_be_older_when_the_loan_ends(mortgage, product, age, holds):
    verdict = judged(product_is_mortgage=mortgage, product_max_age=product, age_at_maturity=age)

    assert ([each.code for each in verdict.hits] == ["H12"]) is holds
    assert "H12" not in {each.code for each in verdict.unknowns}


def test_the_limits_of_age_are_those_of_the_published_rules():
    (rule,) = [text for text, _, _ in first_rules() if text.code == "H12"]

    assert rule.params == {"min_age": 18, "max_age": 65, "max_age_mortgage": 70}


def test_a_dispute_about_a_home_goes_to_a_person_also_for_a_mortgage():
    verdict = judged(product_is_mortgage=True, re_dispute_flag=True, re_cnt=1, re_sealed_cnt=0)

    assert verdict.outcome == "manual"


def test_a_phone_of_another_name_is_bound_anew_before_signing_a_young_one_is_not():
    (foreign,) = judged(phone_name_match=False).hits
    (young,) = judged(phone_online_months=2).hits

    assert (foreign.code, foreign.as_json()["before_signing"]) == ("L04", "phone")
    assert young.code == "L04"
    assert "before_signing" not in young.as_json()


YUAN = 100


@pytest.mark.parametrize(
    ("declared", "fund", "holds"),
    [
        (5_000, 12_000, True),  # far apart: the declared is the lower, and too little
        (20_000, 6_000, True),  # far apart: the fund's is the lower, and too little
        (9_000, 12_000, False),  # near enough: what can be verified counts
        (None, 12_000, False),
        (5_000, None, False),
    ],
)
def test_where_what_is_declared_and_the_fund_differ_the_lower_income_bears_the_debts(
    declared, fund, holds
):
    verdict = judged(
        pb_pay_6m=4_000 * YUAN,
        verified_monthly_income=12_000 * YUAN,
        income_declared=declared and declared * YUAN,
        pf_income_est=fund and fund * YUAN,
    )

    assert ("M08" in {each.code for each in verdict.hits}) is holds
    assert "M08" not in {each.code for each in verdict.unknowns}


KINDS = {
    "money": {Kind.MONEY},
    "int": {Kind.INTEGER, Kind.DECIMAL},
    "ratio": {Kind.DECIMAL},
    "bool": {Kind.BOOL},
    "category": {Kind.TEXT},
}


def test_all_146_features_of_the_catalogue_are_defined():
    codes = [each["code"] for each in catalogue()]

    assert len(codes) == len(set(codes)) == 146
    assert set(codes) <= FEATURES.keys()


def test_every_feature_of_the_catalogue_is_of_its_kind():
    odd = [
        each["code"]
        for each in catalogue()
        if UNITS[FEATURES[each["code"]].unit] not in KINDS[each["type"]]
    ]

    assert odd == []


def test_every_feature_says_what_it_is_and_reads_only_columns_that_are_declared():
    for name, each in FEATURES.items():
        assert len(each.about) > 10, name
        read = set(each.column(date(2026, 6, 30)).meta.root_names()) - {"", HOME}
        assert read <= ({*each.needs} if each.needs else COLUMNS[each.source].keys()), name


def test_what_is_worked_out_within_a_source_rests_on_that_source_alone():
    within = [each for each in FEATURES.values() if each.needs and each.source != DERIVED]

    assert within
    for each in within:
        needed = [FEATURES[name] for name in each.needs]
        assert {(one.source, one.needs) for one in needed} == {(each.source, ())}, each.name


def test_sex_and_social_assistance_name_customers_and_decide_nothing():
    assert {"sex", "gov_dibao"} <= FEATURES.keys()
    assert not {"sex", "gov_dibao"} & CATALOGUE.fields.keys()


def test_the_authorisation_names_the_purpose_and_the_right_to_withdraw():
    assert "撤回" in authorisation_text()
    assert "人工复核" in authorisation_text()


@pytest.mark.django_db
class TestRuleSets:
    def test_each_draft_is_a_new_version_with_the_same_fingerprint(self):
        author = make.staff(Role.RISK_OFFICER)

        one, two = services.draft_rule_set(author), services.draft_rule_set(author)

        assert (one.version, two.version) == (1, 2)
        assert one.fingerprint == two.fingerprint == one.book().fingerprint
        assert one.rules.count() == 38

    def test_an_author_cannot_put_their_own_rules_into_force(self):
        draft = services.draft_rule_set(make.staff(Role.RISK_OFFICER))
        publishing.submit(draft, actor=draft.author)

        with pytest.raises(SameHands):
            publishing.publish(draft, actor=draft.author)

    def test_the_database_itself_refuses_a_publisher_who_is_the_author(self):
        draft = services.draft_rule_set(make.staff(Role.RISK_OFFICER))

        with pytest.raises(IntegrityError, match="maker_is_not_checker"), transaction.atomic():
            RuleSet.objects.filter(pk=draft.pk).update(publisher=draft.author)

    def test_a_revision_begins_as_a_copy_and_leaves_the_version_in_force(self):
        first = published(services.draft_rule_set(make.staff(Role.RISK_OFFICER)))

        revision = services.revise(first.pk, actor=make.staff(Role.RISK_OFFICER))
        revision.rules.filter(code="M02").update(params={"n": 3})
        services.refresh_fingerprint(revision)

        assert revision.fingerprint != first.fingerprint
        assert first.book().fingerprint == first.fingerprint
        assert revision.rules.count() == 38

    def test_the_order_of_parameters_does_not_change_the_fingerprint(self):
        draft = services.draft_rule_set(make.staff(Role.RISK_OFFICER))
        before = draft.fingerprint

        draft.rules.filter(code="M03").update(params={"n3": 6, "n6": 10})
        services.refresh_fingerprint(draft)

        assert draft.fingerprint == before

    @pytest.mark.parametrize(
        ("column", "value", "reason"),
        [
            ("expression", "gov_dishonestt", "There is no field or parameter 'gov_dishonestt'"),
            ("expression", "age", "is wanted"),
            ("says", "年龄 {age} 岁", "The rule does not read age"),
            ("says", "{gov_dishonest:.0f}%{", "cannot be filled in"),
            ("says_to_customer", "上限 {gov_dishonest}", "no figures"),
        ],
    )
    def test_what_is_wrong_with_a_rule_is_named(self, column, value, reason):
        draft = services.draft_rule_set(make.staff(Role.RISK_OFFICER))
        draft.rules.filter(code="H05").update(**{column: value})

        with pytest.raises(RulesRefused) as refused:
            draft.book()

        (fault,) = refused.value.faults
        assert (fault.code, fault.part) == ("H05", column)
        assert reason in fault.reason
        assert draft.faults()

    def test_a_set_that_may_divide_by_zero_is_not_put_into_force(self):
        draft = services.draft_rule_set(make.staff(Role.RISK_OFFICER))
        draft.rules.filter(code="M02").update(
            expression="gov_suit_def_24m / hv_visit_days > n", on_unknown="pass", says="{n}"
        )

        with pytest.raises(Unsound, match="M02.*hv_visit_days"):
            publishing.submit(draft, actor=draft.author)

        assert draft.book()

    def test_all_faults_are_named_at_once(self):
        draft = services.draft_rule_set(make.staff(Role.RISK_OFFICER))
        draft.rules.filter(code__in=["H05", "H06"]).update(expression="1 +")
        draft.outcome = "'admit'"

        found = draft.faults()

        assert len(found) == 5
        with pytest.raises(RulesRefused):
            draft.book()


def test_the_authorisation_names_whoever_may_be_asked():
    said = {
        "police": "公安", "courts": "司法", "government": "政务", "civil_affairs": "民政",
        "social_security": "社会保障", "provident_fund": "住房公积金", "real_estate": "不动产登记",
        "valuers": "房产评估", "business_registry": "市场监督管理", "tax": "税务",
        "agriculture": "农业农村", "pboc": "中国人民银行", "baihang": "百行征信",
        "phone": "通信运营商", "aml": "反洗钱",
    }  # fmt: skip

    assert said.keys() == SOURCES.keys() - {"core_bank"}
    assert all(word in authorisation_text() for word in said.values())
