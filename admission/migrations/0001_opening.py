import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django_fsm
from django.conf import settings
from django.db import migrations, models

import core.fields
from core.migrating import Tables
from village.triggers import follows


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("admission", "0001_initial"),
        ("admission", "0002_initial"),
        ("admission", "0003_what_decisions_rest_on"),
        ("admission", "0004_decision_purpose_choices"),
        ("admission", "0010_deliveries"),
        ("admission", "0040_rules_workbench"),
        ("admission", "0041_scorecards"),
        ("admission", "0042_deposit_movements"),
        ("admission", "0043_tags"),
        ("admission", "0044_rows_name_their_village"),
        ("admission", "0050_sources_register"),
        ("admission", "0051_source_asked_lately"),
        ("admission", "0054_authorisation_requests"),
        ("admission", "0055_photographed_papers"),
        ("admission", "0058_portfolio"),
        ("admission", "0059_risk_wall"),
        ("admission", "0060_decisions_by_day"),
        ("admission", "0062_scores_in_decisions"),
        ("admission", "0063_scorecard_origin"),
        ("admission", "0064_who_may_decide"),
        ("admission", "0065_proposed_groups"),
        ("admission", "0066_portfolio_scores"),
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
                    name="Profile",
                    fields=[
                        (
                            "customer",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="profile",
                                serialize=False,
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "words",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(), size=None, verbose_name="words"
                            ),
                        ),
                        ("figures", models.JSONField(default=dict, verbose_name="figures")),
                        ("first_on", models.DateField(verbose_name="tagged since")),
                        ("since", models.JSONField(default=dict, verbose_name="changed since")),
                    ],
                    options={
                        "verbose_name": "customer profile",
                        "verbose_name_plural": "customer profiles",
                        "ordering": ["customer_id"],
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="Authorisation",
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
                                related_name="authorisations",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("granting", "Granting a credit line"),
                                    ("application", "Loan application"),
                                    ("post_loan", "Post-loan management"),
                                ],
                                max_length=16,
                                verbose_name="purpose",
                            ),
                        ),
                        (
                            "text_version",
                            models.CharField(
                                max_length=20, verbose_name="version of the text shown"
                            ),
                        ),
                        (
                            "text_hash",
                            models.CharField(max_length=64, verbose_name="hash of the text shown"),
                        ),
                        ("granted_at", models.DateTimeField(verbose_name="granted at")),
                        ("valid_until", models.DateField(verbose_name="valid until")),
                        (
                            "obtained_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="obtained by",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="signed form",
                            ),
                        ),
                        (
                            "bureau_asked_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="bureau asked at"
                            ),
                        ),
                        (
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="withdrawn at"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "authorisation",
                        "verbose_name_plural": "authorisations",
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["village", "id"], name="authorisation_by_village")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Delivery",
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
                        ("kind", models.CharField(max_length=30, verbose_name="class of data")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("taken", "Taken in"),
                                    ("held", "Held back"),
                                    ("rejected", "Rejected"),
                                ],
                                max_length=10,
                                verbose_name="status",
                            ),
                        ),
                        ("file_name", models.CharField(max_length=120, verbose_name="file")),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="file, sealed",
                            ),
                        ),
                        (
                            "refusals",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="rows to correct",
                            ),
                        ),
                        (
                            "given_day",
                            models.DateField(
                                blank=True, null=True, verbose_name="day given by hand"
                            ),
                        ),
                        ("as_of", models.DateField(verbose_name="data of")),
                        ("received_at", models.DateTimeField(verbose_name="received at")),
                        (
                            "received_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="received by",
                            ),
                        ),
                        (
                            "settled_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="settled by",
                            ),
                        ),
                        (
                            "previous",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="admission.delivery",
                                verbose_name="delivery before",
                            ),
                        ),
                        ("rows", models.PositiveIntegerField(verbose_name="rows")),
                        ("matched", models.PositiveIntegerField(verbose_name="matched")),
                        (
                            "unmatched",
                            models.PositiveIntegerField(verbose_name="of nobody registered"),
                        ),
                        ("refused", models.PositiveIntegerField(verbose_name="refused")),
                        (
                            "written",
                            models.PositiveIntegerField(default=0, verbose_name="figures written"),
                        ),
                        (
                            "removed",
                            models.PositiveIntegerField(default=0, verbose_name="figures removed"),
                        ),
                        (
                            "quality",
                            models.JSONField(default=dict, verbose_name="quality of columns"),
                        ),
                        ("findings", models.JSONField(default=list, verbose_name="findings")),
                    ],
                    options={
                        "verbose_name": "data delivery",
                        "verbose_name_plural": "data deliveries",
                        "ordering": ["-id"],
                        "permissions": [("settle_delivery", "Can settle deliveries held back")],
                        "default_permissions": ("add", "view"),
                        "indexes": [
                            models.Index(
                                fields=["kind", "-as_of", "-id"], name="delivery_newest_first"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("kind", "file", "as_of"), name="delivery_of_a_file_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "rows",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("matched"), "+", models.F("unmatched")
                                            ),
                                            "+",
                                            models.F("refused"),
                                        ),
                                    )
                                ),
                                name="delivery_rows_add_up",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DeliveryPlan",
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
                            "kind",
                            models.CharField(
                                max_length=30, unique=True, verbose_name="class of data"
                            ),
                        ),
                        (
                            "every",
                            models.CharField(
                                choices=[
                                    ("day", "Every day"),
                                    ("week", "Every week"),
                                    ("month", "Every month"),
                                    ("quarter", "Every quarter"),
                                    ("year", "Every year"),
                                ],
                                max_length=10,
                                verbose_name="due",
                            ),
                        ),
                        (
                            "grace_days",
                            models.PositiveSmallIntegerField(
                                help_text="Days after the end of a period until its data are late.",
                                verbose_name="days of grace",
                            ),
                        ),
                        (
                            "is_expected",
                            models.BooleanField(
                                default=True,
                                help_text="Untick a class that the bank does not receive.",
                                verbose_name="expected",
                            ),
                        ),
                        (
                            "told_late_on",
                            models.DateField(
                                editable=False, null=True, verbose_name="last told to be late"
                            ),
                        ),
                        (
                            "changed_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="changed by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "update plan",
                        "verbose_name_plural": "update plan",
                        "ordering": ["kind"],
                        "default_permissions": ("view", "change"),
                    },
                ),
                migrations.CreateModel(
                    name="Deposit",
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
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deposits",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        ("as_of", models.DateField(verbose_name="as of")),
                        ("balance", core.fields.FenField(verbose_name="balance")),
                        ("average_1m", core.fields.FenField(verbose_name="average of 1 month")),
                        ("average_3m", core.fields.FenField(verbose_name="average of 3 months")),
                        (
                            "average_3m_before",
                            core.fields.FenField(verbose_name="average of the 3 months before"),
                        ),
                        ("average_12m", core.fields.FenField(verbose_name="average of 12 months")),
                        ("paid_in_12m", core.fields.FenField(verbose_name="paid in, 12 months")),
                        (
                            "payroll_months_12m",
                            models.PositiveSmallIntegerField(
                                verbose_name="months with payroll, of 12"
                            ),
                        ),
                        (
                            "months_open",
                            models.PositiveSmallIntegerField(verbose_name="months since opened"),
                        ),
                        (
                            "time_deposits",
                            core.fields.FenField(null=True, verbose_name="time deposits"),
                        ),
                        (
                            "paid_out_12m",
                            core.fields.FenField(null=True, verbose_name="paid out, 12 months"),
                        ),
                        (
                            "paid_in_6m",
                            core.fields.FenField(null=True, verbose_name="paid in, 6 months"),
                        ),
                        (
                            "paid_out_6m",
                            core.fields.FenField(null=True, verbose_name="paid out, 6 months"),
                        ),
                        (
                            "transactions_3m",
                            models.PositiveIntegerField(
                                null=True, verbose_name="movements, 3 months"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "deposits",
                        "verbose_name_plural": "deposits",
                        "ordering": ["-as_of", "customer"],
                        "indexes": [
                            models.Index(fields=["village", "id"], name="deposit_by_village")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("customer", "as_of"), name="deposit_once_a_day"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Exploration",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("clusters", "Customers who are alike"),
                                    ("risk", "Customers by how their loans went"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("as_of", models.DateField(verbose_name="as of")),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="asked by",
                            ),
                        ),
                        ("asked_at", models.DateTimeField(verbose_name="asked at")),
                        ("done_at", models.DateTimeField(null=True, verbose_name="done at")),
                        (
                            "people",
                            models.PositiveIntegerField(null=True, verbose_name="people looked at"),
                        ),
                        ("figures", models.JSONField(default=dict, verbose_name="figures")),
                        (
                            "fault",
                            models.JSONField(null=True, verbose_name="why nothing was found"),
                        ),
                    ],
                    options={
                        "verbose_name": "look for groups",
                        "verbose_name_plural": "looks for groups",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="FeatureFigures",
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
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="core.run",
                                verbose_name="run",
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="feature")),
                        ("as_of", models.DateField(verbose_name="as of")),
                        ("customers", models.PositiveIntegerField(verbose_name="customers")),
                        ("known", models.PositiveIntegerField(verbose_name="known")),
                        ("shape", models.JSONField(default=dict, verbose_name="distribution")),
                        ("bins", models.JSONField(default=dict, verbose_name="bins")),
                        ("psi", models.FloatField(null=True, verbose_name="drift (PSI)")),
                    ],
                    options={
                        "verbose_name": "feature",
                        "verbose_name_plural": "feature dictionary",
                        "ordering": ["name", "-run_id"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("run", "name"), name="feature_figures_once_a_run"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PhotographedPaper",
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
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="papers",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("id_card_front", "ID card, side with the face"),
                                    ("id_card_back", "ID card, side with the emblem"),
                                    ("business_licence", "Business licence"),
                                    ("property_certificate", "Property certificate"),
                                    ("bank_statement", "Bank statement (screenshot)"),
                                ],
                                max_length=24,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("waiting", "Waiting to be read"),
                                    ("reading", "Being read"),
                                    ("read", "To be checked"),
                                    ("unreadable", "Could not be read"),
                                    ("accepted", "Taken over"),
                                    ("discarded", "Put aside"),
                                ],
                                default="waiting",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "stage",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (0, "Waits for its turn"),
                                    (1, "Looking at the picture"),
                                    (2, "Recognising the text"),
                                    (3, "Finding the fields"),
                                    (4, "Done"),
                                ],
                                default=0,
                                verbose_name="stage",
                            ),
                        ),
                        (
                            "picture",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="picture",
                            ),
                        ),
                        ("keep_until", models.DateField(verbose_name="picture is kept until")),
                        (
                            "found",
                            core.fields.EncryptedTextField(blank=True, verbose_name="as read"),
                        ),
                        (
                            "accepted",
                            core.fields.EncryptedTextField(
                                blank=True, verbose_name="as taken over"
                            ),
                        ),
                        (
                            "fault",
                            models.CharField(
                                blank=True, max_length=24, verbose_name="why it could not be read"
                            ),
                        ),
                        (
                            "corrected",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="fields corrected"
                            ),
                        ),
                        (
                            "taken_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="photographed by",
                            ),
                        ),
                        ("taken_at", models.DateTimeField(verbose_name="photographed at")),
                        (
                            "read_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="read at"),
                        ),
                        (
                            "closed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="checked by",
                            ),
                        ),
                        (
                            "closed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="checked at"),
                        ),
                    ],
                    options={
                        "verbose_name": "photographed paper",
                        "verbose_name_plural": "photographed papers",
                        "ordering": ["-id"],
                        "default_permissions": ("view", "add"),
                        "indexes": [
                            models.Index(fields=["customer", "-id"], name="paper_newest_first"),
                            models.Index(fields=["keep_until"], name="paper_to_forget"),
                            models.Index(
                                condition=models.Q(("status__in", ["waiting", "reading"])),
                                fields=["taken_at"],
                                name="paper_left_waiting",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "accepted"), _negated=True),
                                    models.Q(
                                        ("closed_at__isnull", False),
                                        ("closed_by__isnull", False),
                                        ("corrected__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="accepted_paper_was_checked_by_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "unreadable"), _negated=True),
                                    models.Q(("fault", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="unreadable_paper_says_why",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="RuleSet",
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
                        (
                            "outcome",
                            models.TextField(
                                default="'refuse' if high_hits >= 1 or medium_hits + (1 if low_hits >= 4 else 0) >= 4\nelse 'wait' if to_wait >= 1\nelse 'manual' if medium_hits + (1 if low_hits >= 4 else 0) >= 1 or to_review >= 1\nelse 'notice' if low_hits >= 1 or to_notice >= 1\nelse 'admit'",
                                verbose_name="how the outcome is found",
                            ),
                        ),
                        (
                            "limit_factor",
                            models.TextField(
                                default="0.0 if high_hits >= 1 or medium_hits + (1 if low_hits >= 4 else 0) >= 4\nelse 0.7 if medium_hits + (1 if low_hits >= 4 else 0) >= 2\nelse 1.0",
                                verbose_name="factor on the limit",
                            ),
                        ),
                        (
                            "fingerprint",
                            models.CharField(blank=True, max_length=64, verbose_name="fingerprint"),
                        ),
                        (
                            "scheduled_for",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="in force from"
                            ),
                        ),
                        (
                            "scheduled_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="approved for later by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rule set",
                        "verbose_name_plural": "rule sets",
                        "ordering": ["code", "-version"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("code", "version"), name="ruleset_version_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "published")),
                                fields=("code",),
                                name="ruleset_one_in_force",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("publisher", None),
                                    models.Q(("publisher", models.F("author")), _negated=True),
                                    _connector="OR",
                                ),
                                name="ruleset_maker_is_not_checker",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "published"), _negated=True),
                                    ("publisher__isnull", False),
                                    _connector="OR",
                                ),
                                name="ruleset_in_force_has_publisher",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("scheduled_by", None), ("scheduled_for", None)),
                                    models.Q(
                                        ("scheduled_by__isnull", False),
                                        ("scheduled_for__isnull", False),
                                        models.Q(
                                            ("scheduled_by", models.F("author")), _negated=True
                                        ),
                                        models.Q(("status", "draft"), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="rule_set_scheduled_by_somebody_else",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Scorecard",
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
                            "segment",
                            models.CharField(
                                choices=[
                                    ("farmer", "Farmers"),
                                    ("resident", "Urban residents"),
                                    ("business", "Small business owners"),
                                    ("employed", "Self-employed"),
                                ],
                                max_length=10,
                                verbose_name="segment",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(verbose_name="version")),
                        (
                            "note",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="what it is for"
                            ),
                        ),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("tested", "Tested"),
                                    ("approved", "Approved"),
                                    ("shadow", "In shadow"),
                                    ("champion", "Champion"),
                                    ("suspended", "Suspended"),
                                    ("retired", "Retired"),
                                ],
                                default="draft",
                                max_length=10,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "target",
                            models.CharField(
                                default="bad", max_length=100, verbose_name="column of the target"
                            ),
                        ),
                        ("settings", models.JSONField(default=dict, verbose_name="settings")),
                        (
                            "train",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="training file, sealed",
                            ),
                        ),
                        (
                            "test",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="test file, sealed",
                            ),
                        ),
                        (
                            "origin",
                            models.JSONField(null=True, verbose_name="where its people come from"),
                        ),
                        ("card", models.JSONField(null=True, verbose_name="card")),
                        (
                            "fingerprint",
                            models.CharField(blank=True, max_length=64, verbose_name="fingerprint"),
                        ),
                        (
                            "fault",
                            models.JSONField(null=True, verbose_name="why it could not be fitted"),
                        ),
                        (
                            "revises",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="admission.scorecard",
                                verbose_name="version before",
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
                        ("drafted_at", models.DateTimeField(verbose_name="drafted at")),
                        ("fitted_at", models.DateTimeField(null=True, verbose_name="fitted at")),
                        (
                            "approver",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="approver",
                            ),
                        ),
                        (
                            "approved_at",
                            models.DateTimeField(null=True, verbose_name="approved at"),
                        ),
                    ],
                    options={
                        "verbose_name": "scorecard",
                        "verbose_name_plural": "scorecards",
                        "ordering": ["segment", "-version"],
                        "permissions": [
                            ("approve_scorecard", "Can approve scorecards and make them champion"),
                            ("move_scorecard", "Can test, shadow, suspend and retire scorecards"),
                        ],
                        "default_permissions": ("add", "view"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("segment", "version"), name="scorecard_version_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "champion")),
                                fields=("segment",),
                                name="scorecard_one_champion_per_segment",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approver", None),
                                    models.Q(("approver", models.F("author")), _negated=True),
                                    _connector="OR",
                                ),
                                name="scorecard_maker_is_not_checker",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["draft", "tested", "retired"]),
                                    models.Q(
                                        ("approved_at__isnull", False), ("approver__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="scorecard_in_use_is_approved",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["draft", "retired"]),
                                    models.Q(
                                        ("card__isnull", False),
                                        models.Q(("fingerprint", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="scorecard_past_draft_is_fitted",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="ScorePolicy",
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
                        ("settings", models.JSONField(default=dict, verbose_name="settings")),
                        (
                            "fingerprint",
                            models.CharField(blank=True, max_length=64, verbose_name="fingerprint"),
                        ),
                    ],
                    options={
                        "verbose_name": "scoring policy",
                        "verbose_name_plural": "scoring policies",
                        "ordering": ["code", "-version"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("code", "version"), name="scorepolicy_version_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "published")),
                                fields=("code",),
                                name="scorepolicy_one_in_force",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("publisher", None),
                                    models.Q(("publisher", models.F("author")), _negated=True),
                                    _connector="OR",
                                ),
                                name="scorepolicy_maker_is_not_checker",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "published"), _negated=True),
                                    ("publisher__isnull", False),
                                    _connector="OR",
                                ),
                                name="scorepolicy_in_force_has_publisher",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Segment",
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
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "words",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(),
                                default=list,
                                size=None,
                                verbose_name="carries",
                            ),
                        ),
                        (
                            "without",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="does not carry",
                            ),
                        ),
                        (
                            "note",
                            models.CharField(blank=True, max_length=200, verbose_name="what for"),
                        ),
                        (
                            "counted",
                            models.PositiveIntegerField(verbose_name="customers when saved"),
                        ),
                        ("saved_at", models.DateTimeField(auto_now=True, verbose_name="saved at")),
                    ],
                    options={
                        "verbose_name": "customer segment",
                        "verbose_name_plural": "customer segments",
                        "ordering": ["-saved_at", "-id"],
                        "permissions": [("export_segment", "Can export customer segments")],
                        "default_permissions": ("add", "view", "delete"),
                    },
                ),
                migrations.CreateModel(
                    name="StandingChange",
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
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="standing_changes",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "before",
                            models.CharField(
                                choices=[
                                    ("admit", "Admitted"),
                                    ("notice", "Admitted with check items"),
                                    ("manual", "Manual review"),
                                    ("wait", "Waiting for a source"),
                                    ("refuse", "Refused"),
                                ],
                                max_length=8,
                                verbose_name="before",
                            ),
                        ),
                        (
                            "after",
                            models.CharField(
                                choices=[
                                    ("admit", "Admitted"),
                                    ("notice", "Admitted with check items"),
                                    ("manual", "Manual review"),
                                    ("wait", "Waiting for a source"),
                                    ("refuse", "Refused"),
                                ],
                                max_length=8,
                                verbose_name="after",
                            ),
                        ),
                        (
                            "hits_before",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=10),
                                default=list,
                                size=None,
                                verbose_name="rules that held",
                            ),
                        ),
                        (
                            "hits_after",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=10),
                                default=list,
                                size=None,
                                verbose_name="rules that hold",
                            ),
                        ),
                        (
                            "band_before",
                            models.CharField(
                                blank=True,
                                db_default="",
                                max_length=1,
                                verbose_name="risk band before",
                            ),
                        ),
                        (
                            "band_after",
                            models.CharField(
                                blank=True,
                                db_default="",
                                max_length=1,
                                verbose_name="risk band after",
                            ),
                        ),
                        ("on", models.DateField(verbose_name="on")),
                        (
                            "run",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.run",
                                verbose_name="run",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "change of a standing",
                        "verbose_name_plural": "changes of standings",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["run", "customer"], name="standing_change_by_run")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TagSet",
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
                    ],
                    options={
                        "verbose_name": "tag set",
                        "verbose_name_plural": "tag sets",
                        "ordering": ["code", "-version"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("code", "version"), name="tagset_version_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "published")),
                                fields=("code",),
                                name="tagset_one_in_force",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("publisher", None),
                                    models.Q(("publisher", models.F("author")), _negated=True),
                                    _connector="OR",
                                ),
                                name="tagset_maker_is_not_checker",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "published"), _negated=True),
                                    ("publisher__isnull", False),
                                    _connector="OR",
                                ),
                                name="tagset_in_force_has_publisher",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TagWord",
                    fields=[
                        ("id", models.AutoField(primary_key=True, serialize=False)),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        ("word", models.CharField(max_length=120, verbose_name="word")),
                    ],
                    options={
                        "verbose_name": "word of a tag",
                        "verbose_name_plural": "words of tags",
                        "ordering": ["code", "id"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("code", "word"), name="tag_word_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TagDefinition",
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
                            "tag_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="definitions",
                                to="admission.tagset",
                                verbose_name="tag set",
                            ),
                        ),
                        (
                            "place",
                            models.PositiveSmallIntegerField(default=0, verbose_name="place"),
                        ),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("county", "County figure"),
                                    ("figure", "Figure"),
                                    ("tag", "Tag"),
                                    ("customer", "Customer tag"),
                                    ("group", "Customer group"),
                                    ("portrait", "Portrait"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "family",
                            models.CharField(blank=True, max_length=30, verbose_name="family"),
                        ),
                        ("name", models.CharField(max_length=40, verbose_name="name")),
                        ("expression", models.TextField(verbose_name="expression")),
                        (
                            "params",
                            models.JSONField(blank=True, default=dict, verbose_name="thresholds"),
                        ),
                        (
                            "choices",
                            models.JSONField(
                                blank=True, default=list, verbose_name="words it may give"
                            ),
                        ),
                        (
                            "link",
                            models.CharField(
                                blank=True,
                                choices=[("logistic", "log-odds, shown as a probability")],
                                max_length=10,
                                verbose_name="scale",
                            ),
                        ),
                        (
                            "quantile",
                            models.FloatField(
                                blank=True, null=True, verbose_name="quantile, 0 to 1"
                            ),
                        ),
                        ("among", models.TextField(blank=True, verbose_name="among whom")),
                        (
                            "products",
                            models.JSONField(
                                blank=True, default=list, verbose_name="products to offer"
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                    ],
                    options={
                        "verbose_name": "tag definition",
                        "verbose_name_plural": "tag definitions",
                        "ordering": ["tag_set", "place", "id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("tag_set", "code"), name="tag_once_per_set"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuthorisationRequest",
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
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="authorisation_requests",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "applicant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="village.customer",
                                verbose_name="in favour of",
                            ),
                        ),
                        (
                            "capacity",
                            models.CharField(
                                choices=[
                                    ("applicant", "Applicant"),
                                    ("spouse", "Applicant's spouse"),
                                    ("guarantor", "Guarantor"),
                                ],
                                max_length=10,
                                verbose_name="capacity",
                            ),
                        ),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("granting", "Granting a credit line"),
                                    ("application", "Loan application"),
                                    ("post_loan", "Post-loan management"),
                                ],
                                max_length=16,
                                verbose_name="purpose",
                            ),
                        ),
                        (
                            "text_version",
                            models.CharField(
                                max_length=20, verbose_name="version of the text shown"
                            ),
                        ),
                        (
                            "text_hash",
                            models.CharField(max_length=64, verbose_name="hash of the text shown"),
                        ),
                        (
                            "token_hash",
                            models.CharField(editable=False, max_length=64, unique=True),
                        ),
                        ("phone_hash", models.CharField(blank=True, editable=False, max_length=64)),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("sent", "Link not opened yet"),
                                    ("opened", "Reading"),
                                    ("identified", "Identity confirmed"),
                                    ("recognised", "Face recognised"),
                                    ("signed", "Signed"),
                                    ("declined", "Declined by the person"),
                                    ("cancelled", "Called off"),
                                    ("locked", "Locked after wrong tries"),
                                    ("expired", "Expired"),
                                ],
                                default="sent",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="asked by",
                            ),
                        ),
                        ("asked_at", models.DateTimeField(verbose_name="asked at")),
                        ("expires_at", models.DateTimeField(verbose_name="link expires at")),
                        (
                            "opened_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="opened at"),
                        ),
                        (
                            "identified_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="identity confirmed at"
                            ),
                        ),
                        (
                            "recognised_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="face recognised at"
                            ),
                        ),
                        (
                            "closed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="closed at"),
                        ),
                        (
                            "wrong_tries",
                            models.PositiveSmallIntegerField(default=0, verbose_name="wrong tries"),
                        ),
                        (
                            "police_reply",
                            core.fields.EncryptedTextField(
                                blank=True, verbose_name="answers of the police, as received"
                            ),
                        ),
                        (
                            "face",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="photo of the face",
                            ),
                        ),
                        (
                            "face_score",
                            models.FloatField(
                                blank=True, null=True, verbose_name="face comparison, 0 to 1"
                            ),
                        ),
                        ("evidence", models.JSONField(default=dict, verbose_name="evidence")),
                        (
                            "authorisation",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="request",
                                to="admission.authorisation",
                                verbose_name="authorisation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "authorisation asked for",
                        "verbose_name_plural": "authorisations asked for",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["customer", "-id"], name="request_newest_first"),
                            models.Index(
                                condition=models.Q(
                                    ("status__in", ["sent", "opened", "identified", "recognised"])
                                ),
                                fields=["expires_at"],
                                name="request_open_until",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "signed"), _negated=True),
                                    models.Q(
                                        ("authorisation__isnull", False),
                                        ("face__isnull", False),
                                        ("identified_at__isnull", False),
                                        ("recognised_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="signed_request_has_leave_and_evidence",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("status__in", ["sent", "opened", "identified", "recognised"])
                                ),
                                fields=("customer", "purpose"),
                                name="one_open_request_for_a_purpose",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="Figures",
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
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="figures",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        ("kind", models.CharField(max_length=30, verbose_name="class of data")),
                        ("part", models.CharField(blank=True, max_length=120, verbose_name="part")),
                        ("as_of", models.DateField(verbose_name="data of")),
                        (
                            "delivery",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="figures",
                                to="admission.delivery",
                                verbose_name="delivery",
                            ),
                        ),
                        ("line", models.PositiveIntegerField(verbose_name="line")),
                        ("values", models.JSONField(verbose_name="values")),
                    ],
                    options={
                        "verbose_name": "delivered figures",
                        "verbose_name_plural": "delivered figures",
                        "ordering": ["customer_id", "kind", "part"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["kind"], name="figures_of_a_kind"),
                            models.Index(fields=["village", "id"], name="figures_by_village"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("customer", "kind", "part"),
                                name="figures_once_per_customer",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Rule",
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
                            "rule_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rules",
                                to="admission.ruleset",
                                verbose_name="rule set",
                            ),
                        ),
                        ("code", models.CharField(max_length=10, verbose_name="code")),
                        (
                            "level",
                            models.CharField(
                                choices=[("high", "High"), ("medium", "Medium"), ("low", "Low")],
                                max_length=8,
                                verbose_name="level",
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("source", models.CharField(max_length=30, verbose_name="source")),
                        ("expression", models.TextField(verbose_name="condition")),
                        (
                            "params",
                            models.JSONField(blank=True, default=dict, verbose_name="thresholds"),
                        ),
                        (
                            "on_unknown",
                            models.CharField(
                                choices=[
                                    ("block_until_available", "Wait until known"),
                                    ("manual_review", "Manual review"),
                                    ("pass_with_notice", "Pass with a notice"),
                                    ("pass", "Pass"),
                                ],
                                max_length=24,
                                verbose_name="when unknown",
                            ),
                        ),
                        (
                            "says",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="what staff read"
                            ),
                        ),
                        (
                            "says_to_customer",
                            models.CharField(
                                max_length=200, verbose_name="what the customer may be told"
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                    ],
                    options={
                        "verbose_name": "admission rule",
                        "verbose_name_plural": "admission rules",
                        "ordering": ["rule_set", "id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("rule_set", "code"), name="rule_once_per_set"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RuleSimulation",
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
                            "rule_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="simulations",
                                to="admission.ruleset",
                                verbose_name="rule set",
                            ),
                        ),
                        (
                            "fingerprint",
                            models.CharField(max_length=64, verbose_name="fingerprint"),
                        ),
                        (
                            "against",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="admission.ruleset",
                                verbose_name="compared with",
                            ),
                        ),
                        (
                            "run",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.run",
                                verbose_name="batch run",
                            ),
                        ),
                        ("since", models.DateField(verbose_name="decisions since")),
                        ("business_day", models.DateField(verbose_name="business day")),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="made by",
                            ),
                        ),
                        (
                            "made_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="made at"),
                        ),
                        ("summary", models.JSONField(default=dict, verbose_name="summary")),
                    ],
                    options={
                        "verbose_name": "rule simulation",
                        "verbose_name_plural": "rule simulations",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="ScorecardStep",
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
                            "scorecard",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="steps",
                                to="admission.scorecard",
                                verbose_name="scorecard",
                            ),
                        ),
                        (
                            "before",
                            models.CharField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("tested", "Tested"),
                                    ("approved", "Approved"),
                                    ("shadow", "In shadow"),
                                    ("champion", "Champion"),
                                    ("suspended", "Suspended"),
                                    ("retired", "Retired"),
                                ],
                                max_length=10,
                                verbose_name="state before",
                            ),
                        ),
                        (
                            "after",
                            models.CharField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("tested", "Tested"),
                                    ("approved", "Approved"),
                                    ("shadow", "In shadow"),
                                    ("champion", "Champion"),
                                    ("suspended", "Suspended"),
                                    ("retired", "Retired"),
                                ],
                                max_length=10,
                                verbose_name="state after",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="taken by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="taken at")),
                        ("evidence", models.TextField(verbose_name="what it rests on")),
                        (
                            "figures",
                            models.JSONField(
                                default=dict, verbose_name="figures of the examination"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "step of a scorecard",
                        "verbose_name_plural": "steps of scorecards",
                        "ordering": ["id"],
                        "default_permissions": (),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("evidence__regex", "^\\s*$"), _negated=True),
                                name="scorecard_step_has_evidence",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScorecardWatch",
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
                            "scorecard",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="watches",
                                to="admission.scorecard",
                                verbose_name="scorecard",
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="people scored, sealed",
                            ),
                        ),
                        ("note", models.CharField(max_length=200, verbose_name="which people")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="taken by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="taken at")),
                        ("result", models.JSONField(verbose_name="figures of the examination")),
                    ],
                    options={
                        "verbose_name": "watch of a scorecard",
                        "verbose_name_plural": "watches of scorecards",
                        "ordering": ["-id"],
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="SourceRecord",
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
                                related_name="source_records",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        ("source", models.CharField(max_length=30, verbose_name="source")),
                        (
                            "authorisation",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="records",
                                to="admission.authorisation",
                                verbose_name="authorisation",
                            ),
                        ),
                        (
                            "as_of",
                            models.DateField(
                                help_text="The business day it was asked for.",
                                null=True,
                                verbose_name="as of",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("answered", "Answered"),
                                    ("failed", "No answer"),
                                    ("quarantined", "Answer not trusted"),
                                ],
                                max_length=12,
                                verbose_name="status",
                            ),
                        ),
                        ("asked_at", models.DateTimeField(verbose_name="asked at")),
                        ("took_ms", models.PositiveIntegerField(verbose_name="took, ms")),
                        (
                            "raw",
                            core.fields.EncryptedTextField(blank=True, verbose_name="as received"),
                        ),
                        ("values", models.JSONField(default=dict, verbose_name="as understood")),
                        (
                            "error",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="why there is no answer"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "source record",
                        "verbose_name_plural": "source records",
                        "ordering": ["-id"],
                        "permissions": [
                            ("reveal_sourcerecord", "May open answers and credit reports in full")
                        ],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(
                                fields=["customer", "source", "-id"], name="source_newest_first"
                            ),
                            models.Index(fields=["village", "id"], name="source_record_by_village"),
                            django.contrib.postgres.indexes.BrinIndex(
                                fields=["asked_at"], name="source_asked_lately"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status", "answered"),
                                    models.Q(("error", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="source_without_answer_says_why",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SourceKind",
                    fields=[],
                    options={
                        "verbose_name": "data source",
                        "verbose_name_plural": "data sources",
                        "proxy": True,
                        "default_permissions": ("view",),
                    },
                    bases=("admission.sourcerecord",),
                ),
                migrations.CreateModel(
                    name="Standing",
                    fields=[
                        (
                            "customer",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="standing",
                                serialize=False,
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("admit", "Admitted"),
                                    ("notice", "Admitted with check items"),
                                    ("manual", "Manual review"),
                                    ("wait", "Waiting for a source"),
                                    ("refuse", "Refused"),
                                ],
                                max_length=8,
                                verbose_name="outcome",
                            ),
                        ),
                        (
                            "limit_factor",
                            models.DecimalField(
                                decimal_places=2, max_digits=4, verbose_name="factor on the limit"
                            ),
                        ),
                        (
                            "hits",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=10),
                                default=list,
                                size=None,
                                verbose_name="rules that hold",
                            ),
                        ),
                        ("since", models.DateField(verbose_name="since")),
                        (
                            "segment",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("farmer", "Farmers"),
                                    ("resident", "Urban residents"),
                                    ("business", "Small business owners"),
                                    ("employed", "Self-employed"),
                                ],
                                db_default="",
                                max_length=10,
                                verbose_name="segment",
                            ),
                        ),
                        (
                            "scorecard",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="admission.scorecard",
                                verbose_name="scorecard",
                            ),
                        ),
                        (
                            "score",
                            models.SmallIntegerField(blank=True, null=True, verbose_name="score"),
                        ),
                        (
                            "risk_band",
                            models.CharField(
                                blank=True, db_default="", max_length=1, verbose_name="risk band"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "portfolio standing",
                        "verbose_name_plural": "portfolio",
                        "ordering": ["customer_id"],
                        "permissions": [
                            ("work_standing", "May have the portfolio heard anew"),
                            ("export_standing", "May export customers of the portfolio"),
                        ],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["outcome", "customer"], name="standing_by_outcome")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TagChange",
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
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tag_changes",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        (
                            "before",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="admission.tagword",
                                verbose_name="before",
                            ),
                        ),
                        (
                            "after",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="admission.tagword",
                                verbose_name="after",
                            ),
                        ),
                        ("on", models.DateField(verbose_name="on")),
                        (
                            "run",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.run",
                                verbose_name="run",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "change of a tag",
                        "verbose_name_plural": "changes of tags",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="SimulatedPiece",
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
                            "simulation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="pieces",
                                to="admission.rulesimulation",
                                verbose_name="simulation",
                            ),
                        ),
                        ("key", models.CharField(max_length=40, verbose_name="customers")),
                        ("rows", models.BinaryField(verbose_name="rows")),
                    ],
                    options={
                        "verbose_name": "piece of a simulation",
                        "verbose_name_plural": "pieces of a simulation",
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("simulation", "key"), name="piece_once_per_simulation"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Proposal",
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
                            "exploration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="proposals",
                                to="admission.exploration",
                                verbose_name="look for groups",
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField(verbose_name="place")),
                        ("condition", models.TextField(verbose_name="condition")),
                        ("size", models.PositiveIntegerField(verbose_name="people")),
                        ("share", models.FloatField(verbose_name="share of those looked at")),
                        (
                            "purity",
                            models.FloatField(null=True, verbose_name="of whom the model meant"),
                        ),
                        (
                            "reach",
                            models.FloatField(null=True, verbose_name="of those meant it finds"),
                        ),
                        ("bads", models.PositiveIntegerField(null=True, verbose_name="bad")),
                        ("bad_rate", models.FloatField(null=True, verbose_name="bad rate")),
                        (
                            "traits",
                            models.JSONField(default=list, verbose_name="in what they differ"),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("drafted", "Made a draft tag"),
                                    ("dismissed", "Set aside"),
                                ],
                                default="open",
                                max_length=10,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "settled_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="settled by",
                            ),
                        ),
                        ("settled_at", models.DateTimeField(null=True, verbose_name="settled at")),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=300, verbose_name="reason"),
                        ),
                        (
                            "definition",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="admission.tagdefinition",
                                verbose_name="draft tag",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "proposed group",
                        "verbose_name_plural": "proposed groups",
                        "ordering": ["-exploration_id", "place"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("exploration", "place"), name="proposal_place_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("settled_at", None),
                                        ("settled_by", None),
                                        ("status", "open"),
                                    ),
                                    models.Q(
                                        models.Q(("status", "open"), _negated=True),
                                        ("settled_at__isnull", False),
                                        ("settled_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="settled_proposal_has_somebody",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Decision",
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
                                related_name="decisions",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("granting", "Granting a credit line"),
                                    ("application", "Loan application"),
                                    ("post_loan", "Post-loan management"),
                                ],
                                max_length=16,
                                verbose_name="purpose",
                            ),
                        ),
                        ("as_of", models.DateField(verbose_name="as of")),
                        (
                            "rule_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="admission.ruleset",
                                verbose_name="rule set",
                            ),
                        ),
                        (
                            "rule_set_hash",
                            models.CharField(max_length=64, verbose_name="hash of the rules"),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("admit", "Admitted"),
                                    ("notice", "Admitted with check items"),
                                    ("manual", "Manual review"),
                                    ("wait", "Waiting for a source"),
                                    ("refuse", "Refused"),
                                ],
                                max_length=8,
                                verbose_name="outcome",
                            ),
                        ),
                        (
                            "limit_factor",
                            models.DecimalField(
                                decimal_places=2,
                                default=1,
                                max_digits=4,
                                verbose_name="factor on the limit",
                            ),
                        ),
                        ("inputs", models.JSONField(verbose_name="inputs")),
                        (
                            "asked_for",
                            models.JSONField(default=dict, verbose_name="what was asked for"),
                        ),
                        (
                            "records",
                            models.JSONField(default=list, verbose_name="source records used"),
                        ),
                        ("hits", models.JSONField(default=list, verbose_name="rules that hold")),
                        (
                            "unknowns",
                            models.JSONField(
                                default=list, verbose_name="rules that could not be answered"
                            ),
                        ),
                        (
                            "customer_text",
                            models.TextField(
                                blank=True, verbose_name="what the customer may be told"
                            ),
                        ),
                        (
                            "decided_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="decided at"),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="asked by",
                            ),
                        ),
                        (
                            "rules_outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("admit", "Admitted"),
                                    ("notice", "Admitted with check items"),
                                    ("manual", "Manual review"),
                                    ("wait", "Waiting for a source"),
                                    ("refuse", "Refused"),
                                ],
                                max_length=8,
                                verbose_name="outcome by the rules alone",
                            ),
                        ),
                        (
                            "score_policy",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="admission.scorepolicy",
                                verbose_name="scoring policy",
                            ),
                        ),
                        (
                            "scorecard",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="admission.scorecard",
                                verbose_name="scorecard",
                            ),
                        ),
                        (
                            "score",
                            models.SmallIntegerField(blank=True, null=True, verbose_name="score"),
                        ),
                        (
                            "risk_band",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("A", "A"),
                                    ("B", "B"),
                                    ("C", "C"),
                                    ("D", "D"),
                                    ("E", "E"),
                                ],
                                db_default="",
                                max_length=1,
                                verbose_name="risk band",
                            ),
                        ),
                        (
                            "scored",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                null=True,
                                verbose_name="how it was scored",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "admission decision",
                        "verbose_name_plural": "admission decisions",
                        "ordering": ["-id"],
                        "permissions": [
                            ("answer_rules", "May give evidence and tick check items"),
                            ("make_decision", "May have a decision made over REST"),
                        ],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["customer", "-id"], name="decision_newest_first"),
                            models.Index(fields=["village", "id"], name="decision_by_village"),
                            models.Index(fields=["as_of", "outcome"], name="decision_by_day"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("risk_band", ""), ("score", None), ("scorecard", None)
                                    ),
                                    models.Q(
                                        ("score__isnull", False),
                                        ("score_policy__isnull", False),
                                        ("scorecard__isnull", False),
                                        models.Q(("risk_band", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="decision_score_names_its_card",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RiskWall",
                    fields=[],
                    options={
                        "verbose_name": "risk wall",
                        "verbose_name_plural": "risk wall",
                        "proxy": True,
                        "default_permissions": ("view",),
                    },
                    bases=("admission.decision",),
                ),
                migrations.CreateModel(
                    name="Appeal",
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
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appeals",
                                to="admission.decision",
                                verbose_name="decision",
                            ),
                        ),
                        (
                            "statement",
                            models.CharField(
                                max_length=1000, verbose_name="what the customer says"
                            ),
                        ),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("opened", "Opened"),
                                    ("upheld", "Decision upheld"),
                                    ("corrected", "Corrected and decided again"),
                                ],
                                default="opened",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        ("opened_at", models.DateTimeField(verbose_name="opened at")),
                        ("due_on", models.DateField(verbose_name="to be answered by")),
                        (
                            "answer",
                            models.CharField(
                                blank=True,
                                max_length=1000,
                                verbose_name="what the customer was answered",
                            ),
                        ),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="answered by",
                            ),
                        ),
                        (
                            "answered_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="answered at"),
                        ),
                        (
                            "decided_again",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="admission.decision",
                                verbose_name="decided again",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "appeal",
                        "verbose_name_plural": "appeals",
                        "ordering": ["due_on", "id"],
                        "permissions": [("answer_appeal", "May answer appeals")],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "opened")),
                                fields=("decision",),
                                name="one_open_appeal_each",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status", "opened"),
                                    models.Q(
                                        ("answered_at__isnull", False),
                                        ("answered_by__isnull", False),
                                        models.Q(("answer", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="answered_appeal_says_who_and_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "corrected"), _negated=True),
                                    ("decided_again__isnull", False),
                                    _connector="OR",
                                ),
                                name="corrected_appeal_was_decided_again",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="Override",
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
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="overrides",
                                to="admission.decision",
                                verbose_name="decision",
                            ),
                        ),
                        ("codes", models.JSONField(default=list, verbose_name="rules set aside")),
                        (
                            "limit_factor",
                            models.DecimalField(
                                decimal_places=2,
                                default=1,
                                max_digits=4,
                                verbose_name="factor on the limit",
                            ),
                        ),
                        ("valid_until", models.DateField(verbose_name="until")),
                        ("reason", models.CharField(max_length=500, verbose_name="reason")),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("proposed", "Proposed"),
                                    ("approved", "Approved"),
                                    ("declined", "Declined"),
                                ],
                                default="proposed",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="proposed by",
                            ),
                        ),
                        ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
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
                        (
                            "settled_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="settled at"),
                        ),
                        (
                            "comment",
                            models.CharField(blank=True, max_length=300, verbose_name="comment"),
                        ),
                    ],
                    options={
                        "verbose_name": "override",
                        "verbose_name_plural": "overrides",
                        "ordering": ["-id"],
                        "permissions": [
                            ("propose_override", "May propose to override the rules"),
                            ("settle_override", "May approve or decline an override"),
                        ],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "proposed")),
                                fields=("decision",),
                                name="one_open_override_each",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("settled_by", None),
                                    models.Q(
                                        ("settled_by", models.F("proposed_by")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="override_needs_two_people",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status", "proposed"),
                                    models.Q(
                                        ("settled_at__isnull", False), ("settled_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="settled_override_says_by_whom",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("limit_factor__gt", 0), ("limit_factor__lte", 1)
                                ),
                                name="override_factor_is_a_share",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="RuleAnswer",
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
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="answers",
                                to="admission.decision",
                                verbose_name="decision",
                            ),
                        ),
                        ("code", models.CharField(max_length=10, verbose_name="rule")),
                        ("text", models.CharField(max_length=500, verbose_name="what was found")),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="document",
                            ),
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
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                    ],
                    options={
                        "verbose_name": "answer to a rule",
                        "verbose_name_plural": "answers to rules",
                        "ordering": ["id"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("decision", "code"), name="rule_answered_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("text", ""), _negated=True),
                                name="rule_answer_says_something",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ShadowScore",
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
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="shadow_scores",
                                to="admission.decision",
                                verbose_name="decision",
                            ),
                        ),
                        (
                            "scorecard",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="shadow_scores",
                                to="admission.scorecard",
                                verbose_name="scorecard",
                            ),
                        ),
                        ("score", models.SmallIntegerField(verbose_name="score")),
                        ("pd", models.FloatField(verbose_name="expected bad rate")),
                        ("risk_band", models.CharField(max_length=1, verbose_name="risk band")),
                    ],
                    options={
                        "verbose_name": "shadow score",
                        "verbose_name_plural": "shadow scores",
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("decision", "scorecard"), name="shadow_score_once_per_card"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ShadowVerdict",
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
                            "decision",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="shadow",
                                to="admission.decision",
                                verbose_name="decision",
                            ),
                        ),
                        (
                            "rule_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="shadows",
                                to="admission.ruleset",
                                verbose_name="rule set",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("admit", "Admitted"),
                                    ("notice", "Admitted with check items"),
                                    ("manual", "Manual review"),
                                    ("wait", "Waiting for a source"),
                                    ("refuse", "Refused"),
                                ],
                                max_length=8,
                                verbose_name="outcome",
                            ),
                        ),
                        (
                            "limit_factor",
                            models.DecimalField(
                                decimal_places=2, max_digits=4, verbose_name="factor on the limit"
                            ),
                        ),
                        ("hits", models.JSONField(default=list, verbose_name="rules that hold")),
                        (
                            "unknowns",
                            models.JSONField(
                                default=list, verbose_name="rules that could not be answered"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "shadow verdict",
                        "verbose_name_plural": "shadow verdicts",
                        "default_permissions": ("view",),
                    },
                ),
            ]
        ),
        migrations.AddField(
            model_name="decision",
            name="override",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="admission.override",
                verbose_name="override",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("override", None), ("rules_outcome", "")),
                    models.Q(
                        ("override__isnull", False), models.Q(("rules_outcome", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="overridden_decision_says_what_rules_gave",
            ),
        ),
        follows("admission_authorisation", {"customer_id": "village_customer"}),
        follows("admission_sourcerecord", {"customer_id": "village_customer"}),
        follows("admission_deposit", {"customer_id": "village_customer"}),
        follows("admission_decision", {"customer_id": "village_customer"}),
        follows("admission_figures", {"customer_id": "village_customer"}),
    ]
