"""The rule language: what rules mean for one applicant, above all where something is unknown."""

import datetime as dt
import math
from decimal import Decimal

import polars as pl
import pytest

from core.expressions import Catalogue, Field, Kind, fingerprint

FIELDS = {
    Kind.BOOL: "police_id_match gov_fraud_card aml_list_hit gov_dishonest gov_consume_limit"
    " loan_writeoff_flag pb_guar_bad spouse_authorised product_need_employer ss_employer_match"
    " product_need_pf re_seal_flag re_dispute_flag product_is_operating biz_abn_flag"
    " phone_name_match",
    Kind.INTEGER: "pb_cur_od_cnt pb_od_max_24 pb_od_months_24 pb_bad_debt pb_recourse age"
    " age_at_maturity gov_suit_def_24m pb_q_hard_6m pb_q_hard_3m pb_lender_open pb_nonbank_open"
    " bh_apply_org_3m spouse_high_hits ss_months_12 pf_months_12 biz_punish_12m biz_age_months"
    " phone_online_months ss_cont_months pf_cont_months gov_divorce_months re_hold_months"
    " re_new_mortgage_12m biz_chg_6m hv_visit_days",
    Kind.DECIMAL: "face_score pb_card_util_6m",
    Kind.MONEY: "pb_cur_od_amt loan_bal gov_exec_open_amt pb_guar_bal hv_net_asset pb_card_limit"
    " pb_pay_6m new_instalment verified_monthly_income declared_income pf_income_est",
    Kind.TEXT: "police_person_status gov_police_list aml_risk_grade gov_risk list_flag"
    " loan_class5_worst_24m court_capacity gov_marital declared_marital pb_account_status"
    " pf_status biz_status hukou_code residence_code",
    Kind.DATE: "police_list_expire today pb_first_month born_on",
}
CLASSES = ("正常", "关注", "次级", "可疑", "损失")
CATALOGUE = Catalogue(
    [Field(name, kind) for kind, names in FIELDS.items() for name in names.split()]
    + [Field("pb_class5_worst", Kind.TEXT, label="五级分类", choices=CLASSES)]
)
DTYPES = {
    Kind.BOOL: pl.Boolean,
    Kind.INTEGER: pl.Int64,
    Kind.DECIMAL: pl.Float64,
    Kind.MONEY: pl.Int64,
    Kind.TEXT: pl.String,
    Kind.DATE: pl.Date,
}

RULES = {
    "H01": (
        "police_id_match == False or police_person_status in ['死亡', '注销']"
        " or face_score < face_min",
        {"face_min": 0.8},
    ),
    "H02": (
        "gov_police_list in types and (police_list_expire is None or police_list_expire >= today)",
        {"types": ["涉毒", "涉赌", "涉黑恶"]},
    ),
    "H03": ("gov_fraud_card == True", {}),
    "H04": ("aml_list_hit == True or aml_risk_grade == '禁止'", {}),
    "H05": ("gov_dishonest", {}),
    "H06": ("gov_consume_limit", {}),
    "H07": ("gov_risk in types", {"types": ["重大税收违法", "骗取财政补贴"]}),
    "H08": ("pb_cur_od_cnt >= 1 and pb_cur_od_amt > min_amt", {"min_amt": 500}),
    "H09": ("pb_od_max_24 >= 3 or pb_od_months_24 >= 6", {}),
    "H10": (
        "pb_class5_worst in ['次级', '可疑', '损失'] or pb_bad_debt > 0 or pb_recourse > 0",
        {},
    ),
    "H11": (
        "list_flag == '黑' or (loan_class5_worst_24m in ['次级', '可疑', '损失'] and loan_bal > 0)"
        " or loan_writeoff_flag",
        {},
    ),
    "H12": (
        "age < min_age or age_at_maturity > max_age or court_capacity in ['限制', '无']",
        {"min_age": 18, "max_age": 65},
    ),
    "M01": ("gov_exec_open_amt > min_amt", {"min_amt": 0}),
    "M02": ("gov_suit_def_24m >= n", {"n": 1}),
    "M03": ("pb_q_hard_6m >= n6 or pb_q_hard_3m >= n3", {"n6": 10, "n3": 6}),
    "M04": ("3 <= pb_od_months_24 <= 5 or pb_od_max_24 == 2", {}),
    "M05": (
        "pb_lender_open >= n or pb_nonbank_open >= nb or bh_apply_org_3m >= na",
        {"n": 6, "nb": 3, "na": 6},
    ),
    "M06": (
        "pb_guar_bal > ratio * hv_net_asset or pb_guar_bal > amt or pb_guar_bad",
        {"ratio": 0.5, "amt": 500000},
    ),
    "M07": (
        "pb_card_util_6m > u and pb_card_limit >= min_limit",
        {"u": 0.9, "min_limit": Decimal("10000.00")},
    ),
    "M08": ("(pb_pay_6m + new_instalment) / verified_monthly_income > dti", {"dti": 0.55}),
    "M09": (
        "pb_class5_worst == '关注' or pb_account_status in ['冻结', '止付', '银行止付']",
        {},
    ),
    "M10": (
        "gov_marital != declared_marital or (gov_marital == '已婚' and not spouse_authorised)",
        {},
    ),
    "M11": ("spouse_high_hits > 0", {}),
    "M12": ("product_need_employer and (ss_months_12 <= 8 or not ss_employer_match)", {}),
    "M13": (
        "product_need_pf and (pf_status in ['封存', '销户'] or pf_months_12 < min_months)",
        {"min_months": 9},
    ),
    "M14": ("re_seal_flag or re_dispute_flag", {}),
    "M15": (
        "product_is_operating and (biz_status in ['吊销', '注销'] or biz_abn_flag"
        " or biz_punish_12m >= 2 or biz_age_months < min_age)",
        {"min_age": 6},
    ),
    "L01": ("pb_first_month is None", {}),
    "L02": ("6 <= pb_q_hard_6m <= 9", {}),
    "L03": ("1 <= pb_od_months_24 <= 2 and pb_cur_od_cnt == 0", {}),
    "L04": ("phone_name_match == False or phone_online_months < m", {"m": 6}),
    "L05": (
        "hukou_code not in area_codes and residence_code not in area_codes",
        {"area_codes": ["330682", "330683"]},
    ),
    "L06": ("max(ss_cont_months, pf_cont_months) < m", {"m": 12}),
    "L07": ("abs(declared_income - pf_income_est) / pf_income_est > d", {"d": 0.3}),
    "L08": ("gov_divorce_months < 12", {}),
    "L09": ("re_hold_months < 12 or re_new_mortgage_12m > 0", {}),
    "L10": ("biz_chg_6m >= 1", {}),
    "L11": ("hv_visit_days is None or hv_visit_days > d", {"d": 365}),
}


def judged(text, params=None, **row):
    """The answer to a rule, held against the county's answer for the same row."""
    expression = CATALOGUE.parse(text, params=params)
    types = {f.name: DTYPES[f.kind] for f in CATALOGUE.fields.values()}
    county = pl.DataFrame([{name: row.get(name) for name in types}], schema=types)
    answer = expression.value(row)
    assert county.with_columns(answer=expression.column())["answer"].to_list() == [answer]
    return answer


@pytest.mark.parametrize("code", RULES)
def test_every_admission_rule_can_be_written_and_is_a_yes_or_no(code):
    text, params = RULES[code]

    expression = CATALOGUE.parse(text, params=params, want=Kind.BOOL)

    assert expression.kind is Kind.BOOL
    assert expression.value({}) is (True if code in ("L01", "L11") else None)


@pytest.mark.parametrize(
    ("code", "row", "answer"),
    [
        ("H01", {"police_id_match": True, "face_score": 0.79}, True),
        ("H01", {"police_id_match": True, "face_score": 0.8}, None),
        (
            "H01",
            {"police_id_match": True, "face_score": 0.8, "police_person_status": "正常"},
            False,
        ),
        ("H02", {"gov_police_list": "涉毒"}, True),
        ("H02", {"gov_police_list": "无"}, False),
        (
            "H02",
            {
                "gov_police_list": "涉毒",
                "police_list_expire": dt.date(2026, 1, 1),
                "today": dt.date(2026, 1, 2),
            },
            False,
        ),
        ("H08", {"pb_cur_od_cnt": 1, "pb_cur_od_amt": 50_000}, False),
        ("H08", {"pb_cur_od_cnt": 1, "pb_cur_od_amt": 50_001}, True),
        ("H08", {"pb_cur_od_cnt": 0}, False),
        ("H08", {"pb_cur_od_cnt": 1}, None),
        ("H10", {"pb_class5_worst": "次级"}, True),
        ("H10", {"pb_class5_worst": "正常", "pb_bad_debt": 0}, None),
        ("H11", {"list_flag": "白", "loan_bal": 0, "loan_writeoff_flag": False}, False),
        ("M03", {"pb_q_hard_6m": 3, "pb_q_hard_3m": None}, None),
        ("M03", {"pb_q_hard_6m": None, "pb_q_hard_3m": 6}, True),
        ("M04", {"pb_od_months_24": 5, "pb_od_max_24": 0}, True),
        ("M04", {"pb_od_months_24": 6, "pb_od_max_24": 0}, False),
        ("M06", {"pb_guar_bal": 5_001, "hv_net_asset": 10_000}, True),
        ("M06", {"pb_guar_bal": 50_000_001, "hv_net_asset": None}, True),
        ("M06", {"pb_guar_bal": 50_000_000, "hv_net_asset": None}, None),
        ("M07", {"pb_card_util_6m": 0.95, "pb_card_limit": 1_000_000}, True),
        ("M07", {"pb_card_util_6m": 0.95, "pb_card_limit": 999_999}, False),
        ("M08", {"pb_pay_6m": 30, "new_instalment": 25, "verified_monthly_income": 100}, False),
        ("M08", {"pb_pay_6m": 31, "new_instalment": 25, "verified_monthly_income": 100}, True),
        ("M08", {"pb_pay_6m": 31, "new_instalment": 25, "verified_monthly_income": 0}, None),
        ("M10", {"gov_marital": "已婚", "declared_marital": "已婚"}, None),
        (
            "M10",
            {"gov_marital": "已婚", "declared_marital": "已婚", "spouse_authorised": False},
            True,
        ),
        ("M12", {"product_need_employer": False}, False),
        ("L02", {"pb_q_hard_6m": 9}, True),
        ("L05", {"hukou_code": "330682"}, False),
        ("L05", {"hukou_code": "110101", "residence_code": "110101"}, True),
        ("L05", {"hukou_code": "110101"}, None),
        ("L06", {"ss_cont_months": 3, "pf_cont_months": None}, None),
        ("L07", {"declared_income": 60_000, "pf_income_est": 100_000}, True),
        ("L11", {"hv_visit_days": None}, True),
    ],
)
def test_the_admission_rules_tell_yes_no_and_unknown_apart(code, row, answer):
    text, params = RULES[code]

    assert judged(text, params, **row) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("False and gov_dishonest", False),
        ("True and gov_dishonest", None),
        ("gov_dishonest or True", True),
        ("gov_dishonest or False", None),
        ("not gov_dishonest", None),
        ("gov_dishonest == gov_dishonest", None),
        ("age in [1, 2]", None),
        ("age in []", None),
        ("age not in [1]", None),
        ("min(age, 5)", None),
        ("coalesce(age, 5)", 5),
        ("coalesce(age, pb_bad_debt)", None),
        ("age is None", True),
        ("(age + 1) is None", True),
        ("age is not None", False),
        ("5 if gov_dishonest else 5", None),
        ("5 if age is None else None", 5),
        ("face_score / 0.0000000001 is None", True),
    ],
)
def test_unknown_is_neither_yes_nor_no(text, answer):
    assert judged(text) is answer


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("loan_bal + 0.01", 10_001),
        ("loan_bal * 0.335", 3_350),
        ("loan_bal / 3", 3_333),
        ("loan_bal / 8 / 25", 50),
        ("loan_bal * 1.00005", 10_001),
        ("-loan_bal * 1.00005", -10_001),
        ("min(loan_bal, 30.5)", 3_050),
        ("clip(loan_bal, 200, 300)", 20_000),
        ("floor(loan_bal + 1234.56, -3)", 100_000),
        ("round(loan_bal + 1450, -2)", 160_000),
        ("50 * 2 if loan_bal >= 100 else 0", 100),
        ("loan_bal if loan_bal < 50 * 2 else 99.99", 9_999),
    ],
)
def test_money_is_written_in_yuan_and_worked_out_in_whole_fen(text, fen):
    assert judged(text, loan_bal=10_000) == fen


def test_a_bare_number_becomes_money_where_money_is_wanted():
    assert CATALOGUE.parse("50000.5", want=Kind.MONEY).value({}) == 5_000_050


def test_a_ratio_of_two_amounts_is_a_plain_number():
    expression = CATALOGUE.parse("loan_bal / hv_net_asset")

    assert expression.kind is Kind.DECIMAL
    assert expression.value({"loan_bal": 1, "hv_net_asset": 4}) == 0.25


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("round(2.5 * age)", 3),
        ("round(-2.5 * age)", -3),
        ("round(0.125 * age, 2)", 0.13),
        ("floor(-0.5 * age)", -1),
        ("floor(age + 16, -1)", 10),
        ("round(age + 14, -1)", 20),
        ("abs(-age)", 1),
        ("max(age, 2.5, 2)", 2.5),
        ("0.1 + 0.2 == 0.3 * age", True),
        ("age / 3 == 1 / 3", True),
    ],
)
def test_numbers_are_rounded_as_in_the_bank_half_away_from_zero(text, answer):
    assert judged(text, age=1) == answer


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        (dt.date(2000, 2, 29), dt.date(2018, 2, 28), 17),
        (dt.date(2000, 2, 29), dt.date(2018, 3, 1), 18),
        (dt.date(2000, 6, 1), dt.date(2000, 5, 31), -1),
        (None, dt.date(2018, 3, 1), None),
    ],
)
def test_years_are_counted_as_an_age_is(born, day, years):
    assert judged("years_between(born_on, today)", born_on=born, today=day) == years


def test_days_are_counted_and_written_days_are_dates():
    row = {"born_on": dt.date(2026, 2, 1)}

    assert judged("days_between(born_on, '2026-03-01')", **row) == 28
    assert judged("born_on < '2026-02-02' <= max(born_on, '2026-02-02')", **row) is True
    assert judged("born_on in days", {"days": [dt.date(2026, 2, 1)]}, **row) is True


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e16])
def test_a_number_that_is_no_number_is_unknown(value):
    assert judged("face_score", face_score=value) is None
    assert judged("face_score > 1", face_score=value) is None
    assert judged("face_score is None", face_score=value) is True


def test_a_product_too_large_for_a_column_is_unknown_for_one_applicant_too():
    large = 2**53 - 1

    assert judged("age * pb_bad_debt", age=large, pb_bad_debt=2) is None
    assert judged("age * pb_bad_debt", age=large, pb_bad_debt=1) == large
    assert judged("age + pb_bad_debt", age=large, pb_bad_debt=1) == large + 1
    assert judged("age", age=large + 1) is None


def test_a_rule_may_run_over_several_lines():
    text = "pb_od_max_24 >= 3\n    or pb_od_months_24 >= 6\r\n"

    assert judged(text, pb_od_months_24=6) is True


def test_an_expression_names_the_fields_it_looks_at():
    expression = CATALOGUE.parse("age > n and (loan_bal > 0 or age < 5)", params={"n": 3})

    assert expression.fields == {"age", "loan_bal"}


def test_a_list_may_be_any_collection_and_may_be_empty():
    for codes in (["A"], ("A",), {"A"}, frozenset("A")):
        assert judged("gov_risk in codes", {"codes": codes}, gov_risk="A") is True
    assert judged("gov_risk in codes", {"codes": []}, gov_risk="A") is False


def test_a_field_is_suggested_for_a_slip_and_for_its_label():
    assert CATALOGUE.suggest("pb_od_month_24")[0] == "pb_od_months_24"
    assert CATALOGUE.suggest("五级分类") == ["pb_class5_worst"]
    assert CATALOGUE.suggest("zzzzzz") == []


@pytest.mark.parametrize("name", ["police.status", "if", "min", "1st", ""])
def test_a_field_cannot_have_a_name_that_a_rule_could_not_say(name):
    with pytest.raises(ValueError, match="cannot be named"):
        Catalogue([Field(name, Kind.TEXT)])


def test_two_fields_cannot_have_one_name():
    with pytest.raises(ValueError, match="Two fields"):
        Catalogue([Field("age", Kind.INTEGER), Field("age", Kind.TEXT)])


def test_a_fingerprint_changes_with_the_text_and_with_every_parameter():
    prints = {
        fingerprint("a > n", {"n": 1}),
        fingerprint("a > n", {"n": 1.0}),
        fingerprint("a > n", {"n": Decimal(1)}),
        fingerprint("a > n", {"n": "1"}),
        fingerprint("a > n", {"n": True}),
        fingerprint("a > n", {"n": [1]}),
        fingerprint("a > n", {"n": dt.date(2026, 1, 1)}),
        fingerprint("a >= n", {"n": 1}),
    }

    assert len(prints) == 8


def test_a_fingerprint_does_not_depend_on_order_or_blanks_around():
    one = fingerprint(" a > n\n", {"n": 1, "m": {"x", "y"}})

    assert one == fingerprint("a > n", {"m": {"y", "x"}, "n": 1})


def test_a_fingerprint_is_the_same_in_every_version():
    known = "c0a9295713fa38c7d38b2758836b23dbf9d66ff2505e8f251b278f3dd6bd39d4"

    assert fingerprint("pb_q_hard_6m >= n", {"n": 10}) == known


@pytest.mark.parametrize(
    ("text", "left", "row", "holds"),
    [
        ("age < 18 or pb_q_hard_6m > 3", True, {"age": 17}, True),
        ("age < 18 or pb_q_hard_6m > 3", True, {"age": 40, "pb_q_hard_6m": 9}, False),
        ("age < 18 or (gov_dishonest or pb_q_hard_6m > 3)", True, {"age": 40}, None),
        ("age > 18 and pb_q_hard_6m > 3", False, {}, None),
        ("pb_q_hard_6m > 3 or pb_q_hard_6m < 0", False, {}, None),
    ],
)
def test_a_condition_is_heard_without_the_alternatives_that_read_a_field(text, left, row, holds):
    found = CATALOGUE.parse(text).without({"pb_q_hard_6m"})

    assert (found is not None) == left
    if found is not None:
        assert "pb_q_hard_6m" not in found.fields
        assert found.value(row) is holds
        frame = pl.DataFrame(
            {name: [row.get(name)] for name in found.fields},
            schema_overrides={"age": pl.Int64, "gov_dishonest": pl.Boolean},
        )
        assert frame.select(found.column()).item() is holds
