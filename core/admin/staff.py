"""The bank's people and branches."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core import audit, invitations, sheets
from core.admin.base import BackOfficeAdmin
from core.models import Branch, User

# What somebody may do follows from their role (config/roles.py); groups would be a second truth.
admin.site.unregister(Group)

FULL_NAME = {"full_name": _("Full name")}


class StaffForm(UserChangeForm):
    """A member of staff as an administrator sees them."""

    class Meta(UserChangeForm.Meta):
        model = User
        labels = FULL_NAME


class NewStaffForm(AdminUserCreationForm):
    """A new member of staff, with a first password."""

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "full_name", "role", "branch")
        labels = FULL_NAME


class PasswordFilter(admin.SimpleListFilter):
    """Who cannot sign in yet, since nobody chose a password."""

    title = _("password")
    parameter_name = "signs_in"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple]:
        """Chosen or not."""
        return [("none", _("not chosen yet")), ("chosen", _("chosen"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """The staff asked for."""
        none = {"password__startswith": UNUSABLE_PASSWORD_PREFIX}
        if self.value() == "none":
            return queryset.filter(**none)
        return queryset.exclude(**none) if self.value() == "chosen" else queryset


@admin.register(User)
class StaffAdmin(BackOfficeAdmin, UserAdmin):
    """Staff. Nobody changes their own role, and nobody is deleted: who left is made inactive."""

    form = StaffForm
    add_form = NewStaffForm
    list_display = ["username", "person", "role", "branch", "is_active", "last_login"]
    list_select_related = ["branch"]
    list_filter = ["role", "is_active", PasswordFilter]
    search_fields = ["username", "full_name"]
    ordering = ["username"]
    filter_horizontal: list[str] = []
    autocomplete_fields = ["branch"]
    readonly_fields = ["last_login", "date_joined"]
    actions = ["invite"]
    fieldsets = [
        (None, {"fields": ["username", "password", "full_name"]}),
        (_("Place"), {"fields": ["role", "branch", "is_active"]}),
        (_("Since"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "full_name", "role", "branch"]}),
        (_("First password"), {"fields": ["usable_password", "password1", "password2"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Nobody gives themselves another role."""
        own = ["role", "branch", "is_active"] if obj == request.user else []
        return [*super().get_readonly_fields(request, obj), *own]

    def has_invite_permission(self, request: HttpRequest) -> bool:
        """Whether this person sets up staff."""
        return request.user.has_perm("core.add_user")

    @admin.action(description=_("Invite to choose a password"), permissions=["invite"])
    def invite(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """A file with a link for each of the chosen, which works once."""
        people = [each for each in queryset if invitations.may_be_invited(each)]
        if not people:
            said = _("Everybody chosen has a password already, or has left.")
            self.message_user(request, said, messages.WARNING)
            return None
        content = invitations.table(
            people, site=request.build_absolute_uri("/"), actor=request.user
        )
        return HttpResponse(
            content,
            content_type=sheets.TYPES[sheets.CSV],
            headers={
                "Content-Disposition": 'attachment; filename="invitations.csv"',
                "Cache-Control": "no-store, private",
            },
        )

    @admin.display(description=_("Full name"), ordering="full_name")
    def person(self, user: User) -> str:
        """What colleagues call them."""
        return user.full_name

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """Staff may enter the back office; what they find there is their role's matter."""
        obj.is_staff = True
        super().save_model(request, obj, form, change)
        _write_down(obj, form, change, request.user)


@admin.register(Branch)
class BranchAdmin(BackOfficeAdmin):
    """The tree of offices, the head office first."""

    list_display = ["code", "name", "parent", "town_code"]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["parent"]

    def get_readonly_fields(self, request: HttpRequest, obj: Branch | None = None) -> list[str]:
        """A branch keeps its place: the scope of its staff and grids hangs on it."""
        return ["code", "parent"] if obj else []

    def save_model(self, request: HttpRequest, obj: Branch, form: ModelForm, change: bool) -> None:
        """Save and write down who did."""
        super().save_model(request, obj, form, change)
        _write_down(obj, form, change, request.user)


def _write_down(obj: User | Branch, form: ModelForm, change: bool, actor: User) -> None:
    """Which fields were changed and, of those that decide what somebody may see, to what."""
    told: dict[str, Any] = {
        name: str(form.cleaned_data[name])
        for name in ("role", "branch", "is_active", "parent")
        if name in form.changed_data
    }
    audit.record(
        obj,
        f"{obj._meta.label_lower}.{'changed' if change else 'created'}",
        actor=actor,
        fields=[name for name in form.changed_data if "password" not in name],
        **told,
    )
