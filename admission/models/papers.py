"""Papers of customers, photographed: the picture, what was read from it, what was taken over."""

import json
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.fields import EncryptedTextField
from core.models import Document, User
from village.models import Customer, OfCustomerQuerySet


class PhotographedPaper(ConcurrentTransitionMixin, models.Model):
    """One picture of one paper of a customer. What it says stays sealed, and counts only once a
    person has compared it with the picture: a member of staff, or of an ID card the customer it is
    of, who photographed it without anybody's help."""

    class Kind(models.TextChoices):
        ID_CARD_FRONT = "id_card_front", _("ID card, side with the face")
        ID_CARD_BACK = "id_card_back", _("ID card, side with the emblem")
        BUSINESS_LICENCE = "business_licence", _("Business licence")
        PROPERTY_CERTIFICATE = "property_certificate", _("Property certificate")
        BANK_STATEMENT = "bank_statement", _("Bank statement (screenshot)")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting to be read")
        READING = "reading", _("Being read")
        READ = "read", _("To be checked")
        UNREADABLE = "unreadable", _("Could not be read")
        ACCEPTED = "accepted", _("Taken over")
        DISCARDED = "discarded", _("Put aside")
        TAKEN_BACK = "taken_back", _("Taken back")

    class Stage(models.IntegerChoices):
        WAITING = 0, _("Waits for its turn")
        LOOKING = 1, _("Looking at the picture")
        RECOGNISING = 2, _("Recognising the text")
        UNDERSTANDING = 3, _("Finding the fields")
        DONE = 4, _("Done")

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="papers", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=24, choices=Kind.choices)
    status = FSMField(_("status"), default=Status.WAITING, choices=Status.choices, protected=True)
    stage = models.PositiveSmallIntegerField(
        _("stage"), default=Stage.WAITING, choices=Stage.choices
    )
    picture = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    keep_until = models.DateField(_("picture is kept until"))
    found = EncryptedTextField(_("as read"), blank=True)
    accepted = EncryptedTextField(_("as taken over"), blank=True)
    fault = models.CharField(_("why it could not be read"), max_length=24, blank=True)
    corrected = models.PositiveSmallIntegerField(_("fields corrected"), null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("photographed by"),
        help_text=_("Empty where the customer did, in the mini-program."),
    )
    taken_at = models.DateTimeField(_("photographed at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    begun_at = models.DateTimeField(_("last taken up at"), null=True, editable=False)
    taken_up = models.PositiveSmallIntegerField(
        _("how often a worker took it up"), default=0, db_default=0, editable=False
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("checked by"),
    )
    closed_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken back by"),
    )
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    taken_back_because = models.CharField(
        _("why it was taken back"), max_length=200, blank=True, default="", db_default=""
    )

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("photographed paper")
        verbose_name_plural = _("photographed papers")
        ordering = ["-id"]
        default_permissions = ("view", "add")
        indexes = [
            models.Index(fields=["customer", "-id"], name="paper_newest_first"),
            models.Index(fields=["keep_until"], name="paper_to_forget"),
            models.Index(
                fields=["taken_at"],
                condition=Q(status__in=["waiting", "reading"]),
                name="paper_left_waiting",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="accepted_paper_was_checked_by_somebody",
                condition=~Q(status="accepted")
                | Q(closed_at__isnull=False, corrected__isnull=False)
                & (Q(closed_by__isnull=False) | Q(taken_by=None)),
            ),
            models.CheckConstraint(
                name="paper_taken_back_says_who_and_why",
                condition=~Q(status="taken_back")
                | Q(taken_back_by__isnull=False, taken_back_at__isnull=False)
                & ~Q(taken_back_because=""),
            ),
            models.CheckConstraint(
                name="unreadable_paper_says_why",
                condition=~Q(status="unreadable") | ~Q(fault=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_kind_display()}"

    @property
    def fields_found(self) -> list[dict[str, Any]]:
        """The fields as they were read: name, value, confidence, phrase, doubt."""
        return json.loads(self.found) if self.found else []

    @property
    def values(self) -> dict[str, str]:
        """The fields as they were taken over; empty before."""
        return json.loads(self.accepted) if self.accepted else {}

    @transition(status, source=[Status.WAITING, Status.READING], target=Status.READING)
    def begin(self, *, at: datetime) -> None:
        """A worker has it; another takes it again where that one died."""
        self.stage, self.begun_at, self.taken_up = self.Stage.LOOKING, at, self.taken_up + 1

    @transition(status, source=Status.READING, target=Status.READ)
    def tell(self, *, found: list[dict[str, Any]], at: datetime) -> None:
        """What it says."""
        self.found, self.read_at = json.dumps(found, ensure_ascii=False), at
        self.stage = self.Stage.DONE

    @transition(status, source=Status.READING, target=Status.UNREADABLE)
    def give_up(self, *, fault: str, at: datetime, keep_until: date) -> None:
        """It says nothing that could be used."""
        self.fault, self.read_at, self.keep_until = fault, at, keep_until
        self.stage = self.Stage.DONE

    @transition(status, source=Status.READ, target=Status.ACCEPTED)
    def accept(
        self,
        *,
        values: dict[str, str],
        corrected: int,
        by: User | None,
        at: datetime,
        keep_until: date,
    ) -> None:
        """A person has compared every field with the picture."""
        self.accepted = json.dumps(values, ensure_ascii=False)
        self.corrected, self.closed_by, self.closed_at = corrected, by, at
        self.keep_until = keep_until

    @transition(status, source=Status.ACCEPTED, target=Status.TAKEN_BACK)
    def take_back(self, *, by: User, at: datetime, because: str) -> None:
        """It turned out to be false, or taken over in error; nothing rests on it from now on."""
        self.taken_back_by, self.taken_back_at, self.taken_back_because = by, at, because

    @transition(
        status,
        source=[Status.WAITING, Status.READING, Status.READ, Status.UNREADABLE],
        target=Status.DISCARDED,
    )
    def discard(self, *, by: User | None, at: datetime, keep_until: date) -> None:
        """It is of no use; what was read is forgotten at once."""
        self.found, self.closed_by, self.closed_at = "", by, at
        self.keep_until = keep_until
