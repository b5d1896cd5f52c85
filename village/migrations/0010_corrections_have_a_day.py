from django.db import migrations, models
from django.db.models import Q

BY_HAND = models.DateField(
    blank=True, editable=False, null=True, verbose_name="corrected by hand on"
)


class Migration(migrations.Migration):
    dependencies = [
        ("village", "0009_drawn_numbers_own_groups_and_lists_by_village"),
    ]

    operations = [
        migrations.AddField("customer", "corrected_on", BY_HAND),
        migrations.AddField("household", "corrected_on", BY_HAND),
        migrations.AddField(
            "household",
            "figure_days",
            models.JSONField(
                blank=True, editable=False, null=True, verbose_name="declared earlier"
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=Q(("corrected_on__isnull", False)),
                fields=["corrected_on"],
                name="customer_corrected_by_hand",
            ),
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(
                condition=Q(("corrected_on__isnull", False)),
                fields=["corrected_on"],
                name="household_corrected_by_hand",
            ),
        ),
    ]
