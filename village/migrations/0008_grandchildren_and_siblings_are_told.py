from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("village", "0007_who_is_married_to_whom"),
    ]

    operations = [
        migrations.AlterField(
            model_name="customer",
            name="role",
            field=models.CharField(
                choices=[
                    ("head", "Head"),
                    ("spouse", "Spouse"),
                    ("child", "Child"),
                    ("parent", "Parent"),
                    ("grand", "Grandchild"),
                    ("sibling", "Brother or sister"),
                    ("other", "Other member"),
                ],
                max_length=8,
                verbose_name="role in the household",
            ),
        ),
        migrations.RemoveIndex(
            model_name="customer",
            name="customer_other_member",
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("role__in", ["grand", "sibling", "other"])),
                fields=["role"],
                name="customer_of_rare_role",
            ),
        ),
    ]
