import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("admission", "0014_papers_are_taken_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="figures_back",
            field=models.PositiveIntegerField(
                db_default=0, default=0, editable=False, verbose_name="figures that came back"
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="figures_gone",
            field=models.PositiveIntegerField(
                db_default=0, default=0, editable=False, verbose_name="figures that went"
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="withdrawal_asked_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="withdrawal asked for by",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="withdrawal_because",
            field=models.CharField(
                db_default="",
                default="",
                editable=False,
                max_length=200,
                verbose_name="why it is withdrawn",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="withdrawn_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="withdrawn at"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="withdrawn_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="withdrawn by",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="status",
            field=models.CharField(
                choices=[
                    ("taken", "Taken in"),
                    ("held", "Held back"),
                    ("ordered", "To be taken in all the same"),
                    ("rejected", "Rejected"),
                    ("leaving", "To be withdrawn"),
                    ("withdrawn", "Withdrawn"),
                ],
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="sourcerecord",
            name="status",
            field=models.CharField(
                choices=[
                    ("answered", "Answered"),
                    ("failed", "No answer"),
                    ("quarantined", "Answer not trusted"),
                    ("other_number", "Asked under a wrong ID number"),
                ],
                max_length=12,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["leaving", "withdrawn"]), _negated=True),
                    models.Q(
                        ("withdrawal_asked_by__isnull", False),
                        ("withdrawn_by__isnull", False),
                        models.Q(("withdrawn_by", models.F("withdrawal_asked_by")), _negated=True),
                        models.Q(("withdrawal_because", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="withdrawn_delivery_says_who_and_why",
            ),
        ),
    ]
