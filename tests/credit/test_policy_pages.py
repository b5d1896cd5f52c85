"""The back office of limit policies, and the papers of a village."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core import publishing
from core.errors import SameHands
from core.models import AuditEntry, Outbox, Reading, Run
from core.roles import Role
from core.runs import AlreadyWorked
from credit.contexts_policies import SimulationPage
from credit.errors import NotToBeVaried, PaperRefused
from credit.letter_words import reasons_in_plain_words
from credit.loan_rules.limit_policy import text_of
from credit.models import CreditLine, LimitPolicy, PolicySimulation
from credit.services import calibrating, granting, products, simulating, village_papers
from tests import make
from tests.credit.conftest import DAY
from tests.credit.judged import reviewed, visited
from village.models import Household

pytestmark = pytest.mark.django_db
YUAN = 100


@pytest.fixture
def risk(bank, client):
    """A risk officer at the desk."""
    client.force_login(bank.publisher)
    return client


@pytest.fixture
def draft(bank):
    return products.new_version(publishing.in_force(LimitPolicy, "household"), actor=bank.publisher)


def page_of(draft):
    return reverse("admin:credit_limitpolicy_change", args=[draft.pk])


def typed(client, draft, **changes):
    """What the page would send back, with some texts said otherwise."""
    form = client.get(page_of(draft)).context["adminform"].form
    said = {name: form[name].value() or "" for name in form.fields}
    return said | changes


def test_a_formula_is_changed_on_its_page_and_laid_beside_the_one_in_force(risk, draft):
    said = typed(risk, draft, caps__dti="dti_cap * 0.9", figures__income_share="0.6")

    answer = risk.post(page_of(draft), said)

    stored = text_of(LimitPolicy.objects.get(pk=draft.pk).settings)
    page = risk.get(page_of(draft)).content.decode()
    assert answer.status_code == 302
    assert stored.figures["income_share"] == "0.6"
    assert next(each.text for each in stored.caps if each.name == "dti") == "dti_cap * 0.9"
    assert "dti_cap * 0.9" in page
    assert AuditEntry.objects.filter(action="credit.limitpolicy.changed").exists()


def test_weights_too_small_to_count_are_refused_under_their_fields(risk, draft):
    names = [f"figures__weight_{each}" for each in ("reviewed", "model", "surveyed")]

    answer = risk.post(page_of(draft), typed(risk, draft, **dict.fromkeys(names, "0.0004")))

    assert answer.status_code == 200
    assert set(names) <= answer.context["adminform"].form.errors.keys()
    kept = text_of(LimitPolicy.objects.get(pk=draft.pk).settings)
    assert kept.figures["weight_model"] != "0.0004"


def test_who_changed_anothers_policy_does_not_put_it_into_force(bank, client):
    before = publishing.in_force(LimitPolicy, "household")
    draft = products.new_version(before, actor=bank.author)
    client.force_login(bank.publisher)
    client.post(page_of(draft), typed(client, draft, figures__income_share="0.6"))
    publishing.submit(draft, actor=bank.author)

    with pytest.raises(SameHands):
        products.publish(draft, actor=bank.publisher)
    products.publish(draft, actor=make.staff(Role.RISK_OFFICER))

    assert publishing.in_force(LimitPolicy, "household") == draft


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("caps__dti", "dti_cap / 0", "11"),
        ("caps__dti", "dti_capp", "dti_capp"),
        ("formulas__review_factor", "90 .. : 1\n.. 80 : 0", "80.0"),
        ("formulas__risk_factor", "A 1", "A 1"),
        ("figures__income_share", "x", "x"),
        ("new__manual_if", "odd = no_such_field > 1 # 奇怪", "no_such_field"),
        ("new__zero_if", "no formula here", "1"),
    ],
)
def test_a_fault_stands_under_the_text_in_which_it_was_written(risk, draft, field, text, says):
    before = draft.settings

    answer = risk.post(page_of(draft), typed(risk, draft, **{field: text}))

    assert answer.status_code == 200
    assert says in " ".join(answer.context["adminform"].form.errors[field])
    assert LimitPolicy.objects.get(pk=draft.pk).settings == before


def test_a_condition_is_added_with_its_words_and_taken_out_by_emptying_it(risk, draft):
    said = typed(risk, draft, new__manual_if="young = age < 25 # 年轻人", manual_if__large_limit="")

    risk.post(page_of(draft), said)

    stored = text_of(LimitPolicy.objects.get(pk=draft.pk).settings)
    names = {each.name: each.says for each in stored.manual_if}
    assert names["young"] == "年轻人"
    assert "large_limit" not in names


def test_simulating_from_the_page_shows_what_would_be_granted(risk, draft, campaign):
    household = reviewed(campaign)
    LimitPolicy.objects.filter(pk=draft.pk).update(
        settings=text_of(draft.settings).with_figure("pre_limit_share", "0.5").settings()
    )

    went = risk.post(
        reverse("admin:credit_limitpolicy_simulate", args=[draft.pk]), {"business_day": DAY}
    )
    page = risk.get(went.url)

    found = page.context["page"]
    assert household.number in page.content.decode()
    assert [mover.difference for mover in found.movers] == [-18_000 * YUAN]
    assert found.is_this_version
    assert reverse("admin:village_household_file", args=[household.pk]) in page.content.decode()


def test_a_simulation_says_in_short_what_changes(risk, draft, campaign, in_english):
    reviewed(campaign)
    LimitPolicy.objects.filter(pk=draft.pk).update(
        settings=text_of(draft.settings).with_figure("pre_limit_share", "0.5").settings()
    )

    found = simulating.simulate(draft.pk, business_day=DAY, actor=None)

    said = SimulationPage.build(found, make.staff(Role.RISK_OFFICER)).headline
    assert said[0].startswith("1 households get a line (0), ")
    assert said[0].endswith("(−1.80).")
    assert "0 get more, 1 less" in said[1]
    assert said[2].startswith("0 households wait for a person")


def test_a_page_of_many_villages_asks_no_more_of_the_database(risk, draft, campaign):
    def queries():
        simulation = simulating.simulate(draft.pk, business_day=DAY, actor=None)
        address = reverse("admin:credit_limitpolicy_simulation", args=[draft.pk, simulation.pk])
        risk.get(address)
        with CaptureQueriesContext(connection) as asked:
            risk.get(address)
        return len(asked)

    reviewed(campaign)
    one = queries()
    for _ in range(3):
        other = type(campaign).objects.create(
            village=make.village(), seed=1, business_day=DAY, status="concluded", seal="s"
        )
        reviewed(other)

    assert queries() == one


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_households_are_handed_out_as_a_file_and_that_is_written_down(
    risk, draft, campaign, kind
):
    household = reviewed(campaign)
    found = simulating.simulate(draft.pk, business_day=DAY, actor=None)

    answer = risk.get(
        reverse("admin:credit_limitpolicy_simulation_rows", args=[draft.pk, found.pk, kind])
    )

    if kind == "csv":
        assert f"{household.number}," in answer.content.decode("utf-8-sig")
    else:
        sheet = load_workbook(BytesIO(answer.content)).active
        assert sheet["A2"].value == household.number
    assert Reading.objects.get().what == f"rows.{kind}"


def test_who_sees_one_branch_sees_no_simulation_of_all(client, draft, campaign):
    reviewed(campaign)
    found = simulating.simulate(draft.pk, business_day=DAY, actor=None)
    client.force_login(make.staff(Role.BRANCH_PRESIDENT))

    answer = client.get(reverse("admin:credit_limitpolicy_simulation", args=[draft.pk, found.pk]))

    assert answer.status_code == 403


def test_who_may_read_no_limits_reads_what_a_simulation_adds_up_to_and_no_household(
    client, bank, draft, campaign
):
    household = reviewed(campaign)
    LimitPolicy.objects.filter(pk=draft.pk).update(
        settings=text_of(draft.settings).with_figure("pre_limit_share", "0.5").settings()
    )
    found = simulating.simulate(draft.pk, business_day=DAY, actor=None)
    client.force_login(bank.author)

    page = client.get(reverse("admin:credit_limitpolicy_simulation", args=[draft.pk, found.pk]))
    rows = [
        reverse("admin:credit_limitpolicy_simulation_rows", args=[draft.pk, found.pk, kind])
        for kind in ("csv", "xlsx")
    ]

    assert campaign.village.name in page.content.decode()
    assert household.number not in page.content.decode()
    assert not [each for each in rows if each in page.content.decode()]
    assert [client.get(each).status_code for each in rows] == [403, 403]


class TestNewTable:
    SAID = {
        "new__table_name": "age_factor",
        "new__table_inputs": "age",
        "new__table_kind": "decimal",
        "new__table_rows": "60 .. : 0.8\n.. 60 : 1\n? : 1",
    }

    def test_a_table_is_begun_and_named_by_a_formula_at_once(self, risk, draft):
        said = typed(risk, draft, caps__dti="dti_cap * age_factor", **self.SAID)

        answer = risk.post(page_of(draft), said)

        stored = text_of(LimitPolicy.objects.get(pk=draft.pk).settings)
        assert answer.status_code == 302
        assert stored.formulas[0].name == "age_factor"
        assert stored.formulas[0].table["rows"][0] == {"when": [{"from": 60}], "then": [0.8]}
        assert "formulas__age_factor" in risk.get(page_of(draft)).content.decode()

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"new__table_rows": "60 .. : 0.8\n? : 1"}, "new__table_rows"),
            ({"new__table_rows": "sixty"}, "new__table_rows"),
            ({"new__table_rows": ""}, "new__table_rows"),
            ({"new__table_inputs": "aeg"}, "new__table_rows"),
            ({"new__table_name": ""}, "new__table_name"),
        ],
    )
    def test_what_is_wrong_with_it_stands_beside_it(self, risk, draft, wrong, field):
        answer = risk.post(page_of(draft), typed(risk, draft, **self.SAID | wrong))

        assert answer.status_code == 200
        assert field in answer.context["adminform"].form.errors


class TestCalibrating:
    @pytest.fixture
    def run(self, risk, draft, campaign):
        """A calibration as the page begins it."""
        for number in range(20):
            reviewed(campaign, limit=(10_000 + 2_000 * number) * YUAN)
        went = risk.post(
            reverse("admin:credit_limitpolicy_calibrate", args=[draft.pk]),
            {"business_day": DAY, "vary": "pre_limit_share", "of": "mean", "amount": "20000"},
        )
        run = Run.objects.get(kind="credit.calibrating")
        assert went.url == reverse("admin:credit_limitpolicy_calibration", args=[draft.pk, run.pk])
        return run

    def step(self, client, draft, run):
        address = reverse("admin:credit_limitpolicy_calibration_step", args=[draft.pk, run.pk])
        return client.get(address).json()

    def test_a_worker_finds_the_figure_and_drafts_it(self, risk, draft, run):
        assert Outbox.objects.get(kind="credit.PolicyCalibrationOpened").body == {"run_id": run.pk}
        assert self.step(risk, draft, run)["over"] is False
        assert LimitPolicy.objects.count() == 2

        calibrating.work(run.pk)

        newest = LimitPolicy.objects.order_by("-version").first()
        assert (newest.version, newest.status, newest.author) == (3, "draft", run.started_by)
        assert self.step(risk, draft, run)["over"] is True
        page = risk.get(reverse("admin:credit_limitpolicy_calibration", args=[draft.pk, run.pk]))
        assert page_of(newest) in page.content.decode()
        assert abs(page.context["page"].found["mean"] - 20_000 * YUAN) < 1_000 * YUAN
        assert (
            reverse("admin:credit_limitpolicy_simulate", args=[newest.pk]) in page.content.decode()
        )
        with pytest.raises(AlreadyWorked):
            calibrating.work(run.pk)

    @pytest.mark.parametrize(("off_by", "reached"), [("-0.0099", True), ("-0.3427", False)])
    def test_a_target_that_one_figure_does_not_reach_is_said(
        self, risk, draft, run, off_by, reached
    ):
        calibrating.work(run.pk)
        shard = run.shards.get()
        shard.figures |= {"off_by": off_by}
        shard.save()

        page = risk.get(reverse("admin:credit_limitpolicy_calibration", args=[draft.pk, run.pk]))

        assert page.context["page"].is_reached is reached
        assert ("banner-yellow" in page.content.decode()) is not reached

    def test_what_misses_the_target_by_far_is_told_and_not_drafted(
        self, risk, draft, run, in_english, settings
    ):
        run.settings["target"] = {"mean": 1_000_000 * YUAN, "total": None}
        run.save(update_fields=["settings"])

        calibrating.work(run.pk)

        assert LimitPolicy.objects.count() == 2
        risk.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        page = risk.get(reverse("admin:credit_limitpolicy_calibration", args=[draft.pk, run.pk]))
        assert "No draft was written" in page.content.decode()
        assert "new draft" not in page.content.decode()
        assert page.context["page"].off.startswith("−9")

    def test_a_version_changed_meanwhile_is_not_calibrated(self, risk, draft, run):
        settings = text_of(draft.settings).with_figure("income_share", "0.7").settings()
        LimitPolicy.objects.filter(pk=draft.pk).update(settings=settings)

        with pytest.raises(NotToBeVaried):
            calibrating.work(run.pk)

        page = risk.get(reverse("admin:credit_limitpolicy_calibration", args=[draft.pk, run.pk]))
        assert (page.context["page"].is_over, page.context["page"].found) == (True, {})
        assert LimitPolicy.objects.count() == 2

    def test_without_a_review_nothing_begins(self, risk, draft):
        risk.post(
            reverse("admin:credit_limitpolicy_calibrate", args=[draft.pk]),
            {"business_day": DAY, "vary": "pre_limit_share", "of": "mean", "amount": "20000"},
        )

        assert not Run.objects.exists()


class TestPapers:
    @pytest.fixture
    def lines(self, campaign):
        """One line that can be drawn and one before the visit."""
        visited(reviewed(campaign), campaign, 70_000 * YUAN)
        reviewed(campaign)
        granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)
        return CreditLine.objects.order_by("-status")

    @pytest.mark.parametrize("kind", ["signing", "letters", "poster"])
    def test_a_paper_comes_as_pdf_and_its_reason_is_written_down(self, risk, campaign, lines, kind):
        answer = risk.post(
            reverse("admin:credit_creditline_papers"),
            {"kind": kind, "village": campaign.village_id, "reason": "入村签约"},
        )

        assert answer.content.startswith(b"%PDF")
        assert Reading.objects.get().reason == "入村签约"

    def test_a_large_village_is_printed_in_parts(self, bank, campaign, lines, monkeypatch):
        monkeypatch.setattr(village_papers, "MOST_LETTERS", 1)
        by = {"reader": bank.publisher, "reason": "送达"}

        with pytest.raises(PaperRefused, match="2"):
            village_papers.letters(campaign.village, **by)
        with pytest.raises(PaperRefused):
            village_papers.letters(campaign.village, part=3, **by)
        printed = [village_papers.letters(campaign.village, part=part, **by) for part in (1, 2)]

        assert all(each.startswith(b"%PDF") for each in printed)
        assert Reading.objects.count() == 2

    @pytest.mark.parametrize("kind", ["signing", "letters"])
    def test_one_group_is_printed_alone(self, risk, bank, campaign, lines, kind, monkeypatch):
        one, _other = lines
        group = make.group(campaign.village, "二组")
        Household.objects.filter(pk=one.household_id).update(group=group)
        monkeypatch.setattr(village_papers, "MOST_LETTERS", 1)
        said = {"kind": kind, "village": campaign.village.pk, "reason": "签约"}

        answer = risk.post(reverse("admin:credit_creditline_papers"), said | {"group": "二组"})
        wrong = risk.post(reverse("admin:credit_creditline_papers"), said | {"group": "九组"})

        assert answer["Content-Type"] == "application/pdf"
        assert wrong["Content-Type"].startswith("text/html")
        assert "二组" in str(wrong.context["form"].errors["group"])

    def test_a_letter_to_one_household_names_it_alone(self, risk, lines):
        line = lines.first()

        answer = risk.post(
            reverse("admin:credit_creditline_papers"),
            {"kind": "letter", "household": line.household.number, "reason": "送达"},
        )

        assert answer.content.startswith(b"%PDF")
        assert Reading.objects.get().object_id == line.pk

    def test_without_a_reason_nothing_is_printed(self, bank, campaign, lines):
        with pytest.raises(PaperRefused):
            village_papers.signing_list(campaign.village, reader=bank.publisher, reason=" ")

        assert not Reading.objects.exists()

    def test_another_branch_prints_nothing_of_this_village(self, campaign, lines):
        with pytest.raises(PaperRefused):
            village_papers.poster(
                campaign.village,
                on=date(2026, 7, 1),
                reader=make.staff(Role.BRANCH_PRESIDENT),
                reason="公示",
            )

    @pytest.mark.parametrize(
        ("name", "shown"),
        [("王东", "王*"), ("李小龙", "李*龙"), ("欧阳小龙", "欧**龙"), ("𬭎", "𬭎*")],
    )
    def test_a_name_that_hangs_in_the_village_is_masked(self, name, shown):
        assert village_papers.masked(name) == shown

    def test_a_letter_says_why_without_codes(self):
        said = reasons_in_plain_words(
            {"combined_by": "median", "capped_by": "own_cap", "limit_factor": "0.70"}
        )

        assert len(said) == 3
        assert not any("own_cap" in each or "median" in each for each in said)


def test_a_simulation_stays_with_the_version_it_was_made_of(bank, draft, campaign):
    reviewed(campaign)
    simulating.simulate(draft.pk, business_day=DAY, actor=None)
    publishing.submit(draft, actor=bank.publisher)

    products.publish(draft, actor=bank.author)

    published = publishing.in_force(LimitPolicy, "household")
    assert simulating.newest(published) == PolicySimulation.objects.get()
