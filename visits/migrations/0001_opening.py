import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

import core.fields
from core.migrating import Tables


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("visits", "0001_initial"),
        ("visits", "0002_accepting_is_a_right"),
        ("visits", "0003_visits_by_due_day"),
    ]

    dependencies = [
        ("core", "0001_opening"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("village", "0001_opening"),
    ]

    operations = [
        Tables(
            [
                migrations.CreateModel(
                    name="VisitTask",
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
                            "household",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="visit_tasks",
                                to="village.household",
                                verbose_name="household",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="visit_tasks",
                                to="village.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("granting", "Whole-village granting"),
                                    ("disagreement", "Neighbours disagree"),
                                    ("application", "Loan application"),
                                    ("check", "Post-loan check"),
                                ],
                                default="granting",
                                max_length=16,
                                verbose_name="reason",
                            ),
                        ),
                        (
                            "manager",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="visit_tasks",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="customer manager",
                            ),
                        ),
                        ("due_on", models.DateField(verbose_name="due on")),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("planned", "Planned"),
                                    ("assigned", "Assigned"),
                                    ("started", "Started"),
                                    ("submitted", "Submitted"),
                                    ("accepted", "Accepted"),
                                    ("returned", "Sent back"),
                                    ("closed", "Closed"),
                                    ("expired", "Expired"),
                                ],
                                default="planned",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "returned_because",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="sent back because"
                            ),
                        ),
                        (
                            "accepted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="accepted by",
                            ),
                        ),
                        (
                            "submitted_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="submitted at"
                            ),
                        ),
                        (
                            "accepted_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="accepted at"),
                        ),
                    ],
                    options={
                        "verbose_name": "visit",
                        "verbose_name_plural": "visits",
                        "ordering": ["due_on", "id"],
                        "permissions": [("accept_visittask", "May accept the findings of visits")],
                        "indexes": [
                            models.Index(
                                fields=["manager", "status", "due_on"], name="visit_worklist"
                            ),
                            models.Index(fields=["due_on", "id"], name="visit_by_due_day"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("campaign__isnull", False)),
                                fields=("household", "campaign", "reason"),
                                name="visit_once_per_campaign",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["planned", "expired"]),
                                    ("manager__isnull", False),
                                    _connector="OR",
                                ),
                                name="assigned_visit_has_a_manager",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="Survey",
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
                            "task",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="surveys",
                                to="visits.visittask",
                                verbose_name="visit",
                            ),
                        ),
                        ("revision", models.PositiveSmallIntegerField(verbose_name="revision")),
                        (
                            "client_uuid",
                            models.UUIDField(unique=True, verbose_name="phone's own number"),
                        ),
                        (
                            "met",
                            models.CharField(max_length=40, verbose_name="whom the manager met"),
                        ),
                        ("seen_on", models.DateField(verbose_name="seen on")),
                        ("income_year", core.fields.FenField(verbose_name="income a year")),
                        (
                            "operating_cost_year",
                            core.fields.FenField(verbose_name="operating cost a year"),
                        ),
                        (
                            "living_cost_year",
                            core.fields.FenField(verbose_name="living cost a year"),
                        ),
                        (
                            "debt_service_year",
                            core.fields.FenField(verbose_name="repayments a year"),
                        ),
                        ("assets", core.fields.FenField(verbose_name="assets")),
                        ("debts", core.fields.FenField(verbose_name="debts")),
                        ("need", core.fields.FenField(verbose_name="loan needed")),
                        (
                            "term_months",
                            models.PositiveSmallIntegerField(verbose_name="for how many months"),
                        ),
                        ("surveyed_limit", core.fields.FenField(verbose_name="surveyed limit")),
                        ("notes", models.TextField(blank=True, verbose_name="notes")),
                        (
                            "longitude",
                            models.DecimalField(
                                blank=True,
                                decimal_places=6,
                                max_digits=9,
                                null=True,
                                verbose_name="longitude",
                            ),
                        ),
                        (
                            "latitude",
                            models.DecimalField(
                                blank=True,
                                decimal_places=6,
                                max_digits=9,
                                null=True,
                                verbose_name="latitude",
                            ),
                        ),
                        (
                            "photo",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="photo",
                            ),
                        ),
                        (
                            "received_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="received at"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "survey",
                        "verbose_name_plural": "surveys",
                        "ordering": ["task", "-revision"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("task", "revision"), name="survey_revision_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("surveyed_limit__gte", 0)),
                                name="surveyed_limit_is_not_negative",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
