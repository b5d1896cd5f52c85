from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0011_ended_lines_make_room"),
    ]

    operations = [
        migrations.RemoveIndex("limitdecision", "limit_decision_to_settle"),
        migrations.AddIndex(
            model_name="limitdecision",
            index=models.Index(
                condition=Q(outcome="manual", settled_by=None),
                fields=["decided_on"],
                include=["id", "household"],
                name="limit_decision_to_settle",
            ),
        ),
    ]
