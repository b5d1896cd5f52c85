"""Declared classes of data, judged without a database."""

from datetime import date

import polars as pl
import pytest

from admission.deliveries import checking, quality, schedule
from admission.deliveries.classes import CLASSES, BadDeclaration, read
from admission.deliveries.quality import Counted
from admission.deliveries.schedule import Standing
from admission.features import COLUMNS
from village.roster import reading
from village.roster.kinds import recognise

DAY = date(2026, 6, 30)
TODAY = date(2026, 7, 2)
NUMBER = "11010519491231002X"
KINDS = [each.kind for each in CLASSES.values()]

THE_ELEVEN = {
    "deposits", "loans", "e_banking", "payroll", "grid", "sunshine_credit", "watch_lists",
    "social_security", "real_estate", "farmer_credit", "enterprises",
}  # fmt: skip


def judged(name, row, *, day=DAY, heading=None):
    """The faults of one line of a class, as (field, code)."""
    of = CLASSES[name]
    headings = ",".join(["证件号码", *row]) if heading is None else heading
    content = f"{headings}\n{NUMBER},{','.join(row.values())}\n".encode()
    told = reading.read(content, [of.kind])
    rows = checking.plain(told.fields, of, told.in_wan, day)
    faults = checking.check(rows, of, today=TODAY)
    return rows, list(faults.select("field", "code").iter_rows())


def payroll(**changed):
    return {"近6月月均代发(元)": "4200", "近12月代发月数": "12", "代发单位": "云台小学"} | changed


class TestDeclarations:
    def test_the_eleven_classes_of_the_published_case_are_there(self):
        assert set(CLASSES) >= THE_ELEVEN

    @pytest.mark.parametrize("name", CLASSES)
    def test_a_class_is_known_by_its_own_headings(self, name):
        headings = ["证件号码", *(each.heading for each in CLASSES[name].columns)]

        assert recognise(headings, KINDS).kind.name == name

    @pytest.mark.parametrize("name", [n for n, each in CLASSES.items() if each.feeds])
    def test_a_class_feeds_a_source_that_admission_knows(self, name):
        assert CLASSES[name].feeds in COLUMNS

    @pytest.mark.parametrize(
        ("changed", "says"),
        [
            ({"every": "fortnight"}, "data come every"),
            ({"part": "page"}, "no column is called"),
            ({"columns": [{"name": "a", "zh": "甲", "kind": "yuan"}]}, "no column is needed"),
            ({"columns": [{"name": "a", "zh": "甲", "kind": "colour", "needed": True}]}, "kind"),
            ({"columns": [{"name": "a", "zh": "甲", "kind": "word", "needed": True}] * 2}, "same"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_a_class_that_cannot_be_meant_is_refused(self, changed, says):
        sound = {
            "zh": "甲", "owner": "乙", "ground": "丙", "every": "day", "grace_days": 1,
            "complete": True,
            "columns": [{"name": "a", "zh": "甲", "kind": "word", "needed": True}],
        }  # fmt: skip

        with pytest.raises(BadDeclaration, match=says):
            read({"new": sound | changed})


class TestRows:
    def test_amounts_become_fen_and_units_of_ten_thousand_are_understood(self):
        rows, faults = judged("payroll", payroll())
        in_wan, _ = judged(
            "payroll", payroll(), heading="身份证号,近6月月均代发（万元）,近12月代发月数,代发单位"
        )

        assert faults == []
        assert rows["average_6m"].item() == 420_000
        assert in_wan["average_6m"].item() == 4_200_000_000

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ({"近6月月均代发(元)": ""}, "missing"),
            ({"近6月月均代发(元)": "四千"}, "no_number"),
            ({"近6月月均代发(元)": "1e5"}, "no_number"),
            ({"近6月月均代发(元)": "nan"}, "no_number"),
            ({"近6月月均代发(元)": "-1"}, "negative"),
            ({"近6月月均代发(元)": "1.005"}, "too_exact"),
            ({"近6月月均代发(元)": "99999999999999"}, "too_large"),
            ({"近12月代发月数": "13"}, "too_large"),
            ({"近12月代发月数": "1.5"}, "too_exact"),
            ({"代发单位": "长" * 81}, "too_long"),
        ],
    )
    def test_a_bad_cell_is_refused_with_its_reason(self, cell, code):
        _rows, faults = judged("payroll", payroll(**cell))

        assert [each for _field, each in faults] == [code]

    def test_full_width_digits_and_separators_are_read(self):
        rows, faults = judged("payroll", payroll(近12月代发月数="１２"))

        assert (faults, rows["months_12m"].item()) == ([], 12)

    def test_words_flags_and_days_are_understood_or_refused(self):
        home = {"不动产单元号": "U1", "登记日期": "2020年3月1日", "查封": "是", "异议登记": "无"}
        rows, faults = judged("real_estate", home)
        _rows, wrong = judged("real_estate", home | {"查封": "也许", "登记日期": "2020-02-30"})

        assert faults == []
        assert rows.select("registered_on", "sealed", "dispute").row(0) == (
            date(2020, 3, 1),
            True,
            False,
        )
        assert set(wrong) == {("sealed", "unknown_word"), ("registered_on", "no_such_day")}

    def test_a_day_to_come_is_refused_where_it_cannot_be(self):
        home = {"不动产单元号": "U1", "登记日期": "2030-01-01", "查封": "否", "异议登记": "否"}
        loan = {"借据号": "J1", "贷款余额(元)": "1", "五级分类": "正常", "到期日": "2030-01-01"}

        assert judged("real_estate", home)[1] == [("registered_on", "day_to_come")]
        assert judged("loans", loan)[1] == []

    def test_shares_are_read_as_fractions_and_as_per_cent(self):
        account = {"公积金状态": "正常", "公积金连续缴存月数": "9"}
        one, _ = judged("provident_fund", account | {"个人缴存比例": "12%"})
        other, _ = judged("provident_fund", account | {"个人缴存比例": "0.12"})
        _rows, wrong = judged("provident_fund", account | {"个人缴存比例": "12"})

        assert one["person_rate"].item() == other["person_rate"].item() == pytest.approx(0.12)
        assert wrong == [("person_rate", "too_large")]

    @pytest.mark.parametrize(
        ("number", "code"),
        [("", "missing"), ("123", "id_form"), ("110105194912310020", "id_check_digit")],
    )
    def test_an_id_number_that_belongs_to_nobody_is_refused(self, number, code):
        of = CLASSES["payroll"]
        content = f"证件号码,近6月月均代发,近12月代发月数\n{number},1,1\n,,\n".encode()
        told = reading.read(content, [of.kind])
        faults = checking.check(checking.plain(told.fields, of, told.in_wan, DAY), of, today=TODAY)

        assert faults.filter(pl.col("line") == 2)["code"].to_list() == [code]

    @pytest.mark.parametrize(
        ("rows", "faults"),
        [
            (["J1,0,正常", "J1,500000,损失"], [(2, "id_twice", "3"), (3, "id_twice", "2")]),
            (["J1,0,正常", "J1,0.00,正常"], [(3, "repeats", "2")]),
            (["J1,0,正常", "J2,500000,损失"], []),
            (
                ["J1,0,正常", "J1,0,正常", "J1,1,正常"],
                [(2, "id_twice", "4"), (3, "repeats", "2"), (4, "id_twice", "2")],
            ),
        ],
    )
    def test_rows_that_contradict_one_another_are_refused_and_copies_but_the_first(
        self, rows, faults
    ):
        of = CLASSES["loans"]
        content = "证件号码,借据号,贷款余额(元),五级分类\n" + "\n".join(
            f"{NUMBER},{each}" for each in rows
        )
        told = reading.read(content.encode(), [of.kind])

        found = checking.check(checking.plain(told.fields, of, told.in_wan, DAY), of, today=TODAY)

        assert found.select("line", "code", "detail").sort("line").rows() == faults


class TestQuality:
    OF = CLASSES["payroll"]

    def counted(self, amounts, *, matched=None, refused=0):
        rows = pl.DataFrame(
            {
                "line": range(2, 2 + len(amounts)),
                "average_6m": pl.Series(amounts, dtype=pl.Int64),
                "months_12m": pl.Series([12] * len(amounts), dtype=pl.Int64),
                "employer": pl.Series(["甲"] * len(amounts), dtype=pl.String),
            }
        )
        matched = len(amounts) if matched is None else matched
        columns = quality.profile(rows, self.OF)
        return Counted(len(amounts) + refused, matched, refused, columns), rows

    def codes(self, now, before, **given):
        counted, rows = self.counted(now, **given)
        found = quality.compared(counted, self.counted(before)[0], rows, self.OF)
        return {(each.code, each.grave) for each in found}

    def test_the_same_again_is_not_worth_a_word(self):
        assert self.codes([400_000] * 50, [400_000] * 50) == set()

    def test_amounts_in_another_unit_are_grave(self):
        assert self.codes([40] * 50, [400_000] * 50) == {("moved", True)}

    def test_a_few_far_out_are_told_with_their_lines(self):
        now, rows = self.counted([400_000] * 99 + [90_000_000])
        before, _ = self.counted([400_000] * 100)

        (found,) = quality.compared(now, before, rows, self.OF)

        assert (found.code, found.detail) == ("far_out", {"count": 1, "lines": [101]})

    def test_half_a_file_is_grave_and_a_little_less_is_told(self):
        assert self.codes([1] * 40, [1] * 100) == {("rows_fell", True)}
        assert self.codes([1] * 70, [1] * 100) == {("rows_fell", False)}

    def test_emptier_columns_and_fewer_known_people_are_told(self):
        assert self.codes([1] * 50 + [None] * 50, [1] * 100) == {("less_filled", False)}
        assert self.codes([1] * 100, [1] * 100, matched=50) == {("matched_fell", False)}

    def test_refused_rows_leave_no_column_emptier(self):
        now, rows = self.counted([1] * 40, refused=60)
        before, _ = self.counted([1] * 100)

        found = quality.compared(now, before, rows, self.OF)

        assert [each for each in found if each.column] == []

    def test_columns_are_as_full_as_the_good_rows_of_either_delivery(self):
        now, rows = self.counted([1] * 25 + [None] * 25, refused=50)
        before, _ = self.counted([1] * 50, refused=50)

        (found,) = (each for each in quality.compared(now, before, rows, self.OF) if each.column)

        assert (found.code, found.detail) == ("less_filled", {"now": 0.5, "before": 1.0})


class TestSchedule:
    @pytest.mark.parametrize(
        ("newest", "today", "standing"),
        [
            (None, date(2026, 7, 3), Standing.NEVER),
            (date(2026, 6, 30), date(2026, 7, 3), Standing.FRESH),
            (date(2026, 5, 31), date(2026, 7, 5), Standing.DUE),
            (date(2026, 5, 31), date(2026, 7, 6), Standing.LATE),
            (date(2026, 4, 30), date(2026, 7, 3), Standing.LATE),
        ],
    )
    def test_monthly_data_may_come_during_five_days_of_grace(self, newest, today, standing):
        assert schedule.due("month", 5, newest, today).standing == standing

    @pytest.mark.parametrize(
        ("today", "standing"),
        [(date(2026, 7, 5), Standing.NEVER), (date(2026, 7, 6), Standing.LATE)],
    )
    def test_what_never_came_is_late_after_the_period_in_which_it_was_planned(
        self, today, standing
    ):
        found = schedule.due("month", 5, None, today, since=date(2026, 6, 12))

        assert (found.standing, found.awaited_on) == (standing, date(2026, 6, 30))

    def test_days_late_count_from_the_first_period_that_was_missed(self):
        found = schedule.due("month", 5, date(2026, 4, 30), date(2026, 7, 3))

        assert (found.awaited_on, found.due_on) == (date(2026, 5, 31), date(2026, 6, 5))
        assert found.days_late(date(2026, 7, 3)) == 28

    @pytest.mark.parametrize(
        ("every", "ended", "ends"),
        [
            ("day", date(2026, 3, 3), date(2026, 3, 4)),
            ("week", date(2026, 3, 1), date(2026, 3, 8)),
            ("month", date(2026, 2, 28), date(2026, 3, 31)),
            ("quarter", date(2025, 12, 31), date(2026, 3, 31)),
            ("year", date(2025, 12, 31), date(2026, 12, 31)),
        ],
    )
    def test_periods_end_where_the_calendar_ends_them(self, every, ended, ends):
        day = date(2026, 3, 4)

        assert (schedule.last_end(every, day), schedule.period_end(every, day)) == (ended, ends)
