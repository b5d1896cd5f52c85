"""What people are told while they work."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.models.staff import Branch, User
from core.roles import Role


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> "NoticeQuerySet":
        """Notices addressed to this person, to their role in their branch or one below it, or to
        everybody."""
        to_role = Q(user=None, role__in=["", user.role])
        if user.branch_id and not user.sees_everything:
            to_role &= Q(branch=None) | Q(branch__path__startswith=user.branch.path)
        return self.filter(Q(user=user) | to_role)


class Notice(models.Model):
    """One message for one person, or for a role in a branch. Its id is its place in the order."""

    class Level(models.TextChoices):
        INFO = "info", _("Notice")
        YELLOW = "yellow", _("Yellow")
        ORANGE = "orange", _("Orange")
        RED = "red", _("Red")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("addressee"),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, blank=True)
    branch = models.ForeignKey(
        Branch, models.CASCADE, null=True, related_name="+", verbose_name=_("branch")
    )
    level = models.CharField(_("level"), max_length=8, choices=Level.choices, default=Level.INFO)
    title = models.CharField(_("title"), max_length=200)
    in_other_languages = models.JSONField(default=dict, blank=True, editable=False)
    url = models.CharField(_("address"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.says

    @property
    def says(self) -> str:
        """What it tells, in the language of whoever reads it."""
        return self.in_other_languages.get(get_language(), self.title)


class NoticeCursor(models.Model):
    """How far one person has read."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="notice_cursor"
    )
    read_up_to = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.user} → {self.read_up_to}"
