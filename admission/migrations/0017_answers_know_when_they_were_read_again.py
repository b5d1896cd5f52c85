from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("admission", "0016_deliveries_know_their_register"),
    ]

    operations = [
        migrations.AddField(
            model_name="sourcerecord",
            name="read_again_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="read again at"),
        ),
        AddIndexConcurrently(
            model_name="sourcerecord",
            index=models.Index(
                condition=models.Q(("read_again_at__isnull", False)),
                fields=["read_again_at"],
                name="source_read_again",
            ),
        ),
    ]
