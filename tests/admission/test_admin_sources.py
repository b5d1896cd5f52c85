"""The register of data sources, and an answer opened in full."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admission.models import SourceRecord
from admission.sources.kinds import KINDS
from core.models import Reading
from core.roles import Role
from tests import make
from tests.admission.conftest import AS_OF, allow
from tests.admission.test_sources_pboc import person, report

pytestmark = pytest.mark.django_db
REGISTER = "admin:admission_sourcekind_changelist"


@pytest.fixture
def officer(client):
    user = make.staff(Role.RISK_OFFICER)
    client.force_login(user)
    return user


def record(customer, source="pboc", status="answered", raw="", **given):
    made = {
        "authorisation": allow(customer),
        "as_of": AS_OF,
        "asked_at": timezone.now(),
        "took_ms": 120,
        "error": "" if status == "answered" else "HTTP 500.",
    }
    return SourceRecord.objects.create(
        customer=customer, source=source, status=status, raw=raw, **made | given
    )


@pytest.fixture
def bureau():
    """A customer of whom the bureau has sent a report."""
    about = person()
    customer = make.customer(id_number=about["id_number"])
    return record(customer, raw=report().decode())


def opened(client, record, reason="核对逾期账户"):
    address = reverse("admin:admission_sourcerecord_deed", args=[record.pk, "open"])
    return client.post(address, {"open-reason": reason}, follow=True)


def test_the_register_shows_every_kind_with_owner_ground_and_health(client, officer):
    customer = make.customer()
    for _ in range(9):
        record(customer, "courts")
    record(customer, "courts", "quarantined", error="The reply is about another person.")

    page = client.get(reverse(REGISTER))

    told = page.content.decode()
    lines = {each.kind.name: each for each in page.context["page"].lines}
    assert set(lines) == set(KINDS)
    for kind in KINDS.values():
        assert kind.owner in told
    assert lines["courts"].level == "orange"
    assert "近7天询问 10 次，得到可用回答 9 次 · 1 份不可信" in lines["courts"].note
    assert lines["courts"].held == ["9 份回答", "0 行文件数据"]
    assert lines["police"].level == "grey"


def test_a_source_that_answers_hardly_anything_is_red(client, officer):
    customer = make.customer()
    record(customer, "tax")
    for _ in range(4):
        record(customer, "tax", "failed")

    page = client.get(reverse(REGISTER))

    (line,) = (each for each in page.context["page"].lines if each.kind.name == "tax")
    assert line.level == "red"
    assert page.context["page"].ailing == 1


def test_more_answers_cost_no_more_queries(client, officer):
    customer = make.customer()
    record(customer, "tax")

    def queries():
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse(REGISTER))
        return len(seen)

    queries()
    few = queries()
    for source in ("courts", "police", "phone"):
        for _ in range(4):
            record(customer, source)

    assert queries() <= few


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_has_its_page_with_its_columns(client, officer, name):
    page = client.get(reverse("admin:admission_sourcekind_one", args=[name]))

    told = page.content.decode()
    assert page.status_code == 200
    for column in KINDS[name].columns:
        assert column.zh in told


def test_a_kind_s_page_says_in_chinese_why_it_failed(client, officer):
    record(make.customer(), "phone", "failed")

    page = client.get(reverse("admin:admission_sourcekind_one", args=["phone"]))

    assert "对方返回 HTTP 500" in page.content.decode()


def test_a_kind_that_does_not_exist_is_404_and_who_may_not_look_is_403(client, officer):
    assert client.get(reverse("admin:admission_sourcekind_one", args=["gossip"])).status_code == 404

    client.force_login(make.staff(Role.CUSTOMER_MANAGER))

    assert client.get(reverse(REGISTER)).status_code == 403


def test_a_report_opens_with_a_reason_and_the_reading_is_on_record(client, officer, bureau):
    page = opened(client, bureau)

    told = page.content.decode()
    assert page.status_code == 200
    for section in ("信贷交易信息概要", "借贷账户明细", "查询记录明细", "居住信息"):
        assert section in told
    assert "核对逾期账户" in told
    assert "no-store" in page.headers["Cache-Control"]
    reading = Reading.objects.get()
    assert (reading.reader, reading.object_id) == (officer, bureau.pk)
    assert (reading.what, reading.reason) == ("credit report", "核对逾期账户")


def test_without_a_reason_nothing_opens_and_nothing_is_read(client, officer, bureau):
    page = opened(client, bureau, reason="")

    assert "借贷账户明细" not in page.content.decode()
    assert not Reading.objects.exists()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CUSTOMER_MANAGER, Role.POST_LOAN_OFFICER])
def test_who_may_not_open_reports_cannot(client, bureau, role):
    client.force_login(make.staff(role))

    page = opened(client, bureau)

    assert page.status_code in (403, 404)
    assert not Reading.objects.exists()


def test_another_branch_s_report_does_not_exist_for_a_president(client, bureau):
    client.force_login(make.staff(Role.BRANCH_PRESIDENT))

    assert opened(client, bureau).status_code == 404


def test_an_answer_put_aside_opens_letter_for_letter_and_harmless(client, officer):
    hostile = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>'
    kept = record(make.customer(), status="quarantined", raw=hostile, error="not trusted")

    page = opened(client, kept)

    told = page.content.decode()
    assert "&lt;!ENTITY x SYSTEM" in told
    assert "root:" not in told
    assert Reading.objects.get().what == "answer as received"


def test_an_answer_of_which_nothing_arrived_offers_nothing_to_open(client, officer):
    kept = record(make.customer(), status="failed")

    page = client.get(reverse("admin:admission_sourcerecord_change", args=[kept.pk]))

    assert page.context["deeds"] == []
