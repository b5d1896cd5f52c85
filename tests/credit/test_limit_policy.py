"""A policy as staff write it: what it gives, what keeps it from being put into force, and where."""

import json
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit import policy_words
from credit.loan_rules import table_lines
from credit.loan_rules.limit_facts import FACTS, HOUSEHOLD_COLUMNS
from credit.loan_rules.limit_faults import PolicyRefused
from credit.loan_rules.limit_policy import faults, read, text_of
from credit.loan_rules.limit_texts import STANDARD, Formula, Mode, PolicyText
from credit.loan_rules.limits import combine, combine_one
from tests.credit.former import limits as former
from tests.credit.former import three_limits
from tests.credit.former.limit_policy import LimitPolicy as Former
from tests.credit.former.limit_policy import Mode as FormerMode

WAN = 10_000_00
SAME = ("limit", "outcome", "combined", "combined_by", "capped_by", "zero_reasons", "model_limit")


def with_text(part: str, name: str, text: str, **more) -> PolicyText:
    """The standard policy with one formula said otherwise, or added."""
    formulas = getattr(STANDARD, part)
    new = Formula(name, text, kind=formulas[-1].kind, **more)
    if name in {each.name for each in formulas}:
        new = tuple(replace(each, text=text) if each.name == name else each for each in formulas)
        return replace(STANDARD, **{part: new})
    return replace(STANDARD, **{part: (*formulas, new)})


def with_rows(name: str, lines: str) -> PolicyText:
    formulas = tuple(
        replace(each, table=table_lines.read(lines, each.table)) if each.name == name else each
        for each in STANDARD.formulas
    )
    return replace(STANDARD, formulas=formulas)


POLICIES = {mode.value: read(replace(STANDARD, mode=mode)) for mode in Mode}
money = st.none() | st.integers(0, 60 * WAN)
flags = st.sampled_from([False, False, True, None])
households = st.fixed_dictionaries(
    {each.name: money for each in FACTS if each.kind == "money"}
    | {each.name: flags for each in FACTS if each.kind == "bool"}
    | {
        "net_worth": st.none() | st.integers(-60 * WAN, 90 * WAN),
        "review_points": st.none() | st.floats(0, 100),
        "age": st.integers(18, 80),
        "line_months": st.sampled_from([7, 12, 24, 36, 48]),
        "age_at_maturity": st.none() | st.integers(18, 80),
        "hard_negative_reviewers": st.none() | st.integers(0, 4),
        "risk_band": st.sampled_from("ABCDE"),
        "admission": st.sampled_from(["admit", "manual"]),
    }
)


class TestTheStandardPolicy:
    def test_it_has_no_fault(self):
        assert faults(STANDARD) == []

    @pytest.mark.parametrize(
        ("given", "limit", "cap"),
        [
            (0, 7 * WAN, None),
            (23 * WAN, 7 * WAN, None),
            (26 * WAN, 4 * WAN, "person"),
            (30 * WAN, 0, "person"),
            (99 * WAN, 0, "person"),
        ],
    )
    def test_a_person_has_of_us_at_most_the_persons_cap_in_all(self, given, limit, cap):
        example = {each.name: each.example for each in FACTS} | {"given_to_borrower": given}

        found = combine_one(example, read(STANDARD))

        assert (found["limit"], found["capped_by"]) == (limit, cap)

    def test_of_what_a_borrower_owes_unknown_a_person_decides(self):
        example = {each.name: each.example for each in FACTS} | {"given_to_borrower": None}

        found = combine_one(example, read(STANDARD))

        assert (found["outcome"], found["manual_reasons"]) == ("manual", ["unknown_cap"])

    def test_a_policy_from_before_the_persons_cap_is_read_and_decides_as_it_did(self):
        said = STANDARD.settings()
        said["figures"].pop("person_cap")
        said["caps"] = [each for each in said["caps"] if each["name"] != "person"]
        old = text_of(said)
        example = {each.name: each.example for each in FACTS} | {"given_to_borrower": 99 * WAN}

        found = combine(pl.DataFrame([example], schema=HOUSEHOLD_COLUMNS), read(old))

        assert faults(old) == []
        assert (found["limit"][0], found["capped_by"][0]) == (7 * WAN, None)
        assert "person_cap" not in found.columns

    def test_a_persons_cap_out_of_bounds_is_named(self):
        wrong = STANDARD.with_figure("person_cap", "-1")

        assert [(each.part, each.name) for each in faults(wrong)][:1] == [("figures", "person_cap")]

    @settings(max_examples=80, deadline=None)
    @given(rows=st.lists(households, min_size=1, max_size=40), mode=st.sampled_from(FormerMode))
    def test_it_gives_to_the_fen_what_the_former_formulas_gave(self, rows, mode):
        frame, engine = pl.DataFrame(rows, schema=HOUSEHOLD_COLUMNS), Former(mode=mode)
        bearable = three_limits.share_of(pl.col("annual_net_income"), Decimal("0.5"))
        over_life = bearable * pl.col("line_months") // 12 - pl.col("other_credit_debt")
        # The former formulas knew no cap of a person.
        frame = frame.with_columns(pl.lit(0).alias("given_to_borrower"))
        before = former.combine(
            frame.with_columns(
                pl.col("line_months").alias("term_months"),
                pl.lit(20 * WAN).alias("product_cap"),
                pl.lit(30 * WAN).alias("household_cap"),
                over_life.clip(lower_bound=0).alias("dti_cap"),
            ).with_columns(three_limits.model_limit(engine).alias("model_limit")),
            engine,
        )

        now = combine(frame, POLICIES[mode.value])
        # An amount that nobody knows was no line; it waits for the visit.
        unseen = ~pl.col("is_visited").fill_null(False) & pl.col("surveyed_limit").is_null()
        unknown = pl.col("combined").is_null() & (pl.col("zero_reasons").list.len() == 0)
        before = before.with_columns(
            outcome=pl.when(unseen & unknown).then(pl.lit("wait")).otherwise("outcome")
        )

        for name in SAME:
            assert before[name].to_list() == now[name].to_list(), name
        looks = (table["manual_reasons"].list.sort().to_list() for table in (before, now))
        assert next(looks) == next(looks)

    def test_it_comes_back_from_json_as_it_was(self):
        stored = json.loads(json.dumps(STANDARD.settings(), sort_keys=True))

        assert PolicyText.from_settings(stored) == STANDARD
        assert PolicyText.from_settings(stored).hash == STANDARD.hash


@pytest.mark.usefixtures("in_english")
class TestFaults:
    @pytest.mark.parametrize(
        ("text", "part", "name", "says"),
        [
            (
                with_text("caps", "dti", "dti_cap / 0"),
                "caps",
                "dti",
                "column 11: This divides by zero",
            ),
            (
                with_text("caps", "dti", "dti_cap * (net_worth / other_credit_debt)"),
                "caps",
                "dti",
                "column 24: this divides by “other_credit_debt”",
            ),
            (
                with_text("caps", "dti", "dti_cap / (line_months - 36)"),
                "caps",
                "dti",
                "divides by “line_months - 36”",
            ),
            (
                with_text("formulas", "model_limit", "net_wort * 0.2"),
                "formulas",
                "model_limit",
                "column 1: There is no field or parameter 'net_wort'; did you mean net_worth",
            ),
            (
                with_text("zero_if", "too_old_at_maturity", "age_at_maturity + 1"),
                "zero_if",
                "too_old_at_maturity",
                "a whole number, where a yes-or-no is wanted",
            ),
            (
                with_rows("review_factor", "90 .. : 1\n60 .. 80 : 0.8\n.. 60 : 0"),
                "formulas",
                "review_factor",
                "no row fits where 80.0 ≤ review_points < 90.0",
            ),
            (
                with_rows("review_factor", "80 .. : 1\n60 .. 90 : 0.8\n.. 60 : 0"),
                "formulas",
                "review_factor",
                "Rows 1 and 2 of the table both fit where 80.0 ≤ review_points",
            ),
            (
                with_rows("risk_factor", "A : 1\nB / C / D : 0.8"),
                "formulas",
                "risk_factor",
                "no row fits where risk_band = E",
            ),
            (
                with_rows("risk_factor", "A / B / C / D / E : 1 / 0"),
                "formulas",
                "risk_factor",
                "Row 1, column 2: This divides by zero",
            ),
            (with_text("caps", "dti", "limit"), "caps", "dti", "no field or parameter 'limit'"),
            (with_text("manual_if", "Odd one", "is_visited"), "manual_if", "Odd one", "not a name"),
            (
                STANDARD.with_figure("income_share", "3"),
                "figures",
                "income_share",
                "between 0 and 2",
            ),
            (STANDARD.with_figure("income_share", "x"), "figures", "income_share", "not a number"),
            (STANDARD.with_figure("youngest", "18.5"), "figures", "youngest", "whole number"),
            (STANDARD.with_figure("net_worth", "1"), "figures", "net_worth", "known already"),
            (replace(STANDARD, risk_band="Z"), "figures", "risk_band", "no risk band"),
            (replace(STANDARD, caps=STANDARD.caps[1:]), "caps", "product", "is missing"),
            (replace(STANDARD, zero_if=()), "zero_if", "blacklisted", "is missing"),
        ],
    )
    def test_what_cannot_be_worked_with_is_refused_with_its_place(self, text, part, name, says):
        found = [each for each in faults(text) if (each.part, each.name) == (part, name)]

        assert found
        assert says in policy_words.reason(found[0])

    def test_a_division_that_is_guarded_is_no_fault(self):
        guarded = "dti_cap * (net_worth / other_credit_debt) if other_credit_debt > 0 else dti_cap"

        assert faults(with_text("caps", "dti", guarded)) == []

    @pytest.mark.parametrize("weight", ["0.0004", "1e-9", "0.3335"])
    def test_a_weight_that_would_not_count_as_written_is_refused_with_its_place(self, weight):
        (fault,) = faults(STANDARD.with_figure("weight_model", weight))

        assert (fault.part, fault.name) == ("figures", "weight_model")
        assert weight in str(fault)
        assert weight in policy_words.in_words(fault)

    @pytest.mark.parametrize("weight", ["0", "0.001", "0.250", "1", "1.0000"])
    def test_a_weight_in_thousandths_is_no_fault(self, weight):
        assert faults(STANDARD.with_figure("weight_model", weight)) == []

    def test_a_policy_from_before_weights_had_to_count_still_works(self):
        old = replace(STANDARD.with_figure("weight_model", "0.3335"), mode=Mode.WEIGHTED)
        example = {each.name: each.example for each in FACTS}

        assert combine_one(example, read(old))["outcome"] == "grant"

    def test_every_fault_is_told_at_once(self):
        text = with_text("caps", "dti", "no_such_thing").with_figure("youngest", "x")

        assert {each.name for each in faults(text)} == {"dti", "youngest"}

    def test_what_is_no_policy_at_all_is_refused(self):
        with pytest.raises(PolicyRefused, match="cannot be read"):
            text_of({"engine": {}})

    def test_a_policy_of_the_banks_own_is_worked_out_as_written(self):
        text = with_text("manual_if", "young_and_large", "age < 25 and limit > 30000", says="年轻")
        row = {each.name: each.example for each in FACTS} | {"age": 22}

        answer = combine(pl.DataFrame([row], schema=HOUSEHOLD_COLUMNS), read(text)).row(
            0, named=True
        )

        assert answer["manual_reasons"] == ["young_and_large"]


class TestTableLines:
    TABLE = {"inputs": [{"text": "review_points"}], "outputs": [{"name": "v", "kind": "decimal"}]}

    @pytest.mark.parametrize(
        ("lines", "rows"),
        [
            ("90 .. : 1", [{"when": [{"from": 90}], "then": [1]}]),
            ("60.5 .. 80 : 0.8", [{"when": [{"from": 60.5, "to": 80}], "then": [0.8]}]),
            ("A / B：1.2", [{"when": [["A", "B"]], "then": [1.2]}]),
            (
                "? : 0\n\n* : age + 1",
                [{"when": ["?"], "then": [0]}, {"when": ["*"], "then": ["age + 1"]}],
            ),
        ],
    )
    def test_a_line_says_what_the_row_says(self, lines, rows):
        table = table_lines.read(lines, self.TABLE)

        assert table["rows"] == rows
        assert table_lines.read(table_lines.written(table), self.TABLE) == table

    @pytest.mark.parametrize("line", ["90 1", "ninety .. : 1", "90 .. :", " : 1"])
    def test_a_line_that_says_nothing_is_refused_with_its_row(self, line):
        with pytest.raises(table_lines.LineUnreadable, match="Row 2"):
            table_lines.read("* : 1\n" + line, self.TABLE)
