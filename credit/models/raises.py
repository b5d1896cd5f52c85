"""More or longer than was signed: what a later round worked out, offered and signed for."""

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.fields import FenField
from core.models import Document, User
from credit.models.lines import CreditLine, LimitDecision
from village.models import within


class LineRaiseQuerySet(models.QuerySet["LineRaise"]):
    def visible_to(self, user: User) -> "LineRaiseQuerySet":
        """Offers to households this person may see."""
        return self.filter(within(user, "line__household__village"))

    def open_on(self, day: date) -> "LineRaiseQuerySet":
        """Offers that may be signed on a day."""
        return self.filter(status=LineRaise.Status.OFFERED, offered_until__gte=day)


class LineRaise(ConcurrentTransitionMixin, models.Model):
    """The offer of more money or time under a signed line; nothing changes before it is signed.

    The paper is printed when somebody first reads it, and is what is signed.
    """

    class Status(models.TextChoices):
        OFFERED = "offered", _("Offered")
        SIGNED = "signed", _("Signed")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("Lapsed")

    line = models.ForeignKey(
        CreditLine, models.PROTECT, related_name="raises", verbose_name=_("credit line")
    )
    decision = models.ForeignKey(
        LimitDecision, models.PROTECT, related_name="raises", verbose_name=_("limit decision")
    )
    before = FenField(_("amount before"))
    amount = FenField(_("new amount"))
    valid_to = models.DateField(_("valid to"))
    offered_on = models.DateField(_("offered on"))
    offered_until = models.DateField(_("to be signed until"))
    offered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("offered by")
    )
    status = FSMField(_("status"), default=Status.OFFERED, choices=Status.choices, protected=True)
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("document"),
    )
    signed_document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signed document"),
    )
    signature = models.JSONField(_("signature"), default=dict)
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    signature_taken_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signature taken by"),
    )

    objects = LineRaiseQuerySet.as_manager()

    class Meta:
        verbose_name = _("raise or renewal of a line")
        verbose_name_plural = _("raises and renewals of lines")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("offer_lineraise", _("May offer raises and renewals of signed lines")),
            ("sign_lineraise", _("May take a customer's signature on paper")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(status="offered"), name="line_has_one_raise_offered"
            ),
            models.CheckConstraint(
                name="raise_takes_nothing", condition=Q(amount__gte=F("before"), before__gt=0)
            ),
            models.CheckConstraint(
                name="signed_raise_has_time_and_paper",
                condition=~Q(status="signed")
                | Q(signed_at__isnull=False, signed_document__isnull=False),
            ),
            models.CheckConstraint(
                name="raise_is_not_signed_before_who_offered_it",
                condition=Q(signature_taken_by=None) | ~Q(signature_taken_by=F("offered_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} · {self.get_status_display()}"

    @transition(status, source=Status.OFFERED, target=Status.SIGNED)
    def sign(
        self, *, document: Document, signature: dict[str, str], by: User | None, at: datetime
    ) -> None:
        """The borrower signed what they read."""
        self.signed_document, self.signature, self.signed_at = document, signature, at
        self.signature_taken_by = by

    @transition(status, source=Status.OFFERED, target=Status.WITHDRAWN)
    def withdraw(self) -> None:
        """The bank takes its offer back."""

    @transition(status, source=Status.OFFERED, target=Status.LAPSED)
    def lapse(self) -> None:
        """Its last day has passed."""
