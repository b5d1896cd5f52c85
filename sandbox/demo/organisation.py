"""Stage one: the bank itself, its staff, its ground, and what it has decided beforehand."""

from collections.abc import Callable, Sequence

from admission.services import draft_rule_set
from admission.services.score_policies import draft_score_policy
from admission.services.tag_sets import draft_tag_set
from core import publishing
from core.models import Branch, Publishable, PublishingState, User
from core.roles import Role
from credit.reference import load_parameters
from credit.services import products
from postloan.services import draft_signal_set
from sandbox.county.making import SHAPES
from sandbox.demo.setting import Setting, Tell
from village.services import organisation
from village.services.shapes import import_shapes_file


def found_the_bank(setting: Setting, tell: Tell) -> dict[str, int]:
    """Branches, staff, towns, villages and grids as the bank's own files give them."""
    for done, name in enumerate(("branches", "staff", "areas"), 1):
        organisation.import_file(setting.county / f"{name}.csv", password=setting.password)
        tell(done, 4)
    import_shapes_file(setting.county / SHAPES, actor=None)
    tell(4, 4)
    return {"branches": Branch.objects.count(), "staff": User.objects.count()}


def put_rules_into_force(setting: Setting, tell: Tell) -> dict[str, int]:
    """Rules, tags, policy, products and signals: one person writes, another publishes.

    Processes go before products: a product is only published on a process in force.
    """
    risk, other_risk = setting.staff(Role.RISK_OFFICER)[:2]
    product, other_product = setting.staff(Role.PRODUCT_MANAGER)[:2]
    load_parameters()
    in_force = [
        _in_force([draft_rule_set(risk)], other_risk, publishing.publish),
        _in_force([draft_tag_set(risk)], other_risk, publishing.publish),
        _in_force([draft_score_policy(risk)], other_risk, publishing.publish),
        _in_force([products.draft_limit_policy(risk)], other_risk, products.publish),
        _in_force([draft_signal_set(risk)], other_risk, publishing.publish),
        _in_force(products.draft_processes(product), other_product, products.publish),
        _in_force(products.draft_products(product), other_product, products.publish),
    ]
    tell(1, 1)
    return {"versions": sum(in_force)}


def _in_force(
    drafts: Sequence[Publishable], publisher: User, publish: Callable[..., object]
) -> int:
    """Have a second person put drafts into force; those in force already are left alone."""
    for draft in drafts:
        if draft.status == PublishingState.DRAFT:
            draft = publishing.submit(draft, actor=draft.author)
        if draft.status == PublishingState.IN_REVIEW:
            publish(draft, actor=publisher)
    return len(drafts)
