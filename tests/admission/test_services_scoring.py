"""The score beside the rules: whose card, what is kept, what the customer hears, worked again."""

import json
import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from django.utils import timezone

from admission import scoring_words, services
from admission.errors import ScorecardChanged, ScorecardRefused
from admission.models import Decision, Scorecard, ScorePolicy, ShadowScore
from admission.scorecards import explain
from admission.services import replaying, scorecards, scoring
from admission.services.score_policies import draft_score_policy, revise_score_policy
from admission.services.scorecards_fitting import fit_drafted
from core.models import AuditEntry
from core.roles import Role
from tests import make
from tests.admission.conftest import AS_OF, allow, decided, published, visited

pytestmark = pytest.mark.django_db

ROAD = ["pass_test", "approve", "shadow", "crown"]


def history(rows=2500, seed=5):
    """Made-up borrowers: the young, those often asked about and those without savings go bad."""
    rng = np.random.default_rng(seed)
    age = rng.integers(20, 66, rows)
    asked = rng.poisson(1.2, rows)
    saved = np.where(rng.random(rows) < 0.3, 0, rng.lognormal(13, 1, rows)).astype(int)
    role = rng.choice(["无", "个体经营者", "股东"], rows, p=[0.7, 0.2, 0.1])
    risk = -2 - 0.05 * (age - 40) + 0.5 * asked + np.where(saved == 0, 0.8, -0.4)
    risk += np.where(role == "股东", 0.7, 0)
    bad = rng.random(rows) < 1 / (1 + np.exp(-risk))
    return pl.DataFrame(
        {
            "age": age, "pb_q_hard_6m": asked, "dep_avg_12m": saved, "biz_role": role,
            "bad": bad.astype(int),
        }
    ).with_columns(
        pl.when(pl.Series(rng.random(rows) < 0.15)).then(None).otherwise("dep_avg_12m")
        .alias("dep_avg_12m")
    )  # fmt: skip


def card_in(status, segment="farmer", **given):
    """A card of these borrowers, taken as far as asked by the people who may."""
    author, other = make.staff(Role.RISK_OFFICER), make.staff(Role.RISK_OFFICER)
    sent = {"train": history().write_csv().encode(), "test": None, "target": "bad", "settings": {}}
    made = scorecards.draft(segment, actor=author, **sent | given)
    fit_drafted(made.pk, at=timezone.now())
    for step in ROAD[: ["tested", "approved", "shadow", "champion"].index(status) + 1]:
        made = getattr(scorecards, step)(made.pk, actor=other, evidence="report")
    return made


@pytest.fixture
def policy(rules):
    """The scoring policy a bank starts with, in force."""
    return published(draft_score_policy(make.staff(Role.RISK_OFFICER)))


def farmer(world, **given):
    customer = visited(world.customer("sound", **given))
    allow(customer)
    return customer


def test_without_a_policy_nobody_is_scored_and_nothing_changes(world, rules):
    card_in("champion")

    decision = decided(farmer(world))

    assert (decision.score, decision.scorecard, decision.risk_band) == (None, None, "")
    assert decision.scored == {}
    assert decision.customer_text == ""


def test_without_a_card_the_decision_says_so(world, policy):
    decision = decided(farmer(world))

    assert decision.score is None
    assert decision.scored == {"segment": "farmer", "unsure": [], "why_not": "no_card"}
    assert decision.score_policy == policy
    assert decision.outcome == "admit"


def test_the_card_in_force_scores_and_everything_is_kept(world, policy):
    card = card_in("champion")

    decision = decided(farmer(world))

    decision = Decision.objects.get(pk=decision.pk)
    told = explain(card.as_card(), decision.inputs)
    assert (decision.score, decision.scorecard_id) == (told.score, card.pk)
    kept = decision.scored
    assert (kept["segment"], kept["version"], kept["card"]) == (
        "farmer", card.version, card.fingerprint,
    )  # fmt: skip
    assert kept["base_points"] + sum(each["points"] for each in kept["reasons"]) == told.score
    assert {each["feature"]: each["code"] for each in kept["reasons"]}["pb_q_hard_6m"] == "F052"
    assert set(card.as_card().names) <= decision.inputs.keys()
    entry = AuditEntry.objects.get(action="admission.decision.made")
    assert entry.detail["score"] == told.score


def test_an_unknown_answer_counts_as_the_card_says_and_is_named(world, policy):
    card_in("champion")

    decision = decided(farmer(world))

    assert decision.inputs["dep_avg_12m"] is None
    assert "dep_avg_12m" in decision.scored["unknown"]
    (missing,) = [each for each in decision.scored["reasons"] if each["feature"] == "dep_avg_12m"]
    assert (missing["value"], missing["bin"]) == (None, "∅")


def test_a_card_of_another_segment_scores_nobody_here(world, policy):
    card_in("champion", segment="business")

    assert decided(farmer(world)).scored["why_not"] == "no_card"


def test_one_and_many_are_scored_alike(world, policy):
    card_in("champion")
    people = [visited(world.customer(each)) for each in ("sound", "sued", "dishonest", "white")]
    for each in people:
        allow(each)
    asked = {"purpose": "granting", "as_of": AS_OF, "actor": None}

    many = services.decide_many([each.pk for each in people], **asked)

    for each in many:
        alone = services.decide(each.customer_id, **asked)
        assert (each.score, each.risk_band, each.scored) == (
            alone.score, alone.risk_band, alone.scored,
        )  # fmt: skip


def test_a_decision_worked_again_gives_the_same_score(world, policy):
    card = card_in("champion")
    decision = Decision.objects.get(pk=decided(farmer(world)).pk)
    scorecards.suspend(card.pk, actor=make.staff(Role.RISK_OFFICER), evidence="drift")

    again = replaying.compare(decision)

    assert again.is_same
    assert again.score == decision.score is not None


def test_a_score_changed_in_the_database_is_found(world, policy):
    card_in("champion")
    decision = decided(farmer(world))
    Decision.objects.filter(pk=decision.pk).update(score=decision.score + 1)

    again = replaying.compare(Decision.objects.get(pk=decision.pk))

    assert again.differing == ("score",)


def test_a_card_changed_after_its_approval_judges_nobody(world, policy):
    card = card_in("champion")
    customer = farmer(world)
    kept = json.loads(json.dumps(card.card))
    kept["base_points"] += 50
    Scorecard.objects.filter(pk=card.pk).update(card=kept)

    with pytest.raises(ScorecardChanged):
        decided(customer)


def test_a_policy_changed_after_its_publication_judges_nobody(world, policy):
    customer = farmer(world)
    settings = json.loads(json.dumps(policy.settings))
    settings["bands"]["farmer"][0] += 1
    ScorePolicy.objects.filter(pk=policy.pk).update(settings=settings)

    with pytest.raises(ScorecardChanged):
        decided(customer)


def test_whoever_the_rules_refuse_hears_the_rules_alone(world, policy):
    card_in("champion")
    with_bands(policy, 9000, 8000, 7000, 6000)
    customer = visited(world.customer("dishonest"))
    allow(customer)

    decision = decided(customer)

    assert (decision.outcome, decision.risk_band) == ("refuse", "E")
    assert str(scoring_words.TOPICS["pboc"]) not in decision.customer_text


def test_a_changed_card_in_shadow_keeps_nobody_from_deciding(world, policy):
    card = card_in("shadow")
    Scorecard.objects.filter(pk=card.pk).update(card={"schema": "other"})

    decision = decided(farmer(world))

    assert decision.outcome == "admit"
    assert not ShadowScore.objects.exists()


def test_a_card_in_shadow_is_heard_and_decides_nothing(world, policy):
    champion = card_in("champion")
    challenger = card_in("shadow", train=history(seed=9).write_csv().encode())

    decision = decided(farmer(world))

    assert decision.scorecard_id == champion.pk
    (shadow,) = decision.shadow_scores.all()
    assert shadow.scorecard_id == challenger.pk
    assert shadow.score == explain(challenger.as_card(), decision.inputs).score


def test_a_card_that_asks_what_no_decision_knows_is_not_let_into_shadow(rules):
    foreign = history().rename({"age": "years_at_school"}).write_csv().encode()

    with pytest.raises(ScorecardRefused, match="years_at_school"):
        card_in("shadow", train=foreign)


def test_a_card_that_asks_a_persons_sex_is_not_let_into_shadow(rules):
    foreign = history().rename({"pb_q_hard_6m": "sex"}).write_csv().encode()

    with pytest.raises(ScorecardRefused, match="sex"):
        card_in("shadow", train=foreign)


def with_bands(policy, *edges):
    revised = revise_score_policy(policy.pk, actor=make.staff(Role.RISK_OFFICER))
    text = revised.text()
    revised.say(replace(text, bands={**text.bands, "farmer": edges}))
    revised.save(update_fields=["settings", "fingerprint"])
    return published(revised)


@pytest.mark.parametrize(
    ("edges", "band"),
    [((-3, -4, -5, -6), "A"), ((9000, -4, -5, -6), "B"), ((9000, 8000, 7000, 6000), "E")],
)
def test_bands_are_those_of_the_policy_in_force(world, policy, edges, band):
    card_in("champion")
    with_bands(policy, *edges)

    assert decided(farmer(world)).risk_band == band


def test_whoever_is_in_a_lower_band_is_told_why_without_figures(world, policy, in_english):
    card_in("champion")
    with_bands(policy, 9000, 8000, 7000, 6000)

    told = decided(farmer(world)).customer_text

    assert told
    assert not re.search("[0-9A-Za-z]", told)


def test_whoever_is_in_a_good_band_hears_nothing_of_a_score(world, policy):
    card_in("champion")
    with_bands(policy, -3, -4, -5, -6)

    assert decided(farmer(world)).customer_text == ""


def test_a_card_is_read_once_and_costs_no_query_a_customer(
    world, policy, django_assert_max_num_queries
):
    card_in("champion")
    scoring.in_force()

    with django_assert_max_num_queries(2):
        scoring.in_force()
