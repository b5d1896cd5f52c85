"""Makes the sandbox's management commands known to Django. It has no models."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """The played outside world. No production app imports it."""

    name = "sandbox"
    verbose_name = "Sandbox"
