from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = _("Credit")

    def ready(self) -> None:
        """Tell admission what this room knows of the bank's own loans, once all models exist."""
        from credit.services import own_loans, performing, went_bad  # noqa: PLC0415 - needs models

        own_loans.register()
        went_bad.register()
        performing.register()
