"""Rates: the loan prime rate as stored, the product's points, and what may be charged at all."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from core import parameters
from credit.errors import RateTooHigh
from credit.loan_rules import pricing as rules
from credit.models import Application


@dataclass(frozen=True)
class Price:
    """A loan's rate and what it is made of, as yearly fractions."""

    lpr: Decimal
    bp: int
    annual_rate: Decimal


def price(application: Application) -> Price:
    """The rate of an application on its business day. Raises ParameterUnknown, RateTooHigh."""
    day, bp = application.business_day, application.product.rate_bp
    quotes = [quote_on(day)]
    annual = rules.annual_rate(day, bp, application.term_months, quotes)
    ceiling = parameters.number("cost.ceiling", on=day)
    if annual > ceiling:
        raise RateTooHigh(
            _("A rate of %(rate)s lies above the ceiling of %(ceiling)s a year.")
            % {"rate": annual, "ceiling": ceiling}
        )
    return Price(rules.lpr_on(day, application.term_months, quotes), bp, annual)


def quote_on(day: date) -> rules.LprQuote:
    """The loan prime rates in force on a day. Raises ParameterUnknown."""
    return rules.LprQuote(
        day, parameters.number("lpr.1y", on=day), parameters.number("lpr.5y", on=day)
    )
