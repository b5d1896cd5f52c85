import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("admission", "0013_overrides_are_ended_and_taken_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="photographedpaper",
            name="taken_back_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="taken back at"),
        ),
        migrations.AddField(
            model_name="photographedpaper",
            name="taken_back_because",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=200,
                verbose_name="why it was taken back",
            ),
        ),
        migrations.AddField(
            model_name="photographedpaper",
            name="taken_back_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="taken back by",
            ),
        ),
        migrations.AlterField(
            model_name="photographedpaper",
            name="status",
            field=django_fsm.FSMField(
                choices=[
                    ("waiting", "Waiting to be read"),
                    ("reading", "Being read"),
                    ("read", "To be checked"),
                    ("unreadable", "Could not be read"),
                    ("accepted", "Taken over"),
                    ("discarded", "Put aside"),
                    ("taken_back", "Taken back"),
                ],
                default="waiting",
                max_length=50,
                protected=True,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="photographedpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "taken_back"), _negated=True),
                    models.Q(
                        ("taken_back_at__isnull", False),
                        ("taken_back_by__isnull", False),
                        models.Q(("taken_back_because", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="paper_taken_back_says_who_and_why",
            ),
        ),
    ]
