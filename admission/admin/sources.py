"""Authorisations, what sources answered under them, and deposits."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from admission import services
from admission.admin.searching import ByCustomer
from admission.contexts_opened import OpenedPage
from admission.errors import RequestRefused
from admission.forms import PaperField
from admission.models import Authorisation, Deposit, SourceRecord
from admission.services import reading_again, revealing
from admission.services.answering import Paper
from admission.services.authorisation_requests import must_be_able
from admission.services.authorisations import last_day
from admission.source_words import why
from admission.sources import SOURCES
from admission.sources.lending import bank_day, bank_moment
from core.admin import BackOfficeAdmin, RecordAdmin, columns
from core.admin.deeds import Deed, DeedsAdmin, WithDeeds
from core.admin.filters import WordFilter
from village.models import Customer

WRITTEN_DOWN = ["customer", "purpose", "valid_until", "paper"]
KEPT = [
    "customer",
    "purpose",
    "granted_at",
    "valid_until",
    "obtained_by",
    "document",
    "text_version",
    "bureau_asked_at",
    "withdrawn_at",
]


class AuthorisationForm(forms.ModelForm):
    """A form that a customer has signed, with the scan of it."""

    paper = PaperField(
        label=_("Scan of the signed form (PDF or picture)"),
        help_text=_("The form with the customer's own signature; it is kept as the evidence."),
    )

    class Meta:
        model = Authorisation
        fields = WRITTEN_DOWN
        widgets = {"customer": forms.NumberInput}

    def clean_customer(self) -> Customer:
        """Nobody signs who is dead, gone or a child."""
        customer = self.cleaned_data["customer"]
        try:
            must_be_able(customer, timezone.now())
        except RequestRefused as exc:
            raise forms.ValidationError(str(exc)) from exc
        return customer

    def clean(self) -> dict[str, Any]:
        """An authorisation that has ended by the bank's day allows nothing; none holds for ever."""
        given, today = super().clean(), bank_day(timezone.localdate())
        until, purpose = given.get("valid_until"), given.get("purpose")
        if until and until < today:
            self.add_error("valid_until", _("This day has passed."))
        elif until and purpose and until > (latest := last_day(purpose, on=today)):
            says = _("An authorisation for this purpose ends on %(day)s at the latest.")
            self.add_error("valid_until", says % {"day": latest})
        return given


@admin.register(Authorisation)
class AuthorisationAdmin(ByCustomer, WithDeeds, BackOfficeAdmin):
    comes_from = _(
        "Customers authorise the bank on their phone or on paper before any bureau is asked."
    )
    form = AuthorisationForm
    list_display = [
        "customer",
        "purpose",
        "granted_at",
        "valid_until",
        "bureau_asked_at",
        "baihang_asked_at",
        "withdrawn_at",
        "obtained_by",
    ]
    list_filter = ["purpose", "valid_until"]
    list_select_related = ["customer", "obtained_by"]

    def get_form(
        self, request: HttpRequest, obj: Authorisation | None = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Only customers whom this person may see can be named."""
        form = super().get_form(request, obj, **kwargs)
        if "customer" in form.base_fields:
            seen = Customer.objects.visible_to(request.user)
            form.base_fields["customer"] = forms.ModelChoiceField(
                seen, label=_("customer number"), widget=forms.NumberInput
            )
        return form

    def get_fields(self, request: HttpRequest, obj: Authorisation | None = None) -> list[str]:
        """What is filled in, and later what came of it, with the form that was signed."""
        return WRITTEN_DOWN if obj is None else KEPT

    def has_change_permission(self, request: HttpRequest, obj: Authorisation | None = None) -> bool:
        """What somebody signed is not edited; it is withdrawn, and another signed."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Authorisation, form: forms.ModelForm, change: bool
    ) -> None:
        """Through the service, which keeps the text and the record."""
        paper = form.cleaned_data["paper"]
        made = services.authorise_on_paper(
            obj.customer_id,
            purpose=obj.purpose,
            actor=request.user,
            at=bank_moment(timezone.localtime()),
            valid_until=obj.valid_until,
            paper=Paper(paper.name, paper.content_type, paper.read()),
        )
        obj.pk, obj.granted_at = made.pk, made.granted_at
        obj._state.adding = False

    def deeds(self, request: HttpRequest, record: Authorisation) -> list[Deed]:
        """It is ended one by one, on its own page: no customer signs again because of a slip in a
        list."""
        if record.withdrawn_at:
            return []
        return [
            Deed(
                "withdraw",
                _("Withdraw, at the customer's request"),
                _("From now on nobody is asked under it. What was asked and decided before stays."),
                _("Withdrawn. Nobody is asked under it any more."),
                self._withdraw,
                permission="admission.add_authorisation",
            )
        ]

    def _withdraw(self, request: HttpRequest, record: Authorisation, given: dict[str, Any]) -> None:
        services.withdraw(record.pk, actor=request.user, at=timezone.now())


class RevealForm(forms.Form):
    """What somebody needs to see an answer in full for."""

    reason = forms.CharField(
        label=_("What do you need it for?"), min_length=4, max_length=200, widget=forms.TextInput
    )


class SourceFilter(WordFilter):
    """Answers of one source."""

    title, parameter_name = _("source"), "source"
    words = [(name, each.zh) for name, each in SOURCES.items()]


@admin.register(SourceRecord)
class SourceRecordAdmin(ByCustomer, DeedsAdmin):
    list_display = [
        "customer",
        "source_name",
        columns.state(),
        "as_of",
        "asked_at",
        columns.count("took_ms", _("took, ms")),
        "why",
    ]
    list_filter = [SourceFilter, "status", "as_of"]
    list_select_related = ["customer"]
    fields = [
        "customer",
        "source_name",
        columns.state(),
        "as_of",
        "asked_at",
        "took_ms",
        "tries",
        "why",
        "authorisation",
        columns.readable("values", _("as understood")),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SourceRecord]:
        """What was received stays sealed; it is read only where somebody says what for."""
        return super().get_queryset(request).defer("raw")

    def shown(self, request: HttpRequest, record: SourceRecord) -> dict[str, Any]:
        """Which source answered about whom, in words."""
        named = f"{record.source_name} · {record.customer}"
        return super().shown(request, record) | {"subtitle": named}

    def deeds(self, request: HttpRequest, record: SourceRecord) -> list[Deed]:
        """Opening it in full, where anything arrived; reading once more what was put aside."""
        if not record.raw:
            return []
        is_report = record.source == revealing.BUREAU and record.status == "answered"
        deeds = [
            Deed(
                "open",
                _("Open the credit report") if is_report else _("Open the answer as received"),
                _("It names the person and what they owe. Who opens it and why is written down."),
                _("The reading was written down."),
                self._open,
                RevealForm,
                "admission.reveal_sourcerecord",
            )
        ]
        if reading_again.may_be_read_again(record):
            deeds.append(
                Deed(
                    "read-again",
                    _("Read it once more"),
                    _(
                        "For an answer that could not be read when it came, once the dictionary "
                        "was amended or the system updated. Nobody is asked. If it is sound now, "
                        "it counts from here on, and whoever waited for it is decided about anew."
                    ),
                    _("It can be read now and counts as the answer."),
                    self._read_again,
                    permission="admission.reveal_sourcerecord",
                )
            )
        return deeds

    def _read_again(
        self, request: HttpRequest, record: SourceRecord, _given: dict[str, Any]
    ) -> None:
        reading_again.read_again(record.pk, actor=request.user, at=timezone.now())

    def _open(
        self, request: HttpRequest, record: SourceRecord, given: dict[str, Any]
    ) -> HttpResponse:
        opened = revealing.open_in_full(record.pk, reader=request.user, reason=given["reason"])
        return self.draw_page(
            request,
            "admin/admission/opened.html",
            title=_("Credit report") if opened.report else _("Answer as received"),
            page=OpenedPage.build(opened, request.user, given["reason"], at=timezone.now()),
        )

    @admin.display(description=_("why there is no answer"))
    def why(self, record: SourceRecord) -> str:
        """The reason, in the reader's language where it is one of our sentences."""
        return why(record.error)

    @admin.display(description=_("source"), ordering="source")
    def source_name(self, record: SourceRecord) -> str:
        """The source as people call it."""
        return record.source_name


@admin.register(Deposit)
class DepositAdmin(ByCustomer, RecordAdmin):
    comes_from = _("Balances come with the deliveries of deposits.")
    list_display = [
        "customer",
        "as_of",
        columns.yuan("balance", _("balance")),
        columns.yuan("average_3m", _("average of 3 months")),
        columns.yuan("average_12m", _("average of 12 months")),
        "payroll_months_12m",
        "months_open",
    ]
    list_filter = ["as_of"]
    list_select_related = ["customer"]
    ordering = ["-id"]
    fields = [
        "customer",
        "as_of",
        columns.yuan("balance", _("balance")),
        columns.yuan("average_1m", _("average of 1 month")),
        columns.yuan("average_3m", _("average of 3 months")),
        columns.yuan("average_3m_before", _("average of the 3 months before")),
        columns.yuan("average_12m", _("average of 12 months")),
        columns.yuan("paid_in_12m", _("paid in, 12 months")),
        "payroll_months_12m",
        "months_open",
    ]
