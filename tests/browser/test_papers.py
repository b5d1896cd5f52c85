"""A manager photographs an ID card, compares what was read, mends a field and takes it over."""

import os

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from admission.models import PhotographedPaper
from admission.readings import Line
from admission.services import photographed_papers
from tests import make
from tests.admission import drawn_papers
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person():
    return make.customer(name="王守田", id_number=make.id_number(serial=131))


@pytest.fixture
def pictures():
    """A folder for screenshots: QIANMO_SCREENSHOTS, or none."""
    return os.environ.get("QIANMO_SCREENSHOTS", "")


def _shows(page, pictures, name, width):
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    if pictures:
        page.screenshot(path=f"{pictures}/{name}-{width}.png", full_page=True)


def _as_recognised(person):
    """What a recogniser sees on the card, one sign of the name misread and unsure."""
    told = [
        ("姓名王守由", 0.71),
        ("性别男民族汉", 0.98),
        ("出生1980年5月17日", 0.97),
        ("住址 江苏省灌云县下车镇大港村三组12号", 0.91),
        (f"公民身份号码{person.id_number}", 0.99),
    ]
    return [
        Line(text, sure, (40.0, 40.0 + 70 * at, 600.0, 90.0 + 70 * at))
        for at, (text, sure) in enumerate(told)
    ]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_card_is_photographed_mended_and_taken_over(open_page, apart, person, pictures, width):
    page = open_page(person.household.village.grid.manager, width=width)
    page.goto(f"/m/households/{person.household_id}/")
    page.get_by_role("link", name="拍证件识别").click()
    page.get_by_text("身份证（人像面）").click()
    card = drawn_papers.card_front(person.name, person.id_number)
    page.get_by_label("照片").set_input_files(
        {"name": "card.jpg", "mimeType": "image/jpeg", "buffer": card}
    )
    _shows(page, pictures, "papers", width)
    page.get_by_role("button", name="开始识别").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    _shows(page, pictures, "paper-waiting", width)

    paper = PhotographedPaper.objects.get()
    recognised = _as_recognised(person)
    apart(photographed_papers.work, paper.pk, at=timezone.now(), recogniser=lambda _: recognised)

    expect(page.get_by_label("证件姓名")).to_have_value("王守由")
    expect(page.get_by_text("不确定，请仔细核对")).to_be_visible()
    expect(page.get_by_role("img", name="身份证（人像面）")).to_have_js_property("complete", True)
    _shows(page, pictures, "paper-read", width)
    page.get_by_text("我已与原件逐项核对").click()
    page.get_by_role("button", name="确认采用").click()
    expect(page.get_by_text("与登记不一致")).to_be_visible()
    _shows(page, pictures, "paper-refused", width)
    page.get_by_label("证件姓名").fill(person.name)
    page.get_by_role("button", name="确认采用").click()
    expect(page.get_by_role("heading", name="已采用")).to_be_visible()
    _shows(page, pictures, "paper-done", width)
    paper.refresh_from_db()
    assert (paper.status, paper.corrected) == ("accepted", 1)


def test_a_licence_in_place_of_a_card_says_what_to_do(open_page, apart, person, pictures):
    page = open_page(person.household.village.grid.manager)
    paper = apart(
        photographed_papers.take,
        person.pk,
        kind="id_card_front",
        content=drawn_papers.licence(person.name),
        actor=person.household.village.grid.manager,
        at=timezone.now(),
    )
    lines = [
        Line(text, 0.98, (40, 40 + 60 * at, 600, 90 + 60 * at))
        for at, text in enumerate(["营业执照", "统一社会信用代码", "经营范围 谷物销售"])
    ]
    apart(photographed_papers.work, paper.pk, at=timezone.now(), recogniser=lambda _: lines)

    page.goto(f"/m/papers/{paper.pk}/")

    expect(page.get_by_role("alert")).to_contain_text("这看起来是：营业执照")
    expect(page.get_by_role("link", name="重拍")).to_be_visible()
    _shows(page, pictures, "paper-unreadable", PHONE)
