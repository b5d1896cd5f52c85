"""Training a card on the county's own history: a worker counts, and drafts where it can."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.contexts_training import TrainingPage
from admission.models import CardSegment
from admission.scorecard_words import in_words
from admission.scorecards import Unusable
from admission.scoring.history import Performing
from admission.services import scorecards_training as training
from admission.services import scorecards_training_runs as trainings
from admission.sources.lending import bank_day
from core.admin import waiting
from core.errors import DomainError
from core.models import Run

SPLITS = [
    (training.BY_TIME, gettext_lazy("the latest three tenths")),
    (training.BY_VILLAGE, gettext_lazy("three tenths of the villages")),
    (training.BY_CHANCE, gettext_lazy("three tenths by chance")),
]


class TrainForm(forms.Form):
    """Whose card, what bad means, and who is kept for the examination."""

    segment = forms.ChoiceField(
        label=gettext_lazy("Segment"),
        choices=[("", gettext_lazy("Count only, draft nothing")), *CardSegment.choices],
        required=False,
    )
    months = forms.IntegerField(
        label=gettext_lazy("Months looked at"), initial=Performing().months, min_value=1
    )
    bad_days = forms.IntegerField(
        label=gettext_lazy("Bad from so many days overdue"), initial=Performing().bad_days
    )
    good_days = forms.IntegerField(
        label=gettext_lazy("Good below so many days overdue"), initial=Performing().good_days
    )
    split = forms.ChoiceField(label=gettext_lazy("Kept for the examination"), choices=SPLITS)

    def clean(self) -> dict[str, Any]:
        """What bad and good mean, together."""
        cleaned = super().clean()
        self.how = Performing()
        if not self.errors:
            try:
                self.how = Performing(cleaned["months"], cleaned["bad_days"], cleaned["good_days"])
            except Unusable as exc:
                raise forms.ValidationError(in_words(exc)) from exc
        return cleaned


class Training:
    """For the register of scorecards: the pages from which a card is trained."""

    def get_urls(self) -> list[URLPattern]:
        """Asking for a training and looking on have addresses of their own."""
        doors = {
            "train": ("train/", self.train),
            "training": ("train/<int:pk>/", self.training),
            "training_step": ("train/<int:pk>/step/", self.training_step),
        }
        return [
            *(
                path(route, self.admin_site.admin_view(door), name=f"admission_scorecard_{name}")
                for name, (route, door) in doors.items()
            ),
            *super().get_urls(),
        ]

    def train(self, request: HttpRequest) -> HttpResponse:
        """Have a worker count who ended well or badly, and draft a card where it is asked for."""
        self._must_train(request)
        form = TrainForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                run = trainings.begin(
                    form.how,
                    segment=given["segment"],
                    split=given["split"],
                    day=bank_day(timezone.localdate()),
                    actor=request.user,
                )
                return redirect("admin:admission_scorecard_training", run.pk)
            except DomainError as exc:
                self.message_user(request, str(exc), messages.ERROR)
        says = _(
            "Whoever was decided about, borrowed within a year and has been seen for so many "
            "months. A worker fits the card on what was stored with the decision; its page shows "
            "it as soon as it is done."
        )
        known = trainings.newest_counts()
        facts = TrainingPage.build(known).dated_counts if known else ()
        title = _("Train on the county's history")
        return self._ask(request, title, form, says, _("Train"), facts=facts)

    def training(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far a training has come; who was counted, and the draft or why there is none."""
        run = self._training(request, pk)
        return self.draw_page(
            request,
            "admin/admission/scorecard_training.html",
            title=_("Train on the county's history"),
            page=TrainingPage.build(run),
            says=waiting.says(run),
        )

    def training_step(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How far a worker has come with it."""
        run = self._training(request, pk)
        return waiting.answer(run, is_over=run.status != Run.Status.RUNNING)

    def _training(self, request: HttpRequest, pk: int) -> Run:
        self._must_train(request)
        runs = Run.objects.filter(kind=trainings.KIND).select_related("started_by")
        return get_object_or_404(runs, pk=pk)

    def _must_train(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied
