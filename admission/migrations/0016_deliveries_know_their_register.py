from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("admission", "0015_deliveries_are_withdrawn"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="register_of",
            field=models.DateTimeField(
                editable=False, null=True, verbose_name="register with the roster of"
            ),
        ),
    ]
