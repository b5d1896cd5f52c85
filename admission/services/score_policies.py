"""Writing and revising the bank's scoring policy."""

from django.db import transaction
from django.utils.translation import gettext as _

from admission.errors import NoScorePolicy
from admission.models import SCORING, ScorePolicy
from admission.reference.scoring import first_policy
from admission.scoring import ScoringText
from core import audit, publishing
from core.models import PublishingState, User


@transaction.atomic
def draft_score_policy(author: User) -> ScorePolicy:
    """A new draft with the segments and bands a bank starts with."""
    made = _next_version(
        author,
        name=_("Scoring policy"),
        note=_("Segments and bands to start with."),
        text=first_policy(),
    )
    audit.record(made, "admission.score_policy.drafted", actor=author)
    return made


@transaction.atomic
def revise_score_policy(policy_id: int, *, actor: User, note: str = "") -> ScorePolicy:
    """A new draft that begins as a copy of a version; the version itself stays as it is."""
    before = ScorePolicy.objects.filter(pk=policy_id).first()
    if before is None:
        raise NoScorePolicy(_("There is no such scoring policy."))
    made = _next_version(actor, name=before.name, note=note, text=before.text())
    audit.record(made, "admission.score_policy.revised", actor=actor, revises=before.pk)
    return made


def own_draft(actor: User, *, note: str) -> ScorePolicy:
    """The newest draft that this person is writing, locked, or a new one like that in force.

    Raises NoScorePolicy.
    """
    drafts = ScorePolicy.objects.select_for_update().filter(
        code=SCORING, author=actor, status=PublishingState.DRAFT
    )
    if (found := drafts.order_by("-version").first()) is not None:
        return found
    before = publishing.in_force(ScorePolicy, SCORING)
    if before is None:
        raise NoScorePolicy(_("No scoring policy has been published yet."))
    return revise_score_policy(before.pk, actor=actor, note=note)


def _next_version(author: User, *, name: str, note: str, text: ScoringText) -> ScorePolicy:
    return ScorePolicy.objects.create(
        code=SCORING,
        name=name,
        version=publishing.next_version(ScorePolicy, code=SCORING),
        author=author,
        note=note,
        settings=text.settings(),
        fingerprint=text.hash,
    )
