"""Registers of versions of which one is in force: rules, tags, how customers are scored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import publishing
from core.admin import BackOfficeAdmin, columns
from core.models import Publishable, PublishingState


@dataclass(frozen=True)
class Verbs:
    """By which services a version of one kind comes into the world and into force."""

    code: str
    first: Callable[..., Publishable]
    revise: Callable[..., Publishable]
    publish: Callable[..., Publishable] = publishing.publish
    send_back: Callable[..., Publishable] = publishing.send_back


class VersionsAdmin(BackOfficeAdmin):
    """Versions: drafts alone are written on, and a new one begins as the one in force.

    A register that offers the list's actions names them: submit, send_back, publish, revise.
    """

    verbs: Verbs
    list_select_related = ["author", "publisher"]
    readonly_fields = ["version", columns.state(), "author", "publisher", "published_at"]

    def has_change_permission(self, request: HttpRequest, obj: Publishable | None = None) -> bool:
        """Only drafts are written on."""
        return is_draft(obj) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Publishable, form: Any, change: bool) -> None:
        """A new version begins as the one in force, or as the first there ever is."""
        if change:
            obj.save(update_fields=form.changed_data)
            return
        before = publishing.in_force(self.model, self.verbs.code)
        made = (
            self.verbs.revise(before.pk, actor=request.user, note=obj.note)
            if before
            else self.verbs.first(request.user)
        )
        obj.pk, obj.name, obj.version = made.pk, made.name, made.version
        obj._state.adding = False

    @admin.action(description=gettext_lazy("Submit for review"), permissions=["change"])
    def submit(self, request: HttpRequest, queryset: QuerySet[Publishable]) -> None:
        """Ask for a second pair of eyes."""
        self._each(request, queryset, lambda it: publishing.submit(it, actor=request.user))

    @admin.action(description=gettext_lazy("Send back to the author"), permissions=["change"])
    def send_back(self, request: HttpRequest, queryset: QuerySet[Publishable]) -> None:
        """Give it back to its author."""
        because = str(_("Sent back from the list."))
        self._each(
            request,
            queryset,
            lambda it: self.verbs.send_back(it, actor=request.user, reason=because),
        )

    @admin.action(description=gettext_lazy("Put into force"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Publishable]) -> None:
        """Work by this version from now on; never its author."""
        self._each(request, queryset, lambda it: self.verbs.publish(it, actor=request.user))

    @admin.action(
        description=gettext_lazy("Begin a new version from this one"), permissions=["add"]
    )
    def revise(self, request: HttpRequest, queryset: QuerySet[Publishable]) -> None:
        """A draft that begins as a copy."""
        self._each(request, queryset, lambda it: self.verbs.revise(it.pk, actor=request.user))

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Publishable],
        service: Callable[[Publishable], object],
    ) -> None:
        for each in self.one_by_one(request, queryset, service):
            self.message_user(request, _("%(version)s: done.") % {"version": each})


def is_draft(version: Publishable | None) -> bool:
    """Whether it may still be written on; a version that is not there yet may."""
    return version is None or version.status == PublishingState.DRAFT
