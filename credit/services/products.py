"""Products, processes and limit policies: drafts to start from, and putting them into force."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, publishing
from core.models import PublishingState, User
from credit.errors import NotPublished, ProcessNotWhole
from credit.models import Application, LimitPolicy, ProcessTemplate, Product
from credit.nodes import REGISTRY
from credit.reference.limits import POLICY_CODE, POLICY_NAME, starting_settings
from credit.reference.products import PROCESSES, PRODUCTS
from credit.services import guarantors, simulating

BEFORE_APPROVAL = {Application.Status.SCREENING, Application.Status.INVESTIGATING}
OWN_TO_A_VERSION = {"id", "version", "status", "author", "publisher", "published_at", "note"}
MUST_COME_IN_ORDER = ("approval", "cost_disclosure", "contract", "disbursement")


@transaction.atomic
def draft_processes(author: User) -> list[ProcessTemplate]:
    """The processes a bank starts with, as drafts; those there already are left alone."""
    return [
        _drafted(ProcessTemplate, code, author, name=name, nodes=nodes)
        for code, (name, nodes) in PROCESSES.items()
    ]


@transaction.atomic
def draft_products(author: User) -> list[Product]:
    """The products a bank starts with, as drafts on their processes."""
    processes = {each.code: each for each in draft_processes(author)}
    return [
        _drafted(Product, code, author, **given | {"process": processes[given["process"]]})
        for code, given in PRODUCTS.items()
    ]


@transaction.atomic
def draft_limit_policy(author: User) -> LimitPolicy:
    """The limit policy a bank starts with, as a draft."""
    return _drafted(
        LimitPolicy, POLICY_CODE, author, name=POLICY_NAME, settings=starting_settings()
    )


@transaction.atomic
def new_version(version: Any, *, actor: User) -> Any:
    """A draft that begins as a copy of ``version``; what is in force goes on deciding meanwhile."""
    model = type(version)
    copied = {
        field.attname: getattr(version, field.attname)
        for field in model._meta.concrete_fields
        if field.name not in OWN_TO_A_VERSION
    }
    number = publishing.next_version(model, code=version.code)
    fresh = model.objects.create(**copied, version=number, author=actor)
    audit.record(fresh, f"{model._meta.label_lower}.drafted", actor=actor, copied_from=version.pk)
    return fresh


def publish(version: Any, *, actor: User) -> Any:
    """Put a product, process or policy into force, once it is whole.

    Raises ProcessNotWhole, NotPublished, NotSimulated, SameHands.
    """
    match version:
        case LimitPolicy():
            simulating.must_be_simulated(version)
        case ProcessTemplate():
            check_process(version.nodes)
        case Product():
            check_process(version.process.nodes)
            if version.process.status not in {PublishingState.PUBLISHED, PublishingState.RETIRED}:
                raise NotPublished(
                    _("Publish the process “%(process)s” first.") % {"process": version.process}
                )
    return publishing.publish(version, actor=actor)


def check_process(nodes: Sequence[dict[str, Any]]) -> None:
    """Refuse a road that no application could travel. Raises ProcessNotWhole."""
    names = [each.get("node") for each in nodes]
    unknown = sorted({str(name) for name in names if name not in REGISTRY})
    if unknown:
        raise ProcessNotWhole(_("There is no node “%(name)s”.") % {"name": ", ".join(unknown)})
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ProcessNotWhole(
            _("The node “%(name)s” appears more than once.") % {"name": ", ".join(repeated)}
        )
    for name in MUST_COME_IN_ORDER:
        if name not in names:
            raise ProcessNotWhole(_("The process lacks the node “%(name)s”.") % {"name": name})
    places = [names.index(name) for name in MUST_COME_IN_ORDER]
    if places != sorted(places) or places[-1] != len(names) - 1:
        raise ProcessNotWhole(
            _("Approval comes before cost disclosure, contract and, last, disbursement.")
        )
    limit = names.index("limit") if "limit" in names else len(names)
    if "admission" in names[limit:]:
        raise ProcessNotWhole(_("Admission comes before the limit, which it may lower."))
    before = [REGISTRY[name].stage for name in names[: places[0]]]
    after = [Application.STAGES.index(REGISTRY[name].stage) for name in names[places[0] :]]
    if not set(before) <= BEFORE_APPROVAL or after != sorted(after):
        raise ProcessNotWhole(_("The nodes are not in the order of the stages they belong to."))
    _check_identity(next((each for each in nodes if each["node"] == "identity"), {}))
    _check_guarantors(next((each for each in nodes if each["node"] == guarantors.NODE), {}))


def _check_identity(node: dict[str, Any]) -> None:
    if type(node.get("settings", {}).get("card", False)) is not bool:
        raise ProcessNotWhole(_("The node “identity” needs true or false under “card”."))


def _check_guarantors(node: dict[str, Any]) -> None:
    needed = node.get("settings", {}).get("needed", 0)
    if type(needed) is not int or not 0 <= needed <= guarantors.MOST:
        raise ProcessNotWhole(
            _("The node “guarantors” needs a whole number from 0 to %(most)d under “needed”.")
            % {"most": guarantors.MOST}
        )


def _drafted(model: type, code: str, author: User, **given: Any) -> Any:
    """The newest version of ``code``, or a first draft of it."""
    found = model.objects.filter(code=code).order_by("-version").first()
    if found is not None:
        return found
    draft = model.objects.create(code=code, author=author, **given)
    audit.record(draft, f"{model._meta.label_lower}.drafted", actor=author)
    return draft
