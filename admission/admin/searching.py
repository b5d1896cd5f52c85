"""Finding a customer's records by what people have at hand."""

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import crypto
from core.admin.listing import found_by

ID_LENGTH = 18
BY_ID_NUMBER = "customer__id_index__exact"


class ByCustomer:
    """Search by exact ID number through the blind index, by household number, by name."""

    search_fields = ["customer__household__number__exact", "customer__name__exact"]
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
        return found_by(queryset, [BY_ID_NUMBER], crypto.blind_index(term))
    return found_by(queryset, ByCustomer.search_fields, term)
