import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("village", "0011_numbers_are_corrected_and_positions_undone"),
    ]

    operations = [
        migrations.AlterField(
            model_name="campaign",
            name="status",
            field=django_fsm.FSMField(
                choices=[
                    ("draft", "Draft"),
                    ("rostered", "Roster complete"),
                    ("reviewing", "Under review"),
                    ("sealed", "Sealed"),
                    ("concluded", "Concluded"),
                    ("visiting", "Being visited"),
                    ("granted", "Granted"),
                    ("closed", "Closed"),
                    ("called_off", "Round called off"),
                ],
                default="draft",
                max_length=50,
                protected=True,
                verbose_name="status",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="campaign",
            name="sealed_campaign_has_a_seal",
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "rostered", "reviewing", "called_off"]),
                    models.Q(("seal", ""), _negated=True),
                    _connector="OR",
                ),
                name="sealed_campaign_has_a_seal",
            ),
        ),
        migrations.AlterField(
            model_name="spotcheck",
            name="status",
            field=django_fsm.FSMField(
                choices=[
                    ("assigned", "Assigned"),
                    ("done", "Done"),
                    ("called_off", "Called off"),
                ],
                default="assigned",
                max_length=50,
                protected=True,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="spotcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "called_off"), _negated=True),
                    models.Q(models.Q(("note", ""), _negated=True), ("finding", "")),
                    _connector="OR",
                ),
                name="check_called_off_says_why_and_found_nothing",
            ),
        ),
    ]
