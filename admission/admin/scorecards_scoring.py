"""Scoring a file of people with a card: handed in, worked by a worker, fetched."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from admission.admin.scorecards_forms import PeopleForm
from admission.contexts_scored_files import ScoredFilePage
from admission.models import Scorecard, ScoredFile
from admission.scorecard_words import in_words
from admission.scorecards import Card, Unusable
from admission.services.scorecards_files import hand_in
from core import audit, documents
from core.admin import waiting


class Scoring:
    """For the register of scorecards: people of a file are scored with a card."""

    def get_urls(self) -> list[URLPattern]:
        """Handing in, looking on and fetching have addresses of their own."""
        doors = {
            "score": ("<int:pk>/score/", self.score),
            "scored": ("<int:pk>/score/<int:number>/", self.scored),
            "scored_step": ("<int:pk>/score/<int:number>/step/", self.scored_step),
            "scored_file": ("<int:pk>/score/<int:number>/scores.csv", self.fetch_scores),
        }
        return [
            *(
                path(route, self.admin_site.admin_view(door), name=f"admission_scorecard_{name}")
                for name, (route, door) in doors.items()
            ),
            *super().get_urls(),
        ]

    def score(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand in a file of people; a worker scores them."""
        scorecard = self._scoring(request, pk)
        form = PeopleForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data["file"]
            content = given.read()
            made = self._try(
                request,
                lambda: hand_in(pk, content=content, name=given.name, actor=request.user),
            )
            if made:
                return redirect("admin:admission_scorecard_scored", pk, made.pk)
        title = f"{scorecard} · {_('Score people of a file')}"
        says = _(
            "A worker adds to each row its score, the probability of turning bad and the four "
            "questions that cost most points. Nobody is decided about by it."
        )
        return self._ask(request, title, form, says, _("Score"))

    def scored(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """How far a file has come; what was scored, and the way to fetch it."""
        found = self._file(request, pk, number)
        return self.draw_page(
            request,
            "admin/admission/scored_file.html",
            title=f"{found.scorecard} · {found.file_name}",
            page=ScoredFilePage.build(found),
            says=waiting.says(found),
        )

    def scored_step(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """How far a worker has come with a file."""
        found = self._file(request, pk, number)
        return waiting.answer(found, is_over=not found.is_waiting)

    def fetch_scores(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Everybody with their score; that it was fetched is written down."""
        found = self._file(request, pk, number)
        if found.scores is None:
            raise Http404
        audit.read(found, reader=request.user, what="people with their scores")
        content = documents.content(found.scores)
        answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
        name = f"scores-{found.scorecard.segment}-v{found.scorecard.version}-{found.pk}.csv"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def _scoring(self, request: HttpRequest, pk: int) -> Scorecard:
        if not request.user.has_perm("admission.move_scorecard"):
            raise PermissionDenied
        scorecard = self._one(request, pk)
        sound(scorecard)
        return scorecard

    def _file(self, request: HttpRequest, pk: int, number: int) -> ScoredFile:
        """A file that this person handed in."""
        if not request.user.has_perm("admission.move_scorecard"):
            raise PermissionDenied
        mine = ScoredFile.objects.filter(scorecard=pk, pk=number, by=request.user)
        found = mine.select_related("scorecard", "scores").first()
        if found is None:
            raise Http404
        return found


def sound(scorecard: Scorecard) -> Card:
    """The card; 404 where there is none yet, or where it was changed behind our back."""
    try:
        card = scorecard.as_card()
    except Unusable as exc:
        raise Http404(in_words(exc)) from exc
    if card is None:
        raise Http404
    return card
