"""A visit that an application waits for, called off by the branch."""

import pytest

from config.wiring import HANDLERS
from credit import handlers
from credit.models import ApplicationStep
from credit.nodes import REGISTRY
from credit.nodes.base import Done
from tests import make
from tests.credit import lend
from tests.credit.conftest import AT
from visits import services as visits
from visits.events import VisitCalledOff
from visits.models import VisitTask

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_application_that_still_waits_for_it_sends_somebody_anew(borrower, monkeypatch):
    lend.line(borrower)
    asked = lend.application(borrower)
    asked.steps.all().delete()
    step = ApplicationStep.objects.create(application=asked, position=1, node="investigation")
    step.begin(at=AT)
    node = REGISTRY["investigation"]
    step.outcome = node.settle(asked, {}, None, at=AT).outcome
    step.save()
    first = VisitTask.objects.get(pk=step.outcome["visit"])
    handed = []
    monkeypatch.setattr(handlers, "hand_over", lambda _task, pk: handed.append(pk))

    visits.call_off(first.pk, actor=make.staff("branch_president"), reason="户主外出务工")
    handlers.carry_on_after_visit(VisitCalledOff(task_id=first.pk))
    answer = node.settle(asked, {}, None, at=AT)

    assert handed == [asked.pk]
    assert handlers.carry_on_after_visit in HANDLERS[VisitCalledOff]
    assert not isinstance(answer, Done)
    again = VisitTask.objects.get(pk=answer.outcome["visit"])
    assert (again != first, again.status) == (True, "assigned")
