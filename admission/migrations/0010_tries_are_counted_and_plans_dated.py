from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("admission", "0009_the_mini_program_asks_as_links_do"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="taken_up",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                editable=False,
                verbose_name="how often a worker took it up",
            ),
        ),
        migrations.AddField(
            model_name="deliveryplan",
            name="planned_on",
            field=models.DateField(editable=False, null=True, verbose_name="planned on"),
        ),
        migrations.AddField(
            model_name="incomingfile",
            name="taken_up",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                editable=False,
                verbose_name="how often a worker took it up",
            ),
        ),
        migrations.AddField(
            model_name="photographedpaper",
            name="begun_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="last taken up at"),
        ),
        migrations.AddField(
            model_name="photographedpaper",
            name="taken_up",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                editable=False,
                verbose_name="how often a worker took it up",
            ),
        ),
    ]
