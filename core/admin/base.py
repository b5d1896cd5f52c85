"""What every page of the back office has in common."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import JSONField, Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.options import Options
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.admin.listing import Register, found_by
from core.admin.permitted import PermittedForm
from core.errors import DomainError
from core.forms import WrittenJson
from core.paging import paginator_for


def refusal(record: Model, why: DomainError) -> str:
    """Why a step was refused to one of several records, which is named once."""
    if str(why).startswith(f"{record} "):
        return str(why)
    return _("%(record)s: %(why)s") % {"record": record, "why": why}


class BackOfficeAdmin(admin.ModelAdmin):
    """A register of records that people look up and services change.

    Whoever opens it sees what ``visible_to`` lets them see; nothing is deleted; the total of a
    table of a million rows is not counted for the sake of a footer.
    """

    formfield_overrides = {JSONField: {"form_class": WrittenJson}}
    list_per_page = 40
    list_max_show_all = 200
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    actions_selection_counter = True
    empty_value_display = "—"
    comes_from = ""
    """How records come here, for a register that is still empty."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """The rows this person may see."""
        rows = super().get_queryset(request)
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    def draw_page(
        self,
        request: HttpRequest,
        template: str,
        *,
        title: Any,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **shown: Any,
    ) -> TemplateResponse:
        """A page beside the register, in the frame of the back office: menu, title and way back."""
        frame = self.admin_site.each_context(request)
        frame |= {"opts": self.opts, "title": title, "back": self.way_back(request)}
        return TemplateResponse(request, template, frame | shown, status=status, headers=headers)

    def way_back(self, request: HttpRequest) -> str:
        """The record whose address this page's begins with, or the register."""
        register = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        pk = request.resolver_match.kwargs.get("pk") if request.resolver_match else None
        return reverse(f"{register}_change", args=[pk]) if pk else reverse(f"{register}_changelist")

    def one_by_one(
        self, request: HttpRequest, queryset: QuerySet[Model], service: Callable[[Any], object]
    ) -> list[Model]:
        """Do one thing to each of the chosen records; what is refused is said and left.

        Returns those to which it was done.
        """
        done = []
        for each in queryset:
            try:
                service(each)
            except DomainError as exc:
                self.message_user(request, refusal(each, exc), messages.ERROR)
            else:
                done.append(each)
        return done

    def action_checkbox(self, obj: Model) -> SafeString:
        """The tick of a row. Django draws each by a template, which takes a tenth of a page."""
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">',
            ACTION_CHECKBOX_NAME,
            obj.pk,
            _("Choose %(record)s") % {"record": obj},
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list that gathers its page's keys first."""
        return Register

    def get_paginator(
        self,
        request: HttpRequest,
        queryset: QuerySet[Model],
        per_page: int,
        **_given: object,
    ) -> Paginator:
        """How this person leafs through the register."""
        return paginator_for(request.user, queryset, per_page)

    def get_sortable_by(self, request: HttpRequest) -> list[Any]:
        """Every column but the village's: to sort a million rows by its name takes seconds, to
        filter by it does not."""
        return [each for each in super().get_sortable_by(request) if each != "village"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        """What the whole term finds; each of the ``search_fields`` says how it is looked up."""
        lookups = self.get_search_fields(request)
        if not lookups or not search_term.strip():
            return queryset, False
        if all(LOOKUP_SEP in each for each in lookups):
            return found_by(queryset, lookups, search_term.strip()), False
        return super().get_search_results(request, queryset, search_term)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The register under its own name."""
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A record under the name of its kind; which one it is stands below."""
        title = {"title": capfirst(self.opts.verbose_name)}
        return super().change_view(request, object_id, form_url, title | (extra_context or {}))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """A record's page, with what it shows beside its fields."""
        if obj is not None:
            context |= self.shown(request, obj)
        context["adminform"] = PermittedForm(context["adminform"], request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def shown(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """What else a record's page shows."""
        return {}

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Options, object_id: str
    ) -> HttpResponse:
        """What somebody may not see does not exist for them: 404, as at every other door."""
        raise Http404

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes here: records are closed, retired or corrected."""
        return False


class RecordAdmin(BackOfficeAdmin):
    """A register that only services write."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Records come from the work itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """They are read, not edited."""
        return False
