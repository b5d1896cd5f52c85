"""Notes of a visit, read by rules; what is not said is not proposed."""

import pytest

from visits.notes import fields, proposals

NOTES = (
    "上门见到王守田本人。今年种粮收入大概12万元，化肥种子投入3.5万元，家里日常开支两万元。"
    "房子值20万元，拖拉机5万元。信用社欠款1万元，每月还500元。想贷8万元买农机，用一年。"
)
YUAN = 100


def read(text):
    return fields(proposals(text))


def test_a_whole_note_fills_the_sheet():
    assert read(NOTES) == {
        "met": "王守田",
        "income_year": 120_000 * YUAN,
        "operating_cost_year": 35_000 * YUAN,
        "living_cost_year": 20_000 * YUAN,
        "assets": 250_000 * YUAN,
        "debts": 10_000 * YUAN,
        "debt_service_year": 6_000 * YUAN,
        "need": 80_000 * YUAN,
        "term_months": 12,
    }


def test_each_field_says_from_which_words_it_was_read():
    phrases = {each.field: each.phrase for each in proposals(NOTES)}

    assert phrases["income_year"] == "今年种粮收入大概12万元"
    assert phrases["assets"] == "房子值20万元；拖拉机5万元"


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("年收入八万元", 80_000),
        ("一年挣十二万", 120_000),
        ("收入9.6万多元", 96_000),
        ("每月收入三千元", 36_000),
        ("收入两万五千元", 25_000),
        ("收入三万二", 32_000),
        ("收入不错", None),
    ],
)
def test_amounts_are_read_as_people_say_them(text, yuan):
    found = read(text).get("income_year")

    assert found == (yuan and yuan * YUAN)


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("年收入80000", 80_000),
        ("年收入80,000", 80_000),
        ("年收入80,000元，种地12亩", 80_000),
        ("年收入大概80000左右，家里三口人", 80_000),
        ("月入5000", 60_000),
        ("打工月工资4500元", 54_000),
        ("每月工资4500", 54_000),
        ("工资每月4500元", 54_000),
        ("年收入粮食5000斤", None),
        ("收入主要靠2024年的水稻", None),
        ("雇工月工资3000元", None),
        ("工资4500元", None),
    ],
)
def test_an_income_is_read_in_plain_yuan_and_by_the_month(text, yuan):
    assert read(text).get("income_year") == (yuan and yuan * YUAN)


@pytest.mark.parametrize(
    "text", ["年净收入-2万", "年净收入－2万元", "今年收入亏2万元", "收入负2万"]
)
def test_a_loss_is_no_income(text):
    assert "income_year" not in read(text)


@pytest.mark.parametrize(
    "text",
    [
        "去年收入6万今年8万",
        "去年收入6万，今年8万",
        "去年收入6万。今年大概8万元",
        "今年收入8万元，2024年6万元",
    ],
)
def test_incomes_of_two_years_that_differ_are_proposed_by_nobody(text):
    assert "income_year" not in read(text)


def test_another_figure_of_another_year_is_no_contradiction():
    found = read("去年收入6万。化肥投入2万，今年2万。")

    assert found == {"income_year": 60_000 * YUAN, "operating_cost_year": 20_000 * YUAN}


def test_two_incomes_that_differ_are_proposed_by_nobody():
    assert "income_year" not in read("他说年收入8万元。她说年收入12万元。")


def test_the_same_income_said_twice_is_one():
    assert read("年收入8万元。再问一次，收入8万元。")["income_year"] == 80_000 * YUAN


@pytest.mark.parametrize("text", ["家里没有外债", "不欠钱", "无负债"])
def test_no_debt_is_a_known_zero(text):
    assert read(text)["debts"] == 0


def test_what_is_wanted_is_no_debt():
    found = read("想借5万元周转")

    assert found["need"] == 50_000 * YUAN
    assert "debts" not in found


@pytest.mark.parametrize(
    "text", ["计划借款10万", "准备再借款10万元", "希望贷款10万元", "拟借10万元"]
)
def test_a_loan_that_is_planned_is_needed_and_not_owed(text):
    found = read(text)

    assert found == {"need": 100_000 * YUAN}
    assert "need" not in read("准备还贷款5万元")


@pytest.mark.parametrize("text", ["", "家里很干净，院子里养鸡", "种了12亩地"])
def test_without_figures_nothing_is_proposed(text):
    assert read(text) == {}


@pytest.mark.parametrize(("text", "months"), [("分24个月还", 24), ("期限三年", 36)])
def test_a_term_is_one_that_the_sheet_knows(text, months):
    assert read(text)["term_months"] == months
    assert "term_months" not in read("期限7个月")


@pytest.mark.parametrize("text", ["期限一年半", "借1.5年", "期限十五年", "分十八个月还"])
def test_a_term_that_the_sheet_does_not_know_is_not_shortened_to_one_that_it_does(text):
    assert "term_months" not in read(text)


@pytest.mark.parametrize(
    ("text", "field", "yuan"),
    [
        ("每个月挣3000元", "income_year", 36_000),
        ("一次性投入3万元", "operating_cost_year", 30_000),
        ("饲料每月2000元", "operating_cost_year", 24_000),
        ("每个月还贷1500元", "debt_service_year", 18_000),
    ],
)
def test_what_comes_or_goes_a_month_counts_twelve_times_and_what_goes_once_once(text, field, yuan):
    assert read(text)[field] == yuan * YUAN


@pytest.mark.parametrize(
    "text",
    [
        "种10亩地，每亩收入2000元",
        "打零工一天挣200元",
        "化肥每亩投入300元",
        "饲料每头1500元",
        "半年收入3万元",
        "生活费每天50元",
    ],
)
def test_an_amount_by_the_mu_the_head_or_the_day_is_no_years(text):
    assert read(text) == {}


@pytest.mark.parametrize(
    ("text", "debts"),
    [("房贷还欠30万元", 300_000), ("车贷每月还2000元", None), ("房子租金每年1万元", None)],
)
def test_what_is_owed_or_paid_for_a_house_or_a_car_is_not_owned(text, debts):
    found = read(text)

    assert "assets" not in found
    assert found.get("debts") == (debts and debts * YUAN)


@pytest.mark.parametrize("text", ["借给弟弟3万元", "别人欠他5万元"])
def test_what_others_owe_is_no_debt(text):
    assert "debts" not in read(text)
