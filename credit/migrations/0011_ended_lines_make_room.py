import django.db.models.deletion
import django_fsm
from django.conf import settings
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
        ("credit", "0010_applications_rest_on_an_identity_card"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
        migrations.CreateModel(
            name="LineGivingUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("asked", "Asked of a second person"),
                            ("agreed", "Agreed to"),
                            ("declined", "Declined"),
                        ],
                        default="asked",
                        max_length=50,
                        protected=True,
                        verbose_name="status",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked for at")),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="settled at"),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="givings_up",
                        to="credit.creditline",
                        verbose_name="credit line",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="settled by",
                    ),
                ),
            ],
            options={
                "verbose_name": "giving up of a line",
                "verbose_name_plural": "lines given up",
                "ordering": ["-id"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("line",),
                        name="line_asked_up_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settled_by", None),
                            models.Q(("settled_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="giving_up_needs_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "asked"),
                            models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="settled_giving_up_says_by_whom",
                    ),
                ],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.RunSQL(WAS_BEFORE, migrations.RunSQL.noop),
    ]
