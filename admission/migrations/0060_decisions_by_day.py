from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """What the risk wall counts by; the tables may hold millions of rows while the bank is open."""

    atomic = False
    dependencies = [("admission", "0059_risk_wall")]

    operations = [
        AddIndexConcurrently(
            model_name="decision",
            index=models.Index(fields=["as_of", "outcome"], name="decision_by_day"),
        ),
    ]
