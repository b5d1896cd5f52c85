"""A register narrowed to what waits for whoever looks at it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from village.models import Outcome, PaperSheet, RosterImport


class OutcomesWaiting(admin.SimpleListFilter):
    """Outcomes by whom they wait for."""

    title = _("waits for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        """The branch, or somebody who looks again."""
        return [("branch", _("the branch's decision")), ("look", _("a second look"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Outcome]) -> QuerySet[Outcome]:
        """Those that wait so."""
        if self.value() == "branch":
            return queryset.decidable_by(request.user)
        return queryset.doubted() if self.value() == "look" else queryset


class PaperWaiting(admin.SimpleListFilter):
    """Paper that can still be taken in."""

    title = _("waits for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        """Whoever looks, or nobody in particular."""
        return [("staff", _("me, to key again or settle"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[PaperSheet]
    ) -> QuerySet[PaperSheet]:
        """Those that wait so."""
        return queryset.workable_by(request.user) if self.value() else queryset


class RostersWaiting(admin.SimpleListFilter):
    """Roster files that wait for an order of whoever looks."""

    title = _("waits for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        """Whoever looks, or nobody in particular."""
        return [("me", _("me, to bring in or discard"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[RosterImport]
    ) -> QuerySet[RosterImport]:
        """Those that wait so."""
        return queryset.orderable_by(request.user) if self.value() else queryset
