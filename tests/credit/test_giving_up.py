"""The line of somebody who has died, left, or does not want it: how it ends, who borrows then."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from config.queues.limits import QUEUES
from core.errors import SameHands
from core.models import AuditEntry, Outbox
from core.roles import Role
from credit.errors import GivingUpRefused, PaperRefused, SigningRefused
from credit.models import CreditLine, LineGivingUp
from credit.services import (
    close_of_business,
    giving_up,
    limit_appeals,
    line_ends,
    lines,
    signing_lists,
    village_papers,
)
from tests import make
from tests.credit import lent
from tests.credit.conftest import AT, DAY
from tests.credit.judged import YUAN, decide, decision_of, grant, reviewed, visited
from village.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def household(campaign):
    """A head with a confirmed line, and a spouse of whom the rules say nothing bad."""
    household = reviewed(campaign)
    decide(make.customer(household, role="spouse"), "admit")
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    return household


@pytest.fixture
def officer(bank):
    return make.staff(Role.RISK_OFFICER)


@pytest.fixture
def second(bank):
    return make.staff(Role.POST_LOAN_OFFICER)


def line_of(household):
    return CreditLine.objects.filter(household=household).latest("pk")


def head_is(household, state):
    Customer.objects.filter(household=household, role="head").update(state=state)


def given_up(line, officer, second):
    asked = giving_up.ask(line.pk, reason="户主已故", actor=officer, at=AT)
    return giving_up.agree(asked.pk, actor=second, at=AT)


class TestWhoHasDiedOrLeft:
    @pytest.mark.parametrize("state", ["died", "moved"])
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("pre_granted", "closed"),
            ("granted", "closed"),
            ("signed", "frozen"),
            ("active", "frozen"),
            ("expired", "expired"),
        ],
    )
    def test_the_close_of_the_day_stops_their_lines(self, household, state, before, after):
        CreditLine.objects.update(status=before)
        head_is(household, state)

        figures = close_of_business.close_day(DAY)

        line = line_of(household)
        assert line.status == after
        assert figures["lines_of_gone"] == (after != "expired")
        assert bool(line.frozen_because) == (after == "frozen")
        told = AuditEntry.objects.filter(action=f"credit.line.{after}", object_id=line.pk)
        assert told.exists() == (after != "expired")
        assert Outbox.objects.filter(kind="credit.LineFrozen").count() == (after == "frozen")

    def test_who_works_away_keeps_the_line(self, household):
        head_is(household, "away")

        assert line_ends.end_of_gone() == 0
        assert line_of(household).status == "granted"

    def test_an_unsigned_line_that_was_frozen_is_closed_and_a_signed_one_left(self, household):
        lines.freeze(line_of(household).pk, reason="x", actor=None)
        head_is(household, "died")

        assert line_ends.end_of_gone() == 1
        assert line_of(household).status == "closed"

    def test_their_line_is_not_thawed(self, household, officer):
        CreditLine.objects.update(status="signed")
        head_is(household, "died")
        line_ends.end_of_gone()

        with pytest.raises(lines.BorrowerGone):
            lines.thaw(line_of(household).pk, actor=officer)

    def test_they_stand_on_no_list_and_get_no_letter(self, household, officer):
        head_is(household, "died")
        line, asked = line_of(household), {"reader": officer, "reason": "签约"}

        assert signing_lists.to_sign(household.village, officer) == []
        with pytest.raises(PaperRefused):
            village_papers.signing_list(household.village, **asked)
        with pytest.raises(PaperRefused):
            village_papers.letter(line.pk, **asked)
        with pytest.raises(SigningRefused):
            signing_lists.record(
                household.village,
                [line.pk],
                signed_on=DAY,
                scan=b"%PDF-",
                name="a.pdf",
                content_type="application/pdf",
                actor=officer,
                on=DAY,
            )

    def test_an_appeal_gives_the_line_to_the_spouse(self, household, officer):
        head_is(household, "died")
        line_ends.end_of_gone()
        appeal = limit_appeals.open_appeal(decision_of(household).pk, statement="x", at=AT)

        limit_appeals.change(
            appeal.pk, amount=50_000 * YUAN, actor=officer, answer="x", at=AT, on=DAY
        )

        line = line_of(household)
        assert (line.status, line.amount) == ("granted", 50_000 * YUAN)
        assert line.borrower == decision_of(household).borrower
        assert line.borrower.role == "spouse"


class TestGivingUp:
    def test_two_people_end_the_line_of_a_dead_head_and_the_spouse_gets_one(
        self, household, officer, second
    ):
        CreditLine.objects.update(status="active")
        head_is(household, "died")
        line_ends.end_of_gone()
        old = line_of(household)

        new = given_up(old, officer, second)

        old.refresh_from_db()
        assert old.status == "closed"
        assert (new.status, new.borrower.role) == ("granted", "spouse")
        assert new == line_of(household)
        assert decision_of(household).borrower == new.borrower
        done = AuditEntry.objects.filter(object_id=old.pk, action__startswith="credit.line.giving")
        assert list(done.order_by("pk").values_list("actor", flat=True)) == [officer.pk, second.pk]

    def test_what_is_owed_under_it_stays_owed_and_leaves_less_for_the_new_one(
        self, household, officer, second
    ):
        CreditLine.objects.update(status="active")
        old = line_of(household)
        loan = lent.loan(customer=old.borrower, line=old, amount=50_000 * YUAN)
        head_is(household, "died")
        line_ends.end_of_gone()

        given_up(old, officer, second)

        loan.refresh_from_db()
        assert loan.principal_left == 50_000 * YUAN
        assert decision_of(household).explanation["figures"]["given_to_members"] == 50_000 * YUAN

    def test_who_gives_up_their_own_line_gets_no_other(self, household, officer, second):
        assert given_up(line_of(household), officer, second) is None
        assert list(CreditLine.objects.values_list("status", flat=True)) == ["closed"]

    def test_nobody_agrees_to_what_they_asked_for(self, household, officer):
        asked = giving_up.ask(line_of(household).pk, reason="x", actor=officer, at=AT)

        with pytest.raises(SameHands):
            giving_up.agree(asked.pk, actor=officer, at=AT)
        with pytest.raises(IntegrityError), transaction.atomic():
            LineGivingUp.objects.update(settled_by=officer, settled_at=AT)

        assert line_of(household).status == "granted"

    def test_a_line_that_is_declined_stays_and_may_be_asked_for_again(
        self, household, officer, second
    ):
        asked = giving_up.ask(line_of(household).pk, reason="x", actor=officer, at=AT)
        with pytest.raises(GivingUpRefused):
            giving_up.ask(line_of(household).pk, reason="x", actor=second, at=AT)

        giving_up.decline(asked.pk, actor=second, at=AT)

        assert line_of(household).status == "granted"
        assert given_up(line_of(household), officer, second) is None

    def test_neither_without_a_reason_nor_once_it_has_ended(self, household, officer):
        line = line_of(household)
        with pytest.raises(GivingUpRefused) as refused:
            giving_up.ask(line.pk, reason=" ", actor=officer, at=AT)
        CreditLine.objects.update(status="expired")
        with pytest.raises(GivingUpRefused):
            giving_up.ask(line.pk, reason="x", actor=officer, at=AT)

        assert refused.value.code == "reason_missing"

    def test_not_while_something_is_applied_for_under_it(self, household, officer):
        line = line_of(household)
        lent.loan(customer=line.borrower, line=line)
        line.applications.update(status="signing")

        with pytest.raises(GivingUpRefused) as refused:
            giving_up.ask(line.pk, reason="x", actor=officer, at=AT)

        assert refused.value.code == "application_open"

    def test_the_page_offers_each_person_what_is_theirs_to_do(
        self, client, household, officer, second
    ):
        line = line_of(household)
        page = reverse("admin:credit_creditline_change", args=[line.pk])

        def offered(user):
            client.force_login(user)
            return [each.deed.name for each in client.get(page).context["deeds"]]

        def do(deed, **said):
            address = reverse("admin:credit_creditline_deed", args=[line.pk, deed])
            return client.post(address, {f"{deed}-{name}": word for name, word in said.items()})

        assert offered(officer) == ["freeze", "give_up"]
        do("give_up", reason="户主已故")
        assert offered(officer) == ["freeze"]
        (queue,) = [each for each in QUEUES if each.address == "work=give_up"]
        assert list(queue.rows(second, timezone.localdate())) == [line]
        assert offered(second) == ["freeze", "agree", "decline"]
        register = reverse("admin:credit_creditline_changelist")
        assert list(client.get(f"{register}?{queue.address}").context["cl"].queryset) == [line]
        (_freeze, agree, _decline) = client.get(page).context["deeds"]
        assert "户主已故" in agree.deed.says
        do("agree")
        assert offered(second) == []
        assert line_of(household).status == "closed"
        assert list(queue.rows(second, timezone.localdate())) == []
