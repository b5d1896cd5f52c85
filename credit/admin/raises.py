"""Raises and renewals of signed lines in the back office: offers, papers, signatures on paper."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import audit, documents
from core.admin import columns
from core.admin.deeds import Deed, DeedsAdmin
from credit.models import LineRaise
from credit.services import business_days, raises
from credit.services.contracts import Signature


class TakenForm(forms.Form):
    """Where the paper with the borrower's signature is kept."""

    reference = forms.CharField(label=_("Number under which the paper is kept"), max_length=60)


@admin.register(LineRaise)
class LineRaiseAdmin(DeedsAdmin):
    """Offers of higher or longer lines. They are made from the register of limit decisions."""

    comes_from = _(
        "When a new round gives a household more, or its line is about to end, it is offered here."
    )
    list_display = [
        "household",
        "village",
        "borrower",
        columns.wan("before", _("amount before")),
        columns.wan("amount", _("new amount")),
        columns.state(),
        "offered_on",
        "offered_until",
    ]
    list_filter = ["status", "line__household__village__grid"]
    list_select_related = ["line__household__village", "line__borrower"]
    search_fields = ["line__household__number__exact"]
    search_help_text = _("Household number")
    fields = readonly_fields = [
        "household",
        "borrower",
        columns.wan("before", _("amount before")),
        columns.wan("amount", _("new amount")),
        "valid_to",
        columns.state(),
        "offered_on",
        "offered_by",
        "offered_until",
        "paper_link",
        "signed_at",
        "signature_taken_by",
    ]

    @admin.display(description=_("household"))
    def household(self, offer: LineRaise) -> str:
        """To whom it is offered."""
        return str(offer.line.household)

    @admin.display(description=_("village"))
    def village(self, offer: LineRaise) -> str:
        """Where."""
        return offer.line.household.village.name

    @admin.display(description=_("main borrower"))
    def borrower(self, offer: LineRaise) -> str:
        """Who signs."""
        return str(offer.line.borrower)

    @admin.display(description=_("paper to sign"))
    def paper_link(self, offer: LineRaise) -> SafeString:
        """The paper to read and sign."""
        address = reverse("admin:credit_lineraise_paper", args=[offer.pk])
        return format_html('<a href="{}">{}</a>', address, _("Open the paper (PDF)"))

    def get_urls(self) -> list[Any]:
        """The paper has an address of its own."""
        paper = path(
            "<int:pk>/paper.pdf",
            self.admin_site.admin_view(self.paper),
            name="credit_lineraise_paper",
        )
        return [paper, *super().get_urls()]

    def paper(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The paper with the borrower's number in full; the look is written down."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        offer = get_object_or_404(self.get_queryset(request), pk=pk)
        audit.read(offer, reader=request.user, what="paper.raise")
        document = raises.paper(offer.pk)
        answer = HttpResponse(documents.content(document), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{document.name}"'
        return answer

    def deeds(self, request: HttpRequest, record: LineRaise) -> list[Deed]:
        """Taking a signature on paper, or the offer back, while it stands."""
        if record.status != LineRaise.Status.OFFERED:
            return []
        return [WITHDRAW] if record.offered_by_id == request.user.pk else [TAKE, WITHDRAW]


class RaisesToOffer(admin.SimpleListFilter):
    """Limit decisions that raise or renew a signed line and were not offered yet."""

    title = _("raise or renewal")
    parameter_name = "raise"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """One choice besides all."""
        return [("offer", _("waits to be offered"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those that wait."""
        return queryset.to_offer(_today()) if self.value() == "offer" else queryset


def offer_chosen(request: HttpRequest, queryset: QuerySet) -> int:
    """Offer what the chosen limit decisions raise or renew; how many there were to offer."""
    ids = list(queryset.values_list("pk", flat=True))
    return len(raises.offer(ids, actor=request.user, on=_today()))


def _today() -> date:
    return business_days.being_worked(timezone.localdate())


def _take(request: HttpRequest, offer: LineRaise, said: dict[str, Any]) -> object:
    return raises.sign(
        offer.pk,
        signature=Signature(method="counter", reference=said["reference"]),
        at=timezone.now(),
        on=_today(),
        taken_by=request.user,
    )


TAKE = Deed(
    name="take",
    title=_("The borrower signed on paper"),
    says=_("The line changes at once. Who made the offer does not take the signature."),
    done=_("The line is as the paper says."),
    work=_take,
    form=TakenForm,
    permission="credit.sign_lineraise",
)
WITHDRAW = Deed(
    name="withdraw",
    title=_("Take the offer back"),
    says=_("It cannot be signed any more; the line stays as it is."),
    done=_("The offer is taken back."),
    work=lambda request, offer, said: raises.withdraw(offer.pk, actor=request.user),
    permission="credit.offer_lineraise",
)
