"""Stage eight: customers apply through the mini-program's door, approvers vote, money is paid."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import numpy as np

from admission.models import Authorisation
from admission.services import authorise
from core import events, money
from core.models import User
from core.roles import Role
from credit.errors import PhoneNotBound
from credit.models import Application, ApplicationStep, ApprovalTask, CreditLine, Loan
from credit.services import approvals
from sandbox.demo.evidence import give_evidence
from sandbox.demo.phone import DoorShut, Phone
from sandbox.demo.setting import Setting, Tell
from sandbox.demo.visiting import findings_of
from village.models import Customer
from visits import services as visits
from visits.models import VisitTask

ONLINE, VISITED = "sunshine-e", "huinong-fast"
APPLY_ONLINE = 0.25
"""Share of households with a line that want money now."""
APPLY_WITH_VISIT = 0.08
"""Share of the other households that ask for a loan without a line."""
GENEROUS = 0.9
"""Chance that an approver who has no reason to refuse approves."""
SECONDS_TO_READ = 30
STEP_FEN = 100_000


@dataclass(frozen=True)
class Wish:
    """What one customer would like to borrow."""

    customer: Customer
    product: str
    amount: int
    term_months: int
    method: str
    purpose: str


def apply_for_loans(setting: Setting, tell: Tell) -> dict[str, int]:
    """Wishes become applications, applications are approved or refused, contracts signed, paid."""
    setting.clock.next_day()
    wishes = _wishes(setting)
    turned_away = 0
    asked: dict[str, Phone] = {}
    for done, wish in enumerate(wishes, start=1):
        setting.clock.go_on(minutes=1)
        _let_spouse_agree(setting, wish.customer)
        phone = Phone(wish.customer, sandbox_url=setting.sandbox_url)
        try:
            asked[_ask(phone, wish)] = phone
        except DoorShut:
            turned_away += 1
        tell(done, len(wishes) * 2)
    _visit_applicants(setting)
    _vote(setting)
    waits_for_own_phone = 0
    for done, (number, phone) in enumerate(asked.items(), start=1):
        waits_for_own_phone += not read_and_sign(setting, phone, number)
        tell(len(wishes) + done, len(wishes) + len(asked))
    return {
        "applications": Application.objects.count(),
        "turned_away": turned_away,
        "waits_for_own_phone": waits_for_own_phone,
        "disbursed": Loan.objects.count(),
    }


def _wishes(setting: Setting) -> list[Wish]:
    rng = setting.chance("wishes")
    lines = CreditLine.objects.filter(status=CreditLine.Status.GRANTED).select_related(
        "borrower__household__village__grid__manager"
    )
    wishes = [
        _wish(rng, line.borrower, ONLINE, most=line.amount)
        for line in lines.order_by("household__number")
        if rng.random() < APPLY_ONLINE and line.borrower.mobile
    ]
    others = (
        Customer.objects.filter(
            role=Customer.Role.HEAD, household__credit_lines=None, decisions__isnull=False
        )
        .exclude(mobile_index="")
        .select_related("household__village__grid__manager")
    )
    wishes += [
        _wish(rng, customer, VISITED, most=8_000_000)
        for customer in others.order_by("household__number").distinct()
        if rng.random() < APPLY_WITH_VISIT
    ]
    return wishes


def _wish(rng: np.random.Generator, customer: Customer, product: str, *, most: int) -> Wish:
    share = 0.4 + 0.6 * rng.random()
    amount = max(int(most * share) // STEP_FEN * STEP_FEN, STEP_FEN)
    return Wish(
        customer=customer,
        product=product,
        amount=max(amount, 1_000_000) if product == VISITED else amount,
        term_months=int(rng.choice([12, 12, 24, 36])),
        method=str(rng.choice(["equal_instalment", "equal_principal", "interest_first"])),
        purpose=str(rng.choice(["种植", "养殖", "购买农资"])),
    )


def _let_spouse_agree(setting: Setting, customer: Customer) -> None:
    """The manager has the spouse, where there is one, allow enquiries on a form of their own."""
    spouses = customer.household.members.filter(role=Customer.Role.SPOUSE)
    for spouse in spouses.exclude(pk=customer.pk):
        authorise(
            spouse.pk,
            purpose=Authorisation.Purpose.APPLICATION,
            actor=customer.household.village.grid.manager,
            at=setting.clock.at,
            valid_until=setting.clock.today + timedelta(days=30),
        )


def _ask(phone: Phone, wish: Wish) -> str:
    """Sign in, authorise the bank and ask; the application's number. Raises DoorShut."""
    phone.sign_in()
    number = phone.authorise()
    answer = phone.send(
        "applications",
        {
            "product": wish.product,
            "amount": str(money.yuan(wish.amount)),
            "term_months": wish.term_months,
            "method": wish.method,
            "purpose": wish.purpose,
            "authorisation": number,
        },
    )
    events.drain()
    return answer["number"]


def _visit_applicants(setting: Setting) -> None:
    """Managers see those whose product asks for it; the branch accepts."""
    rng = setting.chance("site investigations")
    presidents = {user.branch_id: user for user in setting.staff(Role.BRANCH_PRESIDENT)}
    tasks = VisitTask.objects.filter(
        reason=VisitTask.Reason.APPLICATION, status=VisitTask.Status.ASSIGNED
    ).select_related("household__village__grid", "manager")
    for task in tasks.order_by("household__number"):
        setting.clock.go_on(minutes=40)
        visits.submit_survey(
            task.pk,
            client_uuid=UUID(bytes=f"{setting.seed:04d}A{task.pk:011d}".encode()),
            findings=findings_of(setting, task.household, rng.random(6)),
            actor=task.manager,
            at=setting.clock.at,
        )
        visits.accept(task.pk, actor=presidents[task.household.village.grid.branch_id])
        events.drain()


def _vote(setting: Setting) -> None:
    """Approvers vote seat by seat, none seeing another's vote."""
    rng = setting.chance("votes")
    approvers = setting.staff(Role.APPROVER)
    waiting = Application.objects.filter(status=Application.Status.APPROVING)
    for application in waiting.order_by("number"):
        household = application.customer.household
        give_evidence(application.admission, by=household.village.grid.manager)
        for seat, approver in zip(_seats(application), approvers, strict=False):
            setting.clock.go_on(minutes=3)
            _cast(seat, approver, approves=rng.random() < GENEROUS)
        events.drain()


def _seats(application: Application) -> list[ApprovalTask]:
    return list(application.approvals.filter(status=ApprovalTask.Status.OPEN).order_by("seat"))


def _cast(seat: ApprovalTask, approver: User, *, approves: bool) -> None:
    if ApprovalTask.objects.filter(pk=seat.pk).exclude(status=ApprovalTask.Status.OPEN).exists():
        return
    approvals.claim(seat.pk, actor=approver)
    if approves:
        approvals.vote(
            seat.pk,
            actor=approver,
            vote=ApprovalTask.Vote.APPROVE,
            comment="收入稳定，用途真实，同意。",
        )
    else:
        approvals.vote(
            seat.pk,
            actor=approver,
            vote=ApprovalTask.Vote.REFUSE,
            comment="还款来源说明不足，不同意。",
        )


def read_and_sign(setting: Setting, phone: Phone, number: str) -> bool:
    """The customer reads the cost sheet, waits as long as the rule asks, signs with a code.

    False where the operator knows their number under another name: until the bank has one of
    their own, the contract waits.
    """
    signing = ApplicationStep.objects.filter(
        application__number=number, application__status=Application.Status.SIGNING, status="active"
    )
    if not signing.exists():
        return True
    phone.sign_in()
    phone.send(f"applications/{number}/cost-sheet")
    events.drain()
    setting.clock.go_on(seconds=SECONDS_TO_READ)
    try:
        phone.send(f"applications/{number}/sign-code")
    except DoorShut as shut:
        if shut.code != PhoneNotBound.code:
            raise
        return False
    phone.send(f"applications/{number}/sign", {"code": phone.read_code()})
    events.drain()
    return True
