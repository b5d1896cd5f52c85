from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdmissionConfig(AppConfig):
    name = "admission"
    verbose_name = _("Admission")

    def ready(self) -> None:
        """Say which own sources this room knows, once all models exist."""
        from admission.services import own_sources  # noqa: PLC0415 - needs the models

        own_sources.register()
