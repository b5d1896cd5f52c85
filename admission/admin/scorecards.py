"""The register of scorecards: bring in a file, read a card, draw bins by hand, take a step."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.admin.scorecards_forms import BinsForm, DraftForm, EvidenceForm
from admission.admin.scorecards_scoring import Scoring, sound
from admission.admin.scorecards_training import Training
from admission.admin.scorecards_watching import Watching
from admission.contexts_scorecards import (
    WATCHES_SHOWN,
    Move,
    ScorecardPage,
    beside_of,
    moves_of,
)
from admission.models import Scorecard
from admission.scorecard_words import why_left_out
from admission.scorecards import as_sql
from admission.services import scorecards
from core import audit
from core.admin import RecordAdmin, columns, waiting
from core.errors import DomainError

STEPS = {
    "pass_test": scorecards.pass_test,
    "approve": scorecards.approve,
    "shadow": scorecards.shadow,
    "crown": scorecards.crown,
    "suspend": scorecards.suspend,
    "retire": scorecards.retire,
}


def _auc(scorecard: Scorecard) -> str:
    told = scorecards.figures_of(scorecard)
    return f"{told['auc']:.3f} / {told['ks']:.3f}" if "auc" in told else columns.NOTHING


_auc.short_description = gettext_lazy("AUC / KS on the test")


@admin.register(Scorecard)
class ScorecardAdmin(Training, Scoring, Watching, RecordAdmin):
    """Scorecards by segment and version."""

    comes_from = gettext_lazy(
        "Train a card with the button at the top; a draft is then tested, approved and watched."
    )
    change_list_template = "admin/admission/scorecards.html"
    change_form_template = "admin/admission/scorecard.html"
    list_display = [
        "__str__",
        columns.state(),
        _auc,
        "author",
        "approver",
        "approved_at",
        "fitted_at",
        "note",
    ]
    list_filter = ["segment", "status"]
    list_select_related = ["author", "approver"]
    about = ["target", "train", "test", "revises", "author", "drafted_at", "fitted_at"]
    about += ["approver", "approved_at"]
    as_stored = [
        "fingerprint",
        columns.readable("origin", gettext_lazy("where its people come from")),
        columns.readable("settings", gettext_lazy("settings")),
    ]
    fieldsets = [
        (None, {"fields": about}),
        (gettext_lazy("As stored"), {"fields": as_stored, "classes": ["collapse"]}),
    ]
    readonly_fields = [*about, *as_stored]

    def has_add_permission(self, request: HttpRequest, obj: Scorecard | None = None) -> bool:
        """Whether this person may draft cards."""
        return request.user.has_perm("admission.add_scorecard")

    def get_urls(self) -> list[URLPattern]:
        """Steps, bins and files have addresses of their own."""
        doors = {
            "step": ("<int:pk>/step/<slug:name>/", self.step),
            "bins": ("<int:pk>/bins/<int:at>/", self.bins),
            "bins_left_out": ("<int:pk>/left-out/<int:at>/bins/", self.bins_left_out),
            "fitting": ("<int:pk>/fitting/", self.fitting),
            "json": ("<int:pk>/card.json", self.fetch_json),
            "sql": ("<int:pk>/card.sql", self.fetch_sql),
        }
        return [
            *(
                path(route, self.admin_site.admin_view(door), name=f"admission_scorecard_{name}")
                for name, (route, door) in doors.items()
            ),
            *super().get_urls(),
        ]

    def shown(self, request: HttpRequest, record: Scorecard) -> dict[str, Any]:
        """One card, from its figures to its evidence."""
        return {"page": ScorecardPage.build(record, request.user), "says": waiting.says(record)}

    def fitting(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far a worker has come with fitting it."""
        found = self._one(request, pk)
        return waiting.answer(found, is_over=not found.is_fitting)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Bring in a training file; a worker fits it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = DraftForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            made = self._try(request, lambda: _draft(form, request))
            if made:
                return redirect("admin:admission_scorecard_change", made.pk)
        says = _("A worker fits a card on the file; its page shows it as soon as it is done.")
        return self._ask(request, _("Draft a scorecard"), form, says, _("Fit"))

    def step(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Confirm one step with its evidence."""
        scorecard = self._one(request, pk)
        move = self._move(request, scorecard, name)
        form = EvidenceForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            evidence = form.cleaned_data["evidence"]
            self._try(request, lambda: STEPS[name](pk, actor=request.user, evidence=evidence))
            return redirect("admin:admission_scorecard_change", pk)
        title = f"{scorecard} · {move.label}"
        facts = _beside_facts(scorecard) if name == "crown" else ()
        return self._ask(request, title, form, move.says, move.label, facts=facts)

    def bins(self, request: HttpRequest, pk: int, at: int) -> HttpResponse:
        """Draw the bins of one question by hand; a new draft comes of it."""
        scorecard = self._redrawn(request, pk)
        features = sound(scorecard).features
        if at >= len(features):
            raise Http404
        says = _("This version stays as it is; a new draft is fitted with these bins.")
        binned = features[at].binned
        return self._draw(request, scorecard, binned.name, binned.cut, says)

    def bins_left_out(self, request: HttpRequest, pk: int, at: int) -> HttpResponse:
        """The same of a column that is not asked, as far as it could be cut at all."""
        scorecard = self._redrawn(request, pk)
        left_out = sound(scorecard).left_out
        if at >= len(left_out) or "cut" not in left_out[at]:
            raise Http404
        says = _(
            "This version stays as it is; a new draft is fitted with these bins. The column is "
            "asked there if the selection lets it stay; if not, the draft says why."
        )
        left = left_out[at]
        facts = [(_("Why it is not asked"), why_left_out(left))]
        return self._draw(request, scorecard, left["column"], left["cut"], says, facts=facts)

    def _draw(
        self,
        request: HttpRequest,
        scorecard: Scorecard,
        column: str,
        cut: Mapping[str, Any],
        says: str,
        facts: Sequence[tuple[Any, str]] = (),
    ) -> HttpResponse:
        form = BinsForm(column, cut, request.POST or None)
        if request.method == "POST" and form.is_valid():
            drawn = {"column": column, "override": form.cleaned_data["bins"]}
            made = self._try(
                request, lambda: scorecards.redraw(scorecard.pk, actor=request.user, **drawn)
            )
            return redirect("admin:admission_scorecard_change", (made or scorecard).pk)
        title = f"{scorecard} · {column}"
        return self._ask(request, title, form, says, _("Make a new draft"), facts=facts)

    def _redrawn(self, request: HttpRequest, pk: int) -> Scorecard:
        """A card, for whoever may make a new draft of it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._one(request, pk)

    def fetch_json(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The card as its file."""
        return self._as_file(request, pk, "json")

    def fetch_sql(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The card as SQL."""
        return self._as_file(request, pk, "sql")

    def _as_file(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        scorecard = self._one(request, pk)
        card = sound(scorecard)
        audit.read(scorecard, reader=request.user, what=f"card as {kind}")
        content = card.dumps() if kind == "json" else as_sql(card, "people") + "\n"
        answer = HttpResponse(content, content_type=f"application/{kind}; charset=utf-8")
        name = f"scorecard-{scorecard.segment}-v{scorecard.version}.{kind}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def _one(self, request: HttpRequest, pk: int) -> Scorecard:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_queryset(request).filter(pk=pk).select_related("author").first()
        if found is None:
            raise Http404
        return found

    def _move(self, request: HttpRequest, scorecard: Scorecard, name: str) -> Move:
        """The step of this name, if this person may take it now; 404 for a name of no step."""
        if name not in STEPS:
            raise Http404
        found = next((m for m in moves_of(scorecard, request.user) if m.name == name), None)
        if found is None:
            raise PermissionDenied
        return found

    def _try(self, request: HttpRequest, service: Any) -> Any:
        try:
            return service()
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return None

    def _ask(
        self,
        request: HttpRequest,
        title: str,
        form: forms.Form,
        says: Any,
        do: Any,
        facts: Sequence[tuple[Any, str]] = (),
    ) -> HttpResponse:
        return self.draw_page(
            request,
            "admin/admission/scorecard_step.html",
            title=title,
            status=422 if form.errors else 200,
            form=form,
            is_multipart=form.is_multipart(),
            facts=facts,
            says=says,
            do=do,
        )


def _beside_facts(scorecard: Scorecard) -> Sequence[tuple[Any, str]]:
    """What whoever crowns a card should have seen: how it does beside the champion."""
    beside = beside_of(scorecard.watches.all()[:WATCHES_SHOWN])
    if beside is None:
        return [(_("Beside the champion"), _("not compared yet"))]
    return beside.facts


def _draft(form: DraftForm, request: HttpRequest) -> Scorecard:
    given = form.cleaned_data
    return scorecards.draft(
        given["segment"],
        train=given["train"].read(),
        test=given["test"].read() if given["test"] else None,
        target=given["target"],
        settings=form.as_settings(),
        note=given["note"],
        origin=form.as_origin(),
        actor=request.user,
    )
