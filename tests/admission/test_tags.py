"""Tags as judgement: definitions read, refused, and worked out for a frame of customers."""

import polars as pl
import pytest

from admission.features import DESCRIBED, FEATURES
from admission.features.table import DTYPES
from admission.reference.tag_texts import first_tags
from admission.tags import TagsRefused, TagText, compile_tags, counties, judge
from admission.tags.book import COUNTY, CUSTOMER, FIGURE, GROUP, PORTRAIT, TAG, check


def tag(code, expression, kind=TAG, **more):
    return TagText(code=code, kind=kind, name=code, expression=expression, **more)


def people(**columns):
    count = len(next(iter(columns.values())))
    return pl.DataFrame({"customer_id": range(1, count + 1), **columns})


def first_texts():
    parts = TagText.__dataclass_fields__
    return [
        TagText(**{part: getattr(each, part) for part in parts} | {"choices": tuple(each.choices)})
        for each in first_tags()
    ]


def test_the_catalogue_ships_whole():
    book = compile_tags(first_texts())

    assert len(book.of(TAG)) == 45
    assert len({each.text.code[:3] for each in book.of(TAG)}) == 10
    assert len(book.of(CUSTOMER)) == 24
    assert len(book.of(GROUP)) == 6
    assert len(book.of(PORTRAIT)) == 8
    assert {"contribution_score", "loyalty_score", "churn_prob"} <= {
        each.text.code for each in book.of(FIGURE)
    }


def test_a_tag_gives_its_word_and_nothing_where_a_feature_is_unknown():
    book = compile_tags([tag("T", "'老' if age >= 60 else '少'", choices=("老", "少"))])

    judged = judge(book, people(age=[70, 20, None]), {})

    assert judged["T"].to_list() == ["老", "少", None]


def test_a_word_that_is_none_of_the_choices_is_unknown():
    book = compile_tags([tag("T", "'别的' if age > 60 else '少'", choices=("少",))])

    assert judge(book, people(age=[70, 20]), {})["T"].to_list() == [None, "少"]


def test_the_first_portrait_that_holds_is_the_customers_own():
    book = compile_tags(
        [
            tag("P1", "land_mu_declared >= 50", PORTRAIT),
            tag("P2", "age >= 60", PORTRAIT),
            tag("P3", "True", PORTRAIT),
        ]
    )

    judged = judge(book, people(land_mu_declared=[80.0, None, 1.0], age=[70, 70, 20]), {})

    assert judged["P"].to_list() == ["P1", "P2", "P3"]


def test_a_county_figure_is_taken_among_those_it_names_and_used_by_all():
    book = compile_tags(
        [
            tag("twice", "dep_avg_12m * 2", FIGURE),
            tag("top", "twice", COUNTY, quantile=1.0, among="loan_bal > 0"),
            tag("score", "100 * clip(twice / top, 0, 1)", FIGURE),
        ]
    )
    features = people(dep_avg_12m=[100, 200, 900], loan_bal=[0, 1, 0])

    county = counties(book, features)

    assert county == {"top": 400}
    assert judge(book, features, county)["score"].to_list() == [50, 100, 100]
    assert book.behind_counties() == {"dep_avg_12m", "loan_bal"}


def test_a_county_of_whom_nothing_is_known_has_no_figure():
    book = compile_tags([tag("top", "pf_base", COUNTY, quantile=0.7)])

    assert counties(book, people(pf_base=pl.Series([None, None], dtype=pl.Int64))) == {"top": None}


def test_log_odds_become_a_probability():
    book = compile_tags([tag("churn", "0.0 * age", FIGURE, link="logistic")])

    assert judge(book, people(age=[40]), {})["churn"].to_list() == [0.5]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (tag("T", "'x' if agee > 1 else 'y'"), "expression"),
        (tag("T", "age > 1"), "expression"),
        (tag("C", "age", CUSTOMER), "expression"),
        (tag("F", "sex", FIGURE), "expression"),
        (tag("Q", "age", COUNTY), "quantile"),
        (tag("Q", "age", COUNTY, quantile=0.5, among="age"), "among"),
        (tag("T", "sex", link="logistic"), "link"),
        (tag("age", "sex"), "code"),
        (tag("T", "sex", "else"), "kind"),
        (tag("T", "'x' if asked_amount > 1 else 'y'"), "expression"),
    ],
)
def test_a_definition_that_cannot_work_is_refused_with_its_part(text, part):
    assert part in {each.part for each in check(text, [])}
    with pytest.raises(TagsRefused):
        compile_tags([text])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (tag("C", "loan_bal / hv_net_asset > 2", CUSTOMER), "expression"),
        (tag("Q", "age", COUNTY, quantile=0.5, among="loan_bal / hv_net_asset > 2"), "among"),
    ],
)
def test_a_definition_that_may_divide_by_zero_is_not_saved_and_an_old_one_still_works(text, part):
    (fault,) = check(text, [])
    assert (fault.part, fault.error.code) == (part, "divisor_unproven")
    with pytest.raises(TagsRefused):
        compile_tags([text], is_new=True)

    assert compile_tags([text])


def test_a_word_that_is_none_of_its_words_is_not_saved_and_an_old_set_still_works():
    written = "coalesce('老' if age >= 60 else '青年', sex)"
    text = tag("A", written, choices=("老", "青"))

    (fault,) = check(text, [])

    assert (fault.part, fault.params) == ("expression", {"word": "青年"})
    assert check(tag("A", written.replace("青年", "青"), choices=("老", "青")), []) == []
    assert compile_tags([text])
    with pytest.raises(TagsRefused):
        compile_tags([text], is_new=True)


@pytest.mark.parametrize(
    ("written", "figure"),
    [
        ("'少' if agri_land_mu < 10 else '多' if agri_land_mu > 20 else None", "10"),
        ("'少' if agri_land_mu < 10 else '多' if agri_land_mu > 10 else None", "10"),
        ("'青' if age < 30 else '老' if age >= 32 else None", "30"),
        ("'低' if loan_bal < 50000 else '高' if loan_bal > 50000 else None", "50,000.00"),
        ("'中' if 5 <= age < 30 or 40 < age < 60 else None", "30"),
    ],
)
def test_a_figure_left_out_between_two_bands_is_not_saved_and_an_old_set_still_works(
    written, figure
):
    text = tag("A", written)

    (fault,) = check(text, [])

    assert (fault.part, float(fault.params["figure"].replace(",", ""))) == (
        "expression", float(figure.replace(",", "")),
    )  # fmt: skip
    assert compile_tags([text])
    with pytest.raises(TagsRefused):
        compile_tags([text], is_new=True)


@pytest.mark.parametrize(
    "written",
    [
        "'少' if agri_land_mu < 10 else '多' if agri_land_mu >= 10 else None",
        "'青' if age <= 30 else '老' if age >= 31 else None",
        "'大' if agri_land_mu > 200 else None",
        "'中' if 10 <= age < 60 else None",
        "'升' if agri_land_mu > 20 else None if agri_land_mu >= 10 else '降'",
        "'升' if agri_land_mu > 20 else '平' if sex == '女' else None",
        "'女' if sex == '女' else None",
    ],
)
def test_bands_that_join_and_a_none_that_is_meant_are_saved(written):
    assert check(tag("A", written), []) == []


def test_no_definition_of_the_catalogue_may_divide_by_zero():
    assert compile_tags(first_texts(), is_new=True)


def test_a_share_of_nothing_is_none_and_a_county_that_contributes_nothing_has_no_score():
    named = {"wallet_share", "contribution_score", "net_contribution", "contribution_p95"}
    book = compile_tags([each for each in first_texts() if each.code in named])
    one = people(loan_bal=[0], pb_loan_bal=[0], dep_avg_12m=[100_000], dep_txn_cnt_3m=[1])

    told = judge(book, one, {"contribution_p95": 0})

    assert told.select("wallet_share", "contribution_score").row(0) == (0.5, None)


def test_a_definition_names_only_what_stands_before_it():
    late, early = tag("T1", "t2"), tag("T2", "sex")

    assert compile_tags([early, late])
    with pytest.raises(TagsRefused, match="T1"):
        compile_tags([late, early])


def test_two_definitions_cannot_share_a_code():
    with pytest.raises(TagsRefused, match="T1 code"):
        compile_tags([tag("T1", "sex"), tag("T1", "sex")])


def test_another_expression_or_threshold_is_another_fingerprint():
    one = compile_tags([tag("C", "age > x", CUSTOMER, params={"x": 1})]).fingerprint

    assert one == compile_tags([tag("C", "age > x", CUSTOMER, params={"x": 1})]).fingerprint
    assert one != compile_tags([tag("C", "age > x", CUSTOMER, params={"x": 2})]).fingerprint


class TestTheFirstTags:
    """What the tags of the catalogue say of one customer of whom only this is known."""

    def said(self, code, **known):
        book = compile_tags(first_texts())
        empty = {name: [None] for name in FEATURES}
        row = pl.DataFrame(
            {"customer_id": [1]} | empty | {name: [value] for name, value in known.items()},
            schema_overrides={name: DTYPES[DESCRIBED.fields[name].kind] for name in empty},
        )
        return judge(book, row, {}).row(0, named=True)[code]

    def test_a_shop_closed_long_ago_does_not_close_a_living_one(self):
        told = {"biz_role": "个体经营者", "biz_status": "注销"}

        assert self.said("CT03", biz_live=True, **told) is True
        assert self.said("P3", biz_live=True, **told) is True
        assert self.said("G", biz_live=True, **told) == "G4"
        assert self.said("CT03", biz_live=False, **told) is False

    @pytest.mark.parametrize(
        ("role", "share", "owns"),
        [("法人", 0.1, True), ("法人", None, True), ("股东", 0.3, True), ("股东", 0.1, False)],
    )
    def test_who_runs_a_company_owns_it_whatever_their_share(self, role, share, owns):
        told = {"biz_role": role, "biz_share": share}

        assert self.said("CT07", biz_live=True, **told) is owns
        assert self.said("P2", biz_live=True, **told) is owns
        assert self.said("CT07", biz_live=False, **told) is False

    def test_a_wage_that_stopped_raises_the_chance_of_leaving(self):
        paid = self.said("churn_prob", dep_payroll_months=4, dep_payroll_avg_6m=200_000)
        stopped = self.said("churn_prob", dep_payroll_months=4, dep_payroll_avg_6m=0)

        assert stopped > paid

    @pytest.mark.parametrize(
        ("known", "word"),
        [
            ({"loan_cnt_open": 0}, "无"),
            ({"loan_cnt_open": 2, "loan_kind": "消费", "biz_role": "法人"}, "消费"),
            ({"loan_cnt_open": 1, "loan_kind": "农户信用"}, "农户信用"),
            ({"loan_cnt_open": 1}, None),
            ({"loan_cnt_open": 1, "loan_kind": "在职消费"}, "消费"),
            ({"loan_cnt_open": 1, "loan_kind": "在职消费", "pf_employer_type": "机关"}, "公职"),
            ({"loan_cnt_open": 1, "loan_kind": "消费", "pf_employer_type": "机关"}, "消费"),
        ],
    )
    def test_a_loan_is_what_its_product_is(self, known, word):
        assert self.said("T06-02", **known) == word

    @pytest.mark.parametrize(
        ("known", "word"),
        [
            ({"loan_line": 1, "loan_bal": 0, "loan_guaranteed_cnt": 1}, "主借款人"),
            ({"loan_line": 0, "loan_bal": 0, "loan_guaranteed_cnt": 1}, "担保人"),
            ({"loan_line": 0, "loan_bal": 0, "loan_guaranteed_cnt": 0}, "非授信成员"),
            ({"loan_line": 0, "loan_bal": 0}, None),
        ],
    )
    def test_who_answers_for_another_s_loan_is_a_guarantor(self, known, word):
        assert self.said("T08-04", **known) == word

    @pytest.mark.parametrize(
        ("known", "word"),
        [
            ({"loan_bal": 1, "pb_joint_cnt": 2, "pb_guar_cnt": 0}, "主借款人"),
            ({"loan_bal": 0, "pb_joint_cnt": 2, "pb_guar_cnt": 0}, "共同借款人"),
            ({"loan_bal": 0, "pb_joint_cnt": 0, "pb_guar_cnt": 1}, "非授信成员"),
            ({"loan_bal": 0, "pb_guar_cnt": 1}, None),
            ({"loan_bal": 0}, "非授信成员"),
        ],
    )
    def test_who_borrowed_together_with_others_is_a_co_borrower(self, known, word):
        told = {"loan_line": 0, "loan_guaranteed_cnt": 0}

        assert self.said("T08-04", **told, **known) == word

    @pytest.mark.parametrize(
        ("known", "word"),
        [
            ({"age": 40, "top_earner": True, "household_role": "配偶"}, "主劳力"),
            ({"age": 40, "top_earner": False, "household_role": "户主"}, "辅助劳力"),
            ({"age": 40, "household_role": "户主"}, "主劳力"),
            ({"age": 40, "household_role": "配偶"}, "辅助劳力"),
            ({"age": 66, "top_earner": False, "household_role": "户主"}, "被抚养"),
            ({"age": 40}, None),
        ],
    )
    def test_the_head_is_the_main_earner_where_no_income_is_known(self, known, word):
        assert self.said("T08-02", **known) == word

    @pytest.mark.parametrize(
        ("known", "word"),
        [
            ({"re_cnt": 2, "re_zone": "城区", "house_value_declared": 9}, "城区房产"),
            ({"re_cnt": 1, "re_zone": "乡镇", "house_value_declared": 9}, "乡镇房产"),
            ({"re_cnt": 1, "re_zone": "农村"}, "仅农村宅基地房"),
            ({"re_cnt": 1, "re_zone": "农村", "house_value_declared": 0}, "仅农村宅基地房"),
            ({"re_cnt": 1, "house_value_declared": 9}, None),
            ({"re_cnt": 0, "re_zone": "无", "house_value_declared": 9}, "仅农村宅基地房"),
            ({"re_cnt": 0, "re_zone": "无", "house_value_declared": 0}, "无房"),
            ({"re_cnt": 0, "re_zone": "无"}, None),
            ({"house_value_declared": 9}, "仅农村宅基地房"),
            ({"house_value_declared": 0}, "无房"),
            ({}, None),
        ],
    )
    def test_a_home_is_where_the_register_says_and_nowhere_where_it_does_not(self, known, word):
        assert self.said("T04-02", **known) == word

    @pytest.mark.parametrize(
        ("known", "word"),
        [
            ({"agri_stock_cnt": 100.0, "main_business_declared": "家禽"}, "种养大户"),
            ({"agri_stock_cnt": 99.0, "main_business_declared": "家禽"}, "否"),
            ({"agri_stock_cnt": 100.0, "main_business_declared": "生猪"}, "否"),
            ({"agri_stock_cnt": 500.0, "main_business_declared": "生猪"}, "种养大户"),
            ({"agri_operator_level": "县"}, "家庭农场"),
            ({"agri_operator_level": "县", "membership": "合作社社员"}, "合作社负责人"),
            ({"agri_machinery_value": 30_000_000, "membership": "合作社社员"}, "农机手"),
        ],
    )
    def test_who_farms_on_a_large_scale(self, known, word):
        assert self.said("T02-04", **known) == word

    @pytest.mark.parametrize(
        ("known", "word"),
        [
            ({"biz_live": True, "biz_industry": "H"}, "餐饮"),
            ({"biz_live": True, "biz_industry": "G", "main_business_declared": "打工"}, "运输"),
            ({"biz_live": True, "biz_industry": "F", "main_business_declared": "电商"}, "电商"),
            ({"biz_live": True, "biz_industry": "C"}, "其他"),
            ({"biz_live": True}, "其他"),
            ({"biz_live": False, "biz_industry": "H"}, "无"),
            ({"biz_industry": "H"}, "无"),
            ({"main_business_declared": "打工"}, "其他"),
            ({}, "无"),
        ],
    )
    def test_who_is_not_told_by_the_roster_lives_by_what_the_registry_says(self, known, word):
        assert self.said("T02-03", **known) == word

    @pytest.mark.parametrize(
        ("known", "word"),
        [
            ({"main_business_declared": "运输", "vehicle_value_declared": 9_000_000}, "营运车"),
            ({"main_business_declared": "运输", "vehicle_value_declared": 0}, "无"),
            ({"main_business_declared": "商超", "vehicle_value_declared": 9_000_000}, "家用车"),
            ({"agri_machinery_value": 100, "vehicle_value_declared": 9_000_000}, "农机具"),
        ],
    )
    def test_who_lives_by_transport_and_owns_a_vehicle_runs_it(self, known, word):
        assert self.said("T04-03", **known) == word

    def test_schooling_is_the_bureau_s_where_the_roster_has_none(self):
        assert self.said("T01-03", pb_education="大专") == "大专"
        assert self.said("T01-03", pb_education="大专", education_declared="初中") == "初中"
        assert self.said("T01-03") == "未知"

    def test_takings_that_stopped_are_silent_however_long_ago(self):
        told = {"ch_acq_amt_12m": 500_000, "ch_acq_drop_3m": None}

        assert self.said("T06-04", ch_acq_amt_3m=0, **told) == "沉默"
        assert self.said("T06-04", ch_acq_amt_3m=100, **told) == "活跃"
        assert self.said("T06-04", ch_acq_amt_12m=0, ch_acq_amt_3m=0) == "无"

    def test_a_household_lives_on_what_it_earns(self):
        told = {"hv_net_income": 7_000_000, "hv_living_cost": 2_000_000}

        assert self.said("T03-02", **told) == "3-6万"
        assert self.said("T03-02", declared_net_income=7_000_000) == "6-12万"

    def test_a_line_that_the_bank_ended_is_named(self):
        told = {"loan_bal": 0, "loan_line": 0}

        assert self.said("T05-01", loan_line_withdrawn=True, **told) == "已收回"
        assert self.said("T05-01", loan_line_withdrawn=False, **told) == "未授信"
