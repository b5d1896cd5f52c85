"""The register of scorecards: bring in a file, read a card, draw bins by hand, take a step."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.contexts_scorecards import Move, ScorecardPage, moves_of
from admission.models import Scorecard, Segment
from admission.scorecard_words import in_words
from admission.scorecards import Card, Unusable, as_sql
from admission.scorecards.card import Feature
from admission.scorecards.settings import Scale
from admission.services import scorecards
from core import audit
from core.admin import RecordAdmin, columns
from core.errors import DomainError

LARGEST = 200 * 1024 * 1024
STEPS = {
    "pass_test": scorecards.pass_test,
    "approve": scorecards.approve,
    "shadow": scorecards.shadow,
    "crown": scorecards.crown,
    "suspend": scorecards.suspend,
    "retire": scorecards.retire,
}


def _names(text: str) -> list[str]:
    return [each.strip() for each in text.replace("，", ",").split(",") if each.strip()]


class DraftForm(forms.Form):
    """A file of people whose end is known, and what its columns mean."""

    segment = forms.ChoiceField(label=gettext_lazy("Segment"), choices=Segment.choices)
    note = forms.CharField(label=gettext_lazy("What it is for"), max_length=300, required=False)
    train = forms.FileField(
        label=gettext_lazy("Training file (CSV)"),
        help_text=gettext_lazy("One row a person whose end is known. UTF-8 or GB18030, or .gz."),
    )
    test = forms.FileField(
        label=gettext_lazy("Test file (CSV)"),
        required=False,
        help_text=gettext_lazy("Without one, 30 % of the training file are kept for the test."),
    )
    target = forms.CharField(
        label=gettext_lazy("Column of the target"),
        initial="bad",
        help_text=gettext_lazy("1 is bad, 0 is good; rows without either are left out."),
    )
    categorical = forms.CharField(
        label=gettext_lazy("Codes that are no figures"),
        required=False,
        help_text=gettext_lazy("Columns, separated by commas. Words are recognised as such."),
    )
    excluded = forms.CharField(
        label=gettext_lazy("Columns not to be asked"),
        required=False,
        help_text=gettext_lazy("Known only afterwards, or not to be used. Separated by commas."),
    )
    special = forms.CharField(
        label=gettext_lazy("Special codes"),
        required=False,
        help_text=gettext_lazy("Figures that are none, in every column: -1, -999."),
    )
    pdo = forms.FloatField(
        label=gettext_lazy("Points that double the odds"), initial=Scale().pdo, min_value=1
    )
    base_score = forms.FloatField(label=gettext_lazy("Base score"), initial=Scale().base_score)
    base_odds = forms.FloatField(
        label=gettext_lazy("Good to one bad at the base score"),
        initial=Scale().base_odds,
        min_value=0.1,
    )

    def clean_train(self) -> object:
        """Refuse what nobody fits a card on."""
        return _not_too_large(self.cleaned_data["train"])

    def clean_test(self) -> object:
        """The same of the test file."""
        given = self.cleaned_data["test"]
        return _not_too_large(given) if given else None

    def clean_special(self) -> list[float]:
        """Codes as figures."""
        try:
            return [float(each) for each in _names(self.cleaned_data["special"])]
        except ValueError as exc:
            raise forms.ValidationError(_("Write figures, separated by commas.")) from exc

    def as_settings(self) -> dict[str, Any]:
        """The settings as a card keeps them."""
        given = self.cleaned_data
        return {
            "categorical": _names(given["categorical"]),
            "excluded": _names(given["excluded"]),
            "special": {"*": given["special"]} if given["special"] else {},
            "scale": {name: given[name] for name in ("pdo", "base_score", "base_odds")},
        }


def _not_too_large(given: Any) -> Any:
    if given.size > LARGEST:
        raise forms.ValidationError(_("The file is larger than 200 MB."))
    return given


class EvidenceForm(forms.Form):
    """What a step rests on."""

    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        widget=forms.Textarea({"rows": 4, "cols": 80}),
        help_text=gettext_lazy("What was examined, by whom, with what result; kept for good."),
    )


class BinsForm(forms.Form):
    """The bins of one column: a line for each group of words, or edges on one line."""

    bins = forms.CharField(required=False, widget=forms.Textarea({"rows": 8, "cols": 60}))

    def __init__(self, feature: Feature, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = feature
        field = self.fields["bins"]
        if feature.binned.is_text:
            field.label = _("Groups of words")
            field.help_text = _("One group a line, words separated by |.")
            field.initial = "\n".join(" | ".join(group) for group in feature.binned.groups)
        else:
            field.label = _("Edges")
            field.help_text = _("Each begins a bin; separated by commas. Empty: cut by itself.")
            field.initial = ", ".join(f"{each:.12g}" for each in feature.binned.edges)

    def clean_bins(self) -> Mapping[str, Any]:
        """The override as a card keeps it."""
        text = self.cleaned_data["bins"]
        if not text.strip():
            return {}
        if self.of.binned.is_text:
            lines = [each.split("|") for each in text.splitlines() if each.strip()]
            return {"groups": [[word.strip() for word in each if word.strip()] for each in lines]}
        try:
            return {"edges": sorted({float(each) for each in _names(text)})}
        except ValueError as exc:
            raise forms.ValidationError(_("Write figures, separated by commas.")) from exc


def _auc(scorecard: Scorecard) -> str:
    told = scorecards.figures_of(scorecard)
    return f"{told['auc']:.3f} / {told['ks']:.3f}" if "auc" in told else columns.NOTHING


_auc.short_description = gettext_lazy("AUC / KS on the test")


@admin.register(Scorecard)
class ScorecardAdmin(RecordAdmin):
    """Scorecards by segment and version."""

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
    fields = ["target", "train", "test", "revises", "author", "drafted_at", "fitted_at"]
    fields += ["approver", "approved_at", "fingerprint"]
    fields += [columns.readable("settings", gettext_lazy("settings"))]
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Scorecard | None = None) -> bool:
        """Whether this person may draft cards."""
        return request.user.has_perm("admission.add_scorecard")

    def get_urls(self) -> list[URLPattern]:
        """Steps, bins and files have addresses of their own."""
        doors = {
            "step": ("<int:pk>/step/<slug:name>/", self.step),
            "bins": ("<int:pk>/bins/<int:at>/", self.bins),
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

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One card, from its figures to its evidence."""
        found = self.get_object(request, object_id)
        page = {"page": ScorecardPage.build(found, request.user)} if found else {}
        return super().change_view(request, object_id, form_url, page | (extra_context or {}))

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
        return self._ask(request, title, form, move.says, move.label)

    def bins(self, request: HttpRequest, pk: int, at: int) -> HttpResponse:
        """Draw the bins of one column by hand; a new draft comes of it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        scorecard = self._one(request, pk)
        card = _sound(scorecard)
        if at >= len(card.features):
            raise Http404
        feature = card.features[at]
        form = BinsForm(feature, request.POST or None)
        if request.method == "POST" and form.is_valid():
            made = self._try(
                request,
                lambda: scorecards.redraw(
                    pk,
                    column=feature.name,
                    override=form.cleaned_data["bins"],
                    actor=request.user,
                ),
            )
            return redirect("admin:admission_scorecard_change", made.pk if made else pk)
        says = _("This version stays as it is; a new draft is fitted with these bins.")
        title = f"{scorecard} · {feature.name}"
        return self._ask(request, title, form, says, _("Make a new draft"))

    def fetch_json(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The card as its file."""
        return self._as_file(request, pk, "json")

    def fetch_sql(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The card as SQL."""
        return self._as_file(request, pk, "sql")

    def _as_file(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        scorecard = self._one(request, pk)
        card = _sound(scorecard)
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

    def _try(self, request: HttpRequest, service: Any) -> Scorecard | None:
        try:
            return service()
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return None

    def _ask(
        self, request: HttpRequest, title: str, form: forms.Form, says: Any, do: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": form,
            "opts": self.opts,
            "is_multipart": form.is_multipart(),
            "says": says,
            "do": do,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(
            request, "admin/admission/scorecard_step.html", context, status=status
        )


def _sound(scorecard: Scorecard) -> Card:
    """The card; 404 where there is none yet, or where it was changed behind our back."""
    try:
        card = scorecard.as_card()
    except Unusable as exc:
        raise Http404(in_words(exc)) from exc
    if card is None:
        raise Http404
    return card


def _draft(form: DraftForm, request: HttpRequest) -> Scorecard:
    given = form.cleaned_data
    return scorecards.draft(
        given["segment"],
        train=given["train"].read(),
        test=given["test"].read() if given["test"] else None,
        target=given["target"],
        settings=form.as_settings(),
        note=given["note"],
        actor=request.user,
    )
