"""Where the rooms are put together: settings, addresses, wiring."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
