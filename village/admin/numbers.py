"""Wrong ID numbers put right: asked for on the person's page, agreed to by somebody else."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin import BackOfficeAdmin, columns
from core.admin.deeds import Deed, DeedsAdmin
from core.errors import DomainError
from village.admin.steps import step_page
from village.models import Customer, NumberCorrection
from village.services import number_corrections

SETTLES = "village.settle_numbercorrection"


class NumberForm(forms.Form):
    """The right number, from the card."""

    number = forms.CharField(
        label=gettext_lazy("Right ID number, from the card"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )


class CorrectionForm(NumberForm):
    """The right number, and why it is corrected."""

    because = forms.CharField(
        label=gettext_lazy("Reason"), max_length=number_corrections.LONGEST_REASON
    )


class WithNumber(BackOfficeAdmin):
    """The register of people, from whose pages a number is put right."""

    def get_urls(self) -> list[URLPattern]:
        """Asking for it has an address of its own."""
        view = self.admin_site.admin_view(self.number)
        return [path("<int:pk>/number/", view, name="village_customer_number"), *super().get_urls()]

    def number(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What it leads to, the right number and the reason; then somebody else has to agree."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        person = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
        form = CorrectionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                made = number_corrections.ask(person.pk, actor=request.user, **form.cleaned_data)
            except DomainError as exc:
                form.add_error("number", str(exc))
            else:
                messages.success(
                    request, _("Asked for. It counts once a second person has agreed.")
                )
                return redirect("admin:village_numbercorrection_change", made.pk)
        return step_page(
            self,
            request,
            title=_("Correct the ID number"),
            form=form,
            says=_(
                "Somebody else has to agree, with the card before them. The person keeps their "
                "household, ties, reviews, visits and loans; day of birth and sex follow from the "
                "number. What sources and files told under the old number counts no longer."
            ),
            facts=[
                (_("person's name"), person.name),
                (_("registered number"), person.masked_id_number),
                (_("born on"), f"{person.born_on:%Y-%m-%d}"),
            ],
            do=_("Ask a second person to agree"),
        )


@admin.register(NumberCorrection)
class NumberCorrectionAdmin(DeedsAdmin):
    """Corrections of ID numbers: who asked, who agreed; the numbers masked."""

    comes_from = gettext_lazy("A correction is asked for on the page of the person.")
    list_display = ["customer", columns.state(), "asked_by", "asked_at", "settled_by", "settled_at"]
    list_select_related = ["customer", "asked_by", "settled_by"]
    list_filter = ["status"]
    search_fields = ["customer__name__startswith"]
    fields = ["customer", columns.state(), "masked_old", "masked_new", "follows", "because"]
    fields += ["asked_by", "asked_at", "settled_by", "settled_at"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: NumberCorrection | None = None
    ) -> list[Any]:
        """Everything: it is settled by deeds."""
        return self.fields

    @admin.display(description=gettext_lazy("registered number"))
    def masked_old(self, made: NumberCorrection) -> str:
        """Region and last two."""
        return made.masked_old

    @admin.display(description=gettext_lazy("right number"))
    def masked_new(self, made: NumberCorrection) -> str:
        """Region and last two."""
        return made.masked_new

    @admin.display(description=gettext_lazy("day of birth and sex"))
    def follows(self, made: NumberCorrection) -> str:
        """Old and new, as the numbers name them."""
        return " → ".join(map(_named, (made.old_number, made.new_number)))

    def deeds(self, request: HttpRequest, record: NumberCorrection) -> list[Deed]:
        """While it is open: to agree for somebody else than whoever asked, to decline for both."""
        if record.status != NumberCorrection.Status.ASKED:
            return []
        own = record.asked_by_id == request.user.pk
        agree = Deed(
            name="agree",
            title=gettext_lazy("Agree to this correction"),
            says=gettext_lazy(
                "Type the number once more, from the card. From then on the person bears it, and "
                "what sources and files told under the old one counts no longer. Decisions stand "
                "as they were made; have the person decided about anew."
            ),
            done=gettext_lazy("The number is corrected."),
            work=self._agree,
            form=NumberForm,
            permission=SETTLES,
        )
        decline = Deed(
            name="decline",
            title=gettext_lazy("Take the request back") if own else gettext_lazy("Decline"),
            says=gettext_lazy("The person keeps the number they are registered under."),
            done=gettext_lazy("The number stays as it was."),
            work=self._decline,
            permission="" if own else SETTLES,
        )
        return [decline] if own else [agree, decline]

    def _agree(self, request: HttpRequest, record: NumberCorrection, said: dict[str, Any]) -> None:
        number_corrections.agree(record.pk, number=said["number"], actor=request.user)

    def _decline(self, request: HttpRequest, record: NumberCorrection, _said: Any) -> None:
        number_corrections.decline(record.pk, actor=request.user)


def _named(number: str) -> str:
    born, sex = number_corrections.told(number)
    return f"{born:%Y-%m-%d} {Customer.Sex(sex).label}"
