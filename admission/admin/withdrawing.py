"""Withdrawing a delivery from its page: one person asks, another agrees."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from admission.contexts_withdrawing import Withdrawal, confirmed_facts, consequences
from admission.models import Delivery
from admission.services import withdrawing
from core.admin import RecordAdmin
from core.errors import DomainError

PAGE = "admin:admission_delivery_change"


class ReasonForm(forms.Form):
    """Why a delivery is to be withdrawn."""

    because = forms.CharField(
        label=gettext_lazy("Reason"), max_length=withdrawing.LONGEST_REASON, strip=True
    )


class WithWithdrawal(RecordAdmin):
    """A register of deliveries that two people together may withdraw."""

    def get_urls(self) -> list[URLPattern]:
        """Asking, agreeing and leaving in have addresses of their own."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/withdraw/", view(self.withdraw), name="admission_delivery_withdraw"),
            path(
                "<int:pk>/decline/",
                view(require_POST(self.decline)),
                name="admission_delivery_decline",
            ),
            *super().get_urls(),
        ]

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What it would lead to; then ask for it or, where somebody else asked, agree."""
        made, may = self._withdrawable(request, pk)
        if not (may.can_ask or may.can_agree):
            raise PermissionDenied
        said = request.POST if request.method == "POST" else None
        form = (ReasonForm if may.can_ask else forms.Form)(said)
        if request.method == "POST" and form.is_valid():
            try:
                if may.can_ask:
                    withdrawing.ask(pk, actor=request.user, **form.cleaned_data)
                else:
                    withdrawing.agree(pk, actor=request.user)
            except DomainError as exc:
                self.message_user(request, str(exc), messages.ERROR)
            return redirect(PAGE, pk)
        return self.draw_page(
            request,
            "admin/village/step.html",
            title=_("Withdraw a delivery"),
            status=422 if form.errors else 200,
            form=form,
            says=consequences(made),
            facts=confirmed_facts(made),
            do=_("Ask a second person to agree") if may.can_ask else _("Withdraw this delivery"),
        )

    def decline(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Leave it in, though somebody wanted it withdrawn."""
        _made, may = self._withdrawable(request, pk)
        if not may.can_decline:
            raise PermissionDenied
        try:
            withdrawing.decline(pk, actor=request.user)
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
        return redirect(PAGE, pk)

    def _withdrawable(self, request: HttpRequest, pk: int) -> tuple[Delivery, Withdrawal]:
        people = ("withdrawal_asked_by", "withdrawn_by")
        made = Delivery.objects.filter(pk=pk).select_related(*people).first()
        if made is None:
            raise Http404
        return made, Withdrawal.build(made, request.user)
