"""The loans and cards behind a person's bureau figures: accounts that add up to the summary."""

import random
from dataclasses import dataclass
from datetime import date

from sandbox.server.offices import dice, months_ago
from sandbox.server.world import Person

WINDOW = 24
FIVE_YEARS = 60

TERM_LOAN, REVOLVING, CARD, CALLED_IN = "D1", "R1", "R2", "C1"
CLASS_CODES = {"正常": "1", "关注": "2", "次级": "3", "可疑": "4", "损失": "5"}
BANKS = {"11": "商业银行", "12": "村镇银行"}
OTHERS = {"24": "消费金融公司", "51": "小额贷款公司", "21": "信托公司"}


@dataclass(frozen=True)
class Account:
    """One account of a bureau report; amounts in yuan, months newest last."""

    number: int
    kind: str
    lender: str
    lender_type: str
    business: str
    opened: date
    due: date | None
    amount: int
    balance: int
    monthly: int
    overdue: int
    months_overdue: int
    states: str
    state: str
    five_class: str
    used_6m: int = 0

    @property
    def is_open(self) -> bool:
        """Whether money is still lent on it; bad debt and called-in debts are counted apart."""
        return self.kind != CALLED_IN and self.state not in ("3", "4")

    @property
    def is_bad_debt(self) -> bool:
        return self.kind == TERM_LOAN and self.state == "4"


def repayment_states(longest: int, total: int, overdue_now: bool) -> str:
    """Twenty-four monthly states with ``total`` months overdue, ``longest`` of them in a row.

    The run of arrears rises 1, 2, 3 … and ends now, or was caught up with two months ago.
    """
    states = ["N"] * WINDOW
    end = WINDOW if overdue_now else WINDOW - 2
    for step in range(longest):
        states[end - longest + step] = str(step + 1)
    place = end - longest - 2
    for _ in range(total - longest):
        states[place] = "1"
        place -= 2
    return "".join(states)


def accounts_of(person: Person, as_of: date) -> list[Account]:
    """Every account a bureau shows for ``person``; none for somebody without credit history."""
    if person["pb_first_month"] is None:
        return []
    rng = dice(person, "bureau")
    cards = int(person["pb_card_limit"] > 0)
    loans = person["pb_lender_open"] - cards
    first = date.fromisoformat(f"{person['pb_first_month']}-01")
    lenders = _lenders(rng, loans, person["pb_nonbank_open"])
    found = [
        _loan(rng, person, as_of, first, place, loans, lenders[place]) for place in range(loans)
    ]
    if cards:
        found.append(_card(rng, person, as_of, first, len(found)))
    if not loans and not cards or rng.random() < 0.5:
        found.append(_settled(rng, as_of, first, len(found)))
    for _ in range(person["pb_bad_debt"]):
        found.append(_bad_debt(rng, as_of, first, len(found)))
    for _ in range(person["pb_recourse"]):
        found.append(_called_in(rng, as_of, first, len(found)))
    return found


def _lenders(rng: random.Random, count: int, others: int) -> list[tuple[str, str]]:
    """A different lender for each loan, banks first, as (code, type)."""
    codes = rng.sample(range(1000, 9999), count)
    kinds = [rng.choice(list(BANKS)) for _ in range(count - others)]
    kinds += [rng.choice(list(OTHERS)) for _ in range(others)]
    return [(f"{kind}{code}", kind) for kind, code in zip(kinds, codes, strict=True)]


def _share(total: int, place: int, parts: int) -> int:
    """The part of ``total`` at ``place`` when it is cut evenly; the first takes the rest."""
    return total - total // parts * (parts - 1) if place == 0 else total // parts


def _loan(
    rng: random.Random,
    person: Person,
    as_of: date,
    first: date,
    place: int,
    loans: int,
    lender: tuple[str, str],
) -> Account:
    """One open loan. The first bears the worst class and the arrears of 24 months."""
    worst = place == 0
    late = person["pb_cur_od_cnt"]
    opened = first if worst else max(first, months_ago(as_of, rng.randint(2, 40)))
    states, behind = "N" * WINDOW, 0
    if worst and person["pb_od_months_24"]:
        total = person["pb_od_months_24"] - max(late - 1, 0)
        states = repayment_states(person["pb_od_max_24"], total, late > 0)
        behind = person["pb_od_max_24"] if late else 0
    elif place < late:
        states, behind = "N" * (WINDOW - 1) + "1", 1
    balance = _share(person["pb_loan_bal"], place, loans)
    return Account(
        number=place + 1,
        kind=REVOLVING if place % 3 == 1 else TERM_LOAN,
        lender=lender[0],
        lender_type=lender[1],
        business=rng.choice(["91", "41", "51", "52"]) if lender[1] in BANKS else "91",
        opened=opened,
        due=months_ago(as_of, -rng.randint(3, 48)),
        amount=int(balance * rng.uniform(1.05, 2.2)) // 100 * 100 + 100,
        balance=balance,
        monthly=_share(person["pb_pay_6m"], place, loans),
        overdue=_share(person["pb_cur_od_amt"], place, late) if place < late else 0,
        months_overdue=behind,
        states=_not_yet_open(states, opened, as_of),
        state="2" if behind else "1",
        five_class=CLASS_CODES[person["pb_class5_worst"] or "正常"] if worst else "1",
    )


def _not_yet_open(states: str, opened: date, as_of: date) -> str:
    """``states`` with the months before the account existed marked so."""
    age = (as_of.year - opened.year) * 12 + as_of.month - opened.month
    before = max(WINDOW - age, 0)
    return "/" * before + states[before:]


def _card(rng: random.Random, person: Person, as_of: date, first: date, place: int) -> Account:
    opened = first if place == 0 else max(first, months_ago(as_of, rng.randint(2, 90)))
    used = round(person["pb_card_limit"] * person["pb_card_util_6m"])
    return Account(
        number=place + 1,
        kind=CARD,
        lender=f"11{rng.randint(100, 999)}C",
        lender_type="11",
        business="81",
        opened=opened,
        due=None,
        amount=person["pb_card_limit"],
        balance=used,
        monthly=round(used * 0.1),
        overdue=0,
        months_overdue=0,
        states=_not_yet_open("N" * WINDOW, opened, as_of),
        state={"正常": "1", "冻结": "2", "止付": "3"}[person["pb_card_status"]],
        five_class="1",
        used_6m=used,
    )


def _settled(rng: random.Random, as_of: date, first: date, place: int) -> Account:
    """A loan of the past, paid back in full."""
    return Account(
        number=place + 1,
        kind=TERM_LOAN,
        lender=f"11{rng.randint(100, 999)}S",
        lender_type="11",
        business="91",
        opened=first,
        due=max(first, months_ago(as_of, 1)),
        amount=rng.randint(5, 80) * 1000,
        balance=0,
        monthly=0,
        overdue=0,
        months_overdue=0,
        states=_not_yet_open("N" * (WINDOW - 1) + "C", first, as_of),
        state="3",
        five_class="1",
    )


def _bad_debt(rng: random.Random, as_of: date, first: date, place: int) -> Account:
    """A loan its lender has given up as bad debt 呆账."""
    owed = rng.randint(3, 60) * 1000
    return Account(
        number=place + 1,
        kind=TERM_LOAN,
        lender=f"11{rng.randint(100, 999)}B",
        lender_type="11",
        business="91",
        opened=first,
        due=max(first, months_ago(as_of, 30)),
        amount=owed,
        balance=owed,
        monthly=0,
        overdue=0,
        months_overdue=0,
        states=_not_yet_open("B" * WINDOW, first, as_of),
        state="4",
        five_class="9",
    )


def _called_in(rng: random.Random, as_of: date, first: date, place: int) -> Account:
    """A debt that somebody else paid and now collects 被追偿."""
    owed = rng.randint(3, 60) * 1000
    return Account(
        number=place + 1,
        kind=CALLED_IN,
        lender=f"26{rng.randint(100, 999)}R",
        lender_type="26",
        business="99",
        opened=max(first, months_ago(as_of, rng.randint(3, 40))),
        due=None,
        amount=owed,
        balance=owed,
        monthly=0,
        overdue=0,
        months_overdue=0,
        states="",
        state="1",
        five_class="9",
    )
