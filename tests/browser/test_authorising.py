"""Two phones: a manager asks for an authorisation, and the person signs it on their own."""

import os
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import expect

from admission.models import Authorisation
from core import documents, seals
from tests.admission.conftest import _served, world  # noqa: F401 - fixtures
from tests.admission.remotely import face
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(world):  # noqa: F811
    return world.customer("sound")


def _draws(page):
    frame = page.locator("canvas.signature-frame").bounding_box()
    page.mouse.move(frame["x"] + 40, frame["y"] + 60)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(frame["x"] + 40 + step * 25, frame["y"] + 60 + (step % 3) * 30)
    page.mouse.up()


@pytest.fixture
def pictures():
    """A folder for screenshots: QIANMO_SCREENSHOTS, or none."""
    return os.environ.get("QIANMO_SCREENSHOTS", "")


@pytest.fixture
def look(pictures):
    """Whether a page is no wider than its screen; and its picture, where one is asked for."""

    def looked(page, name):
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
        if pictures:
            width = page.viewport_size["width"]
            page.screenshot(path=f"{pictures}/{name}-{width}.png", full_page=True)

    return looked


def asks(manager, person, look):
    """The manager makes a code in the household's file: the link behind it."""
    manager.goto(f"/m/households/{person.household_id}/")
    manager.get_by_role("link", name="授权：远程发起、查看、撤回").click()
    manager.get_by_text("贷款申请", exact=True).click()
    look(manager, "ask")
    manager.get_by_role("button", name="生成二维码").click()
    expect(manager.get_by_role("img", name="授权二维码")).to_be_visible()
    look(manager, "code")
    return manager.get_by_label("或发送链接").input_value()


def reads(phone, manager, link, look):
    """The person opens the link and reads; the manager sees it."""
    phone.goto(link)
    expect(phone.get_by_text("个人信息查询与使用授权书")).to_be_visible()
    expect(manager.get_by_role("status").filter(has_text="正在阅读").first).to_be_visible()
    look(phone, "landing")
    phone.get_by_role("link", name="已阅读，下一步").click()


def says_who(phone, name, id_number):
    """The person says who they are."""
    phone.get_by_label("姓名").fill(name)
    phone.get_by_label("身份证号").fill(id_number)
    phone.get_by_role("button", name="确认").click()


def shows_face(phone, look):
    """The person shows their face, with a consent of its own."""
    phone.get_by_label("您的人脸照片").set_input_files(
        {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": face()}
    )
    phone.get_by_text("本人单独同意").click()
    look(phone, "face")
    phone.get_by_role("button", name="开始比对").click()


def signs(phone, look):
    """The person ticks, draws and sends."""
    expect(phone.get_by_role("heading", name="签署授权书")).to_be_visible()
    phone.get_by_text("本人已阅读并同意").click()
    _draws(phone)
    look(phone, "sign")
    phone.get_by_role("button", name="签名并授权").click()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_manager_asks_and_the_person_signs_on_their_own_phone(
    open_page, apart, person, pictures, look, width
):
    manager = open_page(person.household.village.grid.manager, width=width)
    phone = open_page(width=width)
    link = asks(manager, person, look)

    reads(phone, manager, link, look)
    says_who(phone, "张冠李", person.id_number)
    expect(phone.get_by_text("还可以再试 4 次")).to_be_visible()
    look(phone, "identity-wrong")
    says_who(phone, person.name, person.id_number)
    shows_face(phone, look)
    signs(phone, look)

    expect(phone.get_by_text("授权书已签署")).to_be_visible()
    look(phone, "done")
    expect(manager.get_by_role("link", name="查看已签授权书（PDF）")).to_be_visible()
    look(manager, "signed")
    leave = Authorisation.objects.get(customer=person)
    assert leave.purpose == "application"
    sealed = documents.content(leave.document)
    assert apart(seals.check, sealed).holds
    if pictures:
        Path(pictures, "form.pdf").write_bytes(sealed)

    # and the link serves nobody else
    stranger = open_page(width=width)
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="链接已使用")).to_be_visible()
    look(stranger, "used")
    assert Client().get(f"/m/authorisations/{leave.request.pk}/").status_code == 302
