import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.fields


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("village", "0010_corrections_have_a_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="NumberCorrection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "To be agreed to"),
                            ("done", "Number corrected"),
                            ("declined", "Declined"),
                        ],
                        default="asked",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("old_number", core.fields.EncryptedTextField(verbose_name="registered number")),
                ("old_index", models.CharField(db_index=True, editable=False, max_length=64)),
                ("new_number", core.fields.EncryptedTextField(verbose_name="right number")),
                ("new_index", models.CharField(editable=False, max_length=64)),
                ("because", models.CharField(max_length=200, verbose_name="reason")),
                ("asked_at", models.DateTimeField(verbose_name="asked for at")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled at")),
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
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="number_corrections",
                        to="village.customer",
                        verbose_name="customer",
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
            ],
            options={
                "verbose_name": "correction of an ID number",
                "verbose_name_plural": "corrections of ID numbers",
                "ordering": ["-id"],
                "permissions": [
                    ("settle_numbercorrection", "May agree to corrections of ID numbers")
                ],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("customer",),
                        name="one_number_correction_at_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("new_index",),
                        name="number_asked_for_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                                models.Q(("settled_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="corrected_number_has_two_hands",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PositionsImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=120, verbose_name="file")),
                (
                    "imported_at",
                    models.DateTimeField(auto_now_add=True, verbose_name="imported at"),
                ),
                ("written_at", models.DateTimeField(null=True, verbose_name="written at")),
                ("rows", models.PositiveIntegerField(default=0, verbose_name="rows")),
                ("new", models.PositiveIntegerField(default=0, verbose_name="new")),
                ("changed", models.PositiveIntegerField(default=0, verbose_name="changed")),
                ("unchanged", models.PositiveIntegerField(default=0, verbose_name="unchanged")),
                ("refused", models.PositiveIntegerField(default=0, verbose_name="refused")),
                (
                    "status",
                    models.CharField(
                        choices=[("brought", "Brought in"), ("undone", "Undone")],
                        default="brought",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "imported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="imported by",
                    ),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ordered by",
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
                    "report",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.document",
                        verbose_name="change report",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.document",
                        verbose_name="file as received",
                    ),
                ),
            ],
            options={
                "verbose_name": "table of positions",
                "verbose_name_plural": "tables of positions",
                "ordering": ["-id"],
                "default_permissions": ("view",),
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="householdposition",
            name="brought_by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="village.positionsimport",
                verbose_name="brought in by",
            ),
        ),
        migrations.CreateModel(
            name="PositionChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("longitude", models.FloatField(null=True, verbose_name="longitude before")),
                ("latitude", models.FloatField(null=True, verbose_name="latitude before")),
                (
                    "source",
                    models.CharField(blank=True, max_length=200, verbose_name="source before"),
                ),
                (
                    "brought_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="village.positionsimport",
                        verbose_name="brought in before by",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="village.household",
                        verbose_name="household",
                    ),
                ),
                (
                    "positions_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="village.positionsimport",
                        verbose_name="file",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a position",
                "verbose_name_plural": "changes of positions",
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
    ]
