import django_fsm
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("visits", "0002_spot_checks_lead_to_visits")]

    operations = [
        migrations.AlterField(
            model_name="visittask",
            name="status",
            field=django_fsm.FSMField(
                choices=[
                    ("planned", "Planned"),
                    ("assigned", "Assigned"),
                    ("started", "Started"),
                    ("submitted", "Submitted"),
                    ("accepted", "Accepted"),
                    ("returned", "Sent back"),
                    ("closed", "Closed"),
                    ("expired", "Called off"),
                ],
                default="planned",
                max_length=50,
                protected=True,
                verbose_name="status",
            ),
        ),
    ]
