"""The way in, one's own page, notices, health: who gets what."""

import json

import pytest
from django.conf import settings
from django.urls import reverse

from core import notices
from core.models import NoticeCursor
from core.roles import Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role.values)
def test_each_role_lands_on_its_own_work(client, role):
    user = make.staff(role)

    answer = client.post(reverse("login"), {"username": user.username, "password": "secret"})
    landing = client.get(answer.url)

    expected = "visits:home" if role == Role.CUSTOMER_MANAGER else "admin:index"
    assert landing.url == reverse(expected)
    assert client.get(landing.url).status_code == 200


@pytest.mark.parametrize(
    "address", ["/", "/m/me/", "/live/notices/", "/admin/", "/admin/core/run/"]
)
def test_strangers_see_the_login_page_and_come_back_after_it(client, address):
    answer = client.get(address, follow=True)

    assert answer.redirect_chain[-1][0].startswith(reverse("login"))
    assert answer.context["next"] == address


def test_a_wrong_password_is_told_in_chinese_and_the_fifth_locks(client):
    user = make.staff()
    wrong = {"username": user.username, "password": "wrong"}

    answers = [client.post(reverse("login"), wrong) for _attempt in range(5)]
    right = client.post(reverse("login"), wrong | {"password": "secret"})

    assert "请输入一个正确的" in answers[0].content.decode()
    assert answers[-1].status_code == right.status_code == 429
    assert "registration/locked.html" in [template.name for template in right.templates]


def test_who_may_not_enter_the_back_office_is_told_so_and_not_sent_round_in_circles(client):
    client.force_login(make.staff(Role.AUDITOR, is_staff=False))

    answer = client.get("/admin/", follow=True)

    assert answer.status_code == 403
    assert client.get("/", follow=True).redirect_chain == [(reverse("core:me"), 302)]


def test_my_page_names_who_is_signed_in_and_signs_out(client):
    user = make.staff(full_name="王建国")
    client.force_login(user)

    page = client.get(reverse("core:me"))
    client.post(reverse("logout"))

    assert "王建国" in page.content.decode()
    assert client.get(reverse("core:me")).status_code == 302


def test_pages_are_chinese_whatever_the_browser_says_until_english_is_chosen(client):
    client.force_login(make.staff(Role.AUDITOR))
    browser = {"HTTP_ACCEPT_LANGUAGE": "en-US"}

    before = client.get(reverse("core:me"), **browser)
    client.post(reverse("set_language"), {"language": "en", "next": "/m/me/"})
    after = client.get(reverse("core:me"))

    assert before.headers["Content-Language"] == "zh-hans"
    assert after.headers["Content-Language"] == "en"


def test_notices_hold_only_what_is_meant_for_the_reader(client):
    user, other = make.staff(), make.staff()
    notices.send("给你的", user=user)
    notices.send("给别人的", user=other)
    client.force_login(user)

    page = client.get(reverse("core:notices"), HTTP_HX_REQUEST="true").content.decode()

    assert "给你的" in page
    assert "给别人的" not in page
    assert 'data-unread="1"' in page


def test_reading_notices_never_goes_backwards(client):
    user = make.staff()
    first, second = notices.send("一", user=user), notices.send("二", user=user)
    client.force_login(user)

    client.post(reverse("core:notices"), {"up_to": second.pk})
    client.post(reverse("core:notices"), {"up_to": first.pk})

    assert NoticeCursor.objects.get(user=user).read_up_to == second.pk
    assert client.post(reverse("core:notices"), {"up_to": "-1"}).status_code == 400


def test_health_is_200_where_database_and_redis_answer(client):
    answer = client.get(reverse("core:healthz"))

    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "redis": "ok"}


def test_health_names_the_one_that_does_not_answer(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"

    answer = client.get(reverse("core:healthz"))

    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "redis": "away"}


@pytest.mark.parametrize("address", ["/login/", "/m/me/", "/admin/", "/api/docs/", "/nothing/"])
def test_no_page_allows_inline_script_or_style_or_eval(client, address):
    client.force_login(make.staff(Role.RISK_OFFICER))

    policy = client.get(address).headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_schema_of_the_rest_door_can_be_read(client):
    answer = client.get(reverse("core:schema"), HTTP_ACCEPT="application/json")

    assert answer.status_code == 200
    assert json.loads(answer.content)["info"]["title"] == settings.SPECTACULAR_SETTINGS["TITLE"]


@pytest.mark.parametrize(
    "address",
    [
        "/admin/admission/decision/?rule=%00",
        "/admin/admission/decision/?outcome__exact=%00",
        "/admin/admission/standing/?village=a%00b",
    ],
)
def test_an_address_that_asks_for_a_null_character_is_refused(client, address):
    client.force_login(make.staff(Role.RISK_OFFICER))

    assert client.get(address).status_code == 400
    assert client.get(address.replace("%00", "%2500")).status_code < 400
