"""The back office and the manager's pages: who sees what, and what pressing a button does."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from core import audit
from core.models import Reading
from core.roles import Role
from credit.models import Application, ApprovalTask, CreditLine, LimitDecision, Product
from credit.services import applications
from tests import make
from tests.admission.heard import heard
from tests.credit import lend
from tests.credit.conftest import AT
from visits.models import Survey

pytestmark = pytest.mark.django_db(transaction=True)
BIG = 60_000_00


def signed_in(client, user, *permissions):
    """A client whose user may do what is named."""
    for each in permissions:
        room, code = each.split(".")
        user.user_permissions.add(
            *Permission.objects.filter(content_type__app_label=room, codename=code)
        )
    client.force_login(user)
    return client


@pytest.fixture
def asked(bank, borrower, outside):
    """An application that waits for two votes."""
    lend.line(borrower)
    lend.authorise(borrower)
    made = lend.application(borrower, amount=BIG)
    applications.advance(made.pk, at=AT)
    return Application.objects.get(pk=made.pk)


def change(record):
    return reverse(f"admin:credit_{record._meta.model_name}_change", args=[record.pk])


def deed(record, name):
    return reverse(f"admin:credit_{record._meta.model_name}_deed", args=[record.pk, name])


def test_an_approver_takes_a_seat_and_votes_from_the_queue(client, bank, asked):
    one, two, _three = bank.approvers
    view = ["credit.view_approvaltask", "credit.approve_application"]
    task = asked.approvals.get(seat=1)
    desk = signed_in(client, one, *view)

    listed = desk.get(reverse("admin:credit_approvaltask_changelist"))
    page = desk.get(change(task))
    desk.post(deed(task, "claim"))
    desk.post(deed(task, "approve"), {"approve-amount": "50000.00", "approve-comment": "同意"})

    assert asked.number in listed.content.decode()
    assert page.status_code == 200
    task = ApprovalTask.objects.get(pk=task.pk)
    assert (task.approver, task.vote, task.amount) == (one, "approve", 50_000_00)
    other = signed_in(client, two, *view).get(change(asked.approvals.get(seat=2)))
    assert "50,000.00" not in other.content.decode()
    assert "同意" not in other.content.decode()


def test_without_the_permission_a_deed_is_forbidden(client, bank, asked):
    task = asked.approvals.get(seat=1)
    desk = signed_in(client, make.staff(Role.AUDITOR), "credit.view_approvaltask")

    assert desk.post(deed(task, "claim")).status_code == 403
    assert desk.get(deed(task, "claim")).status_code == 405


def test_an_applications_page_shows_its_road_and_reasons(client, bank, asked):
    desk = signed_in(client, bank.publisher, "credit.view_application")
    asked.admission = heard(asked.customer, phone_name_match=False)
    asked.save(update_fields=["admission"])

    page = desk.get(change(asked)).content.decode()

    assert asked.number in page
    assert "L04" in page
    assert "timeline" in page


def test_an_application_leads_to_the_decision_it_rests_on_for_who_may_see_it(client, bank, asked):
    address = reverse("admin:admission_decision_change", args=[asked.admission_id])
    on_phone = reverse("credit:application", args=[asked.pk])

    client.force_login(bank.manager)
    assert address in client.get(on_phone).content.decode()
    assert address in client.get(change(asked)).content.decode()

    desk = signed_in(client, bank.author, "credit.view_application")
    assert address not in desk.get(change(asked)).content.decode()


def test_a_line_is_frozen_and_thawed_with_a_reason(client, bank, borrower):
    line = lend.line(borrower)
    view = ["credit.view_creditline", "credit.freeze_creditline"]
    desk = signed_in(client, bank.publisher, *view)

    desk.post(deed(line, "freeze"), {"freeze-reason": ""})
    assert CreditLine.objects.get().status == "granted"
    desk.post(deed(line, "freeze"), {"freeze-reason": "预警"})
    assert CreditLine.objects.get().frozen_because == "预警"
    desk.post(deed(line, "thaw"))

    assert CreditLine.objects.get().status == "granted"


def test_a_limit_that_waits_for_a_person_is_settled_on_its_page(client, bank, borrower):
    line = lend.line(borrower)
    decision = line.decision
    CreditLine.objects.all().delete()
    LimitDecision.objects.update(
        outcome="manual",
        limit=0,
        explanation={
            "line_months": 12,
            "manual_reasons": ["large_limit"],
            "survey": Survey.objects.get().pk,
        },
    )
    view = ["credit.view_limitdecision", "credit.settle_limitdecision"]
    desk = signed_in(client, bank.publisher, *view)

    queue = desk.get(reverse("admin:credit_limitdecision_changelist"), {"work": "manual"})
    page = desk.get(change(decision))
    desk.post(deed(decision, "settle"), {"settle-amount": "20000", "settle-reason": "核实"})

    assert borrower.household.number in queue.content.decode()
    assert page.status_code == 200
    assert CreditLine.objects.get().amount == 20_000_00


def test_a_product_goes_into_force_by_other_hands_alone(client, bank):
    old = Product.objects.get(code="sunshine-e")
    rights = ["credit.view_product", "credit.change_product", "credit.add_product"]
    address = reverse("admin:credit_product_changelist")
    other = make.staff(Role.PRODUCT_MANAGER)
    author = signed_in(client, bank.author, *rights)

    author.post(address, {"action": "copy_as_draft", "_selected_action": [old.pk]})
    draft = Product.objects.get(version=2)
    Product.objects.filter(pk=draft.pk).update(rate_bp=150)
    author.post(address, {"action": "ask_review", "_selected_action": [draft.pk]})
    author.post(address, {"action": "put_into_force", "_selected_action": [draft.pk]})
    assert Product.objects.get(pk=draft.pk).status == "in_review"

    checker = signed_in(client, other, *rights)
    page = checker.get(change(draft)).content.decode()
    checker.post(address, {"action": "put_into_force", "_selected_action": [draft.pk]})

    assert "185" in page
    assert "150" in page
    assert Product.objects.get(pk=draft.pk).status == "published"
    assert Product.objects.get(pk=old.pk).status == "retired"


@pytest.mark.parametrize(
    "register",
    ["application", "approvaltask", "contract", "creditline", "drawdown", "limitdecision"]
    + ["limitpolicy", "processtemplate", "product"],
)
def test_every_register_opens_and_ten_more_rows_cost_no_more(
    client, bank, borrower, register, django_assert_max_num_queries
):
    lend.line(borrower)
    head = make.staff(Role.AUDITOR, is_superuser=True)
    client.force_login(head)
    address = reverse(f"admin:credit_{register}_changelist")

    with django_assert_max_num_queries(40):
        assert client.get(address).status_code == 200


def test_a_manager_sees_the_applications_of_their_grids_alone(client, bank, asked):
    mine = signed_in(client, bank.manager).get(reverse("credit:applications-page"))
    page = client.get(reverse("credit:application", args=[asked.pk]))

    assert asked.customer.name in mine.content.decode()
    assert page.status_code == 200

    client.force_login(make.staff())
    assert client.get(reverse("credit:application", args=[asked.pk])).status_code == 404
    others = client.get(reverse("credit:applications-page")).content.decode()
    assert asked.customer.name not in others


def test_ten_more_applications_cost_the_managers_list_no_more_queries(
    client, bank, village, django_assert_num_queries
):
    signed_in(client, bank.manager)
    address = reverse("credit:applications-page")
    _applied(village, 1)
    client.get(address)
    with django_assert_num_queries(4) as few:
        client.get(address)
    _applied(village, 10)

    with django_assert_num_queries(len(few)):
        client.get(address)


def _applied(village, count):
    """Applications of as many customers."""
    for _ in range(count):
        someone = make.customer(make.household(village))
        Application.objects.create(
            number=f"T{someone.pk}",
            customer=someone,
            product=Product.objects.get(code="sunshine-e"),
            channel="mini_program",
            asked_amount=1_000_00,
            term_months=12,
            method="bullet",
            purpose="种植",
            business_day=AT.date(),
            status="submitted",
        )


def test_reading_a_contract_is_written_down(client, bank, borrower, outside):
    lend.line(borrower)
    lend.authorise(borrower)
    asked = lend.application(borrower)
    applications.advance(asked.pk, at=AT)
    desk = signed_in(client, bank.manager)

    paper = desk.get(reverse("credit:contract-paper", args=[asked.pk]))

    assert paper.content[:5] == b"%PDF-"
    reading = Reading.objects.get(what="contract")
    assert (reading.reader, reading.object_id) == (bank.manager, borrower.customer.pk)
    assert list(audit.verify()) == []


def test_a_households_file_shows_its_line_and_applications(client, bank, asked):
    page = signed_in(client, bank.manager).get(
        reverse("village:household", args=[asked.customer.household_id])
    )

    text = page.content.decode()
    assert "阳光e贷" in text
    assert reverse("credit:application", args=[asked.pk]) in text
