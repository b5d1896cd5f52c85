"""Payments under way are found among a hundred thousand that are done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("credit", "0012_limits_to_settle_are_counted_from_the_index")]
    operations = [
        migrations.AddIndex(
            model_name="drawdown",
            index=models.Index(
                fields=["status", "business_day"],
                condition=models.Q(status__in=["requested", "checked", "paying", "unknown"]),
                name="drawdown_under_way",
            ),
        ),
    ]
