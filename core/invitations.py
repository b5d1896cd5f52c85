"""How new staff come by their first password: a link that works once, with which they choose it.

Nobody else ever knows the password. A link ends when the password is chosen, by whichever way, and
after ``DAYS``.
"""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from core import audit, sheets
from core.models import User

DAYS = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)


def may_be_invited(person: User) -> bool:
    """Whether this person works here and has no password yet."""
    return person.is_active and not person.has_usable_password()


def table(people: Iterable[User], *, site: str, actor: User | None) -> bytes:
    """Everybody with their link as CSV, to be handed to each alone; that it was made is recorded.

    ``site`` is where the system is reached. Whoever has a password already is left out.
    """
    rows = [[_("user name"), _("Full name"), _("branch"), _("link, works once")]]
    for each in people:
        if may_be_invited(each):
            where = str(each.branch) if each.branch else ""
            rows.append([each.username, each.full_name, where, link(each, site=site)])
            audit.record(each, "core.staff.invited", actor=actor, days=DAYS)
    return sheets.made(rows, sheets.CSV, name="invitations", customers=0).content


def link(person: User, *, site: str) -> str:
    """The address at which one person chooses a password."""
    names = [
        urlsafe_base64_encode(force_bytes(person.pk)),
        default_token_generator.make_token(person),
    ]
    return f"{site.rstrip('/')}{reverse('choose-password', args=names)}"
