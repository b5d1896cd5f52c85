from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    """How sources did lately is read from the newest pages of a table of millions."""

    atomic = False

    dependencies = [("admission", "0050_sources_register")]

    operations = [
        AddIndexConcurrently(
            model_name="sourcerecord",
            index=BrinIndex(fields=["asked_at"], name="source_asked_lately"),
        ),
    ]
