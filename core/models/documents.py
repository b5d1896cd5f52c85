"""Files that belong to a household, a loan or a decision."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models.staff import User


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User) -> "DocumentQuerySet":
        """Those of the records this person may see, and what they stored themselves.

        Every table that refers to documents and says whom it is for is asked; what belongs to no
        such record is for those who see everything.
        """
        if user.sees_everything:
            return self
        seen = Q(stored_by=user)
        for each in Document._meta.get_fields(include_hidden=True):
            if each.auto_created and not each.concrete:
                rows = each.related_model._default_manager.exclude(**{each.field.name: None})
                if hasattr(rows, "visible_to"):
                    seen |= Q(pk__in=rows.visible_to(user).order_by().values(each.field.name))
        return self.filter(seen)


class Document(models.Model):
    """A photo, a contract or a report: named by its content, sealed on disk."""

    address = models.CharField(_("address"), max_length=64, unique=True)
    key_name = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(_("content type"), max_length=80)
    size = models.PositiveIntegerField(_("size, bytes"))
    stored_at = models.DateTimeField(_("stored at"), auto_now_add=True)
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("stored by"),
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
