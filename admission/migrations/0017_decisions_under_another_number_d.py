from django.db import migrations, models


class Migration(migrations.Migration):
    """Decisions say when they were made under a wrong ID number."""

    dependencies = [("admission", "0016_deliveries_know_their_register")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="under_other_number",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                verbose_name="made under another ID number",
            ),
        ),
    ]
