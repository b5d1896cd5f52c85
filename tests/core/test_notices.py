import json

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import AnonymousUser
from django.utils import translation
from django.utils.translation import gettext_lazy

from core import notices
from core.consumers import LiveConsumer
from core.models import Branch, User
from core.roles import Role
from tests import make


def _titles(user: User) -> list[str]:
    return [notice.title for notice in notices.unread(user)]


@pytest.mark.django_db
def test_a_notice_reaches_the_person_it_names_and_nobody_else():
    manager, other = make.staff(), make.staff()

    notices.send("走访被退回", user=manager)

    assert _titles(manager) == ["走访被退回"]
    assert _titles(other) == []


@pytest.mark.django_db
def test_a_notice_is_read_in_the_language_of_its_reader_not_of_who_caused_it():
    manager = make.staff()

    with translation.override("en"):
        notices.send(
            gettext_lazy("A visit was sent back: %(reason)s"), {"reason": "照片不清"}, user=manager
        )

    (told,) = notices.unread(manager)
    assert told.says == str(told) == "走访被退回：照片不清"
    with translation.override("en"):
        assert told.says == "A visit was sent back: 照片不清"


@pytest.mark.django_db
def test_a_branch_notice_reaches_that_role_there_and_in_no_other_branch():
    here = make.branch()
    president = make.staff(Role.BRANCH_PRESIDENT, branch=here)
    elsewhere = make.staff(Role.BRANCH_PRESIDENT)
    manager = make.staff(branch=here)

    notices.send("红色预警", role=Role.BRANCH_PRESIDENT, branch=here)

    assert _titles(president) == ["红色预警"]
    assert _titles(elsewhere) == _titles(manager) == []


@pytest.mark.django_db
def test_a_notice_for_an_office_reaches_the_offices_above_it_and_none_below():
    above = make.branch()
    office = Branch.objects.create(code="office", name="支行", parent=above)
    below = Branch.objects.create(code="below", name="分理处", parent=office)
    chief, president, clerk = (
        make.staff(Role.BRANCH_PRESIDENT, branch=each) for each in (above, office, below)
    )

    notices.send("红色预警", role=Role.BRANCH_PRESIDENT, branch=office)

    assert _titles(chief) == _titles(president) == ["红色预警"]
    assert _titles(clerk) == []


@pytest.mark.django_db
def test_what_was_read_stays_read():
    manager = make.staff()
    first = notices.send("一", user=manager)
    notices.send("二", user=manager)

    notices.mark_read(manager, up_to=first.pk)
    notices.mark_read(manager, up_to=0)

    assert _titles(manager) == ["二"]


async def _open_line(user: User) -> tuple[ApplicationCommunicator, str]:
    """A socket opened by ``user``, and the first word of the server."""
    scope = {"type": "websocket", "path": "/ws/live/", "user": user}
    line = ApplicationCommunicator(LiveConsumer.as_asgi(), scope)
    await line.send_input({"type": "websocket.connect"})
    return line, (await line.receive_output(timeout=5))["type"]


async def _nudged(user: User) -> dict[str, object]:
    line, _word = await _open_line(user)
    await sync_to_async(notices.nudge)(f"live.user.{user.pk}", after=41)
    said = json.loads((await line.receive_output(timeout=5))["text"])
    await line.send_input({"type": "websocket.disconnect", "code": 1000})
    await line.wait(timeout=5)
    return said


@pytest.mark.django_db(transaction=True)
def test_an_open_page_is_told_that_something_is_there_but_not_what():
    assert async_to_sync(_nudged)(make.staff()) == {"after": 41}


def test_a_stranger_is_turned_away_from_the_live_socket():
    _line, word = async_to_sync(_open_line)(AnonymousUser())

    assert word == "websocket.close"
