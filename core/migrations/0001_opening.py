import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from core.migrating import Tables
from core.triggers import ON_RECORD


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("core", "0001_initial"),
        ("core", "0002_audit_is_append_only"),
        ("core", "0003_audit_with_fewer_indexes"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        Tables(
            [
                migrations.CreateModel(
                    name="Branch",
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
                        ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="children",
                                to="core.branch",
                                verbose_name="parent",
                            ),
                        ),
                        ("path", models.CharField(db_index=True, editable=False, max_length=200)),
                        (
                            "town_code",
                            models.CharField(blank=True, max_length=12, verbose_name="town code"),
                        ),
                    ],
                    options={
                        "verbose_name": "branch",
                        "verbose_name_plural": "branches",
                        "ordering": ["path"],
                    },
                ),
                migrations.CreateModel(
                    name="IdempotencyKey",
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
                        ("principal", models.CharField(max_length=80)),
                        ("route", models.CharField(max_length=120)),
                        ("key", models.CharField(max_length=80)),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("status_code", models.PositiveSmallIntegerField()),
                        ("answer", models.JSONField()),
                        ("at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("principal", "route", "key"), name="idempotency_key_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Outbox",
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
                        ("kind", models.CharField(max_length=80, verbose_name="kind")),
                        ("body", models.JSONField(verbose_name="body")),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        (
                            "delivered_at",
                            models.DateTimeField(null=True, verbose_name="delivered at"),
                        ),
                        (
                            "attempts",
                            models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
                        ),
                        ("not_before", models.DateTimeField(null=True, verbose_name="not before")),
                        ("error", models.TextField(blank=True, verbose_name="last error")),
                    ],
                    options={
                        "verbose_name": "event",
                        "verbose_name_plural": "events",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("delivered_at", None)),
                                fields=["id"],
                                name="outbox_waiting",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Parameter",
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
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("value", models.JSONField(verbose_name="value")),
                        ("unit", models.CharField(blank=True, max_length=20, verbose_name="unit")),
                        ("valid_from", models.DateField(verbose_name="valid from")),
                        (
                            "valid_to",
                            models.DateField(
                                blank=True,
                                help_text="Last day.",
                                null=True,
                                verbose_name="valid to",
                            ),
                        ),
                        ("source", models.CharField(max_length=200, verbose_name="source")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                        (
                            "to_be_checked",
                            models.BooleanField(
                                default=False,
                                help_text="Could not be confirmed from a source at hand; confirm before relying on it.",
                                verbose_name="to be checked",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "dated parameter",
                        "verbose_name_plural": "dated parameters",
                        "ordering": ["name", "-valid_from"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("name", "valid_from"), name="parameter_once_a_day"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_to", None),
                                    ("valid_to__gte", models.F("valid_from")),
                                    _connector="OR",
                                ),
                                name="parameter_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="User",
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
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        (
                            "last_login",
                            models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                        ),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        (
                            "username",
                            models.CharField(
                                error_messages={
                                    "unique": "A user with that username already exists."
                                },
                                help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                                max_length=150,
                                unique=True,
                                validators=[
                                    django.contrib.auth.validators.UnicodeUsernameValidator()
                                ],
                                verbose_name="username",
                            ),
                        ),
                        (
                            "first_name",
                            models.CharField(blank=True, max_length=150, verbose_name="first name"),
                        ),
                        (
                            "last_name",
                            models.CharField(blank=True, max_length=150, verbose_name="last name"),
                        ),
                        (
                            "email",
                            models.EmailField(
                                blank=True, max_length=254, verbose_name="email address"
                            ),
                        ),
                        (
                            "is_staff",
                            models.BooleanField(
                                default=False,
                                help_text="Designates whether the user can log into this admin site.",
                                verbose_name="staff status",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True,
                                help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                                verbose_name="active",
                            ),
                        ),
                        (
                            "date_joined",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="date joined"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("customer_manager", "Customer manager"),
                                    ("branch_president", "Branch president"),
                                    ("approver", "Approver"),
                                    ("risk_officer", "Risk officer"),
                                    ("product_manager", "Product manager"),
                                    ("post_loan_officer", "Post-loan officer"),
                                    ("auditor", "Auditor"),
                                    ("administrator", "Administrator"),
                                ],
                                max_length=20,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "branch",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="staff",
                                to="core.branch",
                                verbose_name="branch",
                            ),
                        ),
                        (
                            "full_name",
                            models.CharField(blank=True, max_length=40, verbose_name="name"),
                        ),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "staff member",
                        "verbose_name_plural": "staff",
                        "ordering": ["username"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("branch__isnull", False),
                                    models.Q(
                                        ("role__in", ["branch_president", "customer_manager"]),
                                        _negated=True,
                                    ),
                                    _connector="OR",
                                ),
                                name="branch_staff_have_a_branch",
                                violation_error_message="A customer manager or branch president needs a branch.",
                            )
                        ],
                    },
                    managers=[
                        ("objects", django.contrib.auth.models.UserManager()),
                    ],
                ),
                migrations.CreateModel(
                    name="NoticeCursor",
                    fields=[
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="notice_cursor",
                                serialize=False,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("read_up_to", models.BigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="Document",
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
                            "address",
                            models.CharField(max_length=64, unique=True, verbose_name="address"),
                        ),
                        ("key_name", models.CharField(max_length=40)),
                        ("name", models.CharField(max_length=120, verbose_name="name")),
                        (
                            "content_type",
                            models.CharField(max_length=80, verbose_name="content type"),
                        ),
                        ("size", models.PositiveIntegerField(verbose_name="size, bytes")),
                        (
                            "stored_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="stored at"),
                        ),
                        (
                            "stored_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="stored by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "document",
                        "verbose_name_plural": "documents",
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Notice",
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
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="addressee",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("customer_manager", "Customer manager"),
                                    ("branch_president", "Branch president"),
                                    ("approver", "Approver"),
                                    ("risk_officer", "Risk officer"),
                                    ("product_manager", "Product manager"),
                                    ("post_loan_officer", "Post-loan officer"),
                                    ("auditor", "Auditor"),
                                    ("administrator", "Administrator"),
                                ],
                                max_length=20,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "branch",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="core.branch",
                                verbose_name="branch",
                            ),
                        ),
                        (
                            "level",
                            models.CharField(
                                choices=[
                                    ("info", "Notice"),
                                    ("yellow", "Yellow"),
                                    ("orange", "Orange"),
                                    ("red", "Red"),
                                ],
                                default="info",
                                max_length=8,
                                verbose_name="level",
                            ),
                        ),
                        ("title", models.CharField(max_length=200, verbose_name="title")),
                        (
                            "url",
                            models.CharField(blank=True, max_length=200, verbose_name="address"),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                    ],
                    options={
                        "verbose_name": "notice",
                        "verbose_name_plural": "notices",
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Reading",
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
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        (
                            "reader",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="reader",
                            ),
                        ),
                        (
                            "object_type",
                            models.CharField(max_length=60, verbose_name="object type"),
                        ),
                        ("object_id", models.BigIntegerField(verbose_name="object")),
                        ("what", models.CharField(max_length=60, verbose_name="what")),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=200, verbose_name="reason"),
                        ),
                    ],
                    options={
                        "verbose_name": "reading of personal data",
                        "verbose_name_plural": "readings of personal data",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(
                                fields=["object_type", "object_id"], name="reading_by_object"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Run",
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
                        ("kind", models.CharField(max_length=60, verbose_name="kind")),
                        ("business_day", models.DateField(verbose_name="business day")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("running", "Running"),
                                    ("done", "Done"),
                                    ("failed", "Failed"),
                                ],
                                default="running",
                                max_length=10,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "started_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="started by",
                            ),
                        ),
                        (
                            "started_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="started at"),
                        ),
                        (
                            "finished_at",
                            models.DateTimeField(null=True, verbose_name="finished at"),
                        ),
                        ("settings", models.JSONField(default=dict, verbose_name="settings")),
                        ("result", models.JSONField(default=dict, verbose_name="result")),
                    ],
                    options={
                        "verbose_name": "batch run",
                        "verbose_name_plural": "batch runs",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="AuditEntry",
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
                        ("stream", models.CharField(max_length=40, verbose_name="stream")),
                        ("at", models.DateTimeField(verbose_name="at")),
                        ("action", models.CharField(max_length=80, verbose_name="action")),
                        (
                            "actor",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="actor",
                            ),
                        ),
                        (
                            "actor_name",
                            models.CharField(max_length=80, verbose_name="actor's name"),
                        ),
                        (
                            "object_type",
                            models.CharField(max_length=60, verbose_name="object type"),
                        ),
                        ("object_id", models.BigIntegerField(verbose_name="object")),
                        ("detail", models.JSONField(default=dict, verbose_name="detail")),
                        ("digest", models.CharField(max_length=64)),
                        ("sequence", models.BigIntegerField(null=True)),
                        ("chain_hash", models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        "verbose_name": "audit entry",
                        "verbose_name_plural": "audit entries",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["object_id"], name="audit_by_object_id"),
                            models.Index(
                                condition=models.Q(("actor", None), _negated=True),
                                fields=["actor"],
                                name="audit_by_actor",
                            ),
                            models.Index(
                                condition=models.Q(("sequence", None)),
                                fields=["stream"],
                                name="audit_not_yet_linked",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("sequence", None), _negated=True),
                                fields=("stream", "sequence"),
                                name="audit_one_place_in_the_chain",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Shard",
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
                                related_name="shards",
                                to="core.run",
                                verbose_name="run",
                            ),
                        ),
                        ("key", models.CharField(max_length=60, verbose_name="key")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("done", "Done"),
                                    ("failed", "Failed"),
                                ],
                                default="waiting",
                                max_length=10,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "attempts",
                            models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
                        ),
                        (
                            "finished_at",
                            models.DateTimeField(null=True, verbose_name="finished at"),
                        ),
                        ("figures", models.JSONField(default=dict, verbose_name="figures")),
                        ("error", models.TextField(blank=True, verbose_name="error")),
                    ],
                    options={
                        "verbose_name": "batch shard",
                        "verbose_name_plural": "batch shards",
                        "ordering": ["id"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("run", "key"), name="shard_once_per_run"
                            )
                        ],
                    },
                ),
            ]
        ),
        ON_RECORD,
    ]
