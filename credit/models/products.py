"""Products are configuration: parameters and an ordered list of process nodes."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import FenField
from core.models import Publishable


class ProcessTemplate(Publishable):
    """The road of an application: nodes in order, each ``{"node": name, "settings": {…}}``."""

    nodes = models.JSONField(_("nodes"), default=list)

    class Meta(Publishable.Meta):
        verbose_name = _("process template")
        verbose_name_plural = _("process templates")


class Product(Publishable):
    """A kind of loan: how much, how long, how repaid, at what price, along which process."""

    process = models.ForeignKey(
        ProcessTemplate, models.PROTECT, related_name="products", verbose_name=_("process")
    )
    amount_min = FenField(_("smallest amount"))
    amount_max = FenField(_("largest amount"))
    term_months_max = models.PositiveSmallIntegerField(_("longest term, months"))
    methods = models.JSONField(_("repayment methods"), default=list)
    rate_bp = models.IntegerField(_("basis points over LPR"))
    age_at_maturity_max = models.PositiveSmallIntegerField(_("oldest at maturity"), default=65)
    purposes = models.JSONField(_("purposes"), default=list)
    is_for_business = models.BooleanField(_("for running a business or farm"), default=True)
    other_costs = models.JSONField(
        _("costs beside interest"),
        default=list,
        blank=True,
        help_text=_(
            "One object each: name, payee, share of the amount drawn. All of them appear on the "
            "sheet of all-in financing cost."
        ),
    )
    needs_line = models.BooleanField(_("drawn under a credit line"), default=True)
    is_online = models.BooleanField(_("online product"), default=True)
    repayment_day = models.PositiveSmallIntegerField(_("repayment day"), default=20)

    class Meta(Publishable.Meta):
        verbose_name = _("loan product")
        verbose_name_plural = _("loan products")
        constraints = [
            *Publishable.Meta.constraints,
            models.CheckConstraint(
                name="product_amounts_in_order",
                condition=Q(amount_min__gt=0, amount_max__gte=F("amount_min")),
            ),
            models.CheckConstraint(
                name="product_repayment_day_exists_every_month",
                condition=Q(repayment_day__gte=1, repayment_day__lte=28),
            ),
        ]
