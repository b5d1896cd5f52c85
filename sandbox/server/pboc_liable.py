"""Loans of others for which a person answers 相关还款责任, as the credit report prints them."""

from datetime import date
from typing import NamedTuple
from xml.etree import ElementTree as ET

from sandbox.server.accounts import CLASS_CODES, TERM_LOAN
from sandbox.server.offices import months_ago
from sandbox.server.pboc_rest import fill, unit
from sandbox.server.world import Person

CO_BORROWER, GUARANTOR = "1", "2"
FARM_LOAN, HOME_LOAN = "51", "11"
TERM = 36
"""Months from the day on which such a loan was lent to its last instalment."""


class Liability(NamedTuple):
    """A loan of somebody else for which the person answers, and as what."""

    liable_as: str
    lender: str
    business: str
    balance: int
    months_old: int
    is_bad: bool = False


def liabilities(person: Person) -> list[Liability]:
    """What the person guarantees, and what they borrowed together with somebody: a loan each."""
    bad = bool(person["pb_guar_bad"])
    found = [
        Liability(GUARANTOR, "11777", FARM_LOAN, person["pb_guar_bal"], 14, bad),
        Liability(CO_BORROWER, "11903", HOME_LOAN, person["pb_joint_bal"] or 0, 20),
    ]
    return [each for each in found if each.balance]


def summed_up(summary: ET.Element, person: Person) -> None:
    """The liabilities in the summary of credit, a line for each way to be liable."""
    found = liabilities(person)
    if not found:
        return
    block = fill(ET.SubElement(summary, "PC02K"), PC02KS01=len(found))
    for each in found:
        fill(
            ET.SubElement(block, "PC02KH"),
            PC02KD01="1",
            PC02KD02=each.liable_as,
            PC02KS02=1,
            PC02KJ01=each.balance,
            PC02KJ02=each.balance,
        )


def in_detail(root: ET.Element, person: Person, as_of: date) -> None:
    """Each liability with its lender, days and class."""
    for each in liabilities(person):
        fill(
            unit(root, "PCR", "PD03", "PD03A"),
            PD03AD08="1",
            PD03AD01="11",
            PD03AQ01=each.lender,
            PD03AD02=each.business,
            PD03AR01=months_ago(as_of, each.months_old).isoformat(),
            PD03AR02=months_ago(as_of, each.months_old - TERM).isoformat(),
            PD03AD03=each.liable_as,
            PD03AJ01=each.balance,
            PD03AD04="CNY",
            PD03AJ02=each.balance,
            PD03AD05=CLASS_CODES["次级" if each.is_bad else "正常"],
            PD03AD06=TERM_LOAN,
            PD03AS01=4 if each.is_bad else 0,
            PD03AR03=months_ago(as_of, 0).isoformat(),
        )
