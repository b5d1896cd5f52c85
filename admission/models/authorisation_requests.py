"""Asking somebody for their leave from afar: a link to their own phone, or their own wish in the
bank's mini-program; and what they did there."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from admission.models.sources import Authorisation
from core.fields import EncryptedTextField
from core.models import Document, User
from village.models import Customer, within


class AuthorisationRequestQuerySet(models.QuerySet["AuthorisationRequest"]):
    def visible_to(self, user: User) -> "AuthorisationRequestQuerySet":
        """Those in favour of households this person may see, whoever was asked for them."""
        return self.filter(within(user, "applicant__village"))

    def open(self) -> "AuthorisationRequestQuerySet":
        """Those that somebody may still answer, as far as the clock has been heard."""
        return self.filter(status__in=AuthorisationRequest.OPEN)


class AuthorisationRequest(ConcurrentTransitionMixin, models.Model):
    """One occasion, good for minutes, on which one person may authorise the bank from their phone.

    Only the hash of the link's secret is kept, and of the secret that ties it to the phone on
    which the person made themselves known. What somebody began in the mini-program has no link
    that anybody holds; it is tied to their session there from the start.
    """

    class Door(models.TextChoices):
        LINK = "link", _("Link or code")
        MINI_PROGRAM = "mini_program", _("Mini-program")

    class Capacity(models.TextChoices):
        APPLICANT = "applicant", _("Applicant")
        SPOUSE = "spouse", _("Applicant's spouse")
        GUARANTOR = "guarantor", _("Guarantor")

    class Status(models.TextChoices):
        SENT = "sent", _("Link not opened yet")
        OPENED = "opened", _("Reading")
        IDENTIFIED = "identified", _("Identity confirmed")
        RECOGNISED = "recognised", _("Face recognised")
        SIGNED = "signed", _("Signed")
        DECLINED = "declined", _("Declined by the person")
        CANCELLED = "cancelled", _("Called off")
        LOCKED = "locked", _("Locked after wrong tries")
        EXPIRED = "expired", _("Expired")

    OPEN = (Status.SENT, Status.OPENED, Status.IDENTIFIED, Status.RECOGNISED)

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="authorisation_requests", verbose_name=_("customer")
    )
    applicant = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", verbose_name=_("in favour of")
    )
    capacity = models.CharField(_("capacity"), max_length=10, choices=Capacity.choices)
    door = models.CharField(
        _("door"),
        max_length=12,
        choices=Door.choices,
        default=Door.LINK,
        db_default=Door.LINK,
    )
    purpose = models.CharField(_("purpose"), max_length=16, choices=Authorisation.Purpose.choices)
    text_version = models.CharField(_("version of the text shown"), max_length=20)
    text_hash = models.CharField(_("hash of the text shown"), max_length=64)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    phone_hash = models.CharField(max_length=64, blank=True, editable=False)
    status = FSMField(_("status"), default=Status.SENT, choices=Status.choices, protected=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("link expires at"))
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    identified_at = models.DateTimeField(_("identity confirmed at"), null=True, blank=True)
    recognised_at = models.DateTimeField(_("face recognised at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(_("wrong tries"), default=0)
    police_reply = EncryptedTextField(_("answers of the police, as received"), blank=True)
    face = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("photo of the face"),
    )
    face_score = models.FloatField(_("face comparison, 0 to 1"), null=True, blank=True)
    evidence = models.JSONField(_("evidence"), default=dict)
    authorisation = models.OneToOneField(
        Authorisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="request",
        verbose_name=_("authorisation"),
    )

    objects = AuthorisationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("authorisation asked for")
        verbose_name_plural = _("authorisations asked for")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["customer", "-id"], name="request_newest_first"),
            models.Index(
                fields=["expires_at"],
                condition=Q(status__in=["sent", "opened", "identified", "recognised"]),
                name="request_open_until",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="signed_request_has_leave_and_evidence",
                condition=~Q(status="signed")
                | Q(
                    authorisation__isnull=False,
                    identified_at__isnull=False,
                    recognised_at__isnull=False,
                    face_score__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="somebody_asked_by_link",
                condition=Q(asked_by__isnull=False) | Q(door="mini_program"),
            ),
            models.UniqueConstraint(
                fields=["customer", "purpose"],
                condition=Q(status__in=["sent", "opened", "identified", "recognised"]),
                name="one_open_request_for_a_purpose",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_purpose_display()}"

    @property
    def is_own_wish(self) -> bool:
        """Whether the person began it themselves, in the mini-program."""
        return self.door == self.Door.MINI_PROGRAM

    @property
    def is_open(self) -> bool:
        """Whether nothing has ended it; the clock may have."""
        return self.status in self.OPEN

    def has_run_out(self, *, at: datetime) -> bool:
        """Whether it was still open when its time was over."""
        return self.is_open and at >= self.expires_at

    @transition(status, source=[Status.SENT, Status.OPENED], target=Status.OPENED)
    def open(self, *, at: datetime) -> None:
        """Somebody holds the link."""
        self.opened_at = self.opened_at or at

    @transition(status, source=Status.OPENED, target=Status.IDENTIFIED)
    def identify(self, *, phone_hash: str, at: datetime, until: datetime) -> None:
        """The person is who they say; from now on this phone alone goes on."""
        self.phone_hash, self.identified_at, self.expires_at = phone_hash, at, until

    @transition(status, source=Status.IDENTIFIED, target=Status.RECOGNISED)
    def recognise(self, *, face: Document, score: float, at: datetime) -> None:
        """It is the person themselves before the camera."""
        self.face, self.face_score, self.recognised_at = face, score, at

    @transition(status, source=Status.RECOGNISED, target=Status.SIGNED)
    def sign(
        self, *, authorisation: Authorisation, evidence: dict[str, object], at: datetime
    ) -> None:
        """They allow it."""
        self.authorisation, self.evidence, self.closed_at = authorisation, evidence, at

    @transition(status, source=list(OPEN), target=Status.DECLINED)
    def decline(self, *, at: datetime) -> None:
        """They do not allow it."""
        self.closed_at = at

    @transition(status, source=list(OPEN), target=Status.CANCELLED)
    def cancel(self, *, at: datetime) -> None:
        """The bank takes the question back."""
        self.closed_at = at

    @transition(status, source=[Status.OPENED, Status.IDENTIFIED], target=Status.LOCKED)
    def lock(self, *, at: datetime) -> None:
        """Too many wrong tries."""
        self.closed_at = at

    @transition(status, source=list(OPEN), target=Status.EXPIRED)
    def expire(self, *, at: datetime) -> None:
        """Nobody finished in time."""
        self.closed_at = at
