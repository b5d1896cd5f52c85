"""The risk wall has no rows of its own: it is another way to look at decisions."""

from django.utils.translation import gettext_lazy as _

from admission.models.decisions import Decision


class RiskWall(Decision):
    """A name for the menu and a permission: who may look at the wall."""

    class Meta:
        proxy = True
        verbose_name = _("risk wall")
        verbose_name_plural = _("risk wall")
        default_permissions = ("view",)
