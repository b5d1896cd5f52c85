"""The signing list comes back: who signed, on which day, with the scan; and it counts."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import documents, events
from core.errors import SameHands
from core.models import AuditEntry, Outbox
from core.roles import Role
from credit.errors import SigningRefused
from credit.models import CreditLine, LineSigning, VillageProgress
from credit.selectors_progress import Stage, in_list
from credit.services import granting, progress, signing_lists
from tests import make
from tests.credit import lent, stages
from tests.credit.conftest import DAY
from tests.credit.judged import reviewed, visited
from village.models import Household

pytestmark = pytest.mark.django_db
YUAN = 100
SCAN = b"%PDF-1.7 the list"
PAGE = reverse("admin:credit_creditline_signing")


@pytest.fixture
def president(campaign):
    return make.staff(Role.BRANCH_PRESIDENT, branch=campaign.village.grid.branch)


@pytest.fixture
def lines(campaign):
    """Two lines that can be signed, and one that waits for its visit."""
    for _number in range(2):
        visited(reviewed(campaign), campaign, 60_000 * YUAN)
    reviewed(campaign)
    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)
    return list(CreditLine.objects.filter(status="granted").order_by("pk"))


def record(campaign, ids, actor, **given):
    made = {
        "signed_on": DAY,
        "scan": SCAN,
        "name": "签约清单.pdf",
        "content_type": "application/pdf",
        "on": DAY,
    }
    return signing_lists.record(campaign.village, ids, actor=actor, **made | given)


def test_those_who_signed_are_signed_with_day_and_scan(campaign, lines, president):
    count = record(campaign, [lines[0].pk], president)

    signing = LineSigning.objects.get()
    assert count == 1
    assert [each.status for each in CreditLine.objects.filter(pk__in=[x.pk for x in lines])] == [
        "granted",
        "signed",
    ]
    assert (signing.line, signing.signed_on, signing.recorded_by) == (lines[0], DAY, president)
    assert documents.content(signing.document) == SCAN
    assert AuditEntry.objects.get(action="credit.line.signed").detail["on_list"] is True


def test_signed_on_the_list_counts_as_signed(campaign, lines, president):
    progress.count()
    record(campaign, [lines[0].pk], president)

    events.drain()

    found = VillageProgress.objects.get(village=campaign.village)
    assert (found.signed, found.signed_amount) == (1, lines[0].amount)
    here = Household.objects.filter(village=campaign.village)
    assert list(in_list(here, Stage.SIGNED, reached=True)) == [lines[0].household]
    assert lines[0].household not in in_list(here, Stage.SIGNED, reached=False)


def test_a_household_with_a_contract_too_counts_once(campaign, lines, president):
    record(campaign, [each.pk for each in lines], president)
    lent.drawdown(customer=lines[0].borrower, amount=10_000 * YUAN)

    progress.count()

    found = VillageProgress.objects.get(village=campaign.village)
    assert found.signed == 2
    assert found.signed_amount == 10_000 * YUAN + lines[1].amount


def test_a_line_that_has_ended_is_signed_no_more(campaign, lines, president):
    record(campaign, [lines[0].pk], president)
    CreditLine.objects.filter(pk=lines[0].pk).update(status="closed")

    progress.count()

    assert VillageProgress.objects.get(village=campaign.village).signed == 0


def test_all_or_nobody(campaign, lines, president):
    waiting = CreditLine.objects.get(status="pre_granted")

    for ids in ([lines[0].pk, waiting.pk], [lines[0].pk, 10**9], []):
        with pytest.raises(SigningRefused):
            record(campaign, ids, president)

    assert not LineSigning.objects.exists()
    assert not CreditLine.objects.filter(status="signed").exists()


def test_a_line_is_signed_once(campaign, lines, president):
    record(campaign, [lines[0].pk], president)

    with pytest.raises(SigningRefused):
        record(campaign, [lines[0].pk], president)


@pytest.mark.parametrize("days", [-1, 1])
def test_nobody_signs_before_the_line_stands_or_tomorrow(campaign, lines, president, days):
    with pytest.raises(SigningRefused):
        record(campaign, [lines[0].pk], president, signed_on=DAY + timedelta(days=days))


def test_a_long_list_takes_no_more_queries_than_a_short_one(
    campaign, president, django_assert_num_queries
):
    """Granted lines enough for a list of 3 and one of 30, each signed in as many statements."""
    village = campaign.village
    lines = [stages.granted(make.household(village)).pk for _number in range(33)]
    with CaptureQueriesContext(connection) as short:
        record(campaign, lines[:3], president)

    with django_assert_num_queries(len(short)):
        count = record(campaign, lines[3:], president, scan=b"%PDF-1.7 another list")

    signed = AuditEntry.objects.filter(action="credit.line.signed")
    assert count == 30
    assert set(signed.values_list("object_id", flat=True)) == set(lines)
    assert LineSigning.objects.count() == 33
    assert set(CreditLine.objects.values_list("status", flat=True)) == {"signed"}
    assert Outbox.objects.filter(kind__endswith="LinesSigned").count() == 2


def test_who_collected_the_signatures_does_not_record_them(campaign, lines):
    with pytest.raises(SameHands):
        record(campaign, [lines[0].pk], campaign.village.grid.manager)


def test_another_branch_signs_nothing_here(campaign, lines):
    stranger = make.staff(Role.BRANCH_PRESIDENT, branch=make.branch())

    with pytest.raises(SigningRefused):
        record(campaign, [lines[0].pk], stranger)


class TestDesk:
    def post(self, client, campaign, ids, content=SCAN, content_type="application/pdf"):
        return client.post(
            f"{PAGE}?village={campaign.village.pk}",
            {
                "line": ids,
                "signed_on": DAY,
                "scan": SimpleUploadedFile("list.pdf", content, content_type),
            },
        )

    def test_the_president_ticks_who_signed(self, client, campaign, lines, president):
        client.force_login(president)
        shown = client.get(PAGE, {"village": campaign.village.pk})

        went = self.post(client, campaign, [lines[0].pk])

        assert shown.context["lines"] == lines
        assert went.status_code == 302
        assert LineSigning.objects.get().line == lines[0]
        page = client.get(reverse("admin:credit_creditline_change", args=[lines[0].pk]))
        assert str(president) in page.content.decode()

    def test_a_refusal_keeps_what_was_ticked(self, client, campaign, lines, president):
        client.force_login(president)

        answer = self.post(client, campaign, [lines[0].pk], b"MZ", "application/pdf")

        assert (answer.status_code, answer.context["chosen"]) == (422, [str(lines[0].pk)])
        assert not LineSigning.objects.exists()

    def test_a_manager_has_no_page_and_another_branch_no_village(self, client, campaign, lines):
        client.force_login(campaign.village.grid.manager)
        assert client.get(PAGE).status_code == 403
        client.force_login(make.staff(Role.BRANCH_PRESIDENT, branch=make.branch()))
        assert client.get(PAGE, {"village": campaign.village.pk}).status_code == 404
