"""Stage one: the bank itself, its staff, its ground, and what it has decided beforehand."""

from collections.abc import Callable

from admission.services import draft_rule_set
from core import publishing
from core.models import Publishable, User
from core.roles import Role
from credit.reference import load_parameters
from credit.services import products
from postloan.services import draft_signal_set
from sandbox.demo.setting import Setting, Tell
from village.services import organisation


def found_the_bank(setting: Setting, tell: Tell) -> dict[str, int]:
    """Branches, staff, towns, villages and grids as the bank's own files give them."""
    branches = organisation.import_branches(setting.county / "branches.csv")
    tell(1, 3)
    staff = organisation.import_staff(setting.county / "staff.csv", password=setting.password)
    tell(2, 3)
    organisation.import_areas(setting.county / "areas.csv")
    tell(3, 3)
    return {"branches": branches.rows, "staff": staff.rows}


def put_rules_into_force(setting: Setting, tell: Tell) -> dict[str, int]:
    """Rules, policy, products and signals: one person writes, another publishes."""
    risk, other_risk = setting.staff(Role.RISK_OFFICER)[:2]
    product, other_product = setting.staff(Role.PRODUCT_MANAGER)[:2]
    load_parameters()
    drafts: list[tuple[Publishable, User, Callable[..., object]]] = [
        (draft_rule_set(risk), other_risk, publishing.publish),
        (products.draft_limit_policy(risk), other_risk, products.publish),
        (draft_signal_set(risk), other_risk, publishing.publish),
    ]
    drafts += [(each, other_product, products.publish) for each in _drafted_products(product)]
    for done, (draft, publisher, publish) in enumerate(drafts, start=1):
        publishing.submit(draft, actor=draft.author)
        publish(draft, actor=publisher)
        tell(done, len(drafts))
    return {"versions": len(drafts)}


def _drafted_products(author: User) -> list[Publishable]:
    """Processes first: a product can only be published on a process in force."""
    processes = products.draft_processes(author)
    return [*processes, *products.draft_products(author)]
