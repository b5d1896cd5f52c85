"""Households as far as their limit: judged by neighbours, heard by the rules, visited, granted."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

from django.utils import timezone

from admission.models import Decision, RuleSet, Scorecard, ScorePolicy
from core import documents
from core.roles import Role
from credit.models import LimitDecision
from credit.services import granting
from tests import make
from tests.credit.conftest import DAY
from village.models import Campaign, Outcome
from visits.models import Survey, VisitTask

YUAN = 100


def reviewed(
    campaign, *, limit=60_000 * YUAN, born_on=date(1980, 5, 17), admission="admit", **given
):
    """A household its neighbours have judged, with a head the rules were heard for."""
    household = make.household(
        campaign.village,
        **{
            "income_year": 150_000 * YUAN,
            "operating_cost_year": 50_000 * YUAN,
            "house_value": 400_000 * YUAN,
            "vehicle_value": 0,
            "debt": 0,
            "private_debt": 0,
        }
        | given,
    )
    head = make.customer(household, born_on=born_on)
    Outcome.objects.create(
        campaign=campaign,
        household=household,
        sheets=7,
        valid_sheets=7,
        reviewed_limit=limit,
        stage=Outcome.Stage.DECIDED,
        decided_at=timezone.now(),
    )
    decide(head, admission)
    return household


def decide(customer, outcome, factor="1"):
    if outcome is None:
        return None
    return Decision.objects.create(
        customer=customer,
        purpose="granting",
        as_of=DAY,
        rule_set=RuleSet.objects.get(),
        rule_set_hash="x",
        outcome=outcome,
        limit_factor=Decimal(factor),
        inputs={},
    )


def scored(household, band):
    """The head's decision as a card scored it."""
    author = make.staff(Role.RISK_OFFICER)
    file = documents.store(b"bad\n", name="training.csv", content_type="text/csv", by=author)
    version = Scorecard.objects.count() + 1
    card = Scorecard.objects.create(
        segment="farmer", version=version, train=file, author=author, drafted_at=timezone.now()
    )
    policy = ScorePolicy.objects.create(code="scoring", version=version, author=author)
    Decision.objects.filter(customer__household=household).update(
        score=600, risk_band=band, scorecard=card, score_policy=policy
    )


def visited(household, campaign, limit, *, on=DAY):
    """The findings of a visit that a second person accepted."""
    task = VisitTask.objects.create(
        household=household,
        campaign=campaign,
        due_on=on,
        manager=make.staff(),
        status=VisitTask.Status.ACCEPTED,
    )
    Survey.objects.create(
        task=task,
        revision=1,
        client_uuid=uuid4(),
        met="本人",
        seen_on=on,
        income_year=150_000 * YUAN,
        operating_cost_year=50_000 * YUAN,
        living_cost_year=20_000 * YUAN,
        debt_service_year=0,
        assets=400_000 * YUAN,
        debts=0,
        need=limit,
        term_months=36,
        surveyed_limit=limit,
        by=task.manager,
    )
    return task


def grant(campaign, actor=None, *, on=DAY):
    return granting.grant_campaign(campaign.pk, business_day=on, actor=actor)


def decision_of(household):
    return LimitDecision.objects.get(household=household)


def next_round(household, campaign, *, limit, on=DAY):
    """The neighbours judge the same household again."""
    second = Campaign.objects.create(
        village=campaign.village, round=2, seed=2, business_day=on, seal="s", status="concluded"
    )
    Outcome.objects.create(
        campaign=second,
        household=household,
        sheets=7,
        valid_sheets=7,
        reviewed_limit=limit,
        stage=Outcome.Stage.DECIDED,
        decided_at=timezone.now(),
    )
    return second
