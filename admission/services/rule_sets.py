"""Writing and revising the bank's admission rules."""

from django.db import transaction
from django.utils.translation import gettext as _

from admission.errors import NoRulesInForce
from admission.judgement import OutcomeRule, fingerprint_of
from admission.models import CHALLENGER, CHAMPION, Rule, RuleSet
from admission.reference.texts import first_rules
from core import audit, publishing
from core.errors import MoveNotAllowed
from core.models import PublishingState, User


@transaction.atomic
def draft_rule_set(author: User) -> RuleSet:
    """A new draft with the 38 rules of the published case."""
    rule_set = _next_version(author, note=_("The 38 rules of the published case."))
    Rule.objects.bulk_create(
        Rule(
            rule_set=rule_set,
            code=text.code,
            level=text.level,
            name=text.name,
            source=source,
            expression=text.expression,
            params=text.params,
            on_unknown=text.on_unknown,
            says=text.says,
            says_to_customer=text.says_to_customer,
            treatment=text.treatment,
            note=note,
        )
        for text, source, note in first_rules()
    )
    refresh_fingerprint(rule_set)
    audit.record(rule_set, "admission.rule_set.drafted", actor=author, hash=rule_set.fingerprint)
    return rule_set


@transaction.atomic
def revise(rule_set_id: int, *, actor: User, note: str = "", code: str = CHAMPION) -> RuleSet:
    """A new draft that begins as a copy of a version; the version itself stays as it is.

    Under the code ``CHALLENGER`` it is to be heard beside the rules in force, deciding nothing.
    """
    before = RuleSet.objects.filter(pk=rule_set_id).first()
    if before is None:
        raise NoRulesInForce(_("There is no such rule set."))
    rule_set = _next_version(actor, note=note, like=before, code=code)
    copies = list(before.rules.order_by("id"))
    for each in copies:
        each.pk, each.rule_set = None, rule_set
    Rule.objects.bulk_create(copies)
    refresh_fingerprint(rule_set)
    audit.record(
        rule_set, "admission.rule_set.revised", actor=actor, hash=rule_set.fingerprint,
        revises=before.pk,
    )  # fmt: skip
    return rule_set


@transaction.atomic
def refresh_fingerprint(rule_set: RuleSet) -> None:
    """Keep a draft's fingerprint in step with what it says. Refused once it is no draft."""
    locked = RuleSet.objects.select_for_update().get(pk=rule_set.pk)
    if locked.status != PublishingState.DRAFT:
        raise MoveNotAllowed(_("Only a draft can be changed; revise the version instead."))
    texts = [each.text for each in locked.rules.order_by("id")]
    outcome = OutcomeRule(locked.outcome, locked.limit_factor)
    rule_set.fingerprint = locked.fingerprint = fingerprint_of(texts, outcome)
    locked.save(update_fields=["fingerprint"])


def _next_version(
    author: User, *, note: str, like: RuleSet | None = None, code: str = CHAMPION
) -> RuleSet:
    names = {CHAMPION: _("Admission rules"), CHALLENGER: _("Challenger of the admission rules")}
    is_same_kind = like is not None and like.code == code
    made = RuleSet(
        code=code,
        name=like.name if is_same_kind else names[code],
        version=publishing.next_version(RuleSet, code=code),
        author=author,
        note=note,
    )
    if like:
        made.outcome, made.limit_factor = like.outcome, like.limit_factor
    made.save()
    return made
