"""What may be done with a decision: answer its rules, propose to override it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.forms import PaperField
from admission.models import Decision
from admission.selectors import is_newest
from admission.services import answering, appeals, deciding, overriding
from admission.services.answering import Paper
from admission.sources.lending import bank_day, bank_moment
from core.admin.deeds import Deed


class EvidenceForm(forms.Form):
    """What was found, and the paper that shows it."""

    text = forms.CharField(label=gettext_lazy("What you found"), max_length=500)
    paper = PaperField(label=gettext_lazy("Document (PDF or picture)"), required=False)


class TickForm(forms.Form):
    """A check item: looked at, with what was seen."""

    looked_at = forms.BooleanField(label=gettext_lazy("I have looked at it"))
    text = forms.CharField(label=gettext_lazy("Comment"), max_length=500)


class AppealForm(forms.Form):
    """What the customer says, as they say it."""

    statement = forms.CharField(
        label=gettext_lazy("In the customer's words"),
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
    )


class OverrideForm(forms.Form):
    """Why the rules do not fit this customer, how much, until when."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)
    limit_factor = forms.DecimalField(
        label=gettext_lazy("Factor on the limit"),
        min_value=Decimal("0.01"),
        max_value=1,
        max_digits=3,
        decimal_places=2,
        initial=Decimal("0.70"),
    )
    valid_until = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


def deeds(request: HttpRequest, decision: Decision) -> list[Deed]:
    """One for each rule that still asks for something; deciding again where a source was missing;
    an appeal in the customer's words; an override for who may propose one."""
    found = [_answering(each) for each in answering.open_rules(decision)]
    if deciding.is_waiting(decision):
        found.append(AGAIN)
    if appeals.may_be_opened(decision):
        found.append(APPEAL)
    is_refused = decision.outcome == Decision.Outcome.REFUSE
    if is_refused and overriding.is_head_office(request.user) and is_newest(decision):
        waits = decision.overrides.filter(status="proposed").exists()
        found += [] if waits else [PROPOSE]
    return found


def _answering(kept: Mapping[str, Any]) -> Deed:
    is_check = kept["level"] == "low"
    title = _("Check item %(code)s") if is_check else _("Evidence for %(code)s")

    def work(request: HttpRequest, decision: Decision, said: dict[str, Any]) -> object:
        given = said.get("paper")
        paper = given and Paper(given.name, given.content_type, given.read())
        return answering.answer(
            decision.pk, kept["code"], actor=request.user, text=said["text"], paper=paper or None
        )

    return Deed(
        name=f"answer-{kept['code']}",
        title=f"{title % {'code': kept['code']}} {kept['name']}",
        says=kept["says"],
        done=_("Written down."),
        work=work,
        form=TickForm if is_check else EvidenceForm,
        permission="admission.answer_rules",
    )


def _propose(request: HttpRequest, decision: Decision, said: dict[str, Any]) -> object:
    at = bank_moment(timezone.localtime())
    return overriding.propose(decision.pk, actor=request.user, at=at, **said)


def _again(request: HttpRequest, decision: Decision, said: dict[str, Any]) -> object:
    day = bank_day(timezone.localdate())
    made = deciding.decide_again(decision.pk, actor=request.user, as_of=day)
    return HttpResponseRedirect(reverse("admin:admission_decision_change", args=[made.pk]))


AGAIN = Deed(
    name="again",
    title=gettext_lazy("Decide again"),
    says=gettext_lazy(
        "Only what was missing is asked; answers that are still fresh are used. The new decision "
        "counts."
    ),
    done=gettext_lazy("Decided again; this is the new decision."),
    work=_again,
    permission="admission.make_decision",
)


def _appeal(request: HttpRequest, decision: Decision, said: dict[str, Any]) -> object:
    return appeals.open_appeal(
        decision.pk,
        customer_id=decision.customer_id,
        statement=said["statement"],
        at=bank_moment(timezone.localtime()),
        taken_down_by=request.user,
    )


APPEAL = Deed(
    name="appeal",
    title=gettext_lazy("Take down the customer's appeal"),
    says=gettext_lazy(
        "A person of the risk department looks at it anew and answers within 20 days; the customer "
        "reads the answer in the mini-program, or hears it from you."
    ),
    done=gettext_lazy("Taken down; the risk department answers within 20 days."),
    work=_appeal,
    form=AppealForm,
    permission="admission.answer_rules",
)
PROPOSE = Deed(
    name="override",
    title=gettext_lazy("Propose to override"),
    says=gettext_lazy(
        "A second person of head office must agree. The customer then goes to manual review, "
        "never straight through; every override is counted."
    ),
    done=gettext_lazy("Proposed; a second person of head office decides."),
    work=_propose,
    form=OverrideForm,
    permission="admission.propose_override",
)
