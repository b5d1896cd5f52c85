"""The back office's register of scorecards."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admission.contexts import UNITS
from admission.models import Scorecard
from admission.scorecards import loads
from admission.services.scorecards_fitting import fit_drafted
from core.models import Reading
from core.roles import Role
from tests import make
from tests.admission.test_scorecards_services import at, fitted, rows

pytestmark = pytest.mark.django_db

LIST = reverse("admin:admission_scorecard_changelist")
ADD = reverse("admin:admission_scorecard_add")
Status = Scorecard.Status


def page_of(card):
    return reverse("admin:admission_scorecard_change", args=[card.pk])


def step_of(card, name):
    return reverse("admin:admission_scorecard_step", args=[card.pk, name])


@pytest.fixture
def author():
    return make.staff(Role.RISK_OFFICER)


@pytest.fixture
def other(client):
    user = make.staff(Role.RISK_OFFICER)
    client.force_login(user)
    return user


def sent(**more):
    return {
        "segment": "farmer",
        "train": SimpleUploadedFile("train.csv", rows()),
        "target": "bad",
        "pdo": "20",
        "base_score": "600",
        "base_odds": "50",
        "special": "-1",
        "excluded": "noise",
    } | more


def test_an_uploaded_file_becomes_a_draft(client, other):
    page = client.post(ADD, sent(), follow=True)

    made = Scorecard.objects.get()
    assert page.redirect_chain[-1][0] == page_of(made)
    assert (made.author, made.version, made.status) == (other, 1, Status.DRAFT)
    assert made.settings["special"] == {"*": [-1.0]}
    assert made.settings["excluded"] == ["noise"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("special", "-1, old"),
        ("special", "-1, nan"),
        ("special", "inf"),
        ("pdo", "0"),
        ("segment", "kings"),
        ("target", ""),
    ],
)
def test_a_form_that_is_wrong_says_where(client, other, field, value):
    page = client.post(ADD, sent(**{field: value}))

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert Scorecard.objects.count() == 0


def test_the_column_that_puts_people_apart_is_kept_and_not_asked(client, other):
    client.post(ADD, sent(split="group", split_column="country"))

    made = Scorecard.objects.get()
    assert made.origin == {"split": "group", "column": "country"}
    assert made.settings["excluded"] == ["noise", "country"]


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("split_column", {"split": "group", "split_column": "hamlet"}),
        ("split_column", {"split": "time"}),
        ("split", {"split_column": "country"}),
        ("split", {"split": "hamlets", "split_column": "country"}),
        (
            "split",
            {
                "split": "group",
                "split_column": "country",
                "test": SimpleUploadedFile("test.csv", b"a,bad\n1,0\n"),
            },
        ),
        (
            "train",
            {"split": "time", "split_column": "x", "train": SimpleUploadedFile("t", b"\xff")},
        ),
    ],
)
def test_a_way_to_put_people_apart_that_cannot_be_is_said_where(client, other, field, given):
    page = client.post(ADD, sent(**given))

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert Scorecard.objects.count() == 0


def test_what_counts_as_missing_is_shown(client, author, other):
    card = fitted(author, train=rows().replace(b"farmer", b"?"))

    shown = client.get(page_of(card)).context["page"]

    (told,) = [marks for column, marks in shown.as_missing if column == "occupation_declared"]
    assert "?" in told


def test_a_scale_that_cannot_be_is_said_in_chinese(client, other):
    page = client.post(ADD, sent(pdo="5000"))

    assert "10000" in str(list(page.context["messages"])[0])
    assert Scorecard.objects.count() == 0


def test_the_page_shows_bins_charts_and_what_is_not_asked(client, author, other):
    card = fitted(author)

    shown = client.get(page_of(card)).context["page"]

    told = card.as_card()
    assert [each.name.split()[-1] for each in shown.features] == told.names
    assert [[b.points for b in each.bins] for each in shown.features] == [
        each.points for each in told.features
    ]
    assert len(shown.charts) == 4
    assert [each.column for each in shown.left_out] == [each["column"] for each in told.left_out]


def test_why_a_card_could_not_be_fitted_is_shown(client, author, other):
    card = fitted(author, train=b"a,b\n1,2\n3,4\n")

    page = client.get(page_of(card))

    assert "bad" in page.context["page"].fault
    assert page.context["page"].fault in page.content.decode()


def test_a_card_changed_in_the_database_is_not_shown_as_if_it_were_sound(client, author, other):
    card = fitted(author)
    card.card["base_points"] += 50
    Scorecard.objects.filter(pk=card.pk).update(card=card.card)

    shown = client.get(page_of(card)).context["page"]

    assert shown.fault
    assert shown.features == []


def test_a_step_asks_for_evidence_first_and_is_then_taken(client, author, other):
    card = at(Status.TESTED, author, other)

    assert client.get(step_of(card, "approve")).status_code == 200
    assert client.post(step_of(card, "approve"), {"evidence": " "}).status_code == 422
    client.post(step_of(card, "approve"), {"evidence": "validated on 2025"})

    card.refresh_from_db()
    assert (card.status, card.approver) == (Status.APPROVED, other)
    assert "validated on 2025" in client.get(page_of(card)).content.decode()


def test_the_author_is_offered_no_approval_and_gets_none(client, author, other):
    card = at(Status.TESTED, other, author)

    shown = client.get(page_of(card)).context["page"]

    assert [each.name for each in shown.moves] == ["retire"]
    assert shown.waits_for_other
    assert client.post(step_of(card, "approve"), {"evidence": "mine"}).status_code == 403


@pytest.mark.parametrize("name", ["crown", "suspend"])
def test_a_step_that_is_not_drawn_is_refused(client, author, other, name):
    card = fitted(author)

    assert client.post(step_of(card, name), {"evidence": "x"}).status_code == 403


def test_what_is_not_there_is_404(client, author, other):
    card = fitted(author, train=b"a,b\n1,2\n3,4\n")

    assert client.get(step_of(card, "polish")).status_code == 404
    for name in ("json", "sql"):
        address = reverse(f"admin:admission_scorecard_{name}", args=[card.pk])
        assert client.get(address).status_code == 404
        assert client.get(address.replace(f"/{card.pk}/", "/999999/")).status_code == 404


def test_the_card_is_fetched_as_file_and_as_sql_and_that_is_logged(client, author, other):
    card = fitted(author)

    as_json = client.get(reverse("admin:admission_scorecard_json", args=[card.pk]))
    as_sql = client.get(reverse("admin:admission_scorecard_sql", args=[card.pk]))

    assert loads(as_json.content.decode()).hash == card.fingerprint
    assert card.fingerprint in as_sql.content.decode()
    assert "attachment" in as_sql.headers["Content-Disposition"]
    assert Reading.objects.filter(reader=other).count() == 2


def test_bins_of_figures_are_drawn_by_hand(client, author, other):
    card = fitted(author)
    at_ = card.as_card().names.index("age")
    address = reverse("admin:admission_scorecard_bins", args=[card.pk, at_])

    assert client.post(address, {"bins": "thirty"}).status_code == 422
    client.post(address, {"bins": "50, 30"})

    made = Scorecard.objects.get(version=2)
    assert made.settings["overrides"]["age"] == {"edges": [30.0, 50.0]}


def test_amounts_are_read_and_drawn_in_yuan_though_a_card_knows_fen(client, author, other):
    card = fitted(author)
    at_ = card.as_card().names.index("declared_net_income")
    address = reverse("admin:admission_scorecard_bins", args=[card.pk, at_])
    edges = card.as_card().features[at_].binned.edges

    block = client.get(page_of(card)).context["page"].features[at_]
    client.post(address, {"bins": "300, 500.5"})

    assert block.unit == UNITS["yuan"]
    assert f"{edges[0] / 100:,.10g}" in block.bins[0].label
    form = client.get(address).context["form"]
    assert form.fields["bins"].initial.split(", ")[0] == f"{edges[0] / 100:.12g}"
    made = Scorecard.objects.get(version=2)
    assert made.settings["overrides"]["declared_net_income"] == {"edges": [30_000.0, 50_050.0]}


def left_out_of(client, card):
    return {each.column: each for each in client.get(page_of(card)).context["page"].left_out}


def test_bins_of_a_column_that_was_left_out_are_drawn_by_hand_and_its_reason_is_told_again(
    client, author, other
):
    card = fitted(author)
    noise = left_out_of(client, card)["noise"]
    asked = client.get(noise.edit)
    assert noise.why in str(asked.context["facts"])

    client.post(noise.edit, {"bins": "0.5, -1"})

    made = Scorecard.objects.get(version=2)
    assert made.settings["overrides"]["noise"] == {"edges": [-1.0, 0.5]}
    fit_drafted(made.pk, at=timezone.now())
    made.refresh_from_db()
    again = left_out_of(client, made)["noise"]
    assert (noise.is_by_hand, again.is_by_hand) == (False, True)
    assert again.why
    assert client.get(again.edit).context["form"].fields["bins"].initial == "-1, 0.5"


def test_a_column_that_no_bins_can_save_offers_none(client, author, other):
    card = fitted(author)
    told = left_out_of(client, card)
    address = reverse("admin:admission_scorecard_bins_left_out", args=[card.pk, 0])

    assert told["number"].edit == told["country"].edit == ""
    assert card.card["left_out"][0]["column"] in {"number", "country"}
    assert client.get(address).status_code == 404
    assert client.get(address.replace("/0/", "/99/")).status_code == 404


def test_who_may_not_draft_draws_no_bins_of_columns_left_out(client, author, other):
    card = fitted(author)
    edit = left_out_of(client, card)["noise"].edit
    client.force_login(make.staff(Role.AUDITOR))

    assert left_out_of(client, card)["noise"].edit == ""
    assert client.post(edit, {"bins": "1"}).status_code == 403


@pytest.mark.parametrize("edges", ["30, nan", "inf", "30; 40"])
def test_edges_that_are_no_figures_are_said_on_the_form(client, author, other, edges):
    card = fitted(author)
    at_age = [each.name for each in card.as_card().features].index("age")

    page = client.post(reverse("admin:admission_scorecard_bins", args=[card.pk, at_age]),
                       {"bins": edges})  # fmt: skip

    assert page.status_code == 422
    assert Scorecard.objects.count() == 1


def test_groups_of_words_are_drawn_by_hand(client, author, other):
    card = fitted(author)
    address = reverse(
        "admin:admission_scorecard_bins",
        args=[card.pk, card.as_card().names.index("occupation_declared")],
    )

    client.post(address, {"bins": "farmer | worker\ntrader|none\n"})

    made = Scorecard.objects.get(version=2)
    assert made.settings["overrides"]["occupation_declared"] == {
        "groups": [["farmer", "worker"], ["trader", "none"]]
    }


def test_who_may_only_look_may_neither_draft_nor_move(client, author, other):
    card = at(Status.TESTED, author, other)
    client.force_login(make.staff(Role.AUDITOR))

    assert client.get(page_of(card)).context["page"].moves == []
    assert client.get(ADD).status_code == 403
    assert client.post(step_of(card, "approve"), {"evidence": "x"}).status_code == 403
    bins = reverse("admin:admission_scorecard_bins", args=[card.pk, 0])
    assert client.post(bins, {"bins": "1"}).status_code == 403


def test_a_customer_manager_does_not_see_the_register(client, author):
    card = fitted(author)
    client.force_login(make.staff(Role.CUSTOMER_MANAGER))

    assert client.get(LIST).status_code == 403
    assert client.get(reverse("admin:admission_scorecard_json", args=[card.pk])).status_code == 403


def test_ten_more_cards_cost_no_more_queries(client, author, other):
    card = fitted(author)

    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(LIST).status_code == 200
        return len(caught)

    queries()
    before = queries()
    for version in range(2, 12):
        card.pk, card.version = None, version
        card._state.adding = True
        card.save()

    assert queries() == before
