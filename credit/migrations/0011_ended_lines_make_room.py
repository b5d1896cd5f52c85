import django.db.models.deletion
from django.db import migrations, models

# A frozen line that nobody had signed is to be signed after all once it is thawed.
WAS_BEFORE = """
UPDATE credit_creditline l
   SET frozen_from = CASE
       WHEN EXISTS (SELECT 1 FROM credit_application a
                      JOIN credit_contract c ON c.application_id = a.id
                      JOIN credit_drawdown d ON d.contract_id = c.id
                     WHERE a.line_id = l.id AND d.status = 'paid') THEN 'active'
       WHEN EXISTS (SELECT 1 FROM credit_linesigning s WHERE s.line_id = l.id)
         OR EXISTS (SELECT 1 FROM credit_application a
                      JOIN credit_contract c ON c.application_id = a.id
                     WHERE a.line_id = l.id AND c.status IN ('signed', 'effective', 'ended'))
       THEN 'signed'
       ELSE 'granted' END
 WHERE status = 'frozen'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0009_find_decisions_by_borrower_and_open_applications"),
    ]

    operations = [
        migrations.AddField(
            model_name="creditline",
            name="frozen_from",
            field=models.CharField(
                blank=True,
                choices=[
                    ("pre_granted", "Granted in advance"),
                    ("granted", "Granted"),
                    ("signed", "Signed"),
                    ("active", "In use"),
                    ("frozen", "Frozen"),
                    ("expired", "Expired"),
                    ("closed", "Closed"),
                ],
                db_default="",
                default="",
                max_length=11,
                verbose_name="state before it was frozen",
            ),
        ),
        migrations.AlterField(
            model_name="creditline",
            name="decision",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="credit.limitdecision",
                verbose_name="limit decision",
            ),
        ),
        migrations.RunSQL(WAS_BEFORE, migrations.RunSQL.noop),
    ]
