"""Paper and telephone sheets: keyed by two people, compared field by field."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin import RecordAdmin, columns
from core.errors import DomainError
from core.models import User
from village.admin.steps import step_page
from village.admin.waiting import PaperWaiting
from village.forms import ReviewSheetForm
from village.models import Campaign, PaperSheet, Seat, SheetForm
from village.review_rules import paper_codes
from village.review_rules.negatives import NEGATIVE_KINDS
from village.services import paper, sheets

NUMBER_OF = {kind.no: kind.name for kind in NEGATIVE_KINDS}


class WhichSheetForm(forms.Form):
    """Which paper lies on the table: who filled it in, about which household."""

    code = forms.CharField(
        label=gettext_lazy("Code on the sheet"),
        help_text=gettext_lazy("With it the three fields below may stay empty."),
        max_length=paper_codes.LONGEST + 8,
        required=False,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}
        ),
    )
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label=gettext_lazy("Campaign"), required=False
    )
    reviewer = forms.CharField(label=gettext_lazy("Reviewer's name"), max_length=40, required=False)
    household = forms.CharField(
        label=gettext_lazy("Household number"), max_length=30, required=False
    )
    form = forms.ChoiceField(
        label=gettext_lazy("Form of review"),
        choices=[(each.value, each.label) for each in (SheetForm.PAPER, SheetForm.PHONE)],
    )

    def clean(self) -> dict[str, Any]:
        """A sheet is named by its code, or by campaign, reviewer and household."""
        given = super().clean()
        if given.get("code"):
            given["seat"] = paper_codes.number_of(given["code"])
            if given["seat"] is None:
                self.add_error(
                    "code", _("This code was not copied right: compare it digit by digit.")
                )
            return given
        for name in ("campaign", "reviewer", "household"):
            if not given.get(name) and name not in self.errors:
                self.add_error(name, _("Without a code, say which sheet it is."))
        return given

    def seats(self) -> QuerySet[Seat]:
        """The seat that was named, if it is there."""
        given = self.cleaned_data
        open_ones = Seat.objects.filter(
            reviewer__campaign__in=self.fields["campaign"].queryset.order_by().values("pk")
        )
        if given.get("code"):
            return open_ones.filter(pk=given["seat"])
        return open_ones.filter(
            reviewer__campaign=given["campaign"],
            reviewer__customer__name=given["reviewer"].strip(),
            household__number=given["household"].strip(),
        )


class BecauseForm(forms.Form):
    """Why a sheet is put aside."""

    because = forms.CharField(label=gettext_lazy("Why?"), max_length=sheets.LONGEST_REASON)


@admin.register(PaperSheet)
class PaperSheetAdmin(RecordAdmin):
    """Paper on its way in. Nobody reads what another keyed, but where the two differ."""

    comes_from = gettext_lazy(
        "Print sheets from the list of reviewers; what comes back is keyed here, twice."
    )
    list_display = [
        "household",
        "village",
        columns.state(),
        "form",
        "first_by",
        "first_at",
        "second_by",
        "next_step",
    ]
    list_select_related = ["seat__household__village", "first_by", "second_by"]
    list_filter = [PaperWaiting, "status", "form"]
    search_fields = ["seat__household__number__exact"]
    fields = [
        "household",
        "village",
        columns.state(),
        "form",
        "first_by",
        "first_at",
        "second_by",
        "second_at",
        "differed",
        "settled_by",
        "discarded_because",
    ]

    def get_queryset(self, request: HttpRequest) -> object:
        """Paper one may see; what was keyed stays shut."""
        return super().get_queryset(request).defer("first", "second")

    def get_list_display(self, request: HttpRequest) -> list:
        """The next step for whoever may take it."""
        may_key = self.has_add_permission(request)
        return [each for each in self.list_display if may_key or each != "next_step"]

    def get_readonly_fields(self, request: HttpRequest, obj: PaperSheet | None = None) -> list:
        """Everything."""
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: PaperSheet | None = None) -> bool:
        """Whether this person may key sheets."""
        return request.user.has_perm("village.key_papersheet")

    def get_urls(self) -> list[URLPattern]:
        """Keying and settling have pages of their own."""
        view = self.admin_site.admin_view
        return [
            path("seat/<int:pk>/", view(self.key_sheet), name="village_papersheet_key"),
            path("<int:pk>/settle/", view(self.settle), name="village_papersheet_settle"),
            path("<int:pk>/discard/", view(self.discard), name="village_papersheet_discard"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("household"))
    def household(self, sheet: PaperSheet) -> str:
        """About whom."""
        return str(sheet.seat.household)

    @admin.display(description=gettext_lazy("village"))
    def village(self, sheet: PaperSheet) -> str:
        """Where."""
        return str(sheet.seat.household.village)

    @admin.display(description=gettext_lazy("step"))
    def next_step(self, sheet: PaperSheet) -> SafeString | str:
        """What is to be done with it."""
        status = PaperSheet.Status
        if sheet.status == status.ONCE:
            where, word = ("admin:village_papersheet_key", _("Key it again"))
            address = f"{reverse(where, args=[sheet.seat_id])}?form={sheet.form}"
        elif sheet.status == status.DIFFERS:
            where, word = ("admin:village_papersheet_settle", _("Compare with the paper"))
            address = reverse(where, args=[sheet.pk])
        else:
            return self.empty_value_display
        aside = reverse("admin:village_papersheet_discard", args=[sheet.pk])
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a>', address, word, aside, _("Put aside")
        )

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Say which paper it is; the sheet itself follows."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = WhichSheetForm(request.POST or None)
        form.fields["campaign"].queryset = Campaign.objects.visible_to(request.user).filter(
            status=Campaign.Status.REVIEWING
        )
        if request.method == "POST" and form.is_valid():
            seat = form.seats().first()
            if seat:
                address = reverse("admin:village_papersheet_key", args=[seat.pk])
                return redirect(f"{address}?form={form.cleaned_data['form']}")
            form.add_error(None, _("This reviewer was not asked about this household."))
        return step_page(
            self, request, title=_("Key a sheet"), form=form, do=_("On to the sheet"),
            says=_("Every sheet is keyed by two people who do not see each other's entries."),
        )  # fmt: skip

    def key_sheet(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The sheet of one seat, keyed the first or the second time, always from an empty form."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        seat = get_object_or_404(
            Seat.objects.select_related("household__village", "reviewer__customer").filter(
                reviewer__campaign__in=Campaign.objects.visible_to(request.user)
            ),
            pk=pk,
        )
        form = ReviewSheetForm(request.POST or None, seat=seat)
        form.order_fields(["knows", *(each.html_name for each in form.questions())])
        if request.method == "POST" and form.is_valid() and self._key(request, seat, form):
            return redirect("admin:village_papersheet_changelist")
        facts = [
            (_("Household number"), seat.household.number),
            (_("Village"), seat.household.village),
            (_("Reviewer's name"), seat.reviewer.customer.name),
        ]
        return step_page(
            self, request, title=_("Key a sheet"), form=form, facts=facts, do=_("Save"),
            says=_("Key what the paper says, not what seems right."),
            back=reverse("admin:village_papersheet_changelist"),
        )  # fmt: skip

    def _key(self, request: HttpRequest, seat: Seat, form: ReviewSheetForm) -> bool:
        is_phone = request.GET.get("form") == SheetForm.PHONE
        try:
            keyed = paper.key_sheet(
                seat.pk,
                answers=form.answers(),
                remarks=form.cleaned_data["remarks"],
                form=SheetForm.PHONE if is_phone else SheetForm.PAPER,
                actor=request.user,
                at=timezone.now(),
            )
        except DomainError as exc:
            form.add_error(None, str(exc))
            return False
        status = PaperSheet.Status
        says, level = {
            status.ONCE: (_("Keyed once. A second person keys it again."), messages.SUCCESS),
            status.TAKEN: (_("Both keyed the same: the sheet is sealed."), messages.SUCCESS),
            status.DIFFERS: (_("The two differ: compare with the paper."), messages.WARNING),
        }[keyed.status]
        self.message_user(request, says, level)
        return True

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say why a sheet is put aside, and what that leads to."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        found = get_object_or_404(
            PaperSheet.objects.visible_to(request.user).select_related("seat__household"),
            pk=pk,
            status__in=[PaperSheet.Status.ONCE, PaperSheet.Status.DIFFERS],
        )
        form = BecauseForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            because = form.cleaned_data["because"]
            try:
                paper.discard(pk, because=because, actor=request.user, at=timezone.now())
            except DomainError as exc:
                form.add_error(None, str(exc))
            else:
                said = _("Put aside. The sheet may be keyed anew.")
                self.message_user(request, said, messages.SUCCESS)
                return redirect("admin:village_papersheet_changelist")
        return step_page(
            self, request, title=_("Put this sheet aside"), form=form, do=_("Put aside"),
            facts=[
                (_("Household number"), found.seat.household.number),
                (_("first keyed by"), found.first_by),
            ],
            says=_(
                "What was keyed is wiped and does not count. The paper may be keyed anew, both "
                "times, as long as the review is open."
            ),
        )  # fmt: skip

    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Only the fields that differ, side by side, to be compared with the paper."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        found = get_object_or_404(
            PaperSheet.objects.visible_to(request.user).select_related("seat__household"),
            pk=pk,
            status=PaperSheet.Status.DIFFERS,
        )
        form = _settle_form(found, request)
        if request.method == "POST" and form.is_valid():
            right = {name: int(value) for name, value in form.cleaned_data.items()}
            try:
                paper.settle(pk, right=right, actor=request.user, at=timezone.now())
            except DomainError as exc:
                form.add_error(None, str(exc))
            else:
                self.message_user(request, _("Settled: the sheet is sealed."), messages.SUCCESS)
                return redirect("admin:village_papersheet_changelist")
        return step_page(
            self, request, title=_("Compare with the paper"), form=form, do=_("Settle"),
            facts=[(_("Household number"), found.seat.household.number)],
            says=_how_to_settle(found, request.user),
        )  # fmt: skip


def _how_to_settle(found: PaperSheet, user: User) -> str:
    if paper.own_keying(found, user) is None:
        return _("Take the paper and choose for every field what stands there.")
    return _(
        "You keyed this sheet: here you may take over what the other keyed, where the paper says"
        " so. Where yours is right, somebody who has not keyed it compares it with the paper; or"
        " put it aside, and both key it anew."
    )


def _settle_form(found: PaperSheet, request: HttpRequest) -> forms.Form:
    """Both readings of each field; to whoever keyed one of them, the other's alone."""
    form = forms.Form(request.POST or None)
    own = paper.own_keying(found, request.user)
    for each in paper.differences(found):
        readings = {paper.FIRST: each.first, paper.SECOND: each.second}
        form.fields[each.field] = forms.ChoiceField(
            label=_label(each.field),
            choices=[
                (number, _said(each.field, said))
                for number, said in readings.items()
                if number != own
            ],
            widget=forms.RadioSelect,
        )
    return form


def _label(field: str) -> str:
    return {
        paper.KNOWS: _("Do you know this household?"),
        sheets.NEGATIVES: _("Does any of this hold for the household?"),
        sheets.AMOUNT: _("Suggested amount, yuan"),
        sheets.REMARKS: _("Remarks"),
    }.get(field, field)


def _said(field: str, value: object) -> str:
    if isinstance(value, bool):
        return _("I know them") if value else _("I do not know them")
    if isinstance(value, list):
        return "；".join(NUMBER_OF[each] for each in value) or _("None of these")
    if field == sheets.AMOUNT and value is not None:
        return f"{value:,}"
    return str(value) if value not in (None, "") else _("Left empty")
