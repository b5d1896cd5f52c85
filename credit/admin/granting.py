"""Granting villages from the page of their progress: choose, read what follows, look on."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.admin import RecordAdmin
from core.errors import DomainError
from core.models import Run
from credit.contexts_granting import ChoicePage, ConfirmPage, RunPage
from credit.services import granting, granting_villages

MAY = "credit.grant_villages"
LONGEST_NUMBER = 10
MOST_CHOSEN = 5_000


class GrantingPages(RecordAdmin):
    """A register beside which villages are granted."""

    def get_urls(self) -> list[URLPattern]:
        """Four steps, besides the register's own pages."""
        view = self.admin_site.admin_view
        mine = [
            ("grant/", self.choose, "grant"),
            ("grant/confirm/", self.confirm, "grant_confirm"),
            ("grant/<int:pk>/", self.granting_run, "granting"),
            ("grant/<int:pk>/step/", self.granting_step, "granting_step"),
            ("grant/<int:pk>/again/", self.granting_again, "granting_again"),
        ]
        return [
            path(route, view(page), name=f"credit_villageprogress_{name}")
            for route, page, name in mine
        ] + super().get_urls()

    def choose(self, request: HttpRequest) -> HttpResponse:
        """The villages that are ready, and what was granted lately."""
        self._must_grant(request)
        return self._granting_page(request, "granting", ChoicePage.build(request.user))

    def confirm(self, request: HttpRequest) -> HttpResponse:
        """What is about to happen, in figures; with ``sure`` it does."""
        self._must_grant(request)
        if request.method != "POST":
            return redirect("admin:credit_villageprogress_grant")
        chosen = None if "all" in request.POST else _numbers(request.POST.getlist("campaign"))
        if chosen == []:
            self.message_user(request, _("Choose at least one village."), "ERROR")
            return redirect("admin:credit_villageprogress_grant")
        try:
            if "sure" in request.POST:
                run = granting_villages.begin(
                    chosen, calendar=timezone.localdate(), actor=request.user
                )
                return redirect("admin:credit_villageprogress_granting", run.pk)
            page = ConfirmPage.build(request.user, chosen, calendar=timezone.localdate())
        except DomainError as exc:
            self.message_user(request, str(exc), "ERROR")
            return redirect("admin:credit_villageprogress_grant")
        return self._granting_page(request, "granting_confirm", page)

    def granting_run(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far the workers have come, and what came of each village."""
        return self._granting_page(request, "granting_run", self._run_page(request, pk))

    def granting_step(self, request: HttpRequest, pk: int) -> JsonResponse:
        """What ``<wait-for>`` asks for."""
        page = self._run_page(request, pk)
        return JsonResponse({"over": page.is_over, "says": page.says, "done": page.done})

    @method_decorator(require_POST)
    def granting_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand what failed or was lost to the workers once more."""
        page = self._run_page(request, pk)
        left = granting_villages.go_on(page.run, actor=request.user)
        said = ngettext(
            "%(n)s village handed to the workers again.",
            "%(n)s villages handed to the workers again.",
            left,
        )
        self.message_user(request, said % {"n": left})
        return redirect("admin:credit_villageprogress_granting", pk)

    def _run_page(self, request: HttpRequest, pk: int) -> RunPage:
        """A run of which this person may see a village; any other is not found."""
        self._must_grant(request)
        run = get_object_or_404(Run.objects.select_related("started_by"), pk=pk, kind=granting.KIND)
        page = RunPage.build(run, request.user)
        if not page.rows:
            raise Http404
        return page

    def _must_grant(self, request: HttpRequest) -> None:
        if not request.user.has_perm(MAY):
            raise PermissionDenied

    def _granting_page(self, request: HttpRequest, name: str, page: Any) -> HttpResponse:
        return self.draw_page(
            request, f"admin/credit/{name}.html", title=_("Grant villages"), page=page
        )


def _numbers(said: Iterable[str]) -> list[int]:
    return [
        int(each)
        for each in list(said)[:MOST_CHOSEN]
        if each.isdecimal() and len(each) < LONGEST_NUMBER
    ]
