"""A high rule comes to hold of somebody who has a line already: nothing more is drawn under it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admission import services as admission
from admission.events import CustomerDecided
from admission.models import Decision
from admission.services import overriding
from core import events
from core.models import AuditEntry, Notice, Outbox
from core.roles import Role
from credit import handlers
from credit.models import CreditLine
from credit.services import lines
from tests import make
from tests.admission.heard import heard
from tests.credit import lend
from tests.credit.conftest import AT, DAY

pytestmark = pytest.mark.django_db
YOUNG = {"age": 40, "age_at_maturity": 41}


def told(decision, **changed):
    """The decision comes to be known in the credit room."""
    Decision.objects.filter(pk=decision.pk).update(**changed)
    handlers.carry_on_after_decision(CustomerDecided(decision_id=decision.pk))
    return CreditLine.objects.get()


@pytest.mark.parametrize("status", ["granted", "signed", "active"])
@pytest.mark.parametrize("purpose", ["granting", "application", "post_loan"])
def test_a_high_rule_that_refuses_the_borrower_freezes_their_line(borrower, status, purpose):
    lend.line(borrower, status=status)
    refused = heard(borrower.customer, gov_dishonest=True, gov_fraud_card=True)

    line = told(refused, purpose=purpose)

    assert (line.status, line.frozen_from) == ("frozen", status)
    assert "H03, H05" in line.frozen_because
    assert str(refused.pk) in line.frozen_because
    assert AuditEntry.objects.filter(action="credit.line.frozen").count() == 1
    assert Outbox.objects.get(kind="credit.LineFrozen").body == {"line_id": line.pk}
    notice = Notice.objects.get()
    assert notice.user == borrower.household.village.grid.manager
    assert "H03, H05" in notice.title
    assert borrower.customer.name not in notice.title


def test_told_twice_it_is_frozen_once(borrower):
    lend.line(borrower, status="active")
    refused = heard(borrower.customer, gov_dishonest=True)

    told(refused)
    told(refused)

    assert AuditEntry.objects.filter(action="credit.line.frozen").count() == 1
    assert Notice.objects.count() == 1


def test_a_line_frozen_before_keeps_its_reason(borrower, bank):
    line = lend.line(borrower, status="active")
    lines.freeze(line.pk, reason="资金用途待查", actor=bank.publisher)

    assert told(heard(borrower.customer, gov_dishonest=True)).frozen_because == "资金用途待查"


def test_it_is_thawed_as_any_other(borrower, bank):
    line = lend.line(borrower, status="active")
    told(heard(borrower.customer, gov_dishonest=True))

    assert lines.thaw(line.pk, actor=bank.publisher).status == "active"


def test_what_a_rule_says_of_the_request_alone_freezes_nothing(borrower):
    lend.line(borrower, status="active")
    of_the_loan = heard(borrower.customer, **YOUNG, product_max_age=20)
    assert [each["code"] for each in of_the_loan.hits] == ["H12"]

    assert of_the_loan.outcome == "refuse"
    assert told(of_the_loan).status == "active"
    assert told(heard(borrower.customer, age=17, age_at_maturity=18)).status == "frozen"


def test_a_medium_rule_or_a_refusal_of_the_past_freezes_nothing(borrower):
    lend.line(borrower, status="active")
    earlier = heard(borrower.customer, gov_dishonest=True)
    manual = heard(borrower.customer, gov_suit_def_24m=1)

    assert told(manual).status == "active"
    assert told(earlier).status == "active"


def test_what_somebody_allowed_as_a_guarantor_is_read_for_nothing_of_their_own(borrower):
    lend.line(borrower, status="active")

    line = told(heard(borrower.customer, gov_dishonest=True), purpose="guarantee")

    assert line.status == "active"


def test_what_was_found_under_another_id_number_freezes_nothing(borrower):
    lend.line(borrower, status="active")

    line = told(heard(borrower.customer, gov_dishonest=True), under_other_number=True)

    assert line.status == "active"


def test_an_overridden_refusal_freezes_nothing(borrower):
    lend.line(borrower, status="active")
    refused = heard(borrower.customer, as_of=DAY, gov_dishonest=True)
    given = {"reason": "已履行完毕", "limit_factor": Decimal("0.70"), "at": AT}
    made = overriding.propose(
        refused.pk,
        actor=make.staff(Role.RISK_OFFICER),
        valid_until=DAY + timedelta(days=30),
        **given,
    )
    again = overriding.approve(made.pk, actor=make.staff(Role.RISK_OFFICER), at=AT)

    assert told(again).status == "active"
    assert told(refused).status == "active"


def test_a_decision_made_after_the_loan_reaches_the_line(borrower, outside):
    lend.line(borrower, status="active")
    person = borrower.customer
    person.list_flag = "black"
    person.save(update_fields=["list_flag"])
    given = {"purpose": "post_loan", "actor": None}
    admission.authorise(person.pk, at=AT, valid_until=DAY + timedelta(days=3650), **given)

    made = admission.decide(person.pk, as_of=DAY, **given)
    events.drain()

    assert made.outcome == "refuse"
    assert "H11" in CreditLine.objects.get().frozen_because


def test_a_county_decided_at_once_costs_one_question_more_for_each_that_is_refused(borrower):
    lend.line(borrower, status="active")
    refused, admitted = heard(gov_dishonest=True), heard()

    def queries(decision):
        with CaptureQueriesContext(connection) as asked:
            handlers.carry_on_after_decision(CustomerDecided(decision_id=decision.pk))
        return len([each for each in asked if "SAVEPOINT" not in each["sql"]])

    assert queries(refused) == queries(admitted) + 1
