"""Households and people in the back office: numbers masked, found by exact number."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit, crypto
from core.admin import BackOfficeAdmin, columns
from core.admin.deeds import Deed, DeedsAdmin
from village import selectors
from village.admin.correcting import CorrectedByFile, HomesTable, PeopleTable
from village.admin.files import WithCustomerFile, WithHouseholdFile
from village.admin.numbers import WithNumber
from village.admin.taking_out import TakenOut
from village.errors import TieRefused
from village.models import Customer, Group, Household, Relation
from village.services import corrections, people_lists, relations, roster_reasons

ID_LENGTH = 18
BY_HAND = ("group", "address", "land_mu", "rented_land_mu", "income_kind", "main_business")
DECLARED = (
    ("house_value", _("house value")),
    ("vehicle_value", _("vehicles and machines")),
    ("income_year", _("income a year")),
    ("expense_year", _("living cost a year")),
    ("operating_cost_year", _("operating cost a year")),
    ("debt", _("debt")),
    ("private_debt", _("private loans")),
)


class CorrectedByHand(BackOfficeAdmin):
    """A register whose rows come from rosters; single corrections are written down."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """New ones come with a roster."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Save and record which columns somebody corrected, and on which day."""
        if form.changed_data:
            obj.corrected_on = timezone.localdate()
        super().save_model(request, obj, form, change)
        if form.changed_data:
            audit.record(
                obj,
                f"village.{obj._meta.model_name}.corrected",
                actor=request.user,
                columns=form.changed_data,
            )


class HouseholdForm(forms.ModelForm):
    """What is corrected of a household by hand."""

    def clean_group(self) -> Group | None:
        """One of its own village."""
        group = self.cleaned_data["group"]
        if group and group.village_id != self.instance.village_id:
            raise forms.ValidationError(
                roster_reasons.sentence("other_village", group.village.name)
            )
        return group


class MemberInline(admin.TabularInline):
    """A household's people."""

    model = Customer
    fields = readonly_fields = ["name", "role", "masked_id_number", "born_on", "state", "list_flag"]
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """New members come with a roster."""
        return False


@admin.register(Household)
class HouseholdAdmin(TakenOut, CorrectedByFile, WithHouseholdFile, CorrectedByHand):
    """Households 户."""

    comes_from = _("Households come with the roster: bring one in under “Roster files”.")
    change_form_template = "admin/village/household/change_form.html"
    form = HouseholdForm
    take_out = people_lists.export_households
    resource_classes = [corrections.HouseholdCorrections]
    table = HomesTable
    list_display = ["number", "head", "village", "group", columns.state("list_flag", _("list"))]
    list_display += ["file_link"]
    list_select_related = ["village", "group"]
    list_filter = ["list_flag", "village__town"]
    search_fields = ["number__startswith"]
    search_help_text = _("Household number, or the beginning of a member's name")
    fields = [
        "number",
        "village",
        "group",
        "address",
        "land_mu",
        "rented_land_mu",
        "income_kind",
        "main_business",
        columns.state("list_flag", _("list")),
        *(columns.yuan(name, title) for name, title in DECLARED),
        "declared_on",
        "created_at",
        "updated_at",
    ]
    autocomplete_fields = ["group"]
    inlines = [MemberInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Household | None = None) -> list:
        """Everything but place and trade: amounts come with a file that says when they are true."""
        return [each for each in self.fields if each not in BY_HAND]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Household]:
        """Households with their heads at hand."""
        heads = Customer.objects.filter(role=Customer.Role.HEAD).only("name", "household")
        return (
            super()
            .get_queryset(request)
            .prefetch_related(Prefetch("members", queryset=heads, to_attr="heads"))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Household], search_term: str
    ) -> tuple[QuerySet[Household], bool]:
        """By number, which has a digit somewhere, or by the beginning of a member's name."""
        if search_term and not any(each.isdigit() for each in search_term):
            somebody = Customer.objects.filter(
                household=OuterRef("pk"), name__startswith=search_term.strip()
            )
            return queryset.filter(Exists(somebody)), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("head"))
    def head(self, household: Household) -> str:
        """By whom it is called."""
        return household.heads[0].name if household.heads else self.empty_value_display


@admin.register(Customer)
class CustomerAdmin(TakenOut, CorrectedByFile, WithCustomerFile, WithNumber, CorrectedByHand):
    """People. Numbers are masked here; who needs one opens the person's page and says why."""

    comes_from = _("People come with the roster: bring one in under “Roster files”.")
    change_form_template = "admin/village/customer/change_form.html"
    take_out = people_lists.export_people
    resource_classes = [corrections.PersonCorrections]
    table = PeopleTable
    list_display = [
        "name",
        "role",
        "masked_number",
        "household",
        "village",
        columns.state("list_flag", _("list")),
        "file_link",
    ]
    list_select_related = ["household", "village"]
    list_filter = ["list_flag", "role", "state"]
    search_fields = ["name__startswith"]
    search_help_text = _("Full ID number, full mobile number, or the beginning of a name")
    fields = [
        "name",
        "role",
        "household",
        "masked_number",
        "masked_phone",
        "sex",
        "born_on",
        "education",
        "marital",
        "occupation",
        "main_business",
        "state",
        "list_flag",
        "list_reason",
        "watch_flag",
    ]
    readonly_fields = [
        "name",
        "role",
        "household",
        "masked_number",
        "masked_phone",
        "sex",
        "born_on",
        "list_flag",
        "list_reason",
        "watch_flag",
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        """An exact number through its blind index, or the beginning of a name."""
        if not search_term.strip():
            return queryset, False
        return selectors.matching(queryset, search_term), False

    @admin.display(description=_("ID number"))
    def masked_number(self, person: Customer) -> str:
        """Region and last two."""
        return person.masked_id_number

    @admin.display(description=_("mobile"))
    def masked_phone(self, person: Customer) -> str:
        """First three and last four."""
        return person.masked_mobile or self.empty_value_display


class EndTieForm(forms.Form):
    """Since when a tie is no more, and why."""

    on = forms.DateField(
        label=_("Ended on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=relations.LONGEST_REASON, widget=forms.TextInput
    )


class TieForm(forms.ModelForm):
    """Which two people are tied, found by their ID numbers, and how."""

    one_number = forms.CharField(label=_("ID number of one"), max_length=24)
    other_number = forms.CharField(label=_("ID number of the other"), max_length=24)

    class Meta:
        model = Relation
        fields = ["kind"]

    def clean(self) -> dict[str, Any]:
        """Both are registered, one of them with this person's villages, and may be tied so."""
        said = super().clean()
        people = {
            side: self._found(f"{side}_number", said.get(f"{side}_number", ""))
            for side in ("one", "other")
        }
        if self.errors:
            return said
        mine = Customer.objects.visible_to(self.user).filter(
            pk__in=[each.pk for each in people.values()]
        )
        if not mine.exists():
            raise forms.ValidationError(
                _("Both are registered with other branches; theirs is to write this down.")
            )
        try:
            relations.must_be_possible(people["one"], people["other"], said["kind"])
        except TieRefused as exc:
            self.add_error(f"{exc.field}_number" if exc.field else None, str(exc))
        return said | people

    def _found(self, field: str, number: str) -> Customer | None:
        """The registered person with this number."""
        plain = "".join(number.split()).upper()
        if len(plain) != ID_LENGTH:
            if number:
                self.add_error(field, _("An ID number has 18 characters: 17 digits and a last."))
            return None
        found = Customer.objects.filter(id_index=crypto.blind_index(plain)).first()
        if found is None:
            self.add_error(field, _("Nobody with this ID number is registered"))
        return found


@admin.register(Relation)
class RelationAdmin(DeedsAdmin):
    """Ties between people: across households, and between husband and wife."""

    comes_from = _("Relations come with roster files, or are found on visits.")
    form = TieForm
    list_display = ["one", "kind", "other", "village", "ended_on"]
    list_select_related = ["one", "other", "village"]
    list_filter = ["kind", ("ended_on", admin.EmptyFieldListFilter)]
    search_fields = ["one__name__startswith", "other__name__startswith"]
    fields = ["one", "kind", "other", "village", "ended_on", "ended_because"]

    def has_add_permission(self, request: HttpRequest, obj: Relation | None = None) -> bool:
        """Whoever may write ties down."""
        return request.user.has_perm("village.tie_relation")

    def get_fields(self, request: HttpRequest, obj: Relation | None = None) -> list[str]:
        """A new tie names two people by their numbers."""
        return self.fields if obj else ["one_number", "kind", "other_number"]

    def get_form(
        self, request: HttpRequest, obj: Relation | None = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """The form knows who writes."""
        if obj:
            return super().get_form(request, obj, **kwargs)
        return type("OwnTieForm", (TieForm,), {"user": request.user})

    def save_model(self, request: HttpRequest, obj: Relation, form: TieForm, change: bool) -> None:
        """Write the tie down."""
        said = form.cleaned_data
        made = relations.tie(
            said["one"].pk, said["other"].pk, kind=said["kind"], actor=request.user
        )
        obj.pk, obj.one, obj.other = made.pk, made.one, made.other

    def deeds(self, request: HttpRequest, record: Relation) -> list[Deed]:
        """A tie that stands can be ended."""
        if record.ended_on:
            return []
        return [
            Deed(
                name="end",
                title=_("End this tie"),
                says=_(
                    "From then on the two may judge each other's households and sign nothing for "
                    "each other. The tie stays on record. Panels that are drawn stay as they are."
                ),
                done=_("The tie is ended."),
                work=self._end,
                form=EndTieForm,
                permission="village.end_relation",
            )
        ]

    def _end(self, request: HttpRequest, record: Relation, said: dict[str, Any]) -> None:
        relations.end_tie(record.pk, on=said["on"], because=said["reason"], actor=request.user)
