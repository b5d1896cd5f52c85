"""Asking admission for the borrowers of whole villages."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from admission.contexts_admitting import AdmittingPage, visible_villages
from admission.services import admitting
from admission.sources.lending import bank_day
from core.errors import DomainError

EVERY = "all"


class AdmittingPages:
    """For the register of decisions: the page on which a village's borrowers are asked about."""

    def get_urls(self) -> list[URLPattern]:
        """The villages, and the deed."""
        wrap = self.admin_site.admin_view
        return [
            path("villages/", wrap(self.villages), name="admission_decision_villages"),
            path("villages/ask/", wrap(require_POST(self.ask)), name="admission_decision_ask"),
            *super().get_urls(),
        ]

    def villages(self, request: HttpRequest) -> HttpResponse:
        """Villages with something to grant: who has signed, who is decided, who waits."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.draw_page(
            request,
            "admin/admission/admitting.html",
            title=_("Admission for whole villages"),
            page=AdmittingPage.build(request.user, timezone.localdate()),
            every=EVERY,
        )

    def ask(self, request: HttpRequest) -> HttpResponse:
        """Have workers decide about the borrowers of one village, or of all one may see."""
        if not request.user.has_perm("admission.make_decision"):
            raise PermissionDenied
        wanted = request.POST.get("village", "")
        villages = visible_villages(request.user)
        if wanted != EVERY:
            villages = villages.filter(code=wanted)
        codes = list(villages.values_list("code", flat=True))
        if not codes:
            self.message_user(request, _("No such village has anything to grant."), "error")
            return redirect("admin:admission_decision_villages")
        try:
            admitting.ask_for_admission(
                actor=request.user, business_day=bank_day(timezone.localdate()), villages=codes
            )
        except DomainError as exc:
            self.message_user(request, str(exc), "error")
        else:
            said = ngettext(
                "Admission is asked for %(n)s village; this page shows how far it has come.",
                "Admission is asked for %(n)s villages; this page shows how far it has come.",
                len(codes),
            )
            self.message_user(request, said % {"n": len(codes)})
        return redirect("admin:admission_decision_villages")
