"""Asking for a loan, handing the request in, taking it back."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.services.own_cards import Card
from core import audit, events, fsm, parameters, publishing
from core.models import User
from credit import errors, selectors
from credit.events import ApplicationSubmitted, ApplicationWithdrawn
from credit.loan_rules.months import add_months
from credit.loan_rules.terms import Method
from credit.models import Application, ApplicationStep, Contract, CreditLine, Product
from credit.numbers import next_number
from credit.services import identity_cards
from credit.services.approvals import close_seats
from credit.services.products import check_process
from credit.services.walking import advance
from village.models import Customer

__all__ = ["Livelihood", "Payee", "advance", "apply", "expire", "submit", "withdraw"]

OF_AGE = 18


@dataclass(frozen=True)
class Payee:
    """Who is paid directly where the borrower may not be."""

    name: str
    account: str


@dataclass(frozen=True)
class Livelihood:
    """What applicants say they live by: income a month in fen, and who employs them."""

    income_month: int | None = None
    employer: str = ""


@transaction.atomic
def apply(
    customer_id: int,
    *,
    product_code: str,
    amount: int,
    term_months: int,
    method: str,
    purpose: str,
    channel: str,
    business_day: date,
    manager: User | None = None,
    payee: Payee | None = None,
    livelihood: Livelihood | None = None,
    authorisation_id: int | None = None,
    card: Card | None = None,
) -> Application:
    """A draft of a request for ``amount`` fen. Raises the DomainErrors of credit.errors, each
    naming the one thing to change."""
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    product = publishing.in_force(Product, product_code)
    if product is None:
        raise errors.NotPublished(_("This product is not on offer."))
    _must_be_offered(product, amount, term_months, method, purpose, business_day)
    _must_be_of_age(customer, product, term_months, business_day)
    _must_be_alone(customer)
    line = _line_for(customer, product, amount, business_day) if product.needs_line else None
    told = livelihood or Livelihood()
    application = Application.objects.create(
        number=next_number("A", business_day),
        customer=customer,
        product=product,
        line=line,
        manager=manager,
        channel=channel,
        asked_amount=amount,
        term_months=term_months,
        method=method,
        purpose=purpose,
        business_day=business_day,
        income_month=told.income_month,
        employer=told.employer.strip(),
        payee_name=payee.name if payee else "",
        payee_account=payee.account if payee else "",
        authorisation_id=authorisation_id,
    )
    audit.record(
        application, "credit.application.drafted", actor=manager, channel=channel, amount=amount
    )
    if card is not None:
        identity_cards.rest_on(application, card)
    return application


@transaction.atomic
def submit(
    application_id: int, *, actor: User | None = None, at: datetime | None = None
) -> Application:
    """Hand a request in: its road is fixed now, whatever happens to the product later."""
    application = _locked(application_id)
    check_process(application.product.process.nodes)
    with fsm.refusing(application):
        application.submit(at=at or timezone.now())
    application.save(update_fields=["status", "submitted_at"])
    ApplicationStep.objects.bulk_create(
        [
            ApplicationStep(
                application=application,
                position=position,
                node=node["node"],
                settings=node.get("settings", {}),
            )
            for position, node in enumerate(application.product.process.nodes, start=1)
        ]
    )
    audit.record(application, "credit.application.submitted", actor=actor)
    events.publish(ApplicationSubmitted(application_id=application.pk))
    return application


@transaction.atomic
def withdraw(application_id: int, *, actor: User | None = None) -> Application:
    """The customer no longer wants it, before money has moved."""
    application = _locked(application_id)
    _must_not_be_paying(application)
    with fsm.refusing(application):
        application.withdraw()
    return _ended(application, "withdrawn", actor)


@transaction.atomic
def expire(application_id: int, *, actor: User | None = None) -> Application:
    """Nobody came to sign or draw in time."""
    application = _locked(application_id)
    _must_not_be_paying(application)
    with fsm.refusing(application):
        application.expire()
    return _ended(application, "expired", actor)


def _ended(application: Application, deed: str, actor: User | None) -> Application:
    """Close what an application leaves behind: seats, steps, a contract never to be in force."""
    application.save(update_fields=["status"])
    close_seats(application)
    _stop_steps(application, deed, at=timezone.now())
    for contract in Contract.objects.select_for_update().filter(application=application):
        with fsm.refusing(contract):
            contract.make_void()
        contract.save(update_fields=["status"])
    audit.record(application, f"credit.application.{deed}", actor=actor)
    events.publish(ApplicationWithdrawn(application_id=application.pk))
    return application


def _stop_steps(application: Application, deed: str, *, at: datetime) -> None:
    """The node in work ends here; those after it are passed over."""
    for step in application.steps.filter(status=ApplicationStep.Status.ACTIVE):
        step.fail(at=at, outcome=step.outcome | {"code": deed})
        step.save(update_fields=["status", "ended_at", "outcome"])
    for step in application.steps.filter(status=ApplicationStep.Status.WAITING):
        step.skip(at=at)
        step.save(update_fields=["status", "ended_at"])


def _locked(application_id: int) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("product__process", "customer")
        .get(pk=application_id)
    )


def _must_not_be_paying(application: Application) -> None:
    contract = Contract.objects.filter(application=application).first()
    if contract is not None and contract.drawdowns.exclude(status="failed").exists():
        raise errors.NothingToPay(_("The money is already on its way."), code="payment_under_way")


def _must_be_offered(
    product: Product, amount: int, term_months: int, method: str, purpose: str, day: date
) -> None:
    if not purpose.strip() or (product.purposes and purpose not in product.purposes):
        raise errors.PurposeMissing(_("Say what the money is for, in a way this product allows."))
    if not product.amount_min <= amount <= _most(product, day):
        raise errors.AmountNotOffered(
            _("This product is lent from %(least)s to %(most)s yuan.")
            % {"least": product.amount_min // 100, "most": _most(product, day) // 100}
        )
    if method not in product.methods:
        raise errors.MethodNotOffered(_("This product is not repaid this way."))
    longest = _longest(product, method, day)
    if not 1 <= term_months <= longest:
        raise errors.TermNotOffered(
            _("This product is lent for at most %(months)d months when repaid this way.")
            % {"months": longest}
        )


def _most(product: Product, day: date) -> int:
    """The largest amount of a product on a day, fen: regulation may lie below it."""
    if not product.is_online or product.is_for_business:
        return product.amount_max
    easing = parameters.value("online.easing_2025", on=day)
    if easing["in_force"]:
        return min(product.amount_max, easing["consumption_at_most"])
    return min(product.amount_max, int(parameters.number("online.consumption_at_most", on=day)))


def _longest(product: Product, method: str, day: date) -> int:
    """The longest term of a product repaid in one way, months."""
    kind = "business" if product.is_for_business else "consumption"
    limits = [
        product.term_months_max,
        int(parameters.number("term.longest_months", on=day)),
        int(parameters.number(f"term.{kind}_months", on=day)),
    ]
    if product.is_online and method == Method.BULLET:
        limits.append(int(parameters.number("online.bullet_months", on=day)))
    return min(limits)


def _must_be_of_age(customer: Customer, product: Product, term_months: int, day: date) -> None:
    if customer.age_on(day) < OF_AGE:
        raise errors.TooYoung(_("A borrower is of age."))
    if customer.age_on(add_months(day, term_months)) > product.age_at_maturity_max:
        raise errors.TooOldAtMaturity(
            _("When the loan ends, the borrower may be at most %(age)d years old.")
            % {"age": product.age_at_maturity_max}
        )


def _must_be_alone(customer: Customer) -> None:
    still_open = Application.objects.filter(customer=customer).exclude(status__in=Application.ENDED)
    if still_open.exists():
        raise errors.AlreadyApplied(_("Another application of this customer is still open."))


def _line_for(customer: Customer, product: Product, amount: int, day: date) -> CreditLine:
    line = selectors.line_to_draw_under(customer.household, on=day)
    if line is None:
        raise errors.NoLine(_("There is no credit line that could be drawn under today."))
    if line.borrower_id != customer.pk:
        raise errors.NotTheBorrower(
            _("Only the household's main borrower draws under its credit line.")
        )
    room = selectors.room_under(line)
    if amount > room:
        raise errors.AmountAboveLine(
            _("The credit line has room for %(room)s yuan.") % {"room": room // 100}
        )
    return line
