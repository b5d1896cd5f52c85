"""Tags: written in versions, worked out for the county, read of a customer."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission import tag_words
from admission.admin.rules import NAMES_FIELDS, AsRead
from admission.admin.searching import ByCustomer
from admission.admin.versions import Verbs, VersionsAdmin, is_draft
from admission.contexts_tag_diff import TagDiffPage
from admission.contexts_tag_sets import TagSetPage, fields_of_a_tag
from admission.contexts_tags_why import WhyPage
from admission.models import Profile, TagDefinition, TagSet
from admission.services import tag_sets, tagging
from admission.sources.lending import bank_day
from admission.tags import TagText
from admission.tags.book import check
from core import audit, publishing
from core.admin import BackOfficeAdmin, RecordAdmin, columns
from core.errors import DomainError
from core.models import PublishingState

TEXT_AREA = {"rows": 4, "cols": 90, "spellcheck": "false"}


class DefinitionForm(forms.ModelForm):
    """One definition; a mistake is shown under the part in which it was made, with its place.

    What somebody else has stored since the page was opened is not written over.
    """

    read_as = AsRead(required=False)

    class Meta:
        model = TagDefinition
        fields = [
            "place", "code", "kind", "family", "name", "expression", "params", "choices", "link",
            "quantile", "among", "products", "note",
        ]  # fmt: skip
        widgets = {
            "expression": forms.Textarea(TEXT_AREA | NAMES_FIELDS),
            "among": forms.Textarea(TEXT_AREA | NAMES_FIELDS | {"rows": 2}),
            "params": forms.Textarea(TEXT_AREA | {"rows": 2}),
            "choices": forms.Textarea(TEXT_AREA | {"rows": 2}),
            "products": forms.Textarea(TEXT_AREA | {"rows": 1}),
        }

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.initial["read_as"] = self.instance.fingerprint if self.instance.pk else ""

    def clean_params(self) -> dict[str, Any]:
        """Thresholds by name."""
        params = self.cleaned_data["params"] or {}
        if not isinstance(params, dict):
            raise forms.ValidationError(_('Write thresholds as {"name": value}.'))
        return params

    def clean_choices(self) -> list[str]:
        """Words in their order."""
        return _words(self.cleaned_data["choices"])

    def clean_products(self) -> list[str]:
        """Products in their order."""
        return _words(self.cleaned_data["products"])

    def clean(self) -> dict[str, Any]:
        """Read the definition as judgement will, after those that stand before it."""
        cleaned = super().clean()
        self._must_be_as_read(cleaned.get("read_as"))
        parts = TagText.__dataclass_fields__.keys()
        if not parts <= cleaned.keys() or self.instance.tag_set_id is None:
            return cleaned
        text = TagText(
            **{part: cleaned[part] for part in parts} | {"choices": tuple(cleaned["choices"])}
        )
        others = TagDefinition.objects.filter(tag_set=self.instance.tag_set_id)
        before = others.exclude(pk=self.instance.pk).filter(place__lt=cleaned["place"])
        for fault in check(text, [each.text for each in before.order_by("place", "id")]):
            self.add_error(fault.part, tag_words.reason(fault))
        return cleaned

    def _must_be_as_read(self, read_as: str | None) -> None:
        """Of two who store at once the second waits, and sees what the first has written, or that
        the version is no draft any more."""
        drafts = TagSet.objects.select_for_update().filter(status=PublishingState.DRAFT)
        if drafts.filter(pk=self.instance.tag_set_id).first() is None:
            raise forms.ValidationError(
                _("Only a draft can be changed; revise the version instead.")
            )
        found = TagDefinition.objects.filter(pk=self.instance.pk).first()
        if read_as and (found is None or found.fingerprint != read_as):
            raise forms.ValidationError(
                _(
                    "Somebody else changed this definition since you opened the page. Open it "
                    "again and write your changes into it."
                )
            )


def _words(given: Any) -> list[str]:
    if given in (None, ""):
        return []
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise forms.ValidationError(_('Write words as ["one", "other"].'))
    return given


@admin.register(TagDefinition)
class TagDefinitionAdmin(BackOfficeAdmin):
    """One definition at a time; the list of all stands on the page of their set."""

    form = DefinitionForm
    fields = DefinitionForm.Meta.fields
    change_form_template = "admin/admission/tag_definition.html"

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: TagDefinition | None = None,
    ) -> HttpResponse:
        """With the fields it may name, while it is being written."""
        written = context["adminform"].form.instance
        if add or self.has_change_permission(request, obj):
            context["tag_fields"] = fields_of_a_tag(written)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """No entry of its own in the menu: definitions are reached through their set."""
        return {}

    def get_fields(self, request: HttpRequest, obj: TagDefinition | None = None) -> list[str]:
        """With what it said when the page was opened, where it is written on."""
        is_written = obj is not None and self.has_change_permission(request, obj)
        return [*self.fields, "read_as"] if is_written else list(self.fields)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A definition is added to a draft."""
        return super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: TagDefinition | None = None) -> bool:
        """Only a draft's definitions are written on."""
        is_written = obj is None or is_draft(obj.tag_set)
        return is_written and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: TagDefinition | None = None) -> bool:
        """A draft loses definitions."""
        is_written = obj is not None and is_draft(obj.tag_set)
        return is_written and request.user.has_perm("admission.delete_tagdefinition")

    def get_form(self, request: HttpRequest, obj: Any = None, **more: Any) -> Any:
        """The form of a new definition knows the draft it is for."""
        form = super().get_form(request, obj, **more)
        if obj is not None:
            return form
        asked = request.GET.get("tag_set", "")
        drafts = TagSet.objects.filter(status=PublishingState.DRAFT)
        draft = drafts.filter(pk=asked).first() if asked.isdecimal() else None
        if draft is None:
            raise Http404

        class ForTheDraft(form):  # type: ignore[misc, valid-type]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                self.instance.tag_set = draft

        return ForTheDraft

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """All definitions are those of a set."""
        return redirect("admin:admission_tagset_changelist")

    def response_add(self, request: HttpRequest, obj: TagDefinition, **_more: Any) -> HttpResponse:
        """Back to the set."""
        return redirect("admin:admission_tagset_change", obj.tag_set_id)

    def response_change(self, request: HttpRequest, obj: TagDefinition) -> HttpResponse:
        """Back to the set."""
        return redirect("admin:admission_tagset_change", obj.tag_set_id)

    def response_delete(self, request: HttpRequest, *_args: Any) -> HttpResponse:
        """Back to the sets."""
        return redirect("admin:admission_tagset_changelist")

    def save_model(self, request: HttpRequest, obj: TagDefinition, form: Any, change: bool) -> None:
        """Store it; what was changed is on record with its set."""
        obj.save()
        audit.record(
            obj.tag_set, "admission.tag_set.edited", actor=request.user, tag=obj.code,
            fields=sorted(form.changed_data),
        )  # fmt: skip

    def delete_model(self, request: HttpRequest, obj: TagDefinition) -> None:
        """Take it out of its draft."""
        audit.record(obj.tag_set, "admission.tag_set.cut", actor=request.user, tag=obj.code)
        obj.delete()


@admin.register(TagSet)
class TagSetAdmin(VersionsAdmin):
    """Versions of all definitions; from here the county is tagged, too."""

    verbs = Verbs(code=tag_sets.TAGS, first=tag_sets.draft_tag_set, revise=tag_sets.revise_tag_set)
    change_form_template = "admin/admission/tag_set.html"
    list_display = [
        "name",
        "version",
        columns.state(),
        columns.count("definition_count", gettext_lazy("definitions")),
        "author",
        "publisher",
        "published_at",
        "note",
    ]
    list_filter = ["status"]
    actions = ["submit", "send_back", "publish", "revise"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TagSet]:
        """Versions with the number of their definitions."""
        return super().get_queryset(request).annotate(definition_count=Count("definitions"))

    def get_fields(self, request: HttpRequest, obj: TagSet | None = None) -> list[Any]:
        """A new version is only named: it begins as a copy of the one in force."""
        return ["note"] if obj is None else ["name", "note", *self.readonly_fields]

    def get_urls(self) -> list[URLPattern]:
        """Comparing, and tagging the county, have addresses of their own."""
        doors = {"tag": ("tag/", self.tag_now), "diff": ("<int:pk>/diff/", self.diff)}
        return [
            *(
                path(route, self.admin_site.admin_view(door), name=f"admission_tagset_{name}")
                for name, (route, door) in doors.items()
            ),
            *super().get_urls(),
        ]

    def shown(self, request: HttpRequest, record: TagSet) -> dict[str, Any]:
        """Its definitions and its newest run."""
        return {"page": TagSetPage.build(record, request.user)}

    def diff(self, request: HttpRequest, pk: int) -> HttpResponse:
        """This version beside another: the one named, the one in force, or the one before."""
        after = get_object_or_404(TagSet, pk=pk)
        if not self.has_view_permission(request, after):
            raise PermissionDenied
        if named := request.GET.get("with", ""):
            before = get_object_or_404(TagSet, pk=named) if named.isdecimal() else None
        else:
            before = _counterpart(after)
        return self.draw_page(
            request,
            "admin/admission/tag_diff.html",
            title=_("Compare versions"),
            page=TagDiffPage.build(before, after) if before else None,
            tag_set=after,
        )

    def tag_now(self, request: HttpRequest) -> HttpResponse:
        """Tag the county now; workers take the villages."""
        if request.method != "POST" or not request.user.has_perm("admission.change_tagset"):
            raise PermissionDenied
        try:
            tagging.ask_for_tagging(request.user)
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return redirect("admin:admission_tagset_changelist")
        self.message_user(request, _("The county is being tagged; the run shows how far it is."))
        return redirect("admin:core_run_changelist")


def _counterpart(tag_set: TagSet) -> TagSet | None:
    """What a version is best compared with: the tags in force, or those before it."""
    in_force = publishing.in_force(TagSet, tag_set.code)
    if in_force and in_force.pk != tag_set.pk:
        return in_force
    earlier = TagSet.objects.filter(code=tag_set.code, version__lt=tag_set.version)
    return earlier.order_by("-version").first()


@admin.register(Profile)
class ProfileAdmin(ByCustomer, RecordAdmin):
    """What customers are called; a page of one says why, and what it was before."""

    comes_from = gettext_lazy("Customers are tagged every night while a set of tags is in force.")
    list_display = ["customer", "first_on"]
    list_select_related = ["customer"]
    ordering = ["customer_id"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Every word with the rule as written and the values it read."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("customer")
        profile = rows.filter(pk=object_id).first() if object_id.isdecimal() else None
        if profile is None:
            raise Http404
        audit.read(profile.customer, reader=request.user, what="tags and their reasons")
        return self.draw_page(
            request,
            "admin/admission/why.html",
            title=_("Why these tags"),
            page=WhyPage.build(profile, as_of=bank_day(timezone.localdate())),
        )
