"""Files of data that others deliver, and the newest figures they brought of each customer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import Document
from village.models import Customer, OfVillage, OfVillageQuerySet, by_village

KIND_LENGTH = 30


class Delivery(models.Model):
    """One file of one class of data: what it held, what was known about, what somebody should see.

    ``quality`` holds, of each column, how full it is and how its figures lie; ``findings`` what
    moved since the delivery before. ``complete`` says whether whoever is missing from it has none.
    ``register_of`` is when the newest roster was written of those that it was set beside.
    """

    class Status(models.TextChoices):
        TAKEN = "taken", _("Taken in")
        HELD = "held", _("Held back")
        ORDERED = "ordered", _("To be taken in all the same")
        REJECTED = "rejected", _("Rejected")
        LEAVING = "leaving", _("To be withdrawn")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    kind = models.CharField(_("class of data"), max_length=KIND_LENGTH)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    file_name = models.CharField(_("file"), max_length=120)
    file = models.ForeignKey(
        Document, models.PROTECT, related_name="+", verbose_name=_("file, sealed")
    )
    refusals = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rows to correct"),
    )
    given_day = models.DateField(_("day given by hand"), null=True, blank=True)
    as_of = models.DateField(_("data of"))
    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("received by"),
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    previous = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", verbose_name=_("delivery before")
    )
    rows = models.PositiveIntegerField(_("rows"))
    matched = models.PositiveIntegerField(_("matched"))
    unmatched = models.PositiveIntegerField(_("of nobody registered"))
    refused = models.PositiveIntegerField(_("refused"))
    written = models.PositiveIntegerField(_("figures written"), default=0)
    removed = models.PositiveIntegerField(_("figures removed"), default=0)
    quality = models.JSONField(_("quality of columns"), default=dict)
    findings = models.JSONField(_("findings"), default=list)
    taken_up = models.PositiveSmallIntegerField(
        _("how often a worker took it up"), default=0, db_default=0, editable=False
    )
    withdrawal_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("withdrawal asked for by"),
    )
    withdrawal_because = models.CharField(
        _("why it is withdrawn"), max_length=200, default="", db_default="", editable=False
    )
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    figures_gone = models.PositiveIntegerField(
        _("figures that went"), default=0, db_default=0, editable=False
    )
    figures_back = models.PositiveIntegerField(
        _("figures that came back"), default=0, db_default=0, editable=False
    )
    register_of = models.DateTimeField(_("register with the roster of"), null=True, editable=False)

    class Meta:
        verbose_name = _("data delivery")
        verbose_name_plural = _("data deliveries")
        ordering = ["-id"]
        default_permissions = ("add", "view")
        permissions = [("settle_delivery", "Can settle deliveries held back")]
        indexes = [models.Index(fields=["kind", "-as_of", "-id"], name="delivery_newest_first")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "file", "as_of"], name="delivery_of_a_file_once"
            ),
            models.CheckConstraint(
                name="delivery_rows_add_up",
                condition=Q(rows=models.F("matched") + models.F("unmatched") + models.F("refused")),
            ),
            models.CheckConstraint(
                name="withdrawn_delivery_says_who_and_why",
                condition=~Q(status__in=["leaving", "withdrawn"])
                | Q(withdrawal_asked_by__isnull=False, withdrawn_by__isnull=False)
                & ~Q(withdrawn_by=models.F("withdrawal_asked_by"))
                & ~Q(withdrawal_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} · {self.as_of}"

    @property
    def is_grave(self) -> bool:
        """Whether something was found that a person must look at first."""
        return any(each["grave"] for each in self.findings)

    @property
    def concluded_absent(self) -> bool:
        """Whether whoever was missing from it had none from then on, where its class names
        everybody: nothing made that doubtful."""
        return all(each["code"] != "kept" for each in self.findings)


class Figures(OfVillage):
    """What the newest delivery of a class says of a customer: values by column, and the line on
    which they stand. ``part`` tells several rows of one person apart (a contract, a home)."""

    customer = models.ForeignKey(
        Customer,
        models.CASCADE,
        db_index=False,
        related_name="figures",
        verbose_name=_("customer"),
    )
    kind = models.CharField(_("class of data"), max_length=KIND_LENGTH)
    part = models.CharField(_("part"), max_length=120, blank=True)
    as_of = models.DateField(_("data of"))
    delivery = models.ForeignKey(
        Delivery,
        models.PROTECT,
        db_index=False,
        related_name="figures",
        verbose_name=_("delivery"),
    )
    line = models.PositiveIntegerField(_("line"))
    values = models.JSONField(_("values"))

    objects = OfVillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivered figures")
        verbose_name_plural = _("delivered figures")
        ordering = ["customer_id", "kind", "part"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["kind"], name="figures_of_a_kind"),
            by_village("figures_by_village"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind", "part"], name="figures_once_per_customer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} · {self.kind}"


class DeliveryPlan(models.Model):
    """When data of one class are due, where the bank departs from how the class is declared.

    ``planned_on`` is the day from which they are waited for, should none ever have come.
    """

    class Every(models.TextChoices):
        DAY = "day", _("Every day")
        WEEK = "week", _("Every week")
        MONTH = "month", _("Every month")
        QUARTER = "quarter", _("Every quarter")
        YEAR = "year", _("Every year")

    kind = models.CharField(_("class of data"), max_length=KIND_LENGTH, unique=True)
    every = models.CharField(_("due"), max_length=10, choices=Every.choices)
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace"), help_text=_("Days after the end of a period until its data are late.")
    )
    is_expected = models.BooleanField(
        _("expected"), default=True, help_text=_("Untick a class that the bank does not receive.")
    )
    planned_on = models.DateField(_("planned on"), null=True, editable=False)
    told_late_on = models.DateField(_("last told to be late"), null=True, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("changed by"),
    )

    class Meta:
        verbose_name = _("update plan")
        verbose_name_plural = _("update plan")
        ordering = ["kind"]
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.kind
