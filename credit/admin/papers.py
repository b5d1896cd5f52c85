"""Printing a village's papers from the register of lines: what, for whom, and why."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from core.admin import BackOfficeAdmin
from core.errors import DomainError
from core.models import User
from credit.models import CreditLine
from credit.services import village_papers
from village.models import Group, Village

SIGNING, LETTERS, LETTER, POSTER = "signing", "letters", "letter", "poster"
REFUSALS, REFUSAL = "refusals", "refusal"
OF_A_HOUSEHOLD = (LETTER, REFUSAL)
SEES_REASONS = "credit.view_limitdecision"
"""Who may read why a household gets no line may also print it."""


class PaperForm(forms.Form):
    """Which paper, of which village or household, and why it is printed."""

    kind = forms.ChoiceField(
        label=_("Paper"),
        choices=[
            (SIGNING, _("List for signing")),
            (LETTERS, _("Letters to all households of the village")),
            (LETTER, _("Letter to one household")),
            (REFUSALS, _("Letters to all households of the village that get no line")),
            (REFUSAL, _("Letter to one household that gets no line")),
            (POSTER, _("Poster: masked names, no amounts")),
        ],
    )
    village = forms.ModelChoiceField(
        label=_("Village"),
        queryset=Village.objects.none(),
        required=False,
        empty_label=_("Choose a village"),
        help_text=_("For a list, letters to all and a poster."),
    )
    group = forms.CharField(
        label=_("Villagers' group"),
        max_length=40,
        required=False,
        help_text=_("Only one group's list or letters; empty for the whole village."),
    )
    part = forms.IntegerField(
        label=_("Part"),
        min_value=1,
        required=False,
        help_text=_("Letters of a large village come in parts of %(most)s.")
        % {"most": village_papers.MOST_LETTERS},
    )
    household = forms.CharField(
        label=_("Household number"),
        max_length=30,
        required=False,
        help_text=_("Only for a letter to one household."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def offer_to(self, user: User) -> None:
        """Only the papers that this person may print, of villages they may see."""
        self.fields["village"].queryset = Village.objects.visible_to(user)
        if not user.has_perm(SEES_REASONS):
            kind = self.fields["kind"]
            kind.choices = [each for each in kind.choices if each[0] not in (REFUSALS, REFUSAL)]

    def clean(self) -> dict[str, Any]:
        """A letter names its household, every other paper its village."""
        cleaned = super().clean()
        needs = "household" if cleaned.get("kind") in OF_A_HOUSEHOLD else "village"
        if not cleaned.get(needs) and needs not in self.errors:
            self.add_error(needs, _("Say for which one."))
        cleaned["group"] = self._group(cleaned)
        return cleaned

    def _group(self, cleaned: dict[str, Any]) -> Group | None:
        """The group of that name in the chosen village."""
        name, village = cleaned.get("group", "").strip(), cleaned.get("village")
        if not name or village is None:
            return None
        found = village.groups.filter(name=name).first()
        if found is None:
            known = "、".join(village.groups.values_list("name", flat=True))
            self.add_error(
                "group", _("This village has no such group; it has: %(names)s.") % {"names": known}
            )
        return found


class PapersAdmin(BackOfficeAdmin):
    """A register of lines from which lists, letters and posters are printed."""

    change_list_template = "admin/credit/lines.html"

    def get_urls(self) -> list[Any]:
        """One page for all papers, besides the register's own."""
        own = path(
            "papers/", self.admin_site.admin_view(self.papers), name="credit_creditline_papers"
        )
        return [own, *super().get_urls()]

    def papers(self, request: HttpRequest) -> HttpResponse:
        """Choose a paper; it comes as PDF, and its printing is written down."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = PaperForm(request.POST or None, initial=request.GET.dict())
        form.offer_to(request.user)
        if request.method == "POST" and form.is_valid():
            try:
                name, content = _printed(form.cleaned_data, request)
            except DomainError as exc:
                messages.error(request, str(exc))
            else:
                return HttpResponse(
                    content,
                    content_type="application/pdf",
                    headers={"Content-Disposition": content_disposition_header(True, name)},
                )
        return self.draw_page(
            request, "admin/credit/papers.html", title=_("Lists, letters and posters"), form=form
        )


def _printed(said: dict[str, Any], request: HttpRequest) -> tuple[str, bytes]:
    """The file's name and the file."""
    by = {"reader": request.user, "reason": said["reason"]}
    village = said["village"]
    match said["kind"]:
        case "signing":
            paper = village_papers.signing_list(village, group=said["group"], **by)
            return f"签约清单-{_place(said)}.pdf", paper
        case "letters":
            part = said["part"]
            paper = village_papers.letters(village, group=said["group"], part=part, **by)
            number = f"-{part}" if part else ""
            return f"授信通知书-{_place(said)}{number}.pdf", paper
        case "refusals":
            part = said["part"]
            paper = village_papers.refusals(village, group=said["group"], part=part, **by)
            number = f"-{part}" if part else ""
            return f"授信结果通知书-{_place(said)}{number}.pdf", paper
        case "refusal":
            paper = village_papers.refusal(said["household"], **by)
            return f"授信结果通知书-{said['household']}.pdf", paper
        case "poster":
            paper = village_papers.poster(village, on=timezone.localdate(), **by)
            return f"授信公示-{village.name}.pdf", paper
        case _:
            line = _line_of(said["household"], request)
            return f"授信通知书-{said['household']}.pdf", village_papers.letter(line, **by)


def _place(said: dict[str, Any]) -> str:
    """The village, and the group where one was chosen, for the file's name."""
    return f"{said['village'].name}{said['group'] or ''}"


def _line_of(number: str, request: HttpRequest) -> int:
    """The open line of a household this person may see; 0 where there is none."""
    lines = CreditLine.objects.visible_to(request.user).filter(
        household__number=number.strip(), status__in=village_papers.OPEN
    )
    return lines.values_list("pk", flat=True).first() or 0
