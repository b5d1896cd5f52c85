"""What may be done with a version of the rules, in its state, by this person."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from admission import services
from admission.models import CHALLENGER, RuleSet, RuleSimulation
from admission.services import rule_publishing, rule_simulating, rule_simulating_portfolio
from admission.sources.lending import bank_day
from core import publishing
from core.admin.deeds import Deed, ReasonForm
from core.admin.publishing_deeds import putting_into_force, sending_back, submitting
from core.models import PublishingState

MAY = "admission.change_ruleset"


class SimulateForm(forms.Form):
    """How far back one looks."""

    months = forms.IntegerField(
        label=_("Decisions of the last so many months"), min_value=1, max_value=60, initial=12
    )


class ScheduleForm(forms.Form):
    """From when on it decides."""

    at = forms.DateTimeField(
        label=_("In force from"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )


def deeds(request: HttpRequest, rule_set: RuleSet) -> list[Deed]:
    """What could be done with a version in its state; permission is looked at by the page."""
    found = []
    if request.user.sees_everything and rule_set.status != PublishingState.RETIRED:
        found += [SIMULATE, SIMULATE_ON_PORTFOLIO]
    if rule_set.status == PublishingState.DRAFT:
        found.append(SUBMIT)
    if rule_set.status == PublishingState.IN_REVIEW:
        if not publishing.has_written(request.user, rule_set):
            found.append(PUBLISH)
            found.append(UNSCHEDULE if rule_set.scheduled_for else SCHEDULE)
        found.append(SEND_BACK)
    if rule_set.status == PublishingState.RETIRED and not rule_set.is_challenger:
        found.append(ROLL_BACK)
    if rule_set.status == PublishingState.PUBLISHED and rule_set.is_challenger:
        found.append(STOP)
    return [*found, REVISE, CHALLENGE]


def _simulate(request: HttpRequest, rule_set: RuleSet, said: dict[str, Any]) -> object:
    today = bank_day(timezone.localdate())
    scope = rule_simulating.lately(said["months"], today=today)
    made = rule_simulating.begin(rule_set.pk, scope=scope, actor=request.user)
    return _shown(made)


def _simulate_on_portfolio(request: HttpRequest, rule_set: RuleSet, said: dict[str, Any]) -> object:
    today = bank_day(timezone.localdate())
    return _shown(rule_simulating_portfolio.begin(rule_set.pk, day=today, actor=request.user))


def _shown(made: RuleSimulation) -> HttpResponseRedirect:
    address = reverse("admin:admission_ruleset_simulation", args=[made.rule_set_id, made.pk])
    return HttpResponseRedirect(address)


def _schedule(request: HttpRequest, rule_set: RuleSet, said: dict[str, Any]) -> object:
    return rule_publishing.schedule(
        rule_set.pk, actor=request.user, at=said["at"], now=timezone.now()
    )


def _roll_back(request: HttpRequest, rule_set: RuleSet, said: dict[str, Any]) -> object:
    made = rule_publishing.roll_back(rule_set.pk, actor=request.user, reason=said["reason"])
    return _opened(made)


def _revise(request: HttpRequest, rule_set: RuleSet, said: dict[str, Any]) -> object:
    return _opened(services.revise(rule_set.pk, actor=request.user))


def _challenge(request: HttpRequest, rule_set: RuleSet, said: dict[str, Any]) -> object:
    return _opened(services.revise(rule_set.pk, actor=request.user, code=CHALLENGER))


def _opened(rule_set: RuleSet) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:admission_ruleset_change", args=[rule_set.pk]))


SIMULATE = Deed(
    name="simulate",
    title=_("Simulate"),
    says=_(
        "What would this version have decided about everybody decided about lately, and how did "
        "those go? Nothing is decided by it. It is put into force only after a simulation of "
        "exactly this version."
    ),
    done=_("The simulation has begun."),
    work=_simulate,
    form=SimulateForm,
    permission=MAY,
)
SIMULATE_ON_PORTFOLIO = Deed(
    name="simulate_on_portfolio",
    title=_("Run over the portfolio"),
    says=_(
        "What would this version say today of every customer of the county, beside the version in "
        "force? Workers hear both on what the portfolio's last run has kept. Nothing is decided by "
        "it, and it does not stand in for the simulation on past decisions."
    ),
    done=_("The simulation has begun."),
    work=_simulate_on_portfolio,
    permission=MAY,
)
SUBMIT = submitting(MAY)
PUBLISH = putting_into_force(
    MAY,
    says=_("Decisions follow this version from now on; the one before is retired."),
    publish=rule_publishing.publish,
)
SCHEDULE = Deed(
    name="schedule",
    title=_("Approve for later"),
    says=_("It takes force by itself at that moment, with you as its second person."),
    done=_("Approved; it takes force by itself."),
    work=_schedule,
    form=ScheduleForm,
    permission=MAY,
)
UNSCHEDULE = Deed(
    name="unschedule",
    title=_("Do not take force by itself"),
    says=_("It waits for review again."),
    done=_("It waits for review again."),
    work=lambda request, it, said: rule_publishing.unschedule(it.pk, actor=request.user),
    permission=MAY,
)
SEND_BACK = sending_back(MAY, send_back=rule_publishing.send_back)
ROLL_BACK = Deed(
    name="roll_back",
    title=_("Go back to this version"),
    says=_("A new version with this text is made and submitted; a second person publishes it."),
    done=_("Submitted; a second person puts it into force."),
    work=_roll_back,
    form=ReasonForm,
    permission="admission.add_ruleset",
)
STOP = Deed(
    name="stop",
    title=_("Stop the challenger"),
    says=_("It is no longer heard beside the rules in force; what it said is kept."),
    done=_("Stopped."),
    work=lambda request, it, said: publishing.retire(it, actor=request.user),
    permission=MAY,
)
REVISE = Deed(
    name="revise",
    title=_("Begin a new version from this one"),
    says=_("A draft with the same rules; this version stays as it is."),
    done=_("A new draft."),
    work=_revise,
    permission="admission.add_ruleset",
)
CHALLENGE = Deed(
    name="challenge",
    title=_("Begin a challenger from this one"),
    says=_("Once published it is heard beside the rules in force and compared; it never decides."),
    done=_("A new draft of a challenger."),
    work=_challenge,
    permission="admission.add_ruleset",
)
