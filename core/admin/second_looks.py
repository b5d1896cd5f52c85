"""Registers of appeals: how long each may wait, and answering it with hands that had no part."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import DateField, QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin import columns
from core.admin.deeds import Deed, DeedsAdmin
from core.models import SecondLook

Clock = Callable[[datetime], datetime]


class AppealsAdmin(DeedsAdmin):
    """What people disagree with, the most urgent first.

    ``clock`` tells a moment of the local clock as the bank counts it; each appeal bears ``today``
    as that has it.
    """

    clock: Clock
    list_filter = ["status", "due_on"]
    answers: list[Deed]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SecondLook]:
        """Asked for the day once, whatever the number of rows."""
        today = self.clock(timezone.localtime()).date()
        return super().get_queryset(request).annotate(today=Value(today, DateField()))

    @admin.display(description=_("time left"))
    def time_left(self, appeal: SecondLook) -> SafeString | str:
        """Days until it is to be answered; red once they are over."""
        if not appeal.is_open:
            return columns.NOTHING
        return columns.days_left(appeal.due_on, today=appeal.today)

    def deeds(self, request: HttpRequest, record: SecondLook) -> list[Deed]:
        """Answer it, once, and never where one had part in what was decided."""
        may = record.is_open and request.user.pk not in record.had_part_in
        return self.answers if may else []


def upholding(
    permission: str,
    *,
    title: str | Promise,
    says: str | Promise,
    form: type[forms.Form],
    uphold: Callable[..., SecondLook],
    clock: Clock,
) -> Deed:
    """What was decided stands; whoever appealed reads the ``answer`` of the ``form``."""

    def work(request: HttpRequest, appeal: SecondLook, said: dict[str, Any]) -> SecondLook:
        at = clock(timezone.localtime())
        return uphold(appeal.pk, actor=request.user, answer=said["answer"], at=at)

    return Deed(
        name="uphold",
        title=title,
        says=says,
        done=_("Answered."),
        work=work,
        form=form,
        permission=permission,
    )
