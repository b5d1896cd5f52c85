"""Recording who signed on a village's list, beside the register of lines."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.admin import BackOfficeAdmin
from core.errors import DomainError
from credit.services import signing_lists
from credit.services.business_days import being_worked
from village.models import Village

MAY = "credit.sign_creditline"
LARGEST = 20 * 1024 * 1024
PAPERS = {"application/pdf": b"%PDF", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG"}


class VillageForm(forms.Form):
    """Whose list came back."""

    village = forms.ModelChoiceField(
        label=_("Village"), queryset=Village.objects.none(), empty_label=_("Choose a village")
    )


class SignedForm(forms.Form):
    """When they signed, and the scan of the list."""

    signed_on = forms.DateField(
        label=_("Signed on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    scan = forms.FileField(label=_("Scan of the signed list (PDF or picture)"))

    def clean_scan(self) -> object:
        """Refuse what is no scan, whatever it calls itself."""
        given = self.cleaned_data["scan"]
        begins = PAPERS.get(given.content_type)
        head = given.read(8)
        given.seek(0)
        if given.size > LARGEST or begins is None or not head.startswith(begins):
            raise forms.ValidationError(gettext("Hand in a PDF, JPEG or PNG of at most 20 MB."))
        return given


class SigningPages(BackOfficeAdmin):
    """A register of lines beside which signatures on the list are recorded."""

    def get_urls(self) -> list[Any]:
        """One page, besides the register's own."""
        view = self.admin_site.admin_view(self.signing)
        return [path("signing/", view, name="credit_creditline_signing"), *super().get_urls()]

    def signing(self, request: HttpRequest) -> HttpResponse:
        """Choose the village, tick who signed, hand in the scan."""
        if not request.user.has_perm(MAY):
            raise PermissionDenied
        villages = Village.objects.visible_to(request.user)
        choose = VillageForm(initial=request.GET.dict())
        choose.fields["village"].queryset = villages
        asked = request.GET.get("village", "")
        village = None
        if asked:
            found = villages.select_related("grid")
            village = get_object_or_404(found, pk=asked if asked.isdecimal() else 0)
        form = SignedForm(request.POST or None, request.FILES or None)
        is_said = request.method == "POST" and village is not None and form.is_valid()
        if is_said and self._recorded(request, village, form.cleaned_data):
            page = reverse("admin:credit_creditline_signing")
            return redirect(f"{page}?village={village.pk}")
        return self.draw_page(
            request,
            "admin/credit/signing.html",
            title=_("Signed on the list"),
            status=422 if form.errors else 200,
            choose=choose,
            form=form,
            village=village,
            lines=signing_lists.to_sign(village, request.user) if village else [],
            chosen=request.POST.getlist("line"),
        )

    def _recorded(self, request: HttpRequest, village: Village, said: dict[str, Any]) -> bool:
        scan = said["scan"]
        try:
            count = signing_lists.record(
                village,
                [int(each) for each in request.POST.getlist("line") if each.isdecimal()],
                signed_on=said["signed_on"],
                scan=scan.read(),
                name=scan.name,
                content_type=scan.content_type,
                actor=request.user,
                on=being_worked(timezone.localdate()),
            )
        except DomainError as exc:
            self.message_user(request, str(exc), "ERROR")
            return False
        told = ngettext("%(n)s line is signed.", "%(n)s lines are signed.", count)
        self.message_user(request, told % {"n": count}, "SUCCESS")
        return True
