import django.db.models.deletion
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
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64
            ),
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
        migrations.AlterModelOptions(
            name="relation",
            options={
                "permissions": [("end_relation", "May end ties between people")],
                "verbose_name": "relation",
                "verbose_name_plural": "relations",
            },
        ),
        migrations.RemoveConstraint(
            model_name="relation",
            name="relation_once",
        ),
        migrations.AddField(
            model_name="relation",
            name="ended_because",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200, verbose_name="ended because"
            ),
        ),
        migrations.AddField(
            model_name="relation",
            name="ended_by_file",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="village.rosterimport",
                verbose_name="ended by the file",
            ),
        ),
        migrations.AddField(
            model_name="relation",
            name="ended_on",
            field=models.DateField(blank=True, null=True, verbose_name="ended on"),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None)),
                fields=("one", "other", "kind"),
                name="relation_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on", None),
                    models.Q(("ended_because", ""), _negated=True),
                    _connector="OR",
                ),
                name="ended_relation_says_why",
            ),
        ),
    ]
