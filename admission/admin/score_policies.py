"""The scoring policy: who is in which segment, from which score which band, in versions."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission import scoring_words
from admission.admin.versions import Verbs, VersionsAdmin
from admission.models import SCORING, CardSegment, ScorePolicy
from admission.scoring import BANDS, SEGMENTS, ScoringRefused, ScoringText, faults_of
from admission.services import score_policies
from core import audit, publishing
from core.admin import columns
from core.admin.deeds import Deed, WithDeeds
from core.admin.publishing_deeds import putting_into_force, sending_back, submitting
from core.models import PublishingState

MAY = "admission.change_scorepolicy"
TEXT_AREA = {"rows": 3, "cols": 90, "spellcheck": "false"}


def _condition(name: str) -> forms.CharField:
    return forms.CharField(
        label=CardSegment(name).label, required=False, widget=forms.Textarea(TEXT_AREA)
    )


def _bands(name: str) -> forms.CharField:
    return forms.CharField(label=CardSegment(name).label, max_length=80)


class ScorePolicyForm(forms.ModelForm):
    """The policy part by part; a mistake is shown under the part in which it was made."""

    conditions_business = _condition("business")
    conditions_employed = _condition("employed")
    conditions_farmer = _condition("farmer")
    bands_business = _bands("business")
    bands_employed = _bands("employed")
    bands_farmer = _bands("farmer")
    bands_resident = _bands("resident")
    kept = forms.CharField(
        label=gettext_lazy("Features"), required=False, widget=forms.Textarea(TEXT_AREA)
    )

    class Meta:
        model = ScorePolicy
        fields = ["name", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = _text_of(self.instance)
        if text is None:
            return
        for name in SEGMENTS[:-1]:
            self.initial[f"conditions_{name}"] = text.conditions.get(name, "")
        for name in SEGMENTS:
            self.initial[f"bands_{name}"] = ", ".join(map(str, text.bands.get(name, ())))
        self.initial["kept"] = ", ".join(text.kept)

    def clean(self) -> dict[str, Any]:
        """Read the policy as judgement will."""
        cleaned = super().clean()
        if self.errors or self.instance.pk is None:
            return cleaned
        self.written = ScoringText(
            conditions={name: cleaned[f"conditions_{name}"] for name in SEGMENTS[:-1]},
            bands={name: _whole(cleaned[f"bands_{name}"]) for name in SEGMENTS},
            kept=tuple(_listed(cleaned["kept"])),
        )
        for fault in faults_of(self.written):
            place = "kept" if fault.part == "kept" else f"{fault.part}_{fault.place}"
            self.add_error(place, scoring_words.reason(fault))
        return cleaned


PARTS = list(ScorePolicyForm.declared_fields)


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.replace("\n", ",").split(",") if each.strip()]


def _whole(text: str) -> list[int]:
    """Numbers where they are, and nothing where they are not: the policy itself says why."""
    try:
        return [int(each) for each in _listed(text)]
    except ValueError:
        return []


def _text_of(policy: ScorePolicy | None) -> ScoringText | None:
    if policy is None or policy.pk is None:
        return None
    try:
        return policy.text()
    except ScoringRefused:
        return None


@admin.register(ScorePolicy)
class ScorePolicyAdmin(WithDeeds, VersionsAdmin):
    """Versions of the policy: written as a draft, put into force by somebody else."""

    form = ScorePolicyForm
    verbs = Verbs(
        code=SCORING,
        first=score_policies.draft_score_policy,
        revise=score_policies.revise_score_policy,
    )
    list_display = [
        "name",
        "version",
        columns.state(),
        "author",
        "publisher",
        "published_at",
        "note",
    ]
    list_filter = ["status"]

    def get_fieldsets(self, request: HttpRequest, obj: ScorePolicy | None = None) -> list[Any]:
        """A new version is only named: it begins as a copy of the one in force."""
        if obj is None:
            return [(None, {"fields": ["note"]})]
        about = (None, {"fields": ["name", "note", *self.readonly_fields]})
        if not self.has_change_permission(request, obj):
            shown = [columns.readable("settings", gettext_lazy("settings"))]
            return [about, (None, {"fields": shown})]
        conditions = [f"conditions_{name}" for name in SEGMENTS[:-1]]
        bands = [f"bands_{name}" for name in SEGMENTS]
        return [
            about,
            (
                gettext_lazy("Who is in which segment"),
                {
                    "fields": conditions,
                    "description": _(
                        "The first condition that holds decides; everybody else is in “%(last)s”. "
                        "Written like an admission rule, over the same fields."
                    )
                    % {"last": CardSegment(SEGMENTS[-1]).label},
                },
            ),
            (
                gettext_lazy("Scores from which A, B, C and D begin"),
                {
                    "fields": bands,
                    "description": _(
                        "Four whole numbers, the highest first: 640, 600, 560, 520. Below the last "
                        "one is band %(last)s. The limit policy says what each band is worth."
                    )
                    % {"last": BANDS[-1]},
                },
            ),
            (
                gettext_lazy("Kept with every decision for later cards"),
                {
                    "fields": ["kept"],
                    "description": _(
                        "Features that nothing reads yet, by name. Our own files are read for "
                        "them; nobody outside is asked for their sake."
                    ),
                },
            ),
        ]

    def get_form(
        self,
        request: HttpRequest,
        obj: ScorePolicy | None = None,
        change: bool = False,
        **given: Any,
    ) -> type[forms.ModelForm]:
        """Parts are written on drafts alone."""
        if obj is None or not self.has_change_permission(request, obj):
            given["form"] = forms.ModelForm
        else:
            given["fields"] = ["name", "note", *PARTS]
        return super().get_form(request, obj, change, **given)

    def get_readonly_fields(
        self, request: HttpRequest, obj: ScorePolicy | None = None
    ) -> list[Any]:
        """What the page tells and nobody types."""
        return [*self.readonly_fields, columns.readable("settings", gettext_lazy("settings"))]

    def has_delete_permission(self, request: HttpRequest, obj: ScorePolicy | None = None) -> bool:
        """Versions are kept."""
        return False

    def save_model(self, request: HttpRequest, obj: ScorePolicy, form: Any, change: bool) -> None:
        """A new version begins as the one in force, or as the standard policy."""
        if change:
            obj.say(form.written)
            obj.save(update_fields=["name", "note", "settings", "fingerprint"])
            audit.record(
                obj,
                "admission.score_policy.edited",
                actor=request.user,
                fields=sorted(form.changed_data),
            )
            return
        super().save_model(request, obj, form, change)

    def deeds(self, request: HttpRequest, record: ScorePolicy) -> list[Deed]:
        """What may be done with this version now."""
        found = []
        if record.status == PublishingState.DRAFT:
            found.append(SUBMIT)
        if record.status == PublishingState.IN_REVIEW:
            is_own = publishing.has_written(request.user, record)
            found += [SEND_BACK] if is_own else [PUBLISH, SEND_BACK]
        return [*found, REVISE]


def _revise(request: HttpRequest, policy: ScorePolicy, said: dict[str, Any]) -> object:
    made = score_policies.revise_score_policy(policy.pk, actor=request.user)
    return HttpResponseRedirect(reverse("admin:admission_scorepolicy_change", args=[made.pk]))


SUBMIT = submitting(MAY)
PUBLISH = putting_into_force(
    MAY,
    says=gettext_lazy(
        "Customers are scored by this version from now on; the one before is retired."
    ),
)
SEND_BACK = sending_back(MAY)
REVISE = Deed(
    name="revise",
    title=gettext_lazy("Begin a new version from this one"),
    says=gettext_lazy("A draft that says the same; this version stays as it is."),
    done=gettext_lazy("A new draft."),
    work=_revise,
    permission="admission.add_scorepolicy",
)
