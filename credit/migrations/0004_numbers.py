from django.db import migrations


class Migration(migrations.Migration):
    """Applications, contracts and payments are numbered without gaps mattering or waiting."""

    dependencies = [("credit", "0003_sessions_and_product_costs")]
    operations = [migrations.RunSQL("CREATE SEQUENCE credit_number", "DROP SEQUENCE credit_number")]
