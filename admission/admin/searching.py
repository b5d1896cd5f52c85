"""Finding a customer's records by what people have at hand."""

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import crypto

ID_LENGTH = 18


class ByCustomer:
    """Search by exact ID number through the blind index, by household number, by name."""

    search_fields = ["customer__household__number__exact"]
    search_help_text = _("ID number, household number or name, in full")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        """Exact matches only: a register of a county is not searched by fragments."""
        return (find_customers(queryset, search_term) if search_term.strip() else queryset), False


def find_customers(queryset: QuerySet[Model], search_term: str) -> QuerySet[Model]:
    """The records of the customers whom an ID number, household number or name means."""
    term = "".join(search_term.split())
    if len(term) == ID_LENGTH and term[:-1].isdigit():
        return queryset.filter(customer__id_index=crypto.blind_index(term))
    by_household = queryset.filter(customer__household__number=term)
    return by_household | queryset.filter(customer__name=term)
