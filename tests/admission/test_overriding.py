"""An override stands in the place of the refusal it sets aside, and of nothing else."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from admission.errors import OverrideNotAllowed
from admission.models import Override
from admission.selectors import newest_decisions
from admission.services import overriding
from core.roles import Role
from tests import make
from tests.admission.heard import heard

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DECISIONS = reverse("admin:admission_decision_changelist")
LAST_DAY = dt.date(2036, 12, 31)


def officer():
    return make.staff(Role.RISK_OFFICER)


def proposed(decision, by=None, **given):
    said = {
        "reason": "失信已履行完毕，法院尚未撤下", "limit_factor": Decimal("0.70"),
        "valid_until": LAST_DAY, "at": AT,
    }  # fmt: skip
    return overriding.propose(decision.pk, actor=by or officer(), **said | given)


def overridden(decision, at=AT):
    """What stands in the place of a refusal once two people have agreed."""
    return overriding.approve(proposed(decision, at=at).pk, actor=officer(), at=at)


def newest(customer):
    return newest_decisions([customer.pk], "granting").get()


class TestWhatIsNewerCounts:
    def test_a_refusal_is_not_proposed_once_something_newer_was_decided(self, rules):
        refused = heard(gov_dishonest=True)
        heard(refused.customer, gov_dishonest=True, gov_fraud_card=True)

        with pytest.raises(OverrideNotAllowed):
            proposed(refused)

        assert not Override.objects.exists()

    def test_a_worse_refusal_made_meanwhile_is_not_buried_by_approving(self, rules):
        refused = heard(gov_dishonest=True)
        made = proposed(refused)
        worse = heard(refused.customer, gov_dishonest=True, gov_fraud_card=True)

        with pytest.raises(OverrideNotAllowed):
            overriding.approve(made.pk, actor=officer(), at=AT)

        made.refresh_from_db()
        assert (made.status, made.settled_by) == ("proposed", None)
        assert newest(refused.customer) == worse
        overriding.decline(made.pk, actor=officer(), at=AT, comment="另有新决定")
        assert proposed(worse).decision == worse

    def test_what_was_decided_for_another_purpose_or_person_does_not_count(self, rules):
        refused = heard(gov_dishonest=True)
        made = proposed(refused)
        heard(gov_dishonest=True)
        other = heard(refused.customer, gov_dishonest=True)
        type(other).objects.filter(pk=other.pk).update(purpose="application")

        assert overriding.approve(made.pk, actor=officer(), at=AT).outcome == "manual"

    def test_nobody_agrees_after_the_last_day(self, rules):
        made = proposed(heard(gov_dishonest=True))
        on_it = AT.replace(year=LAST_DAY.year, month=12, day=31, hour=23)

        with pytest.raises(OverrideNotAllowed):
            overriding.approve(made.pk, actor=officer(), at=on_it + dt.timedelta(hours=1))

        assert overriding.approve(made.pk, actor=officer(), at=on_it).override == made

    def test_days_are_those_of_the_bank_s_clock(self, rules):
        early = AT.replace(hour=1).astimezone(dt.UTC)
        assert early.date() == AT.date() - dt.timedelta(days=1)

        with pytest.raises(OverrideNotAllowed):
            proposed(heard(gov_dishonest=True), valid_until=early.date(), at=early)

    def test_a_page_offers_an_override_of_the_newest_decision_alone(self, client, rules):
        client.force_login(officer())
        refused = heard(gov_dishonest=True)
        page = reverse("admin:admission_decision_change", args=[refused.pk])
        propose = reverse("admin:admission_decision_deed", args=[refused.pk, "override"])
        assert propose in client.get(page).content.decode()

        heard(refused.customer, gov_dishonest=True)

        assert propose not in client.get(page).content.decode()
