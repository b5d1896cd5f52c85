"""Wrong passwords: who is locked out, and letting them in again."""

import axes.admin  # noqa: F401 - registers its own pages, which ours replace
import django_otp.plugins.otp_totp.admin  # noqa: F401 - the same
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.admin.base import RecordAdmin

admin.site.unregister([AccessAttempt, AccessFailureLog, AccessLog, TOTPDevice])


@admin.register(AccessAttempt)
class LockoutAdmin(RecordAdmin):
    """Failed sign-ins. Deleting a row lifts the lock at once."""

    list_display = ["username", "ip_address", "failures", "attempt_time"]
    search_fields = ["username", "ip_address"]
    fields = ["username", "ip_address", "failures", "attempt_time", "user_agent", "path_info"]
    readonly_fields = fields

    def has_delete_permission(self, request: HttpRequest, obj: AccessAttempt | None = None) -> bool:
        """Whoever looks after staff may lift a lock."""
        return request.user.has_perm("axes.delete_accessattempt")

    @admin.display(description=_("wrong passwords"), ordering="failures_since_start")
    def failures(self, attempt: AccessAttempt) -> int:
        """How often in a row."""
        return attempt.failures_since_start
