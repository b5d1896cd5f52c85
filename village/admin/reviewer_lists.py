"""Reviewer lists and what repayment says of their judgement."""

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
from django.utils.translation import gettext_lazy, ngettext

from core import pieces
from core.admin import RecordAdmin, columns
from core.errors import DomainError
from core.models import User
from village.admin.steps import step_page
from village.models import ListedReviewer, ReviewerRecord, Village
from village.services import reviewer_lists

LARGEST = 2 * 1024 * 1024


class ProposeForm(forms.Form):
    """Whom a village committee names: a file, or ID numbers typed in."""

    village = forms.ModelChoiceField(Village.objects.none(), label=gettext_lazy("Village"))
    file = forms.FileField(
        label=gettext_lazy("File (CSV or Excel)"),
        required=False,
        help_text=gettext_lazy("A column 证件号码, and 姓名 where the names are to be compared."),
    )
    numbers = forms.CharField(
        label=gettext_lazy("Or ID numbers, one a line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, user: User, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = Village.objects.visible_to(user).order_by("code")

    def clean(self) -> dict[str, object]:
        """One of the two, and no file that could be no list."""
        given = super().clean()
        if not given.get("file") and not given.get("numbers", "").strip():
            raise forms.ValidationError(_("Choose a file or type ID numbers."))
        if given.get("file") and given["file"].size > LARGEST:
            raise forms.ValidationError(_("The file is too large; cut it by towns."))
        return given

    def content(self) -> bytes:
        """What was given, as a file."""
        given = self.cleaned_data
        if given["file"]:
            return given["file"].read()
        return f"证件号码\n{given['numbers']}".encode()


class StrikeOffForm(forms.Form):
    """Why somebody is not asked any more."""

    because = forms.CharField(label=gettext_lazy("Why?"), max_length=reviewer_lists.LONGEST_REASON)


@admin.register(ListedReviewer)
class ListedReviewerAdmin(RecordAdmin):
    """Who may be asked: proposed by one person, approved by another."""

    comes_from = gettext_lazy(
        "A branch nominates reviewers one by one or from a file; a second person approves them."
    )
    list_display = [
        "customer",
        "village",
        columns.state(),
        "proposed_by",
        "proposed_at",
        "approved_by",
        "strike_off_link",
    ]
    list_select_related = ["customer", "village", "proposed_by", "approved_by"]
    list_filter = ["status", "village__town"]
    search_fields = ["customer__name__startswith", "village__code__exact"]
    fields = [
        "village",
        "customer",
        columns.state(),
        "proposed_by",
        "proposed_at",
        "approved_by",
        "approved_at",
        "struck_off_because",
    ]
    actions = ["approve_chosen"]

    def has_add_permission(self, request: HttpRequest, obj: ListedReviewer | None = None) -> bool:
        """Whether this person may propose reviewers."""
        return request.user.has_perm("village.add_listedreviewer")

    def has_approve_permission(self, request: HttpRequest) -> bool:
        """Whether this person may approve what another proposed."""
        return request.user.has_perm("village.change_listedreviewer")

    def get_readonly_fields(self, request: HttpRequest, obj: ListedReviewer | None = None) -> list:
        """Everything: services move a name."""
        return self.fields

    def get_list_display(self, request: HttpRequest) -> list:
        """The way off the list for whoever may strike somebody off."""
        may_strike = self.has_approve_permission(request)
        return [each for each in self.list_display if may_strike or each != "strike_off_link"]

    def get_urls(self) -> list[URLPattern]:
        """Striking off asks for a reason."""
        strike = path(
            "<int:pk>/strike-off/",
            self.admin_site.admin_view(self.strike_off),
            name="village_listedreviewer_strike_off",
        )
        return [strike, *super().get_urls()]

    @admin.display(description=gettext_lazy("step"))
    def strike_off_link(self, listed: ListedReviewer) -> SafeString | str:
        """The way off the list."""
        if listed.status == ListedReviewer.Status.STRUCK_OFF:
            return listed.struck_off_because
        address = reverse("admin:village_listedreviewer_strike_off", args=[listed.pk])
        return format_html('<a href="{}">{}</a>', address, _("Strike off"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Propose reviewers by file or by number, and see who may not be one and why."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ProposeForm(request.user, request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and self._propose(request, form):
            return redirect("admin:village_listedreviewer_changelist")
        return step_page(
            self,
            request,
            title=_("Propose reviewers"),
            form=form,
            says=_(
                "Reviewers are between 25 and 70 years old, live in the village and stand, like "
                "their household, on no grey or black list. A second person approves them."
            ),
            do=_("Propose"),
        )

    def _propose(self, request: HttpRequest, form: ProposeForm) -> bool:
        try:
            done = reviewer_lists.import_list(
                form.content(),
                village_id=form.cleaned_data["village"].pk,
                actor=request.user,
                on=timezone.localdate(),
            )
        except DomainError as exc:
            form.add_error(None, str(exc))
            return False
        self.message_user(
            request,
            ngettext("%(n)s person proposed.", "%(n)s people proposed.", done.listed)
            % {"n": done.listed},
            messages.SUCCESS,
        )
        for each in done.refused[:50]:
            self.message_user(request, f"{each.who}: {' '.join(each.reasons)}", messages.WARNING)
        return True

    def strike_off(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take one person off the list, with a reason."""
        if not self.has_approve_permission(request):
            raise PermissionDenied
        listed = get_object_or_404(self.get_queryset(request), pk=pk)
        form = StrikeOffForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                reviewer_lists.strike_off(
                    pk, because=form.cleaned_data["because"], actor=request.user
                )
            except DomainError as exc:
                self.message_user(request, str(exc), messages.ERROR)
            return redirect("admin:village_listedreviewer_changelist")
        return step_page(
            self,
            request,
            title=_("Strike off: %(name)s") % {"name": listed},
            form=form,
            says=_("They are not drawn any more. Seats they hold in an open review stay theirs."),
            do=_("Strike off"),
        )

    @admin.action(description=gettext_lazy("Approve as reviewers"), permissions=["approve"])
    def approve_chosen(self, request: HttpRequest, queryset: QuerySet[ListedReviewer]) -> None:
        """Agree that the chosen people may judge."""
        by = {"actor": request.user, "on": timezone.localdate()}
        self.one_by_one(request, queryset, lambda it: reviewer_lists.approve(it.pk, **by))


@admin.register(ReviewerRecord)
class ReviewerRecordAdmin(RecordAdmin):
    """Who judges well, measured by repayment. Numbers, not names: sheets bear numbers too."""

    list_display = fields = readonly_fields = [
        "number",
        "village",
        columns.count("loans", gettext_lazy("loans with a year of history")),
        columns.count("defaults", gettext_lazy("of which defaulted")),
        "brier",
        "silent",
        "judges",
        "weight",
        "as_of",
    ]
    list_select_related = ["customer__village"]
    list_display_links = None
    list_filter = ["customer__village__town"]

    @admin.display(description=gettext_lazy("reviewer no."))
    def number(self, record: ReviewerRecord) -> str:
        """The reviewer as a number."""
        return f"#{record.pk}"

    @admin.display(description=gettext_lazy("village"))
    def village(self, record: ReviewerRecord) -> str:
        """Where."""
        return str(record.customer.village)

    @admin.display(description=gettext_lazy("judges"), ordering="weight")
    def judges(self, record: ReviewerRecord) -> SafeString:
        """The weight in a word."""
        if record.weight >= 1.1:
            return pieces.badge(_("Well"), level="green")
        if record.weight <= 0.9:
            return pieces.badge(_("Badly"), level="orange")
        return pieces.badge(_("No better than chance"), level="grey")
