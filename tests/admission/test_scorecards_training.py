"""Cards trained on the county's own history: who counts, what bad is, how many it takes."""

import json
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from admission.errors import NoScorePolicy, ScorecardRefused
from admission.models import Decision, Scorecard
from admission.scorecards import Unusable
from admission.scoring import SCORABLE
from admission.scoring.history import Performing, counted, labelled
from admission.services import scorecards_training as training
from admission.services.score_policies import draft_score_policy
from admission.services.scorecards_fitting import fit_drafted
from admission.sources import performance as registered
from core import documents
from core.roles import Role
from tests import make
from tests.admission.conftest import published
from tests.admission.test_services_scoring import history as borrowers

DAY = date(2026, 6, 30)
BEGAN = date(2024, 1, 1)


def loans(*rows):
    return pl.DataFrame(list(rows), schema=registered.COLUMNS, orient="row")


def decisions(*rows):
    names = {"decision": pl.Int64, "customer_id": pl.Int64, "as_of": pl.Date}
    return pl.DataFrame(list(rows), schema=names, orient="row")


@pytest.mark.parametrize(
    ("worst", "bad"), [(0, 0), (29, 0), (30, None), (89, None), (90, 1), (400, 1)]
)
def test_between_good_and_bad_nobody_is_either(worst, bad):
    told = labelled(decisions((1, 7, BEGAN)), loans((7, BEGAN, worst, True)), Performing())

    assert told["bad"].to_list() == [bad]


def test_a_loan_belongs_to_the_newest_decision_before_it():
    told = labelled(
        decisions((1, 7, date(2024, 1, 1)), (2, 7, date(2024, 3, 1)), (3, 7, date(2024, 9, 1))),
        loans((7, date(2024, 4, 1), 120, True)),
        Performing(),
    )

    assert told["decision"].to_list() == [2]


@pytest.mark.parametrize("after", [-1, 366])
def test_a_loan_before_the_decision_or_long_after_it_says_nothing_of_it(after):
    told = labelled(
        decisions((1, 7, BEGAN)), loans((7, BEGAN + timedelta(days=after), 0, True)), Performing()
    )

    assert told.height == 0


def test_the_worst_of_several_loans_counts_and_all_must_have_been_seen():
    told = labelled(
        decisions((1, 7, BEGAN), (2, 8, BEGAN)),
        loans((7, BEGAN, 0, True), (7, BEGAN, 95, True), (8, BEGAN, 0, True), (8, DAY, 0, False)),
        Performing(),
    )

    assert told["bad"].to_list() == [1, 0]
    assert told["is_mature"].to_list() == [True, True]  # the second loan came too late to count


def test_who_has_not_been_seen_long_enough_is_counted_apart():
    people = labelled(
        decisions((1, 7, BEGAN), (2, 8, BEGAN)),
        loans((7, BEGAN, 0, False), (8, BEGAN, 95, True)),
        Performing(),
    ).with_columns(segment=pl.lit("farmer"))

    farmers, nobody = counted(people, ("farmer", "business"))

    assert (farmers.bads, farmers.goods, farmers.too_young) == (1, 0, 1)
    assert (nobody.bads, nobody.goods) == (0, 0)
    assert not farmers.is_enough


@pytest.mark.parametrize("how", [(0, 90, 30), (61, 90, 30), (12, 30, 90), (12, 90, 0)])
def test_a_definition_that_cannot_be_meant_is_refused(how):
    with pytest.raises(Unusable):
        Performing(*how)


@pytest.fixture
def book_of_loans():
    """Loans as the credit room would tell them; each test fills them in."""
    before, rows = list(registered._known), []
    registered.register_performance(lambda _months, _day: loans(*rows))
    yield rows
    registered._known[:] = before


@pytest.fixture
def policy(rules):
    return published(draft_score_policy(make.staff(Role.RISK_OFFICER)))


def lived(rows, rules, book_of_loans, *, seed=5):
    """So many farmers decided about, who borrowed the next day and went as they did."""
    people = borrowers(rows, seed=seed).with_columns(biz_role=pl.lit("无"))
    village = [make.village() for _each in range(3)]
    made = []
    days = np.linspace(0, 500, rows).astype(int).tolist()
    for place, person in enumerate(people.rows(named=True)):
        bad = person.pop("bad")
        customer = make.customer(make.household(village[place % 3]))
        day = BEGAN + timedelta(days=days[place])
        made.append(
            Decision(
                customer=customer, purpose="granting", as_of=day, rule_set=rules,
                rule_set_hash="x", outcome="admit", asked_for={},
                inputs=person | {"hukou_in_area": True, "asked_amount": None, "sex": "女"},
            )
        )  # fmt: skip
        book_of_loans.append((customer.pk, day + timedelta(days=1), 120 * bad, True))
    return Decision.objects.bulk_create(made)


@pytest.mark.django_db
@pytest.mark.parametrize("split", training.SPLITS)
def test_a_card_is_trained_on_what_was_known_that_day(policy, rules, book_of_loans, split):
    lived(400, rules, book_of_loans)
    officer = make.staff(Role.RISK_OFFICER)
    known = training.history(Performing(), day=DAY)

    made = training.draft_from(known, "farmer", split=split, actor=officer)
    fit_drafted(made.pk, at=timezone.now())

    made = Scorecard.objects.get(pk=made.pk)
    card = made.as_card()
    assert "age" in card.names
    assert card.sample["rows"] + card.evidence["test"]["rows"] == 400
    assert made.origin["split"] == split
    assert made.origin["bads"] == sum(days > 90 for _c, _s, days, _m in book_of_loans)
    sealed = documents.content(made.train).decode().splitlines()[0].split(",")
    assert not {"customer_id", "decision", "village", "as_of", "sex", "segment"} & set(sealed)


@pytest.mark.django_db
def test_what_was_decided_about_somebody_as_a_guarantor_teaches_nothing(
    policy, rules, book_of_loans
):
    own = lived(40, rules, book_of_loans)
    for each in own:
        each.pk, each.purpose = None, "guarantee"
    Decision.objects.bulk_create(own)

    known = training.history(Performing(), day=DAY)

    asked = Decision.objects.filter(pk__in=known.people["decision"].to_list())
    assert asked.count() == 40
    assert set(asked.values_list("purpose", flat=True)) == {"granting"}


@pytest.mark.django_db
def test_too_few_are_said_with_their_counts_and_nothing_is_drafted(policy, rules, book_of_loans):
    lived(60, rules, book_of_loans)
    known = training.history(Performing(), day=DAY)
    (count,) = [each for each in known.counts() if each.segment == "farmer"]

    with pytest.raises(ScorecardRefused, match=str(count.bads)):
        training.draft_from(known, "farmer", split="time", actor=make.staff(Role.RISK_OFFICER))

    assert not Scorecard.objects.exists()


@pytest.mark.django_db
def test_without_a_policy_nobody_can_say_whose_card_it_is(rules, book_of_loans):
    with pytest.raises(NoScorePolicy):
        training.history(Performing(), day=DAY)


@pytest.mark.django_db
def test_counting_reads_what_segments_ask_for_and_a_few_people_at_a_time(
    policy, rules, book_of_loans, monkeypatch
):
    lived(40, rules, book_of_loans)
    whole = training.history(Performing(), day=DAY)
    farmers = whole.of("farmer")
    monkeypatch.setattr(training, "PEOPLE_AT_ONCE", 7)

    known = training.history(Performing(), day=DAY)

    assert known.people.equals(whole.people)
    assert not SCORABLE & set(known.people.columns)
    assert known.of("farmer").equals(farmers)
    assert farmers["age"].null_count() == 0


@pytest.mark.django_db
def test_ten_more_people_cost_no_more_queries(
    policy, rules, book_of_loans, django_assert_max_num_queries
):
    lived(40, rules, book_of_loans)

    with django_assert_max_num_queries(6):
        training.history(Performing(), day=DAY)


@pytest.mark.django_db
def test_the_command_counts_drafts_and_says_what_is_missing(
    policy, rules, book_of_loans, capsys, client
):
    lived(400, rules, book_of_loans)
    officer = make.staff(Role.RISK_OFFICER)

    call_command("train_scorecards", as_of=DAY, draft=True, by=officer.username, json=True)

    said = capsys.readouterr()
    summary = json.loads(said.out)
    assert list(summary["drafted"]) == ["farmer"]
    assert summary["drafted"]["farmer"]["fitted"]
    assert said.err.count("\n") == 3  # the other three segments have nobody
    with pytest.raises(CommandError):
        call_command("train_scorecards", draft=True, by="nobody")
    with pytest.raises(CommandError):
        call_command("train_scorecards", bad_days=10)
