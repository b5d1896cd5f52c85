"""Deeds on one record's page: a small form, one service, and the answer in words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from core.admin.base import RecordAdmin
from core.errors import DomainError


@dataclass(frozen=True)
class Deed:
    """Something this person may do with this record now."""

    name: str
    title: str | Promise
    says: str | Promise  # what it leads to
    done: str | Promise  # said afterwards
    work: Callable[[HttpRequest, Model, dict[str, Any]], object]  # may answer with another page
    form: type[forms.Form] = forms.Form
    permission: str = ""


@dataclass(frozen=True)
class OfferedDeed:
    """A deed as the page shows it."""

    deed: Deed
    address: str
    form: forms.Form


class WithDeeds:
    """For a register with deeds above the record's own page."""

    change_form_template = "admin/deeds.html"

    def deeds(self, request: HttpRequest, record: Model) -> list[Deed]:
        """What could be done with ``record`` in its state; permission is looked at here."""
        return []

    def get_urls(self) -> list[Any]:
        """One address per deed, besides the register's own."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_deed"
        deed = path(
            "<int:pk>/deed/<slug:deed>/", self.admin_site.admin_view(self.do_deed), name=name
        )
        return [deed, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *rest: Any, **how: Any
    ) -> HttpResponse:
        """The record, with what may be done above it."""
        record = how.get("obj")
        if record is not None:
            context["deeds"] = self._offered(request, record)
        return super().render_change_form(request, context, *rest, **how)

    @method_decorator(require_POST)
    def do_deed(self, request: HttpRequest, pk: int, deed: str) -> HttpResponse:
        """Do it; a refusal becomes a message."""
        record = get_object_or_404(self.get_queryset(request), pk=pk)
        chosen = next((each for each in self._allowed(request, record) if each.name == deed), None)
        if chosen is None:
            raise PermissionDenied
        form = chosen.form(request.POST, request.FILES, prefix=chosen.name)
        if form.is_valid():
            try:
                answer = chosen.work(request, record, form.cleaned_data)
                messages.success(request, chosen.done)
                if isinstance(answer, HttpResponse):
                    return answer
            except DomainError as exc:
                messages.error(request, str(exc))
        else:
            for errors in form.errors.values():
                messages.error(request, " ".join(errors))
        address = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(address, args=[pk]))

    def _allowed(self, request: HttpRequest, record: Model) -> list[Deed]:
        return [
            each
            for each in self.deeds(request, record)
            if not each.permission or request.user.has_perm(each.permission)
        ]

    def _offered(self, request: HttpRequest, record: Model) -> list[OfferedDeed]:
        address = f"admin:{self.opts.app_label}_{self.opts.model_name}_deed"
        return [
            OfferedDeed(
                each, reverse(address, args=[record.pk, each.name]), each.form(prefix=each.name)
            )
            for each in self._allowed(request, record)
        ]


class DeedsAdmin(WithDeeds, RecordAdmin):
    """A register whose records are read, and changed by deeds alone."""


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput)
