from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = _("Credit")

    def ready(self) -> None:
        """Tell admission what this room knows of borrowers and loans, once all models exist."""
        from credit.services import (  # noqa: PLC0415 - needs the models
            asked_products,
            borrowers,
            own_loans,
            performing,
            went_bad,
        )

        asked_products.register()
        borrowers.register()
        own_loans.register()
        went_bad.register()
        performing.register()
