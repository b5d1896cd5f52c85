"""Printing: a contract with its sheet of costs and its schedule, as PDF."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from core import parameters, printing
from credit.loan_rules.schedule import Instalment
from credit.models import Application
from credit.services.chinese_amounts import in_words
from credit.services.costs import METHOD_NAMES, CostSheet

STYLES = ("css/pdf.css", "css/contract.css")


def contract(
    application: Application,
    *,
    number: str,
    sheet: CostSheet,
    instalments: tuple[Instalment, ...],
) -> bytes:
    """The contract as PDF. Chinese whatever the reader's language: it is the paper of record."""
    borrower, day = application.customer, application.business_day
    shown = {
        "bank": settings.SEAL_HOLDER,
        "number": number,
        "application": application,
        "borrower": borrower,
        "village": borrower.household.village,
        "method": METHOD_NAMES[application.method],
        "amount_in_words": in_words(application.approved_amount),
        "sheet": sheet,
        "instalments": instalments,
        "total_due": sum(each.due for each in instalments),
        "rate_points": abs(application.rate_bp),
        "overdue_factor": f"{parameters.number('penalty.overdue_factor', on=day):f}",
        "misuse_factor": f"{parameters.number('penalty.misuse_factor', on=day):f}",
    }
    with override("zh-hans"):
        return printing.pdf(render_to_string("credit/contract.html", shown), styles=STYLES)
