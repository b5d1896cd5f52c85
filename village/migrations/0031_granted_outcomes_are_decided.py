"""Outcomes on which lines were granted before the branch's word was asked for count as decided."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F
from django.db.models.functions import Now


def settle(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Decided when they were concluded; who decided is not known."""
    outcome = apps.get_model("village", "Outcome")
    campaigns = apps.get_model("village", "Campaign").objects.filter(
        status__in=["granted", "closed"]
    )
    for campaign in campaigns.iterator():
        at = campaign.concluded_at or campaign.sealed_at or Now()
        outcome.objects.filter(campaign=campaign, stage="initial").update(
            stage="decided", decided_at=at, second_done_at=at
        )


def unsettle(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Back to how they were; nobody had decided them."""
    apps.get_model("village", "Outcome").objects.filter(
        stage="decided", decided_by=None, decided_at=F("second_done_at")
    ).update(stage="initial")


class Migration(migrations.Migration):
    dependencies = [("village", "0030_review_stages")]

    operations = [migrations.RunPython(settle, unsettle)]
