"""What one member of staff writes and another puts into force."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from core.errors import SameHands
from core.models.staff import User


class PublishingState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class Publishable(models.Model):
    """A rule set, policy, table or product: versions, of which one is in force.

    The database itself refuses a publisher who is also the author.
    """

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    version = models.PositiveIntegerField(_("version"), default=1)
    status = FSMField(
        _("status"),
        default=PublishingState.DRAFT,
        choices=PublishingState.choices,
        protected=True,
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    publisher = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("publisher"),
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    note = models.CharField(_("what changed"), max_length=300, blank=True)

    class Meta:
        abstract = True
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="%(class)s_version_once"),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(status=PublishingState.PUBLISHED),
                name="%(class)s_one_in_force",
            ),
            models.CheckConstraint(
                name="%(class)s_maker_is_not_checker",
                condition=Q(publisher=None) | ~Q(publisher=F("author")),
            ),
            models.CheckConstraint(
                name="%(class)s_in_force_has_publisher",
                condition=~Q(status=PublishingState.PUBLISHED) | Q(publisher__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def faults(self) -> list[str]:
        """What keeps this version from being put into force, one sentence each."""
        return []

    @transition(status, source=PublishingState.DRAFT, target=PublishingState.IN_REVIEW)
    def submit(self) -> None:
        """Ask for a second pair of eyes."""

    @transition(status, source=PublishingState.IN_REVIEW, target=PublishingState.DRAFT)
    def send_back(self) -> None:
        """Give it back to its author."""

    @transition(status, source=PublishingState.IN_REVIEW, target=PublishingState.PUBLISHED)
    def publish(self, *, by: User, at: datetime) -> None:
        """Put it into force; never by its author."""
        if by.pk == self.author_id:
            raise SameHands
        self.publisher = by
        self.published_at = at

    @transition(status, source=PublishingState.PUBLISHED, target=PublishingState.RETIRED)
    def retire(self) -> None:
        """Take it out of force; decisions made under it keep pointing here."""
