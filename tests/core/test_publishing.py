import pytest
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed, can_proceed

from admission.models import Rule, RuleSet
from core import audit, publishing
from core.errors import MoveNotAllowed, SameHands, Unsound
from core.models import PublishingState
from core.roles import Role
from tests import make

pytestmark = pytest.mark.django_db

MOVES = {
    "submit": {"draft"},
    "send_back": {"in_review"},
    "publish": {"in_review"},
    "retire": {"published"},
}


def _version(number: int = 1, **given) -> RuleSet:
    author = given.pop("author", None) or make.staff(Role.RISK_OFFICER)
    made = {"code": "farm", "name": "农户准入", "version": number, "author": author}
    version = RuleSet.objects.create(**made | given)
    Rule.objects.create(
        rule_set=version, code="R1", level="high", name="年龄", expression="age < 18",
        on_unknown="manual_review", says="", says_to_customer="",
    )  # fmt: skip
    return version


def test_a_second_person_puts_a_version_into_force():
    draft = publishing.submit(_version(), actor=make.staff(Role.RISK_OFFICER))

    publishing.publish(draft, actor=make.staff(Role.PRODUCT_MANAGER))

    assert publishing.in_force(RuleSet, "farm") == draft


def test_the_author_may_not_publish():
    draft = _version()
    publishing.submit(draft, actor=draft.author)

    with pytest.raises(SameHands):
        publishing.publish(draft, actor=draft.author)


@pytest.mark.parametrize("deed", ["edited", "changed", "cut"])
def test_whoever_changed_anothers_draft_may_not_publish_it_and_a_third_person_may(deed):
    editor, third = make.staff(Role.RISK_OFFICER), make.staff(Role.RISK_OFFICER)
    draft = _version()
    audit.record(draft, f"admission.rule_set.{deed}", actor=editor)
    publishing.submit(draft, actor=editor)

    with pytest.raises(SameHands):
        publishing.publish(draft, actor=editor)
    publishing.publish(draft, actor=third)

    assert publishing.in_force(RuleSet, "farm").publisher == third


def test_a_change_to_another_version_keeps_nobody_from_publishing_this_one():
    editor = make.staff(Role.RISK_OFFICER)
    draft, other = _version(1), _version(2)
    audit.record(other, "admission.rule_set.edited", actor=editor)
    publishing.submit(draft, actor=draft.author)

    publishing.publish(draft, actor=editor)

    assert publishing.in_force(RuleSet, "farm") == draft


def test_the_database_refuses_the_author_as_publisher_whatever_the_code_says():
    draft = _version()

    with pytest.raises(IntegrityError, match="maker_is_not_checker"), transaction.atomic():
        RuleSet.objects.filter(pk=draft.pk).update(publisher=draft.author)


def test_publishing_a_version_retires_the_one_before():
    checker = make.staff(Role.PRODUCT_MANAGER)
    first, second = _version(1), _version(2)
    for version in (first, second):
        publishing.submit(version, actor=version.author)
        publishing.publish(version, actor=checker)

    assert RuleSet.objects.get(pk=first.pk).status == PublishingState.RETIRED
    assert publishing.in_force(RuleSet, "farm") == second


def test_a_draft_can_not_be_published_unread():
    with pytest.raises(MoveNotAllowed):
        publishing.publish(_version(), actor=make.staff(Role.PRODUCT_MANAGER))


@pytest.mark.parametrize("state", PublishingState.values)
@pytest.mark.parametrize("move", MOVES)
def test_only_the_drawn_moves_are_possible(state, move):
    version = RuleSet(code="farm", status=state, author=make.staff(Role.RISK_OFFICER))

    assert can_proceed(getattr(version, move)) == (state in MOVES[move])


def test_the_side_door_is_closed():
    with pytest.raises((AttributeError, TransitionNotAllowed)):
        _version().status = PublishingState.PUBLISHED


def test_a_version_that_names_what_it_lacks_is_not_submitted():
    unsound = _version()
    unsound.rules.update(expression="agee < 18")

    with pytest.raises(Unsound, match="R1.*agee"):
        publishing.submit(unsound, actor=unsound.author)

    assert RuleSet.objects.get(pk=unsound.pk).status == PublishingState.DRAFT
