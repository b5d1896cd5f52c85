"""Stages five and six: admission, and three limits that become one line."""

from datetime import timedelta

from django.db.models import Sum

from admission.models import Authorisation, Decision
from admission.services import admitting, authorise
from core import runs
from core.roles import Role
from credit.models import CreditLine, LimitDecision
from credit.services.granting import grant_campaign
from credit.services.settling import settle_manual
from sandbox.demo.evidence import give_evidence
from sandbox.demo.setting import Setting, Tell
from village.models import Campaign, Customer

SETTLED_SHARE = 0.6
"""Share of manual cases that somebody settles before the demo ends; the rest stay in the queue."""
OLDEST = 70
YOUNGEST = 18


def ask_and_decide(setting: Setting, tell: Tell) -> dict[str, int]:
    """Every grown head and spouse authorises; whom granting would lend to is decided about."""
    setting.clock.go_on(days=5)
    today = setting.clock.today
    people = [
        customer
        for customer in Customer.objects.filter(
            role__in=[Customer.Role.HEAD, Customer.Role.SPOUSE],
            household__outcomes__isnull=False,
        ).select_related("household__village__grid__manager")
        if YOUNGEST <= customer.age_on(today) <= OLDEST
    ]
    for customer in people:
        authorise(
            customer.pk,
            purpose=Authorisation.Purpose.GRANTING,
            actor=customer.household.village.grid.manager,
            at=setting.clock.at,
            valid_until=today + timedelta(days=365),
        )
    run = admitting.open_admitting(business_day=today, actor=setting.one(Role.RISK_OFFICER))
    left = runs.waiting(run)
    for done, shard_id in enumerate(left, start=1):
        admitting.work_shard(shard_id)
        tell(done, len(left))
    run.refresh_from_db()
    return {
        "decisions": Decision.objects.count(),
        "not_authorised": run.result.get("not_authorised", 0),
    }


def grant_lines(setting: Setting, tell: Tell) -> dict[str, int]:
    """Each village's limits and lines in one go; then people settle cases by hand."""
    setting.clock.next_day()
    officer = setting.one(Role.RISK_OFFICER)
    campaigns = list(Campaign.objects.first_rounds().order_by("village__code"))
    for done, campaign in enumerate(campaigns, start=1):
        grant_campaign(campaign.pk, business_day=setting.clock.today, actor=officer)
        tell(done, len(campaigns))
    settled = _settle_some(setting)
    return {
        "lines": CreditLine.objects.count(),
        "granted_fen": CreditLine.objects.aggregate(total=Sum("amount"))["total"] or 0,
        "settled_by_hand": settled,
    }


def _settle_some(setting: Setting) -> int:
    """A risk officer goes through part of the queue and grants what the figures bear."""
    officer = setting.staff(Role.RISK_OFFICER)[-1]
    manual = list(
        LimitDecision.objects.filter(
            outcome=LimitDecision.Outcome.MANUAL, settled_by=None
        ).order_by("household__number")
    )
    some = manual[: round(len(manual) * SETTLED_SHARE)]
    for decision in some:
        give_evidence(decision.admission, by=decision.household.village.grid.manager)
        settle_manual(
            decision.pk,
            amount=decision.limit,
            actor=officer,
            reason="经核实，三个额度差异原因清楚，按系统测算额度执行。",
        )
    return len(some)
