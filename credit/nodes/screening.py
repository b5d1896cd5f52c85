"""Is this the right person, may we ask about them, do the rules admit them, is there room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission import services as admission
from admission.errors import NotAuthorised
from admission.models import Authorisation, Decision
from credit import selectors
from credit.models import Application
from credit.nodes.base import Answer, Done, Failed, Node, Waiting
from credit.nodes.visiting import DAYS_TO_VISIT, send_somebody
from credit.services import asked_products, identity_cards, pricing
from credit.services.terms import monthly_burden
from village.models import Customer
from visits.models import VisitTask

PURPOSE = "application"
SIGN_AGAIN = "signature_again"
OF_AGE = 18


class Identity(Node):
    """The person is registered, alive, here, and of age. The police are asked by admission.

    Where ``card`` is set, both sides of the ID card have to be photographed and compared, by the
    customer in the mini-program or by a customer manager.
    """

    name = "identity"
    label = gettext_lazy("Identity check")
    stage = Application.Status.SCREENING
    defaults = {"card": False}

    def settle(
        self, application: Application, settings: Mapping[str, Any], found: Any, *, at: datetime
    ) -> Answer:
        """Look at the register, and at the card."""
        person = application.customer
        gone = {Customer.State.DIED, Customer.State.MOVED}
        if person.state in gone or person.age_on(application.business_day) < OF_AGE:
            text = _("We could not confirm your identity. Please visit a branch with your ID card.")
            return Failed("identity", text, {"state": person.state})
        outcome = {"id_number": person.masked_id_number}
        card = identity_cards.found_for(application, on=application.business_day)
        if card is not None:
            until = card.valid_to.isoformat() if card.valid_to else ""
            return Done(outcome | {"card": [card.front_id, card.back_id], "card_until": until})
        return Waiting("identity_card") if settings.get("card") else Done(outcome)


@dataclass(frozen=True)
class Heard:
    """What admission decided, on what that rests as far as it may change, and under which leave
    it was asked now; none where nobody was."""

    decision: Decision
    known: dict[str, object]
    leave: Authorisation | None = None


class Authorised(Node):
    """The customer's own leave to ask the bureau for this purpose; one question each."""

    name = "authorisation"
    label = gettext_lazy("Authorisation")
    stage = Application.Status.SCREENING

    def settle(
        self, application: Application, settings: Mapping[str, Any], found: Any, *, at: datetime
    ) -> Answer:
        """Find an authorisation that is signed by now and has not ended."""
        leave = _leave(application)
        if leave is None:
            return Waiting("authorisation")
        _rest_on(application, leave)
        return Done({"authorisation": leave.pk, "granted_at": leave.granted_at.isoformat()})


def _leave(application: Application) -> Authorisation | None:
    """The leave under which sources are asked for an application."""
    live = admission.usable(purpose=PURPOSE, on=application.business_day)
    return admission.first_choice(live.filter(customer=application.customer_id))


def _rest_on(application: Application, leave: Authorisation) -> None:
    """Keep with the application under which leave sources are asked for it."""
    if application.authorisation_id != leave.pk:
        application.authorisation = leave
        application.save(update_fields=["authorisation"])


class Admission(Node):
    """All admission rules, heard for this customer and this request.

    Whoever waits for a source is decided about again when something is new: other rules, another
    signature, a file, a decision made elsewhere. A source that was silent, or left empty what must
    be known, is asked again by and by.

    Settings may say what the product asks for: a registered business, a mortgage, an employer, a
    provident fund.
    """

    name = asked_products.NODE
    label = gettext_lazy("Admission rules")
    stage = Application.Status.SCREENING

    def prepare(
        self, application: Application, settings: Mapping[str, Any], *, at: datetime
    ) -> Heard | None:
        """Ask the sources and hear the rules; None where the customer's leave has ended."""
        known = admission.known_of(
            application.customer, purpose=PURPOSE, as_of=application.business_day
        )
        before = application.admission
        step = application.steps.get(node=self.name)
        if (
            before is not None
            and before.outcome == Decision.Outcome.WAIT
            and step.outcome.get("known") == known
            and not admission.may_be_asked_again(before, at=at)
        ):
            return Heard(before, known)
        leave = _leave(application)
        if leave is None:
            return None
        asked = asked_products.request_for(
            application.product,
            settings,
            amount=application.asked_amount,
            term_months=application.term_months,
            method=application.method,
            new_instalment=_burden(application),
            income_month=application.income_month,
            employer=application.employer,
        )
        try:
            decision = admission.decide(
                application.customer_id,
                purpose=PURPOSE,
                as_of=application.business_day,
                actor=application.manager,
                asked=asked,
                anew=admission.empty_sources(before) if before else (),
                under=leave.pk,
            )
        except NotAuthorised:
            return None
        return Heard(decision, known | {"decision": decision.pk}, leave)

    def settle(
        self,
        application: Application,
        settings: Mapping[str, Any],
        found: Heard | None,
        *,
        at: datetime,
    ) -> Answer:
        """Refuse, wait for a source, or go on; what needs a person's eye is left to approval."""
        if found is None:
            return Waiting("authorisation")
        if found.decision.under_other_number:
            return Waiting("source")
        decision = application.admission = found.decision
        application.save(update_fields=["admission"])
        if found.leave is not None:
            _rest_on(application, found.leave)
        outcome = {"decision": decision.pk, "outcome": decision.outcome}
        if decision.outcome == Decision.Outcome.REFUSE:
            text = decision.customer_text or _("Your application does not meet our conditions.")
            return Failed("admission", text[:300], outcome)
        if decision.outcome == Decision.Outcome.WAIT:
            again = admission.must_sign_again(decision)
            return Waiting(SIGN_AGAIN if again else "source", outcome | {"known": found.known})
        if not selectors.is_visited_as_asked(application):
            outcome |= _visited_before_drawing(application)
        return Done(outcome)


def _visited_before_drawing(application: Application) -> dict[str, Any]:
    """A visit before money moves, unless the road has one of its own or somebody is on the way."""
    status = VisitTask.Status
    under_way = VisitTask.objects.filter(household=application.customer.household_id).exclude(
        status__in=[status.ACCEPTED, status.CLOSED, status.EXPIRED]
    )
    if application.steps.filter(node="investigation").exists() or under_way.exists():
        return {}
    return {"visit": send_somebody(application, days=DAYS_TO_VISIT).pk}


def _burden(application: Application) -> int:
    """What the new loan costs a month, at the rate of the day; it is priced for good later."""
    return monthly_burden(application, annual_rate=pricing.price(application).annual_rate)


class Limit(Node):
    """How much may be lent now: what the line has left, or what the visit found bearable."""

    name = "limit"
    label = gettext_lazy("Limit")
    stage = Application.Status.SCREENING
    defaults = {"by": "line"}

    def settle(
        self, application: Application, settings: Mapping[str, Any], found: Any, *, at: datetime
    ) -> Answer:
        """The ceiling, in fen, that later approval cannot pass."""
        product, by = application.product, settings.get("by", "line")
        room = selectors.room_for(application, by=by)
        ceiling = min(room.left, application.asked_amount, product.amount_max)
        outcome = {"room": room.left, "ceiling": ceiling, "by": by}
        if room.lowered < room.limit:
            outcome |= {"limit": room.limit, "lowered": room.lowered}
        if ceiling < product.amount_min:
            text = _("At present we cannot lend you an amount that this product allows.")
            if room.lowered < room.limit:
                text = _(
                    "What our review found lowers your limit, and what is left of it is less than "
                    "this product lends. You may ask for the reasons."
                )
            return Failed("limit", text, outcome)
        return Done(outcome)
