from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from core.migrating import leave_history_without_moves


class CoreConfig(AppConfig):
    """What has no banking in it: staff, audit, events, runs, documents, parameters."""

    name = "core"
    verbose_name = _("System")

    def ready(self) -> None:
        """Keep the drawing of historical models cheap."""
        leave_history_without_moves()
