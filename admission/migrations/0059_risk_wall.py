from django.db import migrations


class Migration(migrations.Migration):
    """A name for the menu and a permission; no table."""

    dependencies = [("admission", "0058_portfolio")]

    operations = [
        migrations.CreateModel(
            name="RiskWall",
            fields=[],
            options={
                "verbose_name": "risk wall",
                "verbose_name_plural": "risk wall",
                "proxy": True,
                "default_permissions": ("view",),
                "indexes": [],
                "constraints": [],
            },
            bases=("admission.decision",),
        ),
    ]
