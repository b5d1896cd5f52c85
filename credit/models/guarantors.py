"""Who answers for a loan beside the borrower, and whether the bank accepts them."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from admission.models import Decision
from credit.models.applications import Application
from village.models import Customer


class GuarantorQuerySet(models.QuerySet["Guarantor"]):
    def named(self) -> "GuarantorQuerySet":
        """Those about whom nothing is decided yet."""
        return self.filter(status=Guarantor.Status.NAMED)

    def accepted(self) -> "GuarantorQuerySet":
        """Those who answer for the loan."""
        return self.filter(status=Guarantor.Status.ACCEPTED)

    def not_released(self) -> "GuarantorQuerySet":
        """Those who were not let go: named, accepted, or refused and not replaced yet."""
        return self.exclude(status=Guarantor.Status.RELEASED)


class Guarantor(ConcurrentTransitionMixin, models.Model):
    """Somebody who is to answer for one application, with an admission decision of their own.

    Whoever the rules refuse is not accepted; somebody else is named in their place, or the manager
    lets them go.
    """

    class Status(models.TextChoices):
        NAMED = "named", _("Named, not decided yet")
        ACCEPTED = "accepted", _("Accepted as guarantor")
        REFUSED = "refused", _("Not accepted")
        RELEASED = "released", _("Let go")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="guarantors", verbose_name=_("application")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="guarantees", verbose_name=_("guarantor")
    )
    status = FSMField(_("status"), default=Status.NAMED, choices=Status.choices, protected=True)
    admission = models.ForeignKey(
        Decision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("admission"),
    )
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("named by")
    )
    named_at = models.DateTimeField(_("named at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    released_because = models.CharField(
        _("let go because"), max_length=200, blank=True, default="", db_default=""
    )

    objects = GuarantorQuerySet.as_manager()

    class Meta:
        verbose_name = _("guarantor")
        verbose_name_plural = _("guarantors")
        ordering = ["application", "id"]
        default_permissions = ("view",)
        permissions = [("name_guarantor", _("May name guarantors and let them go"))]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "customer"],
                condition=~Q(status="released"),
                name="guarantor_once_per_application",
            ),
            models.CheckConstraint(
                name="decided_guarantor_has_a_decision",
                condition=~Q(status__in=["accepted", "refused"])
                | Q(admission__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="released_guarantor_says_why",
                condition=~Q(status="released") | ~Q(released_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.customer_id}"

    @transition(status, source=Status.NAMED, target=Status.ACCEPTED)
    def accept(self, *, at: datetime) -> None:
        """No high rule holds; what asks for a person is left to those who approve."""
        self.decided_at = at

    @transition(status, source=Status.NAMED, target=Status.REFUSED)
    def refuse(self, *, at: datetime) -> None:
        """The rules refuse them as they would refuse a borrower."""
        self.decided_at = at

    @transition(status, source=[Status.ACCEPTED, Status.REFUSED], target=Status.NAMED)
    def name_again(self) -> None:
        """What was decided was about somebody else: nothing is decided yet."""
        self.decided_at = None

    @transition(
        status, source=[Status.NAMED, Status.ACCEPTED, Status.REFUSED], target=Status.RELEASED
    )
    def release(self, *, because: str) -> None:
        """They do not answer for this loan after all."""
        self.released_because = because
