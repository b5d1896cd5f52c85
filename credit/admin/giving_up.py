"""Giving up a line from its page: one person asks, another agrees or declines."""

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin import columns
from core.admin.deeds import Deed, ReasonForm
from credit.models import CreditLine, LineGivingUp
from credit.services import giving_up

MAY = "credit.freeze_creditline"
ASKED = LineGivingUp.Status.ASKED


class GivenUp(admin.SimpleListFilter):
    """Lines whose giving up waits for a second person."""

    title = _("work")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """One choice besides all."""
        return [("give_up", _("to be given up"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those that somebody else asked for."""
        asked = LineGivingUp.objects.filter(status=ASKED).exclude(asked_by=request.user)
        return queryset.filter(givings_up__in=asked) if self.value() else queryset


def told(line: CreditLine) -> SafeString | str:
    """Who asked that the line be given up, when and why, and what was answered."""
    rows = (
        (
            each.get_status_display(),
            f"{timezone.localtime(each.asked_at):%Y-%m-%d}",
            each.asked_by,
            each.reason,
        )
        for each in line.givings_up.select_related("asked_by")
    )
    return format_html_join("", "<div>{} · {} · {} · {}</div>", rows) or columns.NOTHING


def deeds(request: HttpRequest, line: CreditLine) -> list[Deed]:
    """Asking, while nobody has; answering, for another than who asked."""
    if line.status in CreditLine.ENDED:
        return []
    asked = line.givings_up.filter(status=ASKED).first()
    if asked is None:
        return [ASK]
    if asked.asked_by_id == request.user.pk:
        return []
    why = _("%(who)s asked for it on %(day)s: %(reason)s") % {
        "who": asked.asked_by,
        "day": f"{timezone.localtime(asked.asked_at):%Y-%m-%d}",
        "reason": asked.reason,
    }
    return [replace(AGREE, says=f"{why} {AGREE.says}"), DECLINE]


def _asked(line: CreditLine) -> int:
    return line.givings_up.filter(status=ASKED).values_list("pk", flat=True).get()


ASK = Deed(
    name="give_up",
    title=_("Ask that this line be given up"),
    says=_("Once a second person agrees it ends for good; what is owed under it stays owed."),
    done=_("Written down; a second person has to agree."),
    work=lambda request, line, said: giving_up.ask(
        line.pk, reason=said["reason"], actor=request.user, at=timezone.now()
    ),
    form=ReasonForm,
    permission=MAY,
)
AGREE = Deed(
    name="agree",
    title=_("Agree that this line is given up"),
    says=_(
        "It ends for good. Where the limit is for another of the household by now, because who"
        " signed has died, left or may not borrow, that person gets a line."
    ),
    done=_("The line has ended."),
    work=lambda request, line, said: giving_up.agree(
        _asked(line), actor=request.user, at=timezone.now()
    ),
    permission=MAY,
)
DECLINE = Deed(
    name="decline",
    title=_("Do not give it up"),
    says=_("The line stays as it is."),
    done=_("The line stays."),
    work=lambda request, line, said: giving_up.decline(
        _asked(line), actor=request.user, at=timezone.now()
    ),
    permission=MAY,
)
