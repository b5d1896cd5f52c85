import django.db.models.deletion
from django.db import migrations, models

from village.triggers import follows


class Migration(migrations.Migration):
    dependencies = [
        ("village", "0012_rounds_and_checks_are_called_off"),
    ]

    operations = [
        migrations.AddField(
            model_name="outcome",
            name="village",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="village.village",
                verbose_name="village",
            ),
        ),
        follows("village_outcome", {"household_id": "village_household"}),
        migrations.AddIndex(
            model_name="outcome",
            index=models.Index(fields=["village", "id"], name="outcome_by_village"),
        ),
    ]
