"""Holding a card against people: a worker looks at those of a file, or of its decisions."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from admission.admin.scorecards_forms import WatchForm
from admission.admin.scorecards_scoring import sound
from admission.contexts_scorecard_watch import WatchPage
from admission.models import Scorecard
from admission.services import scorecards_watching_runs as watchings
from admission.sources.lending import bank_day
from core.admin import waiting
from core.models import Run


class Watching:
    """For the register of scorecards: a card is held against people whom it scored."""

    def get_urls(self) -> list[URLPattern]:
        """Looking, looking on and what was seen have addresses of their own."""
        doors = {
            "watch": ("<int:pk>/watch/", self.watch),
            "watch_decisions": ("<int:pk>/watch/decisions/", require_POST(self.watch_decisions)),
            "watching": ("<int:pk>/watch/runs/<int:run>/", self.watching),
            "watching_step": ("<int:pk>/watch/runs/<int:run>/step/", self.watching_step),
            "watched": ("<int:pk>/watch/<int:number>/", self.watched),
        }
        return [
            *(
                path(route, self.admin_site.admin_view(door), name=f"admission_scorecard_{name}")
                for name, (route, door) in doors.items()
            ),
            *super().get_urls(),
        ]

    def watch(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand in a file of people whom the card scored; a worker holds it against them."""
        scorecard = self._watched(request, pk)
        sound(scorecard)
        form = WatchForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            file = given.pop("file")
            given |= {"content": file.read(), "name": file.name, "day": _today()}
            run = self._try(request, lambda: watchings.hand_in(pk, actor=request.user, **given))
            if run:
                return redirect("admin:admission_scorecard_watching", pk, run.pk)
        title = f"{scorecard} · {_('Monitoring')}"
        says = _("Are people still those it was fitted on, and does it still tell them apart?")
        return self._ask(request, title, form, says, _("Examine"))

    def watch_decisions(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have a worker hold the card against the decisions it scored."""
        self._watched(request, pk)
        run = self._try(request, lambda: watchings.begin(pk, day=_today(), actor=request.user))
        if not run:
            return redirect("admin:admission_scorecard_change", pk)
        return redirect("admin:admission_scorecard_watching", pk, run.pk)

    def watching(self, request: HttpRequest, pk: int, run: int) -> HttpResponse:
        """How far a worker has come; then what was seen, or why nothing was."""
        scorecard = self._watched(request, pk)
        found = self._watching(pk, run)
        told = found.shards.get().figures
        if "watch" in told:
            return redirect("admin:admission_scorecard_watched", pk, told["watch"])
        return self.draw_page(
            request,
            "admin/admission/scorecard_watching.html",
            title=f"{scorecard} · {_('Monitoring')}",
            scorecard=scorecard,
            run=found,
            file=found.settings.get("file"),
            refused=told.get("refused", ""),
            says=waiting.says(found),
        )

    def watching_step(self, request: HttpRequest, pk: int, run: int) -> JsonResponse:
        """How far a worker has come with it."""
        self._watched(request, pk)
        found = self._watching(pk, run)
        return waiting.answer(found, is_over=found.status != Run.Status.RUNNING)

    def watched(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """What was seen, by month and branch."""
        scorecard = self._one(request, pk)
        found = scorecard.watches.select_related("by", "scorecard").filter(pk=number).first()
        if found is None:
            raise Http404
        return self.draw_page(
            request,
            "admin/admission/scorecard_watch.html",
            title=f"{scorecard} · {_('Monitoring')}",
            page=WatchPage.build(found),
        )

    def _watched(self, request: HttpRequest, pk: int) -> Scorecard:
        """A card, for whoever may hold it against people."""
        if not request.user.has_perm("admission.move_scorecard"):
            raise PermissionDenied
        return self._one(request, pk)

    def _watching(self, pk: int, run: int) -> Run:
        return get_object_or_404(Run, pk=run, kind=watchings.KIND, settings__scorecard=pk)


def _today() -> date:
    return bank_day(timezone.localdate())
