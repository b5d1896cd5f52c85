from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_opening")]

    operations = [
        migrations.AlterField(
            model_name="visittask",
            name="reason",
            field=models.CharField(
                choices=[
                    ("granting", "Whole-village granting"),
                    ("disagreement", "Neighbours disagree"),
                    ("application", "Loan application"),
                    ("check", "Post-loan check"),
                    ("spot_check", "A spot check found the review wrong"),
                ],
                default="granting",
                max_length=16,
                verbose_name="reason",
            ),
        ),
    ]
