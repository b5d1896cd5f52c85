"""A raise of a signed line: offered, read, signed, and only then in force."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from core import documents, seals
from core.errors import SameHands
from core.models import AuditEntry, Notice, Outbox, Reading
from core.roles import Role
from credit.contexts import household_section
from credit.errors import RaiseRefused
from credit.loan_rules.months import add_months
from credit.models import BusinessDay, CreditLine, LimitDecision, LineRaise, SmsCode
from credit.services import contracts, lines, raises
from tests import make
from tests.credit import lend
from tests.credit.conftest import AT, DAY, Borrower
from tests.credit.test_api import Phone
from village.models import Campaign

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(days=400)
BY_SMS = contracts.Signature("sms", "code-1")
MOVES = {
    "sign": {"document": None, "signature": {}, "by": None, "at": AT},
    "withdraw": {},
    "lapse": {},
}


@pytest.fixture(autouse=True)
def _books(bank):
    """The bank works the day on which the second round raises."""
    BusinessDay.objects.create(
        day=LATER - timedelta(days=1), status=BusinessDay.Status.CLOSED, closed_at=AT
    )


@pytest.fixture
def president(borrower):
    return make.staff(Role.BRANCH_PRESIDENT, branch=borrower.household.village.grid.branch)


def raised(borrower, *, amount=100_000_00, status=CreditLine.Status.ACTIVE):
    """The decision of a second round that would lend more than the signed line."""
    line = lend.line(borrower, status=status)
    again, _created = Campaign.objects.get_or_create(
        village=borrower.household.village,
        round=borrower.campaign.round + 1,
        defaults={"seed": 7, "panel_size": 7, "business_day": LATER},
    )
    return LimitDecision.objects.create(
        household=borrower.household,
        borrower=borrower.customer,
        campaign=again,
        policy=line.decision.policy,
        decided_on=LATER,
        limit=amount,
        outcome=LimitDecision.Outcome.GRANT,
        movement=LimitDecision.Movement.RAISE,
        explanation={"line_months": 36},
    )


def offered(borrower, president, **given):
    (made,) = raises.offer([raised(borrower, **given).pk], actor=president, on=LATER)
    return made


def signed(offer, **given):
    return raises.sign(offer.pk, **{"signature": BY_SMS, "at": AT, "on": LATER} | given)


@pytest.mark.parametrize("status", LineRaise.Status.values)
@pytest.mark.parametrize("move", MOVES)
def test_an_offer_moves_only_while_it_stands(status, move):
    offer = LineRaise(status=status)

    if status == "offered":
        getattr(offer, move)(**MOVES[move])
        assert offer.status != "offered"
    else:
        with pytest.raises(TransitionNotAllowed):
            getattr(offer, move)(**MOVES[move])


def test_an_offer_changes_nothing_before_it_is_signed(borrower, president):
    offer = offered(borrower, president)

    line = CreditLine.objects.get()
    assert (line.amount, offer.before, offer.amount) == (80_000_00, 80_000_00, 100_000_00)
    assert offer.valid_to == add_months(LATER, 36) > line.valid_to
    assert AuditEntry.objects.filter(action="credit.raise.offered", object_id=offer.pk).exists()
    assert Notice.objects.get(user=borrower.household.village.grid.manager).title.startswith("1 户")


def test_what_is_offered_already_or_overtaken_is_not_offered_again(borrower, president):
    decision = raised(borrower)

    assert len(raises.offer([decision.pk], actor=president, on=LATER)) == 1
    assert raises.offer([decision.pk], actor=president, on=LATER) == []
    after = LATER + raises.OFFER_LIVES + timedelta(days=1)
    assert len(raises.offer([decision.pk], actor=president, on=after)) == 1
    assert sorted(LineRaise.objects.values_list("status", flat=True)) == ["lapsed", "offered"]


@pytest.mark.parametrize("status", ["pre_granted", "granted", "frozen", "expired", "closed"])
def test_only_a_signed_line_is_offered_a_raise(borrower, president, status):
    decision = raised(borrower, status=status)

    assert raises.offer([decision.pk], actor=president, on=LATER) == []


def test_the_signature_raises_the_line_and_seals_what_was_read(borrower, president):
    offer = offered(borrower, president)
    raises.paper(offer.pk)

    done = signed(offer)

    line = CreditLine.objects.get()
    assert (line.amount, line.decision, line.valid_to) == (
        100_000_00,
        offer.decision,
        offer.valid_to,
    )
    sealed = documents.content(done.signed_document)
    assert seals.check(sealed).holds
    assert seals.evidence_in(sealed) == done.signature
    assert Outbox.objects.filter(kind="credit.LineRaised").count() == 1
    assert AuditEntry.objects.get(action="credit.line.raised").detail["before"] == 80_000_00
    with pytest.raises(RaiseRefused):
        signed(offer)


def test_nobody_signs_what_was_not_read(borrower, president):
    with pytest.raises(RaiseRefused) as caught:
        signed(offered(borrower, president))

    assert caught.value.code == "not_read"


def test_an_offer_lapses_after_its_last_day(borrower, president):
    offer = offered(borrower, president)
    raises.paper(offer.pk)

    with pytest.raises(RaiseRefused) as caught:
        signed(offer, on=offer.offered_until + timedelta(days=1))

    assert caught.value.code == "lapsed"
    assert signed(offer, on=offer.offered_until).status == "signed"


def test_a_line_frozen_since_is_not_raised(borrower, president):
    offer = offered(borrower, president)
    raises.paper(offer.pk)
    lines.freeze(offer.line_id, reason="预警", actor=president)

    with pytest.raises(RaiseRefused) as caught:
        signed(offer)

    assert caught.value.code == "changed"
    assert CreditLine.objects.get().amount == 80_000_00


def test_an_offer_of_a_round_that_another_followed_is_not_signed(borrower, president):
    offer = offered(borrower, president)
    raises.paper(offer.pk)
    third = Campaign.objects.create(
        village=borrower.household.village, round=9, seed=7, panel_size=7, business_day=LATER
    )
    offer.decision.pk, offer.decision.campaign = None, third
    offer.decision.save()

    with pytest.raises(RaiseRefused) as caught:
        signed(offer)

    assert caught.value.code == "overtaken"


def test_who_made_the_offer_does_not_take_the_signature(borrower, president):
    offer = offered(borrower, president)
    raises.paper(offer.pk)

    with pytest.raises(SameHands):
        signed(offer, taken_by=president)

    manager = borrower.household.village.grid.manager
    assert signed(offer, taken_by=manager).signature_taken_by == manager


def test_the_customer_reads_and_signs_with_a_code_and_a_second_press_signs_nothing(
    borrower, president
):
    offer = offered(borrower, president)
    phone = Phone(borrower.customer)

    shown = phone.get("raises").json()
    paper = phone.get(f"raises/{offer.pk}/paper")
    asked = phone.post(f"raises/{offer.pk}/sign-code")
    code = SmsCode.objects.get(purpose="line_raise").code
    first = phone.post(f"raises/{offer.pk}/sign", {"code": code}, key="k1")
    again = phone.post(f"raises/{offer.pk}/sign", {"code": code}, key="k1")

    assert [(each["amount_before"], each["amount"]) for each in shown] == [
        ("80000.00", "100000.00")
    ]
    assert paper.content.startswith(b"%PDF")
    assert (asked.status_code, first.status_code, again.status_code) == (202, 200, 200)
    assert again.json() == first.json()
    assert again.headers["Replayed"] == "true"
    assert CreditLine.objects.get().amount == 100_000_00
    assert phone.get("raises").json() == []
    assert phone.get("lines").json()[0]["amount"] == "100000.00"


def test_a_wrong_code_signs_nothing_and_is_counted(borrower, president):
    offer = offered(borrower, president)
    phone = Phone(borrower.customer)
    phone.get(f"raises/{offer.pk}/paper")
    phone.post(f"raises/{offer.pk}/sign-code")

    refused = phone.post(f"raises/{offer.pk}/sign", {"code": "nope"}, key="k1")

    assert (refused.status_code, refused.json()["code"]) == (409, "code_refused")
    assert SmsCode.objects.get(purpose="line_raise").wrong_tries == 1
    assert CreditLine.objects.get().amount == 80_000_00


def test_anothers_offer_is_not_there(borrower, president):
    offer = offered(borrower, president)
    stranger = Phone(make.customer())

    assert stranger.get("raises").json() == []
    assert stranger.get(f"raises/{offer.pk}/paper").status_code == 404
    assert stranger.post(f"raises/{offer.pk}/sign-code").status_code == 404
    assert stranger.post(f"raises/{offer.pk}/sign", {"code": "1"}, key="k").status_code == 404


def test_the_president_offers_from_the_register_and_the_manager_takes_the_paper(
    client, borrower, president
):
    decision = raised(borrower)
    register = reverse("admin:credit_limitdecision_changelist")
    client.force_login(president)

    waiting = client.get(register, {"raise": "offer"})
    client.post(register, {"action": "offer_raises", "_selected_action": [decision.pk]})

    assert list(waiting.context["cl"].result_list) == [decision]
    offer = LineRaise.objects.get()
    client.force_login(borrower.household.village.grid.manager)
    paper = client.get(reverse("admin:credit_lineraise_paper", args=[offer.pk]))
    deed = reverse("admin:credit_lineraise_deed", args=[offer.pk, "take"])
    client.post(deed, {"take-reference": "档案-12"})
    assert paper["Content-Type"] == "application/pdf"
    assert Reading.objects.filter(what="paper.raise").count() == 1
    assert CreditLine.objects.get().amount == 100_000_00


def test_who_may_only_look_neither_offers_nor_signs(client, borrower, president):
    offer = offered(borrower, president)
    client.force_login(make.staff(Role.AUDITOR))

    page = client.get(reverse("admin:credit_lineraise_change", args=[offer.pk]))
    done = client.post(
        reverse("admin:credit_lineraise_deed", args=[offer.pk, "take"]), {"take-reference": "1"}
    )

    assert (page.status_code, page.context["deeds"], done.status_code) == (200, [], 403)


def test_who_made_the_offer_is_not_shown_the_signature(client, borrower, president):
    offer = offered(borrower, president)
    client.force_login(president)

    page = client.get(reverse("admin:credit_lineraise_change", args=[offer.pk]))

    assert [each.deed.name for each in page.context["deeds"]] == ["withdraw"]


def test_another_branch_does_not_see_the_offer(client, borrower, president):
    offer = offered(borrower, president)
    client.force_login(make.staff(Role.BRANCH_PRESIDENT))

    assert client.get(reverse("admin:credit_lineraise_paper", args=[offer.pk])).status_code == 404


def test_the_household_file_shows_what_waits_for_a_signature(borrower, president):
    offer = offered(borrower, president)

    section = household_section(borrower.household, president)

    assert section.context["offers"] == [offer]


def test_offering_more_raises_costs_no_more_queries(borrower, president):
    def neighbour():
        home = make.household(borrower.household.village)
        return raised(Borrower(home, make.customer(home), borrower.campaign)).pk

    def measured(ids):
        with CaptureQueriesContext(connection) as asked:
            assert len(raises.offer(ids, actor=president, on=LATER)) == len(ids)
        return len(asked)

    one = measured([neighbour()])

    assert measured([neighbour() for _number in range(10)]) == one
