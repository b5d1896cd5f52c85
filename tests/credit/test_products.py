"""A product is configuration: what must be whole before it is in force, and what it may ask for."""

import pytest

from admission.events import AuthorisationSigned
from config.celery import app
from core import events, publishing
from core.errors import SameHands
from credit.errors import (
    AlreadyApplied,
    NoLine,
    NotPublished,
    NotTheBorrower,
    ProcessNotWhole,
    TooOldAtMaturity,
    TooYoung,
)
from credit.models import Application, CreditLine, ProcessTemplate, Product
from credit.nodes import REGISTRY, Done, Node, register
from credit.reference import load_parameters
from credit.reference.products import ONLINE_ROAD, VISITED_ROAD
from credit.services import applications, products
from tests import make
from tests.credit import lend
from tests.credit.conftest import AT, DAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def workers_at_once():
    """Workers that do in this process, at once, what they are handed."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.mark.parametrize("road", [ONLINE_ROAD, VISITED_ROAD])
def test_the_roads_a_bank_starts_with_are_whole(road):
    products.check_process(road)

    assert road[-1]["node"] == "disbursement"


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["approval", "cost_disclosure", "contract"],
        ["approval", "contract", "cost_disclosure", "disbursement"],
        ["cost_disclosure", "approval", "contract", "disbursement"],
        ["approval", "cost_disclosure", "contract", "disbursement", "disbursement_check"],
        ["approval", "identity", "cost_disclosure", "contract", "disbursement"],
        ["approval", "approval", "cost_disclosure", "contract", "disbursement"],
        ["unheard_of", "approval", "cost_disclosure", "contract", "disbursement"],
    ],
)
def test_a_road_that_leads_nowhere_is_refused(names):
    with pytest.raises(ProcessNotWhole):
        products.check_process([{"node": name} for name in names])


@pytest.mark.parametrize("needed", [-1, 6, "two", True, None])
def test_a_road_asks_for_a_number_of_guarantors_that_can_be(needed):
    node = {"node": "guarantors", "settings": {"needed": needed}}

    with pytest.raises(ProcessNotWhole, match="guarantors|担保人"):
        products.check_process([*ONLINE_ROAD[:4], node, *ONLINE_ROAD[4:]])
    products.check_process([*ONLINE_ROAD[:4], node | {"settings": {}}, *ONLINE_ROAD[4:]])


def test_what_a_bank_starts_with_is_drafted_once(bank):
    before = Product.objects.count(), ProcessTemplate.objects.count()

    products.draft_products(bank.author)

    assert (Product.objects.count(), ProcessTemplate.objects.count()) == before
    assert load_parameters() == 0


def test_a_new_version_starts_as_a_copy_and_takes_over_when_published(bank):
    old = publishing.in_force(Product, "sunshine-e")

    draft = products.new_version(old, actor=bank.author)
    assert (draft.version, draft.status, draft.rate_bp) == (2, "draft", old.rate_bp)
    publishing.submit(draft, actor=bank.author)
    with pytest.raises(SameHands):
        products.publish(draft, actor=bank.author)
    draft = Product.objects.get(pk=draft.pk)
    products.publish(draft, actor=bank.publisher)

    assert publishing.in_force(Product, "sunshine-e").pk == draft.pk


def test_a_product_waits_for_its_process(bank):
    process = ProcessTemplate.objects.create(
        code="new", name="新流程", nodes=ONLINE_ROAD, author=bank.author
    )
    product = products.new_version(publishing.in_force(Product, "sunshine-e"), actor=bank.author)
    product.process = process
    product.save()
    publishing.submit(product, actor=bank.author)

    with pytest.raises(NotPublished):
        products.publish(product, actor=bank.publisher)


def test_a_new_kind_of_node_needs_only_a_class(bank, borrower, outside):
    class Greeting(Node):
        name, label, stage = "greeting", "问候", Application.Status.SCREENING

        def settle(self, application, settings, found, *, at):
            return Done({"said": settings["words"]})

    register(Greeting)
    try:
        process = ProcessTemplate.objects.get(code="online")
        process.nodes = [{"node": "greeting", "settings": {"words": "您好"}}, *process.nodes]
        process.save()
        lend.line(borrower)
        asked = lend.application(borrower)

        applications.advance(asked.pk, at=AT)

        step = asked.steps.get(node="greeting")
        assert (step.status, step.outcome) == ("done", {"said": "您好"})
    finally:
        del REGISTRY["greeting"]


def test_an_application_keeps_the_road_it_was_handed_in_on(bank, borrower):
    lend.line(borrower)
    asked = lend.application(borrower)

    ProcessTemplate.objects.filter(code="online").update(nodes=[])

    assert asked.steps.count() == len(ONLINE_ROAD)


def test_without_the_customers_leave_nobody_is_asked(bank, borrower, outside):
    lend.line(borrower)
    asked = lend.application(borrower)

    waiting = applications.advance(asked.pk, at=AT)

    step = asked.steps.get(status="active")
    assert (step.node, step.outcome["waits_for"]) == ("authorisation", "authorisation")
    assert waiting.status == "screening"
    lend.authorise(borrower)
    assert applications.advance(asked.pk, at=AT).status == "signing"


def test_an_application_goes_on_as_soon_as_the_customer_has_signed_from_afar(
    bank, borrower, outside, workers_at_once
):
    lend.line(borrower)
    asked = lend.application(borrower)
    applications.advance(asked.pk, at=AT)
    leave = lend.authorise(borrower)

    events.publish(AuthorisationSigned(authorisation_id=leave.pk))
    events.drain()

    asked.refresh_from_db()
    assert asked.status == "signing"


def test_a_source_that_is_away_is_waited_for(bank, borrower, outside):
    lend.line(borrower)
    lend.authorise(borrower)
    asked = lend.application(borrower)
    outside.app.faults.set("police", "500", None)

    applications.advance(asked.pk, at=AT)

    assert asked.steps.get(status="active").outcome["waits_for"] == "source"


def test_one_open_application_at_a_time(bank, borrower):
    lend.line(borrower)
    lend.application(borrower)

    with pytest.raises(AlreadyApplied):
        lend.application(borrower)


def test_without_a_line_there_is_nothing_to_draw_under(bank, borrower):
    with pytest.raises(NoLine):
        lend.application(borrower)
    lend.line(borrower, status=CreditLine.Status.PRE_GRANTED)
    with pytest.raises(NoLine):
        lend.application(borrower)


def test_only_the_main_borrower_draws(bank, borrower):
    lend.line(borrower)
    spouse = make.customer(borrower.household, role="spouse")

    with pytest.raises(NotTheBorrower):
        applications.apply(
            spouse.pk,
            product_code="sunshine-e",
            amount=30_000_00,
            term_months=12,
            method="equal_instalment",
            purpose="种植",
            channel="mini_program",
            business_day=DAY,
        )


@pytest.mark.parametrize(("age", "refusal"), [(64, TooOldAtMaturity), (17, TooYoung)])
def test_the_borrowers_age_is_looked_at(bank, borrower, age, refusal):
    lend.line(borrower)
    borrower.customer.born_on = DAY.replace(year=DAY.year - age, day=1)
    borrower.customer.save()

    with pytest.raises(refusal):
        lend.application(borrower, term_months=24)


def test_the_visited_product_waits_for_a_visit_and_three_voters(bank, borrower, outside):
    lend.authorise(borrower)
    asked = lend.application(borrower, product_code="huinong-fast", amount=50_000_00)

    waiting = applications.advance(asked.pk, at=AT)

    assert waiting.status == "investigating"
    sent = borrower.household.visit_tasks.filter(reason="application")
    visit = sent.get()
    assert (visit.reason, visit.manager) == ("application", bank.manager)
    assert applications.advance(asked.pk, at=AT).status == "investigating"
    assert sent.count() == 1
