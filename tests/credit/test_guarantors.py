"""Who answers for a loan is asked about and judged, each under a leave of their own."""

from datetime import date, timedelta

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admission import services as admission
from admission.errors import RulesUnanswered
from admission.events import AuthorisationSigned
from admission.models import Decision, SourceRecord
from admission.services import answering
from core.models import Notice
from credit.errors import GuarantorRefused
from credit.handlers import carry_on_after_authorisation
from credit.models import ApplicationStep, ApprovalTask, Guarantor, ProcessTemplate
from credit.reference.products import ONLINE_ROAD
from credit.services import applications, approvals, guarantors
from tests import make
from tests.admission.conftest import visited
from tests.credit import lend
from tests.credit.conftest import AT, DAY, spotless
from tests.credit.test_renumbered import correct
from village import selectors
from village.models import Relation

pytestmark = pytest.mark.django_db(transaction=True)
GUARANTEED = [*ONLINE_ROAD[:4], {"node": "guarantors", "settings": {"needed": 1}}, *ONLINE_ROAD[4:]]


def neighbour(village, person):
    """One of the county's people, with a household that was seen lately."""
    means = {
        "income_year": 120_000_00, "operating_cost_year": 30_000_00, "house_value": 300_000_00,
        "vehicle_value": 50_000_00, "debt": 0, "private_debt": 0,
    }  # fmt: skip
    customer = make.customer(
        make.household(village, **means),
        name=person["name"],
        id_number=person["id_number"],
        mobile=person["phone"],
        born_on=date.fromisoformat(person["born_on"]),
        sex="male" if person["male"] else "female",
        marital=person["gov_marital"],
    )
    return visited(customer)


def dishonest(county):
    """Somebody like the spotless whom a court lists as a dishonest debtor."""
    people = pl.read_csv(
        county / "world.csv",
        comment_prefix="#",
        infer_schema_length=5000,
        schema_overrides={"phone": pl.String, "household_no": pl.String},
    )
    return people.filter(
        pl.col("gov_dishonest"),
        pl.col("police_id_match"),
        pl.col("phone").is_not_null(),
        pl.col("born_on").str.to_date().is_between(date(1970, 1, 1), date(2002, 1, 1)),
    ).to_dicts()[0]


@pytest.fixture
def friend(village, county):
    return neighbour(village, spotless(county)[1])


@pytest.fixture
def debtor(village, county):
    return neighbour(village, dishonest(county))


@pytest.fixture
def asked(bank, borrower, outside):
    """An application whose product asks for one guarantor, as far as it comes without one."""
    ProcessTemplate.objects.filter(code="online").update(nodes=GUARANTEED)
    lend.line(borrower)
    lend.authorise(borrower)
    made = lend.application(borrower)
    return applications.advance(made.pk, at=AT)


def allow(person):
    return admission.authorise(
        person.pk,
        purpose="guarantee",
        actor=None,
        at=AT,
        valid_until=DAY + timedelta(days=3650),
    )


def name(asked, person, bank):
    return guarantors.name(asked.pk, customer_id=person.pk, actor=bank.manager, at=AT)


def ticked(asked, bank):
    """The application once the check items of its guarantors were looked at."""
    for decision in guarantors.decisions_of(asked):
        for rule in answering.open_rules(decision):
            answering.answer(decision.pk, rule["code"], actor=bank.manager, text="已核实")
    return applications.advance(asked.pk, at=AT)


def waits_for(asked):
    step = asked.steps.get(status=ApplicationStep.Status.ACTIVE)
    return step.node, step.outcome["waits_for"]


def test_a_product_that_asks_for_a_guarantor_waits_for_one(asked):
    assert waits_for(asked) == ("guarantors", "guarantor_missing")


def test_a_guarantor_without_a_leave_of_their_own_is_not_asked_about(asked, friend, bank):
    name(asked, friend, bank)
    until = DAY + timedelta(days=3650)
    admission.authorise(friend.pk, purpose="application", actor=None, at=AT, valid_until=until)

    applications.advance(asked.pk, at=AT)

    assert waits_for(asked) == ("guarantors", "guarantor_leave")
    assert not SourceRecord.objects.filter(customer=friend).exists()


def test_a_sound_guarantor_is_accepted_with_a_decision_of_their_own(asked, friend, bank):
    name(asked, friend, bank)
    allow(friend)

    done = applications.advance(asked.pk, at=AT)

    made = Guarantor.objects.get()
    assert made.status == Guarantor.Status.ACCEPTED
    assert (made.admission.customer, made.admission.purpose) == (friend, "guarantee")
    assert made.admission != done.admission
    assert made.admission.outcome == "notice"
    assert waits_for(asked) == ("approval", "check_items")
    assert ticked(asked, bank).status == "signing"
    raw = SourceRecord.objects.get(customer=friend, source="pboc").raw
    assert "<PA01BD02>08</PA01BD02>" in raw


def test_the_instalments_of_the_loan_do_not_weigh_on_the_guarantor(asked, friend, bank):
    name(asked, friend, bank)
    allow(friend)
    applications.advance(asked.pk, at=AT)

    decision = Guarantor.objects.get().admission

    assert decision.inputs["new_instalment"] == 0
    assert decision.inputs["age_at_maturity"] == friend.age_on(DAY) + 1


def test_a_guarantor_whom_a_high_rule_holds_back_is_replaced(asked, debtor, friend, bank):
    name(asked, debtor, bank)
    allow(debtor)

    still = applications.advance(asked.pk, at=AT)

    refused = Guarantor.objects.get()
    assert refused.status == Guarantor.Status.REFUSED
    assert "H05" in [each["code"] for each in refused.admission.hits]
    assert still.status == "screening"
    assert waits_for(asked) == ("guarantors", "guarantor_refused")
    assert Notice.objects.filter(user=bank.manager).exists()

    name(asked, friend, bank)
    allow(friend)
    applications.advance(asked.pk, at=AT)

    refused.refresh_from_db()
    assert (refused.status, bool(refused.released_because)) == (Guarantor.Status.RELEASED, True)
    assert ticked(asked, bank).status == "signing"


def test_the_borrower_hears_nothing_of_the_guarantor_s_own_affairs(asked, debtor, bank):
    name(asked, debtor, bank)
    allow(debtor)
    applications.advance(asked.pk, at=AT)
    asked.refresh_from_db()

    decision = Guarantor.objects.get().admission
    told = asked.refusal_text + asked.admission.customer_text

    assert decision.customer_text
    assert not any(line in told for line in decision.customer_text.splitlines() if line)
    assert "application" not in decision.customer_text.splitlines()[0]


def test_what_asks_for_a_person_of_a_guarantor_asks_for_one_of_the_loan(asked, friend, bank):
    friend.marital = "已婚"
    friend.save()
    name(asked, friend, bank)
    allow(friend)

    voting = applications.advance(asked.pk, at=AT)

    decision = Guarantor.objects.accepted().get().admission
    assert (decision.outcome, voting.status) == ("manual", "approving")
    seat = ApprovalTask.objects.filter(application=asked).first()
    approvals.claim(seat.pk, actor=bank.approvers[0])
    with pytest.raises(RulesUnanswered):
        approvals.vote(seat.pk, actor=bank.approvers[0], vote="approve")
    for rule in answering.open_rules(decision):
        answering.answer(decision.pk, rule["code"], actor=bank.manager, text="已核实")
    assert approvals.vote(seat.pk, actor=bank.approvers[0], vote="approve").vote == "approve"


def test_a_source_that_is_silent_about_a_guarantor_is_waited_for(asked, friend, bank, outside):
    name(asked, friend, bank)
    allow(friend)
    outside.app.faults.set("police", "500", None)
    applications.advance(asked.pk, at=AT)
    assert waits_for(asked) == ("guarantors", "guarantor_source")
    decided = Decision.objects.filter(customer=friend).count()

    applications.advance(asked.pk, at=AT)
    assert Decision.objects.filter(customer=friend).count() == decided

    outside.app.faults.clear()
    allow(friend)
    applications.advance(asked.pk, at=AT)
    assert ticked(asked, bank).status == "signing"


def test_what_another_application_heard_of_the_guarantor_is_no_reason_to_decide_again(
    asked, friend, bank, outside
):
    name(asked, friend, bank)
    leave = allow(friend)
    outside.app.faults.set("police", "500", None)
    applications.advance(asked.pk, at=AT)
    admission.decide(friend.pk, purpose="guarantee", as_of=DAY, actor=bank.manager, under=leave.pk)
    decided = Decision.objects.filter(customer=friend).count()

    applications.advance(asked.pk, at=AT)

    assert waits_for(asked) == ("guarantors", "guarantor_source")
    assert Decision.objects.filter(customer=friend).count() == decided


def test_the_road_goes_on_once_the_guarantor_has_signed(asked, friend, bank):
    name(asked, friend, bank)
    applications.advance(asked.pk, at=AT)
    leave = allow(friend)

    with pytest.MonkeyPatch.context() as patch:
        handed = []
        patch.setattr("credit.handlers.hand_over", lambda task, pk: handed.append(pk))
        carry_on_after_authorisation(AuthorisationSigned(authorisation_id=leave.pk))

    assert handed == [asked.pk]


@pytest.mark.parametrize("who", ["borrower", "household", "child", "gone", "twice"])
def test_who_cannot_answer_for_a_loan_is_refused(asked, friend, borrower, bank, who):
    people = {
        "borrower": lambda: borrower.customer,
        "household": lambda: make.customer(borrower.household, role="child"),
        "child": lambda: make.customer(born_on=date(2015, 1, 1)),
        "gone": lambda: make.customer(state="moved"),
        "twice": lambda: friend,
    }
    if who == "twice":
        name(asked, friend, bank)

    with pytest.raises(GuarantorRefused):
        name(asked, people[who](), bank)


def test_naming_ties_the_two_so_that_they_do_not_judge_each_other(asked, friend, bank):
    name(asked, friend, bank)

    tie = Relation.objects.standing().get()
    assert tie.kind == Relation.Kind.GUARANTOR
    assert selectors.tied(asked.customer.household_id, friend.household_id)


def test_whoever_is_let_go_is_missed_and_the_reason_stays(asked, friend, bank):
    made = name(asked, friend, bank)
    with pytest.raises(GuarantorRefused):
        guarantors.release(made.pk, because="  ", actor=bank.manager)

    guarantors.release(made.pk, because="不愿担保", actor=bank.manager)
    applications.advance(asked.pk, at=AT)

    assert waits_for(asked) == ("guarantors", "guarantor_missing")
    made.refresh_from_db()
    assert made.released_because == "不愿担保"


def test_a_product_without_guarantors_takes_none_and_asks_once_more_at_most(
    bank, borrower, outside, friend
):
    lend.line(borrower)
    lend.authorise(borrower)
    made = lend.application(borrower)
    with pytest.raises(GuarantorRefused):
        name(made, friend, bank)

    with CaptureQueriesContext(connection) as asked:
        assert applications.advance(made.pk, at=AT).status == "signing"

    about = [each for each in asked.captured_queries if 'FROM "credit_guarantor"' in each["sql"]]
    assert len(about) == 1


class TestDoors:
    def address(self, asked):
        return reverse("credit:guarantors", args=[asked.pk])

    def test_the_manager_names_one_by_number_and_lets_them_go(self, client, asked, friend, bank):
        client.force_login(bank.manager)

        client.post(self.address(asked), {"id_number": friend.id_number})

        made = Guarantor.objects.get()
        assert made.customer == friend
        page = client.get(self.address(asked)).content.decode()
        assert friend.name in page
        assert friend.id_number not in page
        release = reverse("credit:guarantor-release", args=[asked.pk, made.pk])
        client.post(release, {"reason": "不愿担保"})
        made.refresh_from_db()
        assert made.status == Guarantor.Status.RELEASED

    @pytest.mark.parametrize("number", ["", "123", make.id_number()])
    def test_a_number_that_leads_to_nobody_is_said_beside_the_field(
        self, client, asked, bank, number
    ):
        client.force_login(bank.manager)

        answer = client.post(self.address(asked), {"id_number": number})

        assert answer.status_code == 422
        assert answer.context["page"].form.errors["id_number"]

    def test_a_stranger_s_manager_finds_no_such_page(self, client, asked):
        client.force_login(make.staff())

        assert client.get(self.address(asked)).status_code == 404

    def test_the_application_s_page_says_why_to_whoever_may_see_the_guarantor(
        self, client, asked, debtor, bank
    ):
        name(asked, debtor, bank)
        allow(debtor)
        applications.advance(asked.pk, at=AT)
        page = reverse("credit:application", args=[asked.pk])

        client.force_login(bank.manager)
        assert "H05" in client.get(page).content.decode()

        debtor.household.village = make.village()
        debtor.household.save()
        shown = client.get(page).content.decode()
        assert debtor.name in shown
        assert "H05" not in shown


def test_a_guarantor_judged_under_a_wrong_number_is_decided_about_again(asked, friend, bank):
    name(asked, friend, bank)
    allow(friend)
    applications.advance(asked.pk, at=AT)
    assert waits_for(asked)[0] == "approval"
    before = Guarantor.objects.get().admission

    correct(friend)

    made = Guarantor.objects.get()
    assert (made.status, made.admission, made.decided_at) == ("named", None, None)
    asked.refresh_from_db()
    assert asked.status == "screening"
    assert not asked.admission.under_other_number
    again = asked.steps.filter(status=ApplicationStep.Status.WAITING).order_by("position")
    assert again.first().node == "guarantors"
    applications.advance(asked.pk, at=AT)
    now = Decision.objects.filter(customer=friend).order_by("-pk").first()
    assert now.pk > before.pk
    assert not now.under_other_number
