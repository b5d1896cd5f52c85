from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """What has no banking in it: staff, audit, events, runs, documents, parameters."""

    name = "core"
    verbose_name = _("System")
