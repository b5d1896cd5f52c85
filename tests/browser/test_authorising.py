"""Two phones: a manager asks for an authorisation, and the person signs it on their own."""

import os

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


def _fits(page):
    return page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def _draws(page):
    frame = page.locator("canvas.signature-frame").bounding_box()
    page.mouse.move(frame["x"] + 40, frame["y"] + 60)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(frame["x"] + 40 + step * 25, frame["y"] + 60 + (step % 3) * 30)
    page.mouse.up()


def _shows(page, picture, name, width):
    """Keep what the page looks like where whoever runs the test asks for it."""
    if picture:
        page.screenshot(path=f"{picture}/{name}-{width}.png", full_page=True)


@pytest.fixture
def pictures():
    """A folder for screenshots: QIANMO_SCREENSHOTS, or none."""
    return os.environ.get("QIANMO_SCREENSHOTS", "")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_manager_asks_and_the_person_signs_on_their_own_phone(
    open_page, apart, person, pictures, width
):
    manager = open_page(person.household.village.grid.manager, width=width)
    phone = open_page(width=width)

    # given: the manager makes a code in the household's file
    manager.goto(f"/m/households/{person.household_id}/")
    manager.get_by_role("link", name="授权：远程发起、查看、撤回").click()
    manager.get_by_text("贷款申请", exact=True).click()
    assert _fits(manager)
    _shows(manager, pictures, "ask", width)
    manager.get_by_role("button", name="生成二维码").click()
    expect(manager.get_by_role("img", name="授权二维码")).to_be_visible()
    link = manager.get_by_label("或发送链接").input_value()
    assert _fits(manager)
    _shows(manager, pictures, "code", width)

    # when: the person reads, says who they are, shows their face and signs
    phone.goto(link)
    expect(phone.get_by_text("个人信息查询与使用授权书")).to_be_visible()
    expect(manager.get_by_role("status").filter(has_text="正在阅读").first).to_be_visible()
    assert _fits(phone)
    _shows(phone, pictures, "landing", width)
    phone.get_by_role("link", name="已阅读，下一步").click()
    phone.get_by_label("姓名").fill("张冠李")
    phone.get_by_label("身份证号").fill(person.id_number)
    phone.get_by_role("button", name="确认").click()
    expect(phone.get_by_text("还可以再试 4 次")).to_be_visible()
    _shows(phone, pictures, "identity-wrong", width)
    phone.get_by_label("姓名").fill(person.name)
    phone.get_by_label("身份证号").fill(person.id_number)
    phone.get_by_role("button", name="确认").click()
    phone.get_by_label("您的人脸照片").set_input_files(
        {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": face()}
    )
    phone.get_by_text("本人单独同意").click()
    assert _fits(phone)
    _shows(phone, pictures, "face", width)
    phone.get_by_role("button", name="开始比对").click()
    expect(phone.get_by_role("heading", name="签署授权书")).to_be_visible()
    phone.get_by_text("本人已阅读并同意").click()
    _draws(phone)
    assert _fits(phone)
    _shows(phone, pictures, "sign", width)
    phone.get_by_role("button", name="签名并授权").click()

    # then: both see it, and the bank has a sealed form
    expect(phone.get_by_text("授权书已签署")).to_be_visible()
    _shows(phone, pictures, "done", width)
    expect(manager.get_by_role("link", name="查看已签授权书（PDF）")).to_be_visible()
    assert _fits(manager)
    _shows(manager, pictures, "signed", width)
    leave = Authorisation.objects.get(customer=person)
    assert leave.purpose == "application"
    sealed = documents.content(leave.document)
    assert apart(seals.check, sealed).holds
    if pictures:
        with open(f"{pictures}/form.pdf", "wb") as kept:
            kept.write(sealed)

    # and the link serves nobody else
    stranger = open_page(width=width)
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="链接已使用")).to_be_visible()
    _shows(stranger, pictures, "used", width)
    assert Client().get(f"/m/authorisations/{leave.request.pk}/").status_code == 302
