import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0009_find_decisions_by_borrower_and_open_applications"),
    ]

    operations = [
        migrations.AlterField(
            model_name="creditline",
            name="decision",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="credit.limitdecision",
                verbose_name="limit decision",
            ),
        ),
    ]
