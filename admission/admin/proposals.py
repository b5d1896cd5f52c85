"""Groups that models propose: looked at here, taken on or set aside by a person."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.contexts_proposals import fault_of, figures_of, traits_of
from admission.models import CardSegment, Exploration, Proposal
from admission.scoring import SEGMENTS
from admission.services import proposing
from admission.sources.lending import bank_day
from core.admin import RecordAdmin, columns, waiting
from core.admin.deeds import Deed, DeedsAdmin, ReasonForm

MAY = "admission.change_tagset"


class TagForm(forms.Form):
    """Under what code and name the group becomes a tag."""

    code = forms.CharField(label=gettext_lazy("code"), max_length=20)
    name = forms.CharField(label=gettext_lazy("name"), max_length=40)


class ListForm(forms.Form):
    """Under what name the people of the group are kept as a list."""

    name = forms.CharField(label=gettext_lazy("Name of the list"), max_length=60)
    note = forms.CharField(label=gettext_lazy("What for"), max_length=200, required=False)


class PlaceForm(forms.Form):
    """In which segment of the scoring policy the group is to be, and what of the one before."""

    segment = forms.ChoiceField(
        label=gettext_lazy("Segment"),
        choices=[(each, CardSegment(each).label) for each in SEGMENTS[:-1]],
    )
    how = forms.ChoiceField(
        label=gettext_lazy("The segment's condition"),
        choices=[
            (proposing.BESIDES, gettext_lazy("widen it: those of before, and this group")),
            (proposing.NARROWED, gettext_lazy("narrow it: only who is in this group too")),
            (proposing.INSTEAD, gettext_lazy("replace it by this group")),
        ],
    )


@admin.register(Exploration)
class ExplorationAdmin(RecordAdmin):
    """Every look for groups with what it found."""

    comes_from = gettext_lazy("Have groups of customers looked for with the button at the top.")
    change_list_template = "admin/admission/explorations.html"
    change_form_template = "admin/admission/exploration.html"
    list_display = ["__str__", "asked_by", "asked_at", "done_at", "people", "found"]
    list_filter = ["kind"]
    list_select_related = ["asked_by"]
    fields = ["kind", "as_of", "asked_by", "asked_at", "done_at", "people", "how", "groups"]
    readonly_fields = fields

    def get_urls(self) -> list[URLPattern]:
        """Looking, and looking on, have addresses of their own."""
        wrap = self.admin_site.admin_view
        return [
            path("look/", wrap(self.look), name="admission_exploration_look"),
            path("<int:pk>/step/", wrap(self.step), name="admission_exploration_step"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The looks so far, and the two ways to look."""
        may = {"kinds": Exploration.Kind.choices if request.user.has_perm(MAY) else []}
        return super().changelist_view(request, may | (extra_context or {}))

    def look(self, request: HttpRequest) -> HttpResponse:
        """Have a worker look now."""
        kind = request.POST.get("kind")
        if request.method != "POST" or not request.user.has_perm(MAY):
            raise PermissionDenied
        if kind not in Exploration.Kind.values:
            raise PermissionDenied
        made = proposing.ask(kind, as_of=bank_day(timezone.localdate()), actor=request.user)
        return redirect("admin:admission_exploration_change", made.pk)

    def step(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How far a worker has come with a look."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(Exploration, pk=pk)
        return waiting.answer(found, is_over=found.done_at is not None)

    @admin.display(description=gettext_lazy("proposed groups"))
    def found(self, exploration: Exploration) -> str:
        """Why there is nothing, if so."""
        return fault_of(exploration) or columns.NOTHING

    @admin.display(description=gettext_lazy("how it was found"))
    def how(self, exploration: Exploration) -> str:
        """The figures by which the model chose."""
        return figures_of(exploration)

    @admin.display(description=gettext_lazy("proposed groups"))
    def groups(self, exploration: Exploration) -> SafeString:
        """Each group with its condition and size."""
        return render_to_string(
            "admission/admin/_proposals.html",
            {
                "fault": fault_of(exploration),
                "exploration": exploration,
                "is_done": exploration.done_at is not None,
                "says": waiting.says(exploration),
                "proposals": list(exploration.proposals.order_by("place")),
            },
        )


@admin.register(Proposal)
class ProposalAdmin(DeedsAdmin):
    """One proposed group at a time."""

    list_display = ["condition", "exploration", "size", "bad_rate", columns.state(), "settled_by"]
    list_filter = ["status", "exploration__kind"]
    list_select_related = ["exploration", "settled_by"]
    fields = [
        "exploration", "condition", "size", "shown_share", "shown_purity", "shown_bads", "differ",
        columns.state(), "settled_by", "settled_at", "reason", "definition", "policy", "lists",
    ]  # fmt: skip
    readonly_fields = fields

    def deeds(self, request: HttpRequest, record: Proposal) -> list[Deed]:
        """While nobody has settled it, it can become a draft tag or a draft segment, or be set
        aside; a list of its people can be kept unless it was set aside."""
        if record.status == Proposal.Status.OPEN:
            return [LIST, DRAFT, PLACE, DISMISS]
        return [] if record.status == Proposal.Status.DISMISSED else [LIST]

    @admin.display(description=gettext_lazy("lists kept of it"))
    def lists(self, proposal: Proposal) -> str:
        """The names of the lists that somebody keeps of the group."""
        return "、".join(proposal.segments.values_list("name", flat=True)) or columns.NOTHING

    @admin.display(description=gettext_lazy("share of those looked at"))
    def shown_share(self, proposal: Proposal) -> str:
        """As a percentage."""
        return f"{proposal.share:.1%}"

    @admin.display(description=gettext_lazy("how well the condition fits the group"))
    def shown_purity(self, proposal: Proposal) -> str:
        """How many of those named the model meant, and how many of those meant are named."""
        if proposal.purity is None:
            return columns.NOTHING
        return _("%(purity)s of those named are meant; %(reach)s of those meant are named") % {
            "purity": f"{proposal.purity:.1%}",
            "reach": f"{proposal.reach:.1%}",
        }

    @admin.display(description=gettext_lazy("of whom bad"))
    def shown_bads(self, proposal: Proposal) -> str:
        """How many went bad, where it is known."""
        if proposal.bads is None:
            return columns.NOTHING
        return f"{proposal.bads:,} ({proposal.bad_rate:.1%})"

    @admin.display(description=gettext_lazy("in what they differ"))
    def differ(self, proposal: Proposal) -> SafeString:
        """The features in which the group differs most."""
        return render_to_string("admission/admin/_traits.html", {"traits": traits_of(proposal)})


def _draft(request: HttpRequest, proposal: Proposal, said: dict[str, Any]) -> object:
    made = proposing.draft_tag(proposal.pk, actor=request.user, **said)
    return HttpResponseRedirect(reverse("admin:admission_tagset_change", args=[made.tag_set_id]))


def _keep_list(request: HttpRequest, proposal: Proposal, said: dict[str, Any]) -> object:
    made = proposing.keep_list(proposal.pk, actor=request.user, **said)
    return HttpResponseRedirect(reverse("admin:admission_segment_change", args=[made.pk]))


def _place(request: HttpRequest, proposal: Proposal, said: dict[str, Any]) -> object:
    made = proposing.place_segment(proposal.pk, actor=request.user, **said)
    return HttpResponseRedirect(reverse("admin:admission_scorepolicy_change", args=[made.pk]))


LIST = Deed(
    name="list",
    title=gettext_lazy("Keep as a list"),
    says=gettext_lazy(
        "Those of your customers who meet the condition, as a list that you can narrow by tags, "
        "visit, and export with a reason. Nothing else follows from it."
    ),
    done=gettext_lazy("The list is kept."),
    work=_keep_list,
    form=ListForm,
    permission="admission.add_segment",
)
PLACE = Deed(
    name="place",
    title=gettext_lazy("Make a segment's condition"),
    says=gettext_lazy(
        "The condition goes into a draft of yours of the scoring policy. Nobody is scored by "
        "another card before you have read it, submitted it, and a second person has put it into "
        "force."
    ),
    done=gettext_lazy("It stands in a draft of the scoring policy."),
    work=_place,
    form=PlaceForm,
    permission="admission.change_scorepolicy",
)
DRAFT = Deed(
    name="draft",
    title=gettext_lazy("Make a draft tag"),
    says=gettext_lazy(
        "The condition becomes a customer tag in a draft of yours. Nobody is called by it before "
        "you have read it, submitted it, and a second person has put it into force."
    ),
    done=gettext_lazy("A draft tag was made."),
    work=_draft,
    form=TagForm,
    permission=MAY,
)
DISMISS = Deed(
    name="dismiss",
    title=gettext_lazy("Set aside"),
    says=gettext_lazy("It is kept with your reason and offered no more."),
    done=gettext_lazy("Set aside."),
    work=lambda request, it, said: proposing.dismiss(
        it.pk, reason=said["reason"], actor=request.user
    ),
    form=ReasonForm,
    permission=MAY,
)
