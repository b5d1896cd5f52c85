"""Printing: a contract with its sheet of costs and its schedule, as PDF."""

from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from core import parameters
from credit.loan_rules.schedule import Instalment
from credit.models import Application
from credit.services.chinese_amounts import in_words
from credit.services.costs import METHOD_NAMES, CostSheet

STYLES = ("static/css/pdf.css", "static/css/contract.css")


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
        return _pdf(render_to_string("credit/contract.html", shown))


def _pdf(html: str) -> bytes:
    fonts, sheets = _styles()
    page = HTML(string=html, base_url=str(settings.BASE_DIR))
    return page.write_pdf(stylesheets=list(sheets), font_config=fonts)


@lru_cache(maxsize=1)
def _styles() -> tuple[FontConfiguration, tuple[CSS, ...]]:
    """Fonts and styles, read once: loading the fonts costs more than printing a page."""
    fonts = FontConfiguration()
    sheets = tuple(
        CSS(filename=str(settings.BASE_DIR / path), font_config=fonts) for path in STYLES
    )
    return fonts, sheets
