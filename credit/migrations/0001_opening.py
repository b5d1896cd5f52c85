import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django_fsm
from django.conf import settings
from django.db import migrations, models

import core.fields
from core.migrating import Tables
from credit.triggers import DAILY_WORK, LEDGER, NUMBERS
from village.triggers import follows


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("credit", "0001_initial"),
        ("credit", "0002_ledger_balances"),
        ("credit", "0003_sessions_and_product_costs"),
        ("credit", "0004_numbers"),
        ("credit", "0005_one_open_application_and_payee"),
        ("credit", "0006_votes_needed_and_payment_ordered"),
        ("credit", "0010_instalment_overdue_days"),
        ("credit", "0011_sms_code_purpose"),
        ("credit", "0012_close_writes_less"),
        ("credit", "0020_village_progress"),
        ("credit", "0030_policy_simulation"),
        ("credit", "0031_policy_formulas"),
        ("credit", "0032_line_movement"),
        ("credit", "0033_limit_decision_with_fewer_indexes"),
        ("credit", "0040_line_raises"),
        ("credit", "0041_limit_decision_with_fewer_constraints"),
        ("credit", "0042_rows_name_their_village"),
        ("credit", "0043_indexes_by_day"),
    ]

    dependencies = [
        ("admission", "0001_opening"),
        ("core", "0001_opening"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("village", "0001_opening"),
    ]

    operations = [
        Tables(
            [
                migrations.CreateModel(
                    name="BusinessDay",
                    fields=[
                        (
                            "day",
                            models.DateField(primary_key=True, serialize=False, verbose_name="day"),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[("open", "Open"), ("closed", "Closed")],
                                default="open",
                                max_length=8,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "closed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="closed at"),
                        ),
                        ("figures", models.JSONField(default=dict, verbose_name="figures")),
                    ],
                    options={
                        "verbose_name": "business day",
                        "verbose_name_plural": "business days",
                        "ordering": ["-day"],
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="VillageProgress",
                    fields=[
                        (
                            "village",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="progress",
                                serialize=False,
                                to="village.village",
                                verbose_name="village",
                            ),
                        ),
                        (
                            "households",
                            models.PositiveIntegerField(default=0, verbose_name="households"),
                        ),
                        (
                            "reviewed",
                            models.PositiveIntegerField(default=0, verbose_name="reviewed"),
                        ),
                        (
                            "reviewed_amount",
                            core.fields.FenField(default=0, verbose_name="reviewed limits"),
                        ),
                        ("visited", models.PositiveIntegerField(default=0, verbose_name="visited")),
                        (
                            "visited_amount",
                            core.fields.FenField(default=0, verbose_name="surveyed limits"),
                        ),
                        ("granted", models.PositiveIntegerField(default=0, verbose_name="granted")),
                        (
                            "granted_amount",
                            core.fields.FenField(default=0, verbose_name="credit lines"),
                        ),
                        ("signed", models.PositiveIntegerField(default=0, verbose_name="signed")),
                        (
                            "signed_amount",
                            core.fields.FenField(default=0, verbose_name="contract amounts"),
                        ),
                        ("drawn", models.PositiveIntegerField(default=0, verbose_name="borrowing")),
                        (
                            "drawn_amount",
                            core.fields.FenField(default=0, verbose_name="principal owed"),
                        ),
                        ("counted_at", models.DateTimeField(verbose_name="counted at")),
                    ],
                    options={
                        "verbose_name": "village's progress",
                        "verbose_name_plural": "progress and map",
                        "ordering": ["village"],
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="CustomerSession",
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
                                related_name="+",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "token_hash",
                            models.CharField(editable=False, max_length=64, unique=True),
                        ),
                        ("began_at", models.DateTimeField(verbose_name="began at")),
                        ("expires_at", models.DateTimeField(verbose_name="expires at")),
                        (
                            "ended_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="ended at"),
                        ),
                    ],
                    options={
                        "verbose_name": "customer session",
                        "verbose_name_plural": "customer sessions",
                        "ordering": ["-id"],
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="LimitPolicy",
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
                    ],
                    options={
                        "verbose_name": "limit policy",
                        "verbose_name_plural": "limit policies",
                        "ordering": ["code", "-version"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("code", "version"), name="limitpolicy_version_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "published")),
                                fields=("code",),
                                name="limitpolicy_one_in_force",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("publisher", None),
                                    models.Q(("publisher", models.F("author")), _negated=True),
                                    _connector="OR",
                                ),
                                name="limitpolicy_maker_is_not_checker",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "published"), _negated=True),
                                    ("publisher__isnull", False),
                                    _connector="OR",
                                ),
                                name="limitpolicy_in_force_has_publisher",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProcessTemplate",
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
                        ("nodes", models.JSONField(default=list, verbose_name="nodes")),
                    ],
                    options={
                        "verbose_name": "process template",
                        "verbose_name_plural": "process templates",
                        "ordering": ["code", "-version"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("code", "version"), name="processtemplate_version_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "published")),
                                fields=("code",),
                                name="processtemplate_one_in_force",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("publisher", None),
                                    models.Q(("publisher", models.F("author")), _negated=True),
                                    _connector="OR",
                                ),
                                name="processtemplate_maker_is_not_checker",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "published"), _negated=True),
                                    ("publisher__isnull", False),
                                    _connector="OR",
                                ),
                                name="processtemplate_in_force_has_publisher",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SmsCode",
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
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("sign_in", "Signing in"),
                                    ("contract", "Signing a contract"),
                                    ("line_raise", "Signing for a higher line"),
                                ],
                                default="sign_in",
                                max_length=10,
                                verbose_name="purpose",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        ("code", core.fields.EncryptedTextField(verbose_name="code")),
                        ("asked_at", models.DateTimeField(verbose_name="asked at")),
                        ("expires_at", models.DateTimeField(verbose_name="expires at")),
                        (
                            "sent_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="sent at"),
                        ),
                        (
                            "used_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="used at"),
                        ),
                        (
                            "wrong_tries",
                            models.PositiveSmallIntegerField(default=0, verbose_name="wrong tries"),
                        ),
                    ],
                    options={
                        "verbose_name": "SMS code",
                        "verbose_name_plural": "SMS codes",
                        "ordering": ["-id"],
                        "default_permissions": (),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("sent_at", None)),
                                fields=["id"],
                                name="sms_code_to_send",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LimitDecision",
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
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="limit_decisions",
                                to="village.household",
                                verbose_name="household",
                            ),
                        ),
                        (
                            "borrower",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="village.customer",
                                verbose_name="main borrower",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="limit_decisions",
                                to="village.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        (
                            "policy",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="credit.limitpolicy",
                                verbose_name="policy",
                            ),
                        ),
                        (
                            "admission",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="admission.decision",
                                verbose_name="admission",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.run",
                            ),
                        ),
                        ("decided_on", models.DateField(verbose_name="decided on")),
                        (
                            "reviewed_limit",
                            core.fields.FenField(null=True, verbose_name="reviewed limit"),
                        ),
                        (
                            "model_limit",
                            core.fields.FenField(null=True, verbose_name="model limit"),
                        ),
                        (
                            "surveyed_limit",
                            core.fields.FenField(null=True, verbose_name="surveyed limit"),
                        ),
                        ("limit", core.fields.FenField(verbose_name="limit")),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("grant", "Grant"),
                                    ("pre_grant", "Grant in advance"),
                                    ("manual", "Manual review"),
                                    ("none", "No line"),
                                ],
                                max_length=10,
                                verbose_name="outcome",
                            ),
                        ),
                        (
                            "movement",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "No earlier line"),
                                    ("raise", "Raised"),
                                    ("keep", "Kept"),
                                    ("lower", "Lowered"),
                                    ("exit", "Ended"),
                                ],
                                db_default="",
                                default="",
                                max_length=8,
                                verbose_name="against the line before",
                            ),
                        ),
                        ("explanation", models.JSONField(default=dict, verbose_name="explanation")),
                        (
                            "settled_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="settled by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "limit decision",
                        "verbose_name_plural": "limit decisions",
                        "ordering": ["-id"],
                        "permissions": [("settle_limitdecision", "May settle manual limit cases")],
                        "default_permissions": ("view",),
                        "indexes": [
                            django.contrib.postgres.indexes.BrinIndex(
                                autosummarize=True,
                                fields=["decided_on"],
                                name="limit_decision_by_day",
                            ),
                            models.Index(
                                condition=models.Q(("outcome", "manual"), ("settled_by", None)),
                                fields=["decided_on"],
                                name="limit_decision_to_settle",
                            ),
                            models.Index(
                                condition=models.Q(("movement", "raise"), ("outcome", "grant")),
                                fields=["household"],
                                name="limit_decision_raising",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("household", "campaign"),
                                name="limit_decision_once_per_campaign",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("limit__gte", 0),
                                    models.Q(
                                        models.Q(("outcome", "none"), _negated=True),
                                        ("limit", 0),
                                        _connector="OR",
                                    ),
                                ),
                                name="no_line_means_no_limit",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PolicySimulation",
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
                            "policy",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="simulations",
                                to="credit.limitpolicy",
                                verbose_name="policy",
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
                                to="credit.limitpolicy",
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
                        "verbose_name": "policy simulation",
                        "verbose_name_plural": "policy simulations",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="Product",
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
                            "process",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="products",
                                to="credit.processtemplate",
                                verbose_name="process",
                            ),
                        ),
                        ("amount_min", core.fields.FenField(verbose_name="smallest amount")),
                        ("amount_max", core.fields.FenField(verbose_name="largest amount")),
                        (
                            "term_months_max",
                            models.PositiveSmallIntegerField(verbose_name="longest term, months"),
                        ),
                        (
                            "methods",
                            models.JSONField(default=list, verbose_name="repayment methods"),
                        ),
                        ("rate_bp", models.IntegerField(verbose_name="basis points over LPR")),
                        (
                            "age_at_maturity_max",
                            models.PositiveSmallIntegerField(
                                default=65, verbose_name="oldest at maturity"
                            ),
                        ),
                        ("purposes", models.JSONField(default=list, verbose_name="purposes")),
                        (
                            "is_for_business",
                            models.BooleanField(
                                default=True, verbose_name="for running a business or farm"
                            ),
                        ),
                        (
                            "other_costs",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="One object each: name, payee, share of the amount drawn. All of them appear on the sheet of all-in financing cost.",
                                verbose_name="costs beside interest",
                            ),
                        ),
                        (
                            "needs_line",
                            models.BooleanField(
                                default=True, verbose_name="drawn under a credit line"
                            ),
                        ),
                        (
                            "is_online",
                            models.BooleanField(default=True, verbose_name="online product"),
                        ),
                        (
                            "repayment_day",
                            models.PositiveSmallIntegerField(
                                default=20, verbose_name="repayment day"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "loan product",
                        "verbose_name_plural": "loan products",
                        "ordering": ["code", "-version"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("code", "version"), name="product_version_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "published")),
                                fields=("code",),
                                name="product_one_in_force",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("publisher", None),
                                    models.Q(("publisher", models.F("author")), _negated=True),
                                    _connector="OR",
                                ),
                                name="product_maker_is_not_checker",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "published"), _negated=True),
                                    ("publisher__isnull", False),
                                    _connector="OR",
                                ),
                                name="product_in_force_has_publisher",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_max__gte", models.F("amount_min")),
                                    ("amount_min__gt", 0),
                                ),
                                name="product_amounts_in_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("repayment_day__gte", 1), ("repayment_day__lte", 28)
                                ),
                                name="product_repayment_day_exists_every_month",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CreditLine",
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
                                related_name="credit_lines",
                                to="village.household",
                                verbose_name="household",
                            ),
                        ),
                        (
                            "borrower",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="credit_lines",
                                to="village.customer",
                                verbose_name="main borrower",
                            ),
                        ),
                        (
                            "decision",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="line",
                                to="credit.limitdecision",
                                verbose_name="limit decision",
                            ),
                        ),
                        ("amount", core.fields.FenField(verbose_name="amount")),
                        ("valid_from", models.DateField(verbose_name="valid from")),
                        ("valid_to", models.DateField(verbose_name="valid to")),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("pre_granted", "Granted in advance"),
                                    ("granted", "Granted"),
                                    ("signed", "Signed"),
                                    ("active", "In use"),
                                    ("frozen", "Frozen"),
                                    ("expired", "Expired"),
                                    ("closed", "Closed"),
                                ],
                                default="pre_granted",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "frozen_because",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="frozen because"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "credit line",
                        "verbose_name_plural": "credit lines",
                        "ordering": ["-id"],
                        "permissions": [("freeze_creditline", "May freeze and thaw credit lines")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("status__in", ["expired", "closed"]), _negated=True
                                ),
                                fields=("household",),
                                name="household_has_one_line",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gt", 0), ("valid_to__gt", models.F("valid_from"))
                                ),
                                name="line_amount_and_days",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="SimulatedVillage",
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
                                related_name="villages",
                                to="credit.policysimulation",
                                verbose_name="simulation",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="village.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        ("rows", models.BinaryField(verbose_name="rows")),
                    ],
                    options={
                        "verbose_name": "simulated village",
                        "verbose_name_plural": "simulated villages",
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("simulation", "campaign"),
                                name="village_once_per_simulation",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Application",
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
                            "number",
                            models.CharField(max_length=24, unique=True, verbose_name="number"),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="applications",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="applications",
                                to="credit.product",
                                verbose_name="product",
                            ),
                        ),
                        (
                            "line",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="applications",
                                to="credit.creditline",
                                verbose_name="credit line",
                            ),
                        ),
                        (
                            "manager",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="applications",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="customer manager",
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("mini_program", "Mini-program"),
                                    ("manager", "Customer manager"),
                                    ("counter", "Counter"),
                                ],
                                max_length=14,
                                verbose_name="channel",
                            ),
                        ),
                        ("asked_amount", core.fields.FenField(verbose_name="amount asked")),
                        (
                            "approved_amount",
                            core.fields.FenField(
                                blank=True, null=True, verbose_name="amount approved"
                            ),
                        ),
                        (
                            "term_months",
                            models.PositiveSmallIntegerField(verbose_name="term, months"),
                        ),
                        (
                            "method",
                            models.CharField(max_length=24, verbose_name="repayment method"),
                        ),
                        ("purpose", models.CharField(max_length=60, verbose_name="purpose")),
                        (
                            "payee_name",
                            models.CharField(
                                blank=True,
                                help_text="Who receives the money directly, where the borrower may not.",
                                max_length=60,
                                verbose_name="payee",
                            ),
                        ),
                        (
                            "payee_account",
                            core.fields.EncryptedTextField(
                                blank=True, verbose_name="payee's account"
                            ),
                        ),
                        (
                            "annual_rate",
                            models.DecimalField(
                                blank=True,
                                decimal_places=6,
                                max_digits=8,
                                null=True,
                                verbose_name="annual rate",
                            ),
                        ),
                        (
                            "rate_bp",
                            models.IntegerField(
                                blank=True, null=True, verbose_name="basis points over LPR"
                            ),
                        ),
                        (
                            "admission",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="admission.decision",
                                verbose_name="admission",
                            ),
                        ),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("submitted", "Submitted"),
                                    ("screening", "Screening"),
                                    ("investigating", "Under investigation"),
                                    ("approving", "Waiting for approval"),
                                    ("approved", "Approved"),
                                    ("signing", "Signing"),
                                    ("registering", "Registering collateral"),
                                    ("ready", "Ready to disburse"),
                                    ("disbursed", "Disbursed"),
                                    ("rejected", "Refused"),
                                    ("withdrawn", "Withdrawn"),
                                    ("expired", "Expired"),
                                ],
                                default="draft",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        ("business_day", models.DateField(verbose_name="business day")),
                        (
                            "submitted_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="submitted at"
                            ),
                        ),
                        (
                            "decided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
                        ),
                        (
                            "disbursed_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="disbursed at"
                            ),
                        ),
                        (
                            "refusal_code",
                            models.CharField(blank=True, max_length=20, verbose_name="refusal"),
                        ),
                        (
                            "refusal_text",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                verbose_name="what the customer was told",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "loan application",
                        "verbose_name_plural": "loan applications",
                        "ordering": ["-id"],
                        "permissions": [("approve_application", "May vote on applications")],
                        "indexes": [
                            models.Index(fields=["village", "id"], name="application_by_village"),
                            models.Index(fields=["business_day"], name="application_by_day"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        ["disbursed", "rejected", "withdrawn", "expired"],
                                    ),
                                    _negated=True,
                                ),
                                fields=("customer",),
                                name="customer_has_one_open_application",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("asked_amount__gt", 0),
                                    ("term_months__gt", 0),
                                    models.Q(("purpose", ""), _negated=True),
                                ),
                                name="asked_for_some_money_for_a_purpose",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_amount", None),
                                    models.Q(
                                        ("approved_amount__gt", 0),
                                        ("approved_amount__lte", models.F("asked_amount")),
                                    ),
                                    _connector="OR",
                                ),
                                name="approved_no_more_than_asked",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "rejected"), _negated=True),
                                    models.Q(("refusal_text", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="refused_application_says_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "disbursed"), _negated=True),
                                    ("disbursed_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="disbursed_application_has_a_time",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="LineRaise",
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
                            "line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="raises",
                                to="credit.creditline",
                                verbose_name="credit line",
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="raises",
                                to="credit.limitdecision",
                                verbose_name="limit decision",
                            ),
                        ),
                        ("before", core.fields.FenField(verbose_name="amount before")),
                        ("amount", core.fields.FenField(verbose_name="new amount")),
                        ("valid_to", models.DateField(verbose_name="valid to")),
                        ("offered_on", models.DateField(verbose_name="offered on")),
                        ("offered_until", models.DateField(verbose_name="to be signed until")),
                        (
                            "offered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="offered by",
                            ),
                        ),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("offered", "Offered"),
                                    ("signed", "Signed"),
                                    ("withdrawn", "Withdrawn"),
                                    ("lapsed", "Lapsed"),
                                ],
                                default="offered",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
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
                                verbose_name="document",
                            ),
                        ),
                        (
                            "signed_document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="signed document",
                            ),
                        ),
                        ("signature", models.JSONField(default=dict, verbose_name="signature")),
                        (
                            "signed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="signed at"),
                        ),
                        (
                            "signature_taken_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="signature taken by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "raise of a line",
                        "verbose_name_plural": "raises of lines",
                        "ordering": ["-id"],
                        "permissions": [
                            ("offer_lineraise", "May offer raises of signed lines"),
                            ("sign_lineraise", "May take a customer's signature on paper"),
                        ],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "offered")),
                                fields=("line",),
                                name="line_has_one_raise_offered",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gt", models.F("before")), ("before__gt", 0)
                                ),
                                name="raise_gives_more",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "signed"), _negated=True),
                                    models.Q(
                                        ("signed_at__isnull", False),
                                        ("signed_document__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="signed_raise_has_time_and_paper",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("signature_taken_by", None),
                                    models.Q(
                                        ("signature_taken_by", models.F("offered_by")),
                                        _negated=True,
                                    ),
                                    _connector="OR",
                                ),
                                name="raise_is_not_signed_before_who_offered_it",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="Contract",
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
                            "number",
                            models.CharField(max_length=24, unique=True, verbose_name="number"),
                        ),
                        (
                            "application",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contract",
                                to="credit.application",
                                verbose_name="application",
                            ),
                        ),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("drafted", "Drafted"),
                                    ("sent", "Sent"),
                                    ("signed", "Signed"),
                                    ("effective", "In force"),
                                    ("ended", "Ended"),
                                    ("void", "Void"),
                                ],
                                default="drafted",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="document",
                            ),
                        ),
                        (
                            "signed_document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="signed document",
                            ),
                        ),
                        (
                            "cost_sheet",
                            models.JSONField(default=dict, verbose_name="all-in financing cost"),
                        ),
                        (
                            "cost_shown_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="cost sheet shown at"
                            ),
                        ),
                        (
                            "sent_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="sent at"),
                        ),
                        (
                            "signed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="signed at"),
                        ),
                        ("signature", models.JSONField(default=dict, verbose_name="signature")),
                    ],
                    options={
                        "verbose_name": "contract",
                        "verbose_name_plural": "contracts",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["village", "id"], name="contract_by_village")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("status__in", ["signed", "effective", "ended"]),
                                        _negated=True,
                                    ),
                                    models.Q(
                                        ("cost_shown_at__isnull", False),
                                        ("signed_at__isnull", False),
                                        ("signed_document__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="signed_contract_has_time_and_cost_sheet_seen",
                            )
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="ApplicationStep",
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
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="steps",
                                to="credit.application",
                                verbose_name="application",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                        ("node", models.CharField(max_length=30, verbose_name="node")),
                        ("settings", models.JSONField(default=dict, verbose_name="settings")),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("active", "In work"),
                                    ("done", "Done"),
                                    ("failed", "Failed"),
                                    ("skipped", "Skipped"),
                                ],
                                default="waiting",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "began_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="began at"),
                        ),
                        (
                            "ended_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="ended at"),
                        ),
                        ("outcome", models.JSONField(default=dict, verbose_name="outcome")),
                    ],
                    options={
                        "verbose_name": "application step",
                        "verbose_name_plural": "application steps",
                        "ordering": ["application", "position"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("application", "position"), name="step_position_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "active")),
                                fields=("application",),
                                name="one_step_active_at_a_time",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApprovalTask",
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
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="approvals",
                                to="credit.application",
                                verbose_name="application",
                            ),
                        ),
                        ("seat", models.PositiveSmallIntegerField(verbose_name="seat")),
                        (
                            "needed",
                            models.PositiveSmallIntegerField(
                                default=2, verbose_name="approving votes needed"
                            ),
                        ),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("open", "Open"),
                                    ("claimed", "Claimed"),
                                    ("voted", "Voted"),
                                    ("closed", "Closed"),
                                    ("escalated", "Escalated"),
                                ],
                                default="open",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "approver",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="approvals",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="approver",
                            ),
                        ),
                        (
                            "vote",
                            models.CharField(
                                blank=True,
                                choices=[("approve", "Approve"), ("refuse", "Refuse")],
                                max_length=8,
                                verbose_name="vote",
                            ),
                        ),
                        (
                            "amount",
                            core.fields.FenField(blank=True, null=True, verbose_name="amount"),
                        ),
                        (
                            "comment",
                            models.CharField(blank=True, max_length=300, verbose_name="comment"),
                        ),
                        (
                            "opened_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="opened at"),
                        ),
                        (
                            "voted_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="voted at"),
                        ),
                    ],
                    options={
                        "verbose_name": "approval",
                        "verbose_name_plural": "approvals",
                        "ordering": ["opened_at", "id"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("application", "seat"), name="approval_seat_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("approver__isnull", False)),
                                fields=("application", "approver"),
                                name="one_vote_each",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="Drawdown",
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
                            "payment_number",
                            models.CharField(
                                max_length=32, unique=True, verbose_name="payment number"
                            ),
                        ),
                        (
                            "contract",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="drawdowns",
                                to="credit.contract",
                                verbose_name="contract",
                            ),
                        ),
                        ("amount", core.fields.FenField(verbose_name="amount")),
                        ("business_day", models.DateField(verbose_name="business day")),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("requested", "Requested"),
                                    ("checked", "Checked"),
                                    ("paying", "Being paid"),
                                    ("paid", "Paid"),
                                    ("failed", "Failed"),
                                    ("unknown", "Outcome unknown"),
                                ],
                                default="requested",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "sent_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="ordered at"),
                        ),
                        (
                            "paid_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="paid at"),
                        ),
                        (
                            "core_reference",
                            models.CharField(
                                blank=True, max_length=40, verbose_name="core bank's reference"
                            ),
                        ),
                        (
                            "failure",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="why it failed"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "drawdown",
                        "verbose_name_plural": "drawdowns",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["village", "id"], name="drawdown_by_village")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0)), name="drawdown_of_some_money"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "failed"), _negated=True),
                                fields=("contract",),
                                name="one_live_drawdown_per_contract",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="Loan",
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
                            "number",
                            models.CharField(max_length=24, unique=True, verbose_name="number"),
                        ),
                        (
                            "drawdown",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="loan",
                                to="credit.drawdown",
                                verbose_name="drawdown",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="loans",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="loans",
                                to="credit.product",
                                verbose_name="product",
                            ),
                        ),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("active", "Active"),
                                    ("settled", "Settled"),
                                    ("restructured", "Restructured"),
                                    ("written_off", "Written off"),
                                ],
                                default="active",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        ("principal", core.fields.FenField(verbose_name="principal")),
                        (
                            "annual_rate",
                            models.DecimalField(
                                decimal_places=6, max_digits=8, verbose_name="annual rate"
                            ),
                        ),
                        (
                            "penalty_factor",
                            models.DecimalField(
                                decimal_places=2, max_digits=4, verbose_name="penalty factor"
                            ),
                        ),
                        (
                            "method",
                            models.CharField(max_length=24, verbose_name="repayment method"),
                        ),
                        ("starts_on", models.DateField(verbose_name="from")),
                        ("ends_on", models.DateField(verbose_name="to")),
                        ("worked_up_to", models.DateField(verbose_name="worked up to")),
                        ("principal_left", core.fields.FenField(verbose_name="principal left")),
                        (
                            "overdue_principal",
                            core.fields.FenField(default=0, verbose_name="overdue principal"),
                        ),
                        (
                            "overdue_interest",
                            core.fields.FenField(default=0, verbose_name="overdue interest"),
                        ),
                        (
                            "penalty_due",
                            core.fields.FenField(
                                default=0,
                                help_text="On overdue principal and on overdue interest.",
                                verbose_name="penalty interest due",
                            ),
                        ),
                        (
                            "days_past_due",
                            models.PositiveIntegerField(default=0, verbose_name="days past due"),
                        ),
                        (
                            "worst_days_past_due",
                            models.PositiveIntegerField(
                                default=0, verbose_name="most days past due"
                            ),
                        ),
                        (
                            "settled_on",
                            models.DateField(blank=True, null=True, verbose_name="settled on"),
                        ),
                    ],
                    options={
                        "verbose_name": "loan",
                        "verbose_name_plural": "loans",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["village", "id"], name="loan_by_village"),
                            models.Index(fields=["starts_on"], name="loan_by_first_day"),
                            models.Index(
                                condition=models.Q(("days_past_due__gt", 0)),
                                fields=["-days_past_due"],
                                name="loan_overdue",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("principal_left__gte", 0),
                                    ("principal_left__lte", models.F("principal")),
                                ),
                                name="loan_owes_between_nothing_and_its_principal",
                            )
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="LedgerEntry",
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
                            "loan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="ledger_entries",
                                to="credit.loan",
                                verbose_name="loan",
                            ),
                        ),
                        ("business_day", models.DateField(verbose_name="business day")),
                        ("kind", models.CharField(max_length=20, verbose_name="kind")),
                        ("reference", models.CharField(max_length=60, verbose_name="reference")),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                    ],
                    options={
                        "verbose_name": "ledger entry",
                        "verbose_name_plural": "ledger entries",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(fields=("reference",), name="ledger_entry_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Instalment",
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
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="instalments",
                                to="credit.loan",
                                verbose_name="loan",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                        ("due_on", models.DateField(verbose_name="due on")),
                        ("principal", core.fields.FenField(verbose_name="principal")),
                        ("interest", core.fields.FenField(verbose_name="interest")),
                        (
                            "principal_paid",
                            core.fields.FenField(default=0, verbose_name="principal paid"),
                        ),
                        (
                            "interest_paid",
                            core.fields.FenField(default=0, verbose_name="interest paid"),
                        ),
                        (
                            "penalty_accrued",
                            core.fields.FenField(default=0, verbose_name="penalty interest"),
                        ),
                        (
                            "penalty_paid",
                            core.fields.FenField(default=0, verbose_name="penalty interest paid"),
                        ),
                        (
                            "compound_accrued",
                            core.fields.FenField(
                                default=0, verbose_name="interest on overdue interest"
                            ),
                        ),
                        (
                            "compound_paid",
                            core.fields.FenField(
                                default=0, verbose_name="interest on overdue interest paid"
                            ),
                        ),
                        (
                            "principal_days",
                            models.BigIntegerField(
                                default=0, verbose_name="overdue principal × days"
                            ),
                        ),
                        (
                            "interest_days",
                            models.BigIntegerField(
                                default=0, verbose_name="overdue interest × days"
                            ),
                        ),
                        (
                            "accrued_to",
                            models.DateField(
                                blank=True, null=True, verbose_name="penalty counted up to"
                            ),
                        ),
                        (
                            "paid_on",
                            models.DateField(blank=True, null=True, verbose_name="paid on"),
                        ),
                    ],
                    options={
                        "verbose_name": "instalment",
                        "verbose_name_plural": "instalments",
                        "ordering": ["loan", "number"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["village", "id"], name="instalment_by_village"),
                            models.Index(
                                condition=models.Q(("paid_on", None)),
                                fields=["due_on"],
                                name="instalment_unpaid",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("loan", "number"), name="instalment_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("compound_paid__lte", models.F("compound_accrued")),
                                    ("interest_paid__lte", models.F("interest")),
                                    ("penalty_paid__lte", models.F("penalty_accrued")),
                                    ("principal_paid__lte", models.F("principal")),
                                ),
                                name="instalment_paid_no_more_than_due",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Repayment",
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
                                related_name="repayments",
                                to="credit.loan",
                                verbose_name="loan",
                            ),
                        ),
                        (
                            "reference",
                            models.CharField(max_length=40, unique=True, verbose_name="reference"),
                        ),
                        ("amount", core.fields.FenField(verbose_name="amount")),
                        ("received_on", models.DateField(verbose_name="received on")),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("debit", "Direct debit"),
                                    ("mini_program", "Mini-program"),
                                    ("counter", "Counter"),
                                ],
                                max_length=14,
                                verbose_name="channel",
                            ),
                        ),
                        (
                            "to_principal",
                            core.fields.FenField(default=0, verbose_name="to principal"),
                        ),
                        (
                            "to_interest",
                            core.fields.FenField(default=0, verbose_name="to interest"),
                        ),
                        (
                            "to_penalty",
                            core.fields.FenField(default=0, verbose_name="to penalty interest"),
                        ),
                        (
                            "excess",
                            core.fields.FenField(default=0, verbose_name="more than was owed"),
                        ),
                    ],
                    options={
                        "verbose_name": "repayment",
                        "verbose_name_plural": "repayments",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["village", "id"], name="repayment_by_village"),
                            models.Index(fields=["received_on"], name="repayment_by_day"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gt", 0),
                                    (
                                        "amount",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("to_principal"),
                                                    "+",
                                                    models.F("to_interest"),
                                                ),
                                                "+",
                                                models.F("to_penalty"),
                                            ),
                                            "+",
                                            models.F("excess"),
                                        ),
                                    ),
                                ),
                                name="repayment_goes_somewhere_whole",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LedgerLine",
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
                            "entry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="credit.ledgerentry",
                                verbose_name="entry",
                            ),
                        ),
                        (
                            "account",
                            models.CharField(
                                choices=[
                                    ("cash", "Settlement account"),
                                    ("principal", "Loan principal"),
                                    ("interest", "Interest receivable"),
                                    ("penalty", "Penalty interest receivable"),
                                    ("interest_income", "Interest income"),
                                    ("penalty_income", "Penalty interest income"),
                                    ("borrower", "Owed to borrower"),
                                ],
                                max_length=20,
                                verbose_name="account",
                            ),
                        ),
                        ("amount", core.fields.FenField(verbose_name="amount")),
                    ],
                    options={
                        "verbose_name": "ledger line",
                        "verbose_name_plural": "ledger lines",
                        "ordering": ["entry", "id"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount", 0), _negated=True),
                                name="ledger_line_moves_something",
                            )
                        ],
                    },
                ),
            ]
        ),
        LEDGER,
        DAILY_WORK,
        NUMBERS,
        follows("credit_application", {"customer_id": "village_customer"}),
        follows("credit_contract", {"application_id": "credit_application"}),
        follows("credit_drawdown", {"contract_id": "credit_contract"}),
        follows("credit_loan", {"customer_id": "village_customer"}),
        follows("credit_instalment", {"loan_id": "credit_loan"}),
        follows("credit_repayment", {"loan_id": "credit_loan"}),
    ]
