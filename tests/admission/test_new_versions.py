"""Two who begin a new version at once, or one who clicks twice: two numbers, no fault."""

import threading

import pytest
from django.db import connection, transaction

from admission import services
from admission.models import RuleSet, ScorePolicy, TagSet
from admission.services import score_policies, tag_sets
from core.roles import Role
from credit.models import Product
from credit.services import products
from tests import make
from tests.waiting import until_others_wait

pytestmark = pytest.mark.django_db(transaction=True)


def rules(author):
    draft = services.draft_rule_set(author)
    return lambda: services.revise(draft.pk, actor=author), RuleSet


def tags(author):
    draft = tag_sets.draft_tag_set(author)
    return lambda: tag_sets.revise_tag_set(draft.pk, actor=author), TagSet


def scoring(author):
    draft = score_policies.draft_score_policy(author)
    return lambda: score_policies.revise_score_policy(draft.pk, actor=author), ScorePolicy


def product(author):
    draft = products.draft_products(author)[0]
    return lambda: products.new_version(draft, actor=author), Product.objects.filter(
        code=draft.code
    )


@pytest.mark.parametrize("line", [rules, tags, scoring, product])
def test_two_clicks_begin_two_versions(line):
    again, versions = line(make.staff(Role.RISK_OFFICER))

    def click():
        try:
            again()
        finally:
            connection.close()

    second = threading.Thread(target=click)
    with transaction.atomic():
        again()
        second.start()
        until_others_wait()
    second.join()

    found = getattr(versions, "objects", versions)
    assert sorted(found.values_list("version", flat=True)) == [1, 2, 3]
