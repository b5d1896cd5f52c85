from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_opening"),
    ]

    operations = [
        migrations.AlterField(
            model_name="run",
            name="status",
            field=models.CharField(
                choices=[
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("overtaken", "Overtaken"),
                ],
                default="running",
                max_length=10,
                verbose_name="status",
            ),
        ),
    ]
