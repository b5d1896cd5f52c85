from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("village", "0003_roster_files_in_two_hands"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="watch_flag",
            field=models.CharField(
                blank=True,
                choices=[("grey", "Grey list"), ("black", "Black list")],
                db_default="",
                default="",
                editable=False,
                max_length=8,
                verbose_name="list delivered by others",
            ),
        ),
        migrations.AlterModelOptions(
            name="campaign",
            options={
                "ordering": ["-id"],
                "permissions": [("host_campaign", "May hand out review links and hold meetings")],
                "verbose_name": "review campaign",
                "verbose_name_plural": "review campaigns",
            },
        ),
        migrations.AddField(
            model_name="reviewer",
            name="device_hash",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
        migrations.AddConstraint(
            model_name="reviewer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("device_hash", ""), _negated=True),
                fields=("campaign", "device_hash"),
                name="reviewer_device_once",
            ),
        ),
        migrations.AddField(
            model_name="reviewer",
            name="cluster",
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="reviewer",
            name="weight",
            field=models.FloatField(editable=False, null=True),
        ),
    ]
