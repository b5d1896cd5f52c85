import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

from core.migrating import Tables
from village.triggers import follows


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("postloan", "0001_initial"),
        ("postloan", "0002_rows_name_their_village"),
        ("postloan", "0003_indexes_by_day"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("credit", "0001_opening"),
        ("village", "0001_opening"),
    ]

    operations = [
        Tables(
            [
                migrations.CreateModel(
                    name="SignalSet",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("in_review", "In review"),
                                    ("published", "Published"),
                                    ("retired", "Retired"),
                                ],
                                default="draft",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="author",
                            ),
                        ),
                        (
                            "publisher",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="publisher",
                            ),
                        ),
                        (
                            "published_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="published at"
                            ),
                        ),
                        (
                            "note",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="what changed"
                            ),
                        ),
                        ("signals", models.JSONField(default=list, verbose_name="signals")),
                    ],
                    options={
                        "verbose_name": "signal set",
                        "verbose_name_plural": "signal sets",
                        "ordering": ["code", "-version"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("code", "version"), name="signalset_version_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "published")),
                                fields=("code",),
                                name="signalset_one_in_force",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("publisher", None),
                                    models.Q(("publisher", models.F("author")), _negated=True),
                                    _connector="OR",
                                ),
                                name="signalset_maker_is_not_checker",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "published"), _negated=True),
                                    ("publisher__isnull", False),
                                    _connector="OR",
                                ),
                                name="signalset_in_force_has_publisher",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Inspection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "village",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="village.village",
                                verbose_name="village",
                            ),
                        ),
                        (
                            "loan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="inspections",
                                to="credit.loan",
                                verbose_name="loan",
                            ),
                        ),
                        ("kind", models.CharField(max_length=20, verbose_name="kind")),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("planned", "Planned"),
                                    ("assigned", "Assigned"),
                                    ("done", "Done"),
                                    ("reviewed", "Reviewed"),
                                    ("overdue", "Overdue"),
                                ],
                                default="planned",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        ("due_on", models.DateField(verbose_name="due on")),
                        (
                            "inspector",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="inspections",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="inspector",
                            ),
                        ),
                        ("findings", models.TextField(blank=True, verbose_name="findings")),
                        (
                            "done_on",
                            models.DateField(blank=True, null=True, verbose_name="done on"),
                        ),
                        (
                            "reviewed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="reviewed by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "inspection",
                        "verbose_name_plural": "inspections",
                        "ordering": ["due_on", "id"],
                        "permissions": [("handle_inspection", "May carry out inspections")],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["village", "id"], name="inspection_by_village"),
                            models.Index(fields=["due_on", "id"], name="inspection_soonest_first"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("loan", "kind", "due_on"), name="inspection_once"
                            )
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="Warning",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "village",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="village.village",
                                verbose_name="village",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="warnings",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "loan",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="warnings",
                                to="credit.loan",
                                verbose_name="loan",
                            ),
                        ),
                        (
                            "signal_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="warnings",
                                to="postloan.signalset",
                                verbose_name="signal set",
                            ),
                        ),
                        ("code", models.CharField(max_length=10, verbose_name="signal")),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        (
                            "level",
                            models.CharField(
                                choices=[
                                    ("yellow", "Yellow"),
                                    ("orange", "Orange"),
                                    ("red", "Red"),
                                ],
                                max_length=8,
                                verbose_name="level",
                            ),
                        ),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("raised", "Raised"),
                                    ("acknowledged", "Acknowledged"),
                                    ("handling", "Being handled"),
                                    ("resolved", "Resolved"),
                                    ("false_alarm", "False alarm"),
                                    ("escalated", "Escalated"),
                                ],
                                default="raised",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        ("raised_on", models.DateField(verbose_name="raised on")),
                        ("due_on", models.DateField(verbose_name="to be handled by")),
                        ("values", models.JSONField(default=dict, verbose_name="figures")),
                        (
                            "action",
                            models.CharField(blank=True, max_length=120, verbose_name="what to do"),
                        ),
                        (
                            "handler",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="warnings",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="handled by",
                            ),
                        ),
                        (
                            "evidence",
                            models.CharField(blank=True, max_length=300, verbose_name="evidence"),
                        ),
                        (
                            "closed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="closed by",
                            ),
                        ),
                        (
                            "closed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="closed at"),
                        ),
                    ],
                    options={
                        "verbose_name": "early warning",
                        "verbose_name_plural": "early warnings",
                        "ordering": ["-raised_on", "-id"],
                        "permissions": [("handle_warning", "May handle early warnings")],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["village", "id"], name="warning_by_village"),
                            models.Index(fields=["-raised_on", "-id"], name="warning_newest_first"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("status__in", ["resolved", "false_alarm"]), _negated=True
                                ),
                                fields=("loan", "code"),
                                name="warning_open_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("status__in", ["resolved", "false_alarm"]), _negated=True
                                    ),
                                    models.Q(
                                        ("closed_by__isnull", False),
                                        models.Q(("evidence", ""), _negated=True),
                                        models.Q(("closed_by", models.F("handler")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="closed_warning_has_evidence_and_second_person",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
            ]
        ),
        follows("postloan_warning", {"customer_id": "village_customer"}),
        follows("postloan_inspection", {"loan_id": "credit_loan"}),
    ]
