"""Links of a record's page: only to what its reader may open; everything else is named alone."""

from collections.abc import Iterator

from django.contrib.admin.helpers import (
    AdminField,
    AdminForm,
    AdminReadonlyField,
    Fieldline,
    Fieldset,
)
from django.db.models import ForeignObjectRel, Model
from django.http import HttpRequest


class PermittedForm(AdminForm):
    """A record as ``request`` may see it."""

    def __init__(self, drawn: AdminForm, request: HttpRequest) -> None:
        super().__init__(drawn.form, drawn.fieldsets, {}, drawn.readonly_fields, drawn.model_admin)
        self.prepopulated_fields = drawn.prepopulated_fields
        self.request = request

    def __iter__(self) -> Iterator[Fieldset]:
        for name, options in self.fieldsets:
            yield _Group(
                self.form,
                name,
                readonly_fields=self.readonly_fields,
                model_admin=self.model_admin,
                **options,
            ).read_by(self.request)


class _Group(Fieldset):
    def read_by(self, request: HttpRequest) -> "_Group":
        self.request = request
        return self

    def __iter__(self) -> Iterator[Fieldline]:
        for field in self.fields:
            line = _Line(self.form, field, self.readonly_fields, model_admin=self.model_admin)
            line.request = self.request
            yield line


class _Line(Fieldline):
    request: HttpRequest

    def __iter__(self) -> Iterator[AdminField | AdminReadonlyField]:
        for each, field in zip(super().__iter__(), self.fields, strict=True):
            if each.is_readonly:
                shown = _Read(self.form, field, each.is_first, model_admin=self.model_admin)
                shown.request = self.request
                yield shown
            else:
                yield each


class _Read(AdminReadonlyField):
    request: HttpRequest

    def get_admin_url(self, remote_field: ForeignObjectRel, remote_obj: Model) -> str:
        register = self.model_admin.admin_site._registry.get(remote_field.model)
        if register is None or not register.has_view_or_change_permission(self.request):
            return str(remote_obj)
        return super().get_admin_url(remote_field, remote_obj)
