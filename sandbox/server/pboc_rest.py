"""The sections of the credit report that no figure of the truth fixes: addresses, agreements,
postpaid lines, public records, notes. Drawn from chance of their own, the same for one person.
"""

from datetime import date
from xml.etree import ElementTree as ET

from sandbox.server.accounts import CARD, REVOLVING, Account
from sandbox.server.offices import dice, months_ago
from sandbox.server.world import Person

Node = ET.Element

FUND_STATES = {"正常": "1", "封存": "2", "销户": "3"}
TELECOM, MOBILE = "1", "2"
TAX, JUDGMENT, ENFORCEMENT, PENALTY = "1", "2", "3", "4"
TAX_ARREARS = 3_200
PLACE = "演示县"


def fill(parent: Node, **values: str | int | None) -> Node:
    """Elements with their values; what is None is left out."""
    for tag, value in values.items():
        if value is not None:
            ET.SubElement(parent, tag).text = str(value)
    return parent


def unit(root: Node, section: str, *tags: str) -> Node:
    """A new unit in a section, which is made when it is first needed."""
    at = root.find(section)
    at = ET.SubElement(root, section) if at is None else at
    for tag in tags:
        at = ET.SubElement(at, tag)
    return at


def month(day: date) -> str:
    """A month as the bureau writes it."""
    return f"{day:%Y-%m}"


def at_home(root: Node, person: Person, as_of: date) -> None:
    """Where the person lives, and whom they are married to."""
    rng = dice(person, "home")
    fill(
        unit(root, "PRM", "PB03"),
        PB030D01=rng.choice(("1", "11", "11", "5")),
        PB030Q01=f"{PLACE}{person.get('village', '')}村（演示地址）",
        PB030R01=month(months_ago(as_of, rng.randint(1, 20))),
    )
    if person["gov_marital"] == "已婚" and (married := root.find("PMM/PB02")) is not None:
        fill(married, PB020Q01=f"{rng.choice('王李张刘陈')}某（演示）", PB020D02="10")


def before_details(root: Node, person: Person, as_of: date) -> None:
    """Summaries of postpaid lines and public records, as far as there are any."""
    if person["phone"]:
        block = fill(unit(root, "PNO", "PC03"), PC030S01=1)
        fill(ET.SubElement(block, "PC030H"), PC030D01=TELECOM, PC030S02=0, PC030J01=0)
    counted = [
        (TAX, int(bool(person["tax_owe_flag"])), TAX_ARREARS),
        (JUDGMENT, person["gov_suit_def_24m"], 20_000 * person["gov_suit_def_24m"]),
        (ENFORCEMENT, int(person["gov_exec_open_amt"] > 0), person["gov_exec_open_amt"]),
        (PENALTY, int(_was_fined(person)), 500),
    ]
    held = [each for each in counted if each[1]]
    block = fill(unit(root, "PPO", "PC04"), PC040S01=len(held))
    for kind, number, amount in held:
        fill(ET.SubElement(block, "PC040H"), PC040D01=kind, PC040S02=number, PC040J01=amount)


def about_account(section: Node, person: Person, account: Account, as_of: date) -> None:
    """What some accounts carry beside their figures: deals, events, instalment plans, notes."""
    rng = dice(person, f"account {account.number}")
    opened = month(account.opened)
    if account.kind != CARD and rng.random() < 0.06:
        block = fill(ET.SubElement(section, "PD01F"), PD01FS01=1)
        fill(
            ET.SubElement(block, "PD01FH"),
            PD01FD01="4",
            PD01FR01=account.opened.isoformat(),
            PD01FS02=0,
            PD01FJ01=min(account.amount, 5_000),
            PD01FQ01="借款人提前归还部分本金",
        )
    if account.kind == CARD and rng.random() < 0.3:
        block = fill(ET.SubElement(section, "PD01G"), PD01GS01=1)
        fill(ET.SubElement(block, "PD01GH"), PD01GR01=opened, PD01GD01="1")
        block = fill(ET.SubElement(section, "PD01H"), PD01HS01=1)
        fill(
            ET.SubElement(block, "PD01HH"),
            PD01HJ01=account.amount // 2,
            PD01HR01=account.opened.isoformat(),
            PD01HR02=months_ago(as_of, -12).isoformat(),
            PD01HJ02=account.amount // 10,
        )
    if rng.random() < 0.03:
        block = fill(ET.SubElement(section, "PD01Z"), PD01ZS01=1)
        fill(
            ET.SubElement(block, "PD01ZH"),
            PD01ZD01="3",
            PD01ZQ01="本人因外出务工短期未及时还款，现已结清（演示）",
            PD01ZR01=months_ago(as_of, 3).isoformat(),
        )


def after_details(root: Node, person: Person, accounts: list[Account], as_of: date) -> None:
    """Agreements, postpaid lines, public records that rules do not read, notes."""
    for each in accounts:
        if each.kind in (CARD, REVOLVING) and each.is_open:
            _agreement(root, each)
    if person["phone"]:
        fill(
            unit(root, "PND", "PE01", "PE01A"),
            PE01AD01=TELECOM,
            PE01AQ01="演示通信公司",
            PE01AD02=MOBILE,
            PE01AR01=months_ago(as_of, person["phone_online_months"] or 1).isoformat(),
            PE01AD03="0",
            PE01AJ01=0,
            PE01AR02=month(months_ago(as_of, 1)),
            PE01AQ02="N" * 24,
        )
    _judgments(root, person, as_of)
    _standing(root, person, as_of)


def _agreement(root: Node, account: Account) -> None:
    fill(
        unit(root, "PCA", "PD02", "PD02A"),
        PD02AI01=f"{account.number:03d}",
        PD02AD01=account.lender_type,
        PD02AI02=account.lender,
        PD02AI03=f"{account.lender}C{account.number:05d}",
        PD02AD02="31" if account.kind == CARD else "10",
        PD02AJ01=account.amount,
        PD02AD03="CNY",
        PD02AR01=account.opened.isoformat(),
        PD02AD04="1",
        PD02AJ04=account.balance,
    )


def _judgments(root: Node, person: Person, as_of: date) -> None:
    for number in range(person["gov_suit_def_24m"]):
        filed = months_ago(as_of, 8 + number)
        fill(
            unit(root, "PCJ", "PF02", "PF02A"),
            PF02AQ01=f"{PLACE}人民法院",
            PF02AQ02="民间借贷纠纷",
            PF02AR01=filed.isoformat(),
            PF02AD01="2",
            PF02AQ03="双方达成调解，分期偿还",
            PF02AR02=months_ago(as_of, 5 + number).isoformat(),
            PF02AQ04="借款本金及利息",
            PF02AJ01=20_000,
        )
    if _was_fined(person):
        fill(
            unit(root, "PAP", "PF04", "PF04A"),
            PF04AQ01=f"{PLACE}市场监督管理局",
            PF04AQ02="未按规定公示年度报告",
            PF04AJ01=500,
            PF04AR01=months_ago(as_of, 15).isoformat(),
        )


def _standing(root: Node, person: Person, as_of: date) -> None:
    """Provident fund, social assistance, qualifications, awards, notes."""
    rng = dice(person, "standing")
    if person["pf_scope"]:
        fill(
            unit(root, "PHF", "PF05", "PF05A"),
            PF05AQ01=PLACE,
            PF05AD01=FUND_STATES.get(person["pf_status"]),
            PF05AR02=month(months_ago(as_of, person["pf_cont_months"] or 1)),
            PF05AR03=month(months_ago(as_of, 1)),
            PF05AQ02=f"{person['pf_rate']:.0%}",
            PF05AQ03=f"{person['pf_rate']:.0%}",
            PF05AJ01=round(person["pf_base"] * person["pf_rate"] * 2),
            PF05AQ04=person["ss_employer"],
            PF05AR04=as_of.replace(day=1).isoformat(),
        )
    if person.get("gov_dibao"):
        fill(
            unit(root, "PBS", "PF06", "PF06A"),
            PF06AD01="9",
            PF06AQ01=PLACE,
            PF06AR01=months_ago(as_of, 30).isoformat(),
            PF06AR02=months_ago(as_of, 29).isoformat(),
        )
    if rng.random() < 0.05:
        fill(
            unit(root, "PPQ", "PF07", "PF07A"),
            PF07AQ01="农业经理人",
            PF07AQ02="农业农村部门",
            PF07AQ03=PLACE,
            PF07AR01=months_ago(as_of, 40).isoformat(),
        )
    if rng.random() < 0.04:
        fill(
            unit(root, "PAH", "PF08", "PF08A"),
            PF08AQ01=f"{PLACE}人民政府",
            PF08AQ02="县级示范家庭农场",
            PF08AR01=months_ago(as_of, 18).isoformat(),
        )
    if rng.random() < 0.04:
        block = fill(unit(root, "POS", "PG01"), PG010D01="1", PG010D02="0", PG010S01=1)
        fill(
            ET.SubElement(block, "PG010H"),
            PG010D03="3",
            PG010Q01="本人手机号码曾更换，请以最新号码为准（演示）",
            PG010R01=months_ago(as_of, 6).isoformat(),
        )


def _was_fined(person: Person) -> bool:
    return dice(person, "fined").random() < 0.01
