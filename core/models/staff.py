"""The bank's people and the tree of its branches."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.roles import SEES_OWN_BRANCH, SEES_OWN_GRID, Role


class Branch(models.Model):
    """An office of the bank. ``path`` holds the codes from the head office down, so that an office
    and all below it are one prefix search."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    path = models.CharField(max_length=200, editable=False, db_index=True)
    town_code = models.CharField(_("town code"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep ``path`` in step with the parent; children of a branch that moves are saved next."""
        self.path = f"{self.parent.path if self.parent else ''}{self.code}/"
        super().save(*args, **kwargs)


class User(AbstractUser):
    """A member of the bank's staff. Customers and village reviewers are never users."""

    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="staff",
        verbose_name=_("branch"),
    )
    full_name = models.CharField(_("name"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                name="branch_staff_have_a_branch",
                condition=Q(branch__isnull=False)
                | ~Q(role__in=sorted(SEES_OWN_BRANCH | SEES_OWN_GRID)),
                violation_error_message=_("A customer manager or branch president needs a branch."),
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    @property
    def sees_everything(self) -> bool:
        """Whether no branch or grid narrows what this person sees."""
        return self.is_superuser or self.role not in SEES_OWN_BRANCH | SEES_OWN_GRID

    def scope(self, *, branch: str, manager: str) -> Q:
        """The condition that narrows any table to what this person may see.

        ``branch`` and ``manager`` are the lookups that lead from that table to the branch and to
        the customer manager of the village concerned.
        """
        if self.sees_everything:
            return Q()
        if self.role in SEES_OWN_BRANCH:
            return Q(**{f"{branch}__path__startswith": self.branch.path})
        return Q(**{manager: self.pk})
