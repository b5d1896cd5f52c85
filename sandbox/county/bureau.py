"""What credit bureaus, carriers and sanction lists know about each adult.

The figures of one person fit together: whoever is overdue has an open loan, a long first month and
a class that says so; whoever has no credit history has none of it.
"""

from datetime import date

import numpy as np

from sandbox.county.chance import (
    Flags,
    Numbers,
    Whole,
    happens,
    money,
    nullable,
    pick,
    stream,
)
from sandbox.county.records import Adults, Columns

CLASSES = ["正常", "关注", "次级", "可疑", "损失"]
MAX_LENDERS = 9


def central_bank(seed: int, adults: Adults, as_of: date) -> Columns:
    """The central bank's bureau: accounts, arrears of 24 months, guarantees, queries, standing."""
    rng = stream(seed, "central bank")
    count = adults.z.size
    ages = [18, 25, 35, 55, 65, 80]
    known = rng.random(count) < np.interp(adults.age, ages, [0.2, 0.55, 0.66, 0.55, 0.22, 0.05])
    serious, mild, middling = _arrears(rng, adults.z, known)
    late = serious | mild | middling
    card = known & (rng.random(count) < 0.42 * np.exp(0.12 * adults.z))
    hunger = rng.gamma(0.6, 1 / 0.6, count) * np.exp(-0.3 * adults.z)
    loans = np.where(known, rng.poisson(0.35 + 0.75 * hunger), 0)
    loans = np.clip(np.maximum(loans, late), 0, MAX_LENDERS - 1)
    since = rng.gamma(2.0, 34, count).astype(np.int64) + np.where(late, 30, 2)
    months = np.minimum(since, np.maximum((adults.age - 17) * 12, 30))
    longest, total = _worst_streak(rng, serious, middling, mild)
    now, amount = _overdue_now(rng, serious, mild, loans)
    worst = _worst_class(rng, serious, mild, middling)
    lenders = loans + card
    score = 620 + 55 * adults.z - 160 * serious + 20 * rng.standard_normal(count)
    return {
        "pb_first_month": nullable(_month_before(as_of, months), known),
        "pb_lender_open": lenders,
        "pb_nonbank_open": rng.binomial(loans, np.clip(0.3 * np.exp(-0.4 * adults.z), 0, 0.7)),
        **_balances(rng, adults, loans, amount),
        **_cards(rng, adults, card),
        "pb_cur_od_cnt": now,
        "pb_cur_od_amt": amount,
        "pb_od_max_24": longest,
        "pb_od_months_24": total + (now > 1),
        "pb_class5_worst": nullable(worst, lenders > 0),
        "pb_bad_debt": (serious & (rng.random(count) < 0.06)).astype(np.int64),
        "pb_recourse": (serious & (rng.random(count) < 0.05)).astype(np.int64),
        **_guarantees(rng, adults, known),
        **_queries(rng, known, hunger),
        "pb_score": nullable(np.clip(score, 350, 880).astype(np.int64), known),
        "pb_joint_bal": _borrowed_together(seed, known),
    }


def _arrears(rng: np.random.Generator, z: Numbers, known: Flags) -> tuple[Flags, Flags, Flags]:
    """Who of those with history is badly late, late once or twice, or three to five times."""
    serious = known & happens(rng, z, 0.026, tilt=1.0)
    middling = known & ~serious & happens(rng, z, 0.028, tilt=0.8)
    mild = known & ~serious & ~middling & happens(rng, z, 0.075, tilt=0.5)
    return serious, mild, middling


def _worst_streak(
    rng: np.random.Generator, serious: Flags, middling: Flags, mild: Flags
) -> tuple[Whole, Whole]:
    """Longest run of months overdue, and how many of 24 were, on the worst account."""
    count = serious.size
    run = np.select(
        [serious, middling, mild],
        [np.minimum(3 + rng.geometric(0.45, count) - 1, 7), 1 + (rng.random(count) < 0.5), 1],
        default=0,
    )
    more = np.select(
        [serious, middling, mild],
        [rng.integers(0, 6, count), rng.integers(2, 4, count), rng.integers(0, 2, count)],
        default=0,
    )
    return run.astype(np.int64), (run + more).astype(np.int64)


def _overdue_now(
    rng: np.random.Generator, serious: Flags, mild: Flags, loans: Whole
) -> tuple[Whole, Whole]:
    """Accounts overdue today and the sum; a second account only for those badly late."""
    count = serious.size
    badly = serious & (rng.random(count) < 0.62)
    forgot = mild & (rng.random(count) < 0.05)
    second = badly & (loans > 1) & (rng.random(count) < 0.4)
    amount = np.where(
        badly,
        np.maximum(money(rng, 7_800.0, 0.9, count=count), 600),
        np.where(forgot, money(rng, 380.0, 0.6, count=count, step=10), 0),
    )
    return (badly | forgot).astype(np.int64) + second, amount.astype(np.int64)


def _worst_class(
    rng: np.random.Generator, serious: Flags, mild: Flags, middling: Flags
) -> np.ndarray:
    count = serious.size
    bad = pick(rng, CLASSES, [0.18, 0.42, 0.24, 0.11, 0.05], count)
    slipping = np.where(rng.random(count) < 0.2, "关注", "正常")
    return np.where(serious, bad, np.where(mild | middling, slipping, "正常"))


def _balances(rng: np.random.Generator, adults: Adults, loans: Whole, overdue: Whole) -> Columns:
    """Balance and monthly payment of all loans; no loan is overdue by more than it is."""
    each = money(rng, 0.62 * np.maximum(adults.income, 15_000), 0.75, step=100)
    balance = np.maximum(np.maximum(each, 1_000), overdue * 5 // 4) * loans
    monthly = np.round(balance * rng.uniform(0.015, 0.06, balance.size), 0).astype(np.int64)
    return {"pb_loan_bal": balance, "pb_pay_6m": monthly}


def _cards(rng: np.random.Generator, adults: Adults, card: Flags) -> Columns:
    count = card.size
    limit = np.maximum(money(rng, 0.45 * np.maximum(adults.income, 20_000), 0.5, step=1000), 3_000)
    use = np.clip(rng.normal(0.36 - 0.13 * adults.z, 0.27, count), 0, 1.0)
    stretched = happens(rng, adults.z, 0.13, tilt=0.5)
    use = np.where(stretched, rng.uniform(0.85, 1.0, count), use)
    frozen = card & happens(rng, adults.z, 0.01, tilt=0.8)
    return {
        "pb_card_limit": limit * card,
        "pb_card_util_6m": nullable(np.round(use, 4), card),
        "pb_card_status": nullable(
            np.where(frozen, pick(rng, ["冻结", "止付"], [1, 1], count), "正常"), card
        ),
    }


def _guarantees(rng: np.random.Generator, adults: Adults, known: Flags) -> Columns:
    guarantor = known & (rng.random(known.size) < 0.045)
    balance = money(rng, 85_000.0, 0.8, count=known.size, step=1000)
    return {
        "pb_guar_bal": balance * guarantor,
        "pb_guar_bad": guarantor & happens(rng, adults.z, 0.08, tilt=0.6),
    }


def _borrowed_together(seed: int, known: Flags) -> Whole:
    """What is left of a loan that somebody else took out together with the person."""
    rng = stream(seed, "borrowing together")
    borrows = known & (rng.random(known.size) < 0.03)
    return borrows * money(rng, 110_000.0, 0.7, count=known.size, step=1000)


def _queries(rng: np.random.Generator, known: Flags, hunger: Numbers) -> Columns:
    """Hard queries of one, three and six months, each window holding the shorter one."""
    half = np.minimum(rng.poisson(np.where(known, 2.4 * hunger, 0.12)), 24)
    quarter = rng.binomial(half, 0.52)
    return {
        "pb_q_hard_1m": rng.binomial(quarter, 0.38),
        "pb_q_hard_3m": quarter,
        "pb_q_hard_6m": half,
    }


def _month_before(as_of: date, months: Whole) -> np.ndarray:
    return np.datetime_as_string(np.datetime64(as_of, "M") - months)


def market_bureau(seed: int, adults: Adults) -> Columns:
    """Baihang, the market's bureau of non-bank lending: applications, balances, arrears."""
    rng = stream(seed, "market bureau")
    count = adults.z.size
    active = rng.random(count) < np.interp(adults.age, [18, 30, 50, 70], [0.3, 0.32, 0.14, 0.02])
    places = np.where(active, rng.poisson(1.6 * np.exp(-0.4 * adults.z)), 0)
    return {
        "bh_apply_org_3m": places,
        "bh_apply_cnt_3m": places + rng.poisson(0.3 * places),
        "bh_open_bal": (places > 0) * money(rng, 6_500.0, 0.9, count=count),
        "bh_od_flag_12m": active & happens(rng, adults.z, 0.05, tilt=0.8),
        "bh_special_list": happens(rng, adults.z, 0.002, tilt=1.0),
    }


def carriers_and_sanctions(seed: int, adults: Adults) -> Columns:
    """Mobile carriers (is the number theirs, for how long) and the anti-money-laundering desk."""
    rng = stream(seed, "carriers")
    count = adults.z.size
    grade = pick(rng, ["低", "中", "高", "禁止"], [0.93, 0.06, 0.0096, 0.0004], count)
    return {
        "phone_name_match": rng.random(count) >= 0.03,
        "phone_online_months": 1 + rng.gamma(1.8, 38, count).astype(np.int64),
        "aml_list_hit": rng.random(count) < 0.0003,
        "aml_risk_grade": grade,
    }
