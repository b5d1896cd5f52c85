"""How a person's records go bad in the months after trouble begins.

The truth fixes for each person the month in which lasting trouble starts. From two months before it
they look for money everywhere; then they are overdue elsewhere, are classed down, sued, enforced
against and at last listed. The same month decides in simulations who stops paying, so that what the
bank is warned of and what happens to its loans are one story.
"""

from datetime import date
from typing import Any

_LEAST_HISTORY = 30  # months of credit history that somebody overdue must have


def as_it_stands(person: dict[str, Any], months: int, as_of: date) -> dict[str, Any]:
    """``person``'s records ``months`` after the county's day, which is on ``as_of``."""
    since = months - person["trouble_month"]
    if since < -2 or person["trouble_month"] > months + 2:
        return person
    person = dict(person)
    for window, more in (("1m", 2), ("3m", 5), ("6m", 7)):
        person[f"pb_q_hard_{window}"] += more
    person["bh_apply_org_3m"] += 3
    if since >= 0:
        _fall_overdue(person, since, as_of)
        _lose_work(person, since)
        _meet_the_courts(person, since)
    return person


def _fall_overdue(person: dict[str, Any], since: int, as_of: date) -> None:
    index = as_of.year * 12 + as_of.month - 1 - _LEAST_HISTORY
    long_ago = f"{index // 12:04d}-{index % 12 + 1:02d}"
    person["pb_first_month"] = min(person["pb_first_month"] or long_ago, long_ago)
    cards = int(person["pb_card_limit"] > 0)
    if person["pb_lender_open"] <= cards:
        person["pb_lender_open"] = cards + 1
        person["pb_loan_bal"], person["pb_pay_6m"] = 30_000, 1_300
    instalment = max(person["pb_pay_6m"], 600)
    person["pb_cur_od_cnt"] = max(person["pb_cur_od_cnt"], 1)
    person["pb_cur_od_amt"] += instalment * (since + 1)
    loans = person["pb_lender_open"] - cards
    least = person["pb_cur_od_amt"] * 5 // 4 * loans
    person["pb_loan_bal"] = max(person["pb_loan_bal"], least)
    second = person["pb_cur_od_cnt"] - 1
    longest = min(max(person["pb_od_max_24"], since + 1), 7)
    total = person["pb_od_months_24"] - second + since + 1
    person["pb_od_max_24"] = longest
    person["pb_od_months_24"] = min(max(total, longest), longest + 7) + second
    if since >= 3 and person["pb_class5_worst"] not in ("可疑", "损失"):
        person["pb_class5_worst"] = "次级"
    elif person["pb_class5_worst"] in (None, "正常"):
        person["pb_class5_worst"] = "关注"


def _lose_work(person: dict[str, Any], since: int) -> None:
    if person["ss_resident_type"] == "职工":
        person["ss_status"], person["ss_cont_months"] = "暂停", 0
        person["ss_months_12"] = max(person["ss_months_12"] - since - 1, 0)
    if person["pf_status"] == "正常":
        person["pf_status"], person["pf_cont_months"] = "封存", 0
        person["pf_months_12"] = max(person["pf_months_12"] - since - 1, 0)


def _meet_the_courts(person: dict[str, Any], since: int) -> None:
    if since >= 3:
        person["gov_suit_def_24m"] += 1
    if since >= 5:
        person["gov_exec_open_amt"] += 45_000
    if since >= 9:
        person["gov_dishonest"] = person["gov_consume_limit"] = True
