"""Celery's app: `celery -A config worker`, `celery -A config beat`; settings as for any command."""

from celery import Celery

app = Celery("qianmo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
