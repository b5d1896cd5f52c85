"""What follows once a refusal no longer stands, in words for staff and for the customer.

An application that was turned down for it stays turned down: its road has ended, and the customer
may have asked for something else since. They apply again, and are told so, in Chinese: it is kept
for them, whatever the language of whoever settles it.
"""

from datetime import date

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from admission.models import Appeal, Authorisation, Decision, Override

Outcome, Purpose = Decision.Outcome, Authorisation.Purpose


def after_override(override: Override) -> str:
    """For staff: what an override that was agreed to leads to; nothing while it was not."""
    if override.status == Override.Status.REVOKED:
        return _(
            "The rules count again since %(day)s: the customer is refused, and no money is paid "
            "out on what was decided under the override. Tell them."
        ) % {"day": timezone.localtime(override.ended_at).date()}
    if override.status != Override.Status.APPROVED:
        return ""
    day = {"day": override.valid_until}
    return {
        Purpose.GRANTING: _(
            "Until %(day)s a person settles the household's limit as soon as it is worked out "
            "again; what was decided before stands until then."
        ),
        Purpose.APPLICATION: _(
            "An application that was refused stays refused. Tell the customer that they may apply "
            "again now, until %(day)s: a person looks at the new application."
        ),
        Purpose.GUARANTEE: _(
            "A guarantor who was refused stays refused. Let them go and name them again, until "
            "%(day)s: a person looks at the application then."
        ),
    }.get(override.decision.purpose, _("Until %(day)s a person decides about the customer.")) % day


def after_appeal(appeal: Appeal) -> str:
    """For staff: what deciding again leads to; nothing where it was not decided again."""
    again = appeal.decided_again
    if again is None:
        return ""
    if again.outcome == Outcome.REFUSE:
        return _("The refusal stands.")
    if not ended_an_application(appeal.decision):
        return _("The new decision counts from now on.")
    if again.outcome == Outcome.MANUAL:
        return _(
            "An application that was refused stays refused. Tell the customer that they may apply "
            "again now: a person looks at the new application."
        )
    return _(
        "An application that was refused stays refused. Tell the customer that they may apply "
        "again now."
    )


def ended_an_application(decision: Decision) -> bool:
    """Whether an application that was decided on so was turned down."""
    return decision.outcome == Outcome.REFUSE and decision.purpose == Purpose.APPLICATION


@translation.override("zh-hans")
def may_apply_until(day: date) -> str:
    """For the customer whose refusal head office set aside."""
    return _(
        "You may apply again now, until %(day)s; a member of staff will look at your new "
        "application."
    ) % {"day": day}


@translation.override("zh-hans")
def may_apply_again(again: Decision) -> str:
    """For the customer about whom it was decided again, and no longer refused: the whole text."""
    opening, lines = _("You may apply again now."), again.customer_text.split("\n")
    if again.outcome == Outcome.MANUAL:
        opening = _("You may apply again now; a member of staff will look at your new application.")
        lines = lines[1:]
    return "\n".join(filter(None, [opening, *lines]))
