"""Training a card on the county's own history: counted first, drafted where there are enough."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.models import CardSegment
from admission.scorecard_words import in_words
from admission.scorecards import Unusable
from admission.scoring.history import Counted, Performing
from admission.services import scorecards_training as training
from admission.sources.lending import bank_day
from core.errors import DomainError

SPLITS = [
    (training.BY_TIME, gettext_lazy("the latest three tenths")),
    (training.BY_VILLAGE, gettext_lazy("three tenths of the villages")),
    (training.BY_CHANCE, gettext_lazy("three tenths by chance")),
]


class TrainForm(forms.Form):
    """Whose card, what bad means, and who is kept for the examination."""

    segment = forms.ChoiceField(label=gettext_lazy("Segment"), choices=CardSegment.choices)
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
    """For the register of scorecards: the page from which a card is trained."""

    def get_urls(self) -> list[URLPattern]:
        """Training has an address of its own."""
        view = self.admin_site.admin_view(self.train)
        return [path("train/", view, name="admission_scorecard_train"), *super().get_urls()]

    def train(self, request: HttpRequest) -> HttpResponse:
        """Count who is known to have ended well or badly; draft a card where it is asked for."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = TrainForm(request.POST or None)
        how = form.how if form.is_valid() else Performing()
        counts: list[Counted] = []
        try:
            known = training.history(how, day=bank_day(timezone.localdate()))
            counts = known.counts()
            if form.is_valid():
                given = form.cleaned_data
                made = training.draft_from(
                    known, given["segment"], split=given["split"], actor=request.user
                )
                return redirect("admin:admission_scorecard_change", made.pk)
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
        return self._ask_to_train(request, form, counts)

    def _ask_to_train(
        self, request: HttpRequest, form: TrainForm, counts: list[Counted]
    ) -> HttpResponse:
        says = _(
            "Whoever was decided about, borrowed within a year and has been seen for so many "
            "months. A worker fits the card on what was stored with the decision; its page shows "
            "it as soon as it is done."
        )
        facts = [(CardSegment(each.segment).label, _told(each)) for each in counts]
        title = _("Train on the county's history")
        return self._ask(request, title, form, says, _("Train"), facts=facts)


def _told(count: Counted) -> str:
    said = _(
        "%(bads)s bad, %(goods)s good, %(between)s neither; not yet seen long enough: %(young)s"
    )
    return said % {
        "bads": f"{count.bads:,}",
        "goods": f"{count.goods:,}",
        "between": f"{count.between:,}",
        "young": f"{count.too_young:,}",
    }
