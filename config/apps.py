from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Where the rooms are put together."""

    name = "config"

    def ready(self) -> None:
        """Wire events once all models exist."""
        from config import wiring  # noqa: PLC0415 - services import models, which exist only now

        wiring.connect()
