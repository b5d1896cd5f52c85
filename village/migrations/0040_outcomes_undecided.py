"""The few outcomes that wait for somebody are found without reading those that do not."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("village", "0032_roster_changes")]

    operations = [
        migrations.AddIndex(
            "outcome",
            models.Index(
                fields=["campaign"],
                condition=Q(stage__in=["initial", "second"]),
                name="outcome_undecided",
            ),
        ),
    ]
