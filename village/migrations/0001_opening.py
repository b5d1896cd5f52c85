import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

import core.fields
from core.migrating import Tables
from village.triggers import follows, leads


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("village", "0001_initial"),
        ("village", "0002_grid_expected_villages"),
        ("village", "0003_words_of_the_trade"),
        ("village", "0020_village_shapes"),
        ("village", "0030_review_stages"),
        ("village", "0031_granted_outcomes_are_decided"),
        ("village", "0032_roster_changes"),
        ("village", "0040_outcomes_undecided"),
        ("village", "0041_rows_name_their_village"),
    ]

    dependencies = [
        ("core", "0001_opening"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Tables(
            [
                migrations.CreateModel(
                    name="Town",
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
                            "code",
                            models.CharField(max_length=9, unique=True, verbose_name="area code"),
                        ),
                        ("name", models.CharField(max_length=40, verbose_name="name")),
                        ("county", models.CharField(max_length=40, verbose_name="county")),
                    ],
                    options={
                        "verbose_name": "town",
                        "verbose_name_plural": "towns",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="Grid",
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
                        ("code", models.CharField(max_length=30, unique=True, verbose_name="code")),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        (
                            "branch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="grids",
                                to="core.branch",
                                verbose_name="branch",
                            ),
                        ),
                        (
                            "manager",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="grids",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="customer manager",
                            ),
                        ),
                        (
                            "expected_villages",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="Villages join the grid when they are registered.",
                                verbose_name="area codes of its villages",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "grid",
                        "verbose_name_plural": "grids",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="RosterImport",
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
                        ("file_name", models.CharField(max_length=120, verbose_name="file")),
                        (
                            "kind",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("roster", "Roster of people"),
                                    ("households", "Declared means of households"),
                                    ("relations", "Relations between people"),
                                    ("lists", "Grey and black lists"),
                                ],
                                max_length=20,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("unknown_shape", "Headings to be explained"),
                                    ("received", "Received"),
                                    ("tried", "Tried out, nothing brought in yet"),
                                    ("ordered", "To be brought in"),
                                    ("brought", "Brought in"),
                                    ("failed", "Not readable"),
                                    ("discarded", "Discarded"),
                                    ("undone", "Undone"),
                                ],
                                default="received",
                                max_length=16,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "error",
                            models.CharField(blank=True, max_length=300, verbose_name="error"),
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
                        ("as_of", models.DateField(null=True, verbose_name="true on")),
                        (
                            "imported_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="imported at"),
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
                        ("written_at", models.DateTimeField(null=True, verbose_name="written at")),
                        ("rows", models.PositiveIntegerField(default=0, verbose_name="rows")),
                        ("new", models.PositiveIntegerField(default=0, verbose_name="new")),
                        ("changed", models.PositiveIntegerField(default=0, verbose_name="changed")),
                        ("moved", models.PositiveIntegerField(default=0, verbose_name="moved")),
                        ("died", models.PositiveIntegerField(default=0, verbose_name="died")),
                        (
                            "unchanged",
                            models.PositiveIntegerField(default=0, verbose_name="unchanged"),
                        ),
                        ("refused", models.PositiveIntegerField(default=0, verbose_name="refused")),
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
                    ],
                    options={
                        "verbose_name": "roster import",
                        "verbose_name_plural": "roster imports",
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="RosterShape",
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
                            "fingerprint",
                            models.CharField(editable=False, max_length=64, unique=True),
                        ),
                        ("headings", models.JSONField(verbose_name="headings")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("roster", "Roster of people"),
                                    ("households", "Declared means of households"),
                                    ("relations", "Relations between people"),
                                    ("lists", "Grey and black lists"),
                                ],
                                max_length=20,
                                verbose_name="kind",
                            ),
                        ),
                        ("places", models.JSONField(verbose_name="columns")),
                        (
                            "in_wan",
                            models.JSONField(
                                default=list, verbose_name="columns in units of 10,000"
                            ),
                        ),
                        (
                            "remembered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="explained by",
                            ),
                        ),
                        (
                            "remembered_at",
                            models.DateTimeField(auto_now=True, verbose_name="explained at"),
                        ),
                    ],
                    options={
                        "verbose_name": "shape of roster files",
                        "verbose_name_plural": "shapes of roster files",
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Village",
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
                            "code",
                            models.CharField(max_length=12, unique=True, verbose_name="area code"),
                        ),
                        ("name", models.CharField(max_length=40, verbose_name="name")),
                        (
                            "town",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="villages",
                                to="village.town",
                                verbose_name="town",
                            ),
                        ),
                        (
                            "grid",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="villages",
                                to="village.grid",
                                verbose_name="grid",
                            ),
                        ),
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
                    ],
                    options={
                        "verbose_name": "village",
                        "verbose_name_plural": "villages",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="Group",
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
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="groups",
                                to="village.village",
                                verbose_name="village",
                            ),
                        ),
                        ("code", models.CharField(max_length=14, unique=True, verbose_name="code")),
                        ("name", models.CharField(max_length=40, verbose_name="name")),
                    ],
                    options={
                        "verbose_name": "villagers' group",
                        "verbose_name_plural": "villagers' groups",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="Campaign",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="campaigns",
                                to="village.village",
                                verbose_name="village",
                            ),
                        ),
                        (
                            "round",
                            models.PositiveSmallIntegerField(default=1, verbose_name="round"),
                        ),
                        (
                            "follows",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="second_rounds",
                                to="village.campaign",
                                verbose_name="second round of",
                            ),
                        ),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("rostered", "Roster complete"),
                                    ("reviewing", "Under review"),
                                    ("sealed", "Sealed"),
                                    ("concluded", "Concluded"),
                                    ("visiting", "Being visited"),
                                    ("granted", "Granted"),
                                    ("closed", "Closed"),
                                ],
                                default="draft",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "panel_size",
                            models.PositiveSmallIntegerField(
                                default=7, verbose_name="reviewers per household"
                            ),
                        ),
                        ("seed", models.PositiveIntegerField(verbose_name="seed of the draw")),
                        ("business_day", models.DateField(verbose_name="business day")),
                        (
                            "sealed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="sealed at"),
                        ),
                        ("seal", models.CharField(blank=True, max_length=64, verbose_name="seal")),
                        (
                            "concluded_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="concluded at"
                            ),
                        ),
                        (
                            "meeting_hash",
                            models.CharField(blank=True, editable=False, max_length=64),
                        ),
                        (
                            "meeting_ends_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="meeting ends at"
                            ),
                        ),
                        (
                            "wrong_codes",
                            models.PositiveSmallIntegerField(
                                default=0, verbose_name="wrong codes in a row"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "review campaign",
                        "verbose_name_plural": "review campaigns",
                        "ordering": ["-id"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("follows", None)),
                                fields=("village", "round"),
                                name="campaign_round_once",
                            ),
                            models.UniqueConstraint(
                                fields=("follows",), name="campaign_second_round_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("meeting_hash", ""), _negated=True),
                                fields=("meeting_hash",),
                                name="campaign_meeting_link_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["draft", "rostered", "reviewing"]),
                                    models.Q(("seal", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="sealed_campaign_has_a_seal",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="VillageShape",
                    fields=[
                        (
                            "village",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="shape",
                                serialize=False,
                                to="village.village",
                                verbose_name="village",
                            ),
                        ),
                        ("geometry", models.TextField(editable=False, verbose_name="polygon")),
                        ("west", models.FloatField(verbose_name="west end")),
                        ("south", models.FloatField(verbose_name="south end")),
                        ("east", models.FloatField(verbose_name="east end")),
                        ("north", models.FloatField(verbose_name="north end")),
                        ("file_name", models.CharField(max_length=200, verbose_name="file")),
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
                        ("imported_at", models.DateTimeField(verbose_name="imported at")),
                    ],
                    options={
                        "verbose_name": "village shape",
                        "verbose_name_plural": "village shapes",
                        "ordering": ["village"],
                        "default_permissions": ("add", "view"),
                    },
                ),
                migrations.CreateModel(
                    name="ServicePoint",
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
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="service_points",
                                to="village.village",
                                verbose_name="village",
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        (
                            "keeper",
                            models.CharField(blank=True, max_length=40, verbose_name="keeper"),
                        ),
                    ],
                    options={
                        "verbose_name": "service point",
                        "verbose_name_plural": "service points",
                        "ordering": ["village", "name"],
                    },
                ),
                migrations.CreateModel(
                    name="Household",
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
                            "number",
                            models.CharField(
                                max_length=30, unique=True, verbose_name="household number"
                            ),
                        ),
                        (
                            "village",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="households",
                                to="village.village",
                                verbose_name="village",
                            ),
                        ),
                        (
                            "group",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="households",
                                to="village.group",
                                verbose_name="villagers' group",
                            ),
                        ),
                        (
                            "address",
                            models.CharField(blank=True, max_length=120, verbose_name="address"),
                        ),
                        (
                            "list_flag",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "Not reviewed"),
                                    ("white", "White list"),
                                    ("grey", "Grey list"),
                                    ("black", "Black list"),
                                ],
                                default="",
                                max_length=8,
                                verbose_name="list",
                            ),
                        ),
                        (
                            "declared_on",
                            models.DateField(blank=True, null=True, verbose_name="declared on"),
                        ),
                        (
                            "land_mu",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=8,
                                null=True,
                                verbose_name="contracted land, mu",
                            ),
                        ),
                        (
                            "rented_land_mu",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=8,
                                null=True,
                                verbose_name="rented land, mu",
                            ),
                        ),
                        (
                            "house_value",
                            core.fields.FenField(blank=True, null=True, verbose_name="house value"),
                        ),
                        (
                            "vehicle_value",
                            core.fields.FenField(
                                blank=True, null=True, verbose_name="vehicles and machines"
                            ),
                        ),
                        (
                            "income_year",
                            core.fields.FenField(
                                blank=True, null=True, verbose_name="income a year"
                            ),
                        ),
                        (
                            "expense_year",
                            core.fields.FenField(
                                blank=True, null=True, verbose_name="living cost a year"
                            ),
                        ),
                        (
                            "operating_cost_year",
                            core.fields.FenField(
                                blank=True, null=True, verbose_name="operating cost a year"
                            ),
                        ),
                        ("debt", core.fields.FenField(blank=True, null=True, verbose_name="debt")),
                        (
                            "private_debt",
                            core.fields.FenField(
                                blank=True, null=True, verbose_name="private loans"
                            ),
                        ),
                        (
                            "income_kind",
                            models.CharField(
                                blank=True, max_length=20, verbose_name="main kind of income"
                            ),
                        ),
                        (
                            "main_business",
                            models.CharField(
                                blank=True, max_length=40, verbose_name="main business"
                            ),
                        ),
                        (
                            "brought_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="village.rosterimport",
                                verbose_name="brought in by",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="registered at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(auto_now=True, verbose_name="changed at"),
                        ),
                    ],
                    options={
                        "verbose_name": "household",
                        "verbose_name_plural": "farm households",
                        "ordering": ["id"],
                        "indexes": [
                            models.Index(fields=["village", "number"], name="household_by_village")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CheckDraw",
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
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="check_draws",
                                to="village.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        (
                            "percent",
                            models.PositiveSmallIntegerField(verbose_name="share drawn, per cent"),
                        ),
                        ("seed", models.PositiveIntegerField(verbose_name="seed of the draw")),
                        (
                            "drawn_from",
                            models.PositiveIntegerField(verbose_name="outcomes drawn from"),
                        ),
                        (
                            "drawn_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="drawn by",
                            ),
                        ),
                        ("drawn_at", models.DateTimeField(verbose_name="drawn at")),
                    ],
                    options={
                        "verbose_name": "draw of spot checks",
                        "verbose_name_plural": "draws of spot checks",
                        "ordering": ["-id"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("percent__gte", 1), ("percent__lte", 100)),
                                name="check_draw_takes_a_share",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HouseholdPosition",
                    fields=[
                        (
                            "household",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="position",
                                serialize=False,
                                to="village.household",
                                verbose_name="household",
                            ),
                        ),
                        ("longitude", models.FloatField(verbose_name="longitude")),
                        ("latitude", models.FloatField(verbose_name="latitude")),
                        ("source", models.CharField(max_length=200, verbose_name="source")),
                    ],
                    options={
                        "verbose_name": "household position",
                        "verbose_name_plural": "household positions",
                        "default_permissions": ("view",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("latitude__range", (3, 54.5)), ("longitude__range", (73, 136))
                                ),
                                name="position_lies_in_china",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Customer",
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
                            "household",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="members",
                                to="village.household",
                                verbose_name="household",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("head", "Head"),
                                    ("spouse", "Spouse"),
                                    ("child", "Child"),
                                    ("parent", "Parent"),
                                    ("other", "Other member"),
                                ],
                                max_length=8,
                                verbose_name="role in the household",
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                db_index=True, max_length=40, verbose_name="person's name"
                            ),
                        ),
                        ("id_number", core.fields.EncryptedTextField(verbose_name="ID number")),
                        ("id_index", models.CharField(editable=False, max_length=64)),
                        (
                            "mobile",
                            core.fields.EncryptedTextField(blank=True, verbose_name="mobile"),
                        ),
                        (
                            "mobile_index",
                            models.CharField(blank=True, editable=False, max_length=64),
                        ),
                        (
                            "sex",
                            models.CharField(
                                choices=[("male", "Male"), ("female", "Female")],
                                max_length=8,
                                verbose_name="sex",
                            ),
                        ),
                        ("born_on", models.DateField(verbose_name="born on")),
                        (
                            "education",
                            models.CharField(blank=True, max_length=20, verbose_name="education"),
                        ),
                        (
                            "marital",
                            models.CharField(
                                blank=True, max_length=10, verbose_name="marital status"
                            ),
                        ),
                        (
                            "occupation",
                            models.CharField(blank=True, max_length=20, verbose_name="occupation"),
                        ),
                        (
                            "main_business",
                            models.CharField(
                                blank=True, max_length=40, verbose_name="main business"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("living", "Living here"),
                                    ("away", "Working away"),
                                    ("moved", "Moved away"),
                                    ("died", "Died"),
                                ],
                                default="living",
                                max_length=8,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "list_flag",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "Not reviewed"),
                                    ("white", "White list"),
                                    ("grey", "Grey list"),
                                    ("black", "Black list"),
                                ],
                                default="",
                                max_length=8,
                                verbose_name="list",
                            ),
                        ),
                        (
                            "list_reason",
                            models.CharField(
                                blank=True, max_length=120, verbose_name="reason for the list"
                            ),
                        ),
                        (
                            "photo",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="core.document",
                                verbose_name="photo",
                            ),
                        ),
                        (
                            "brought_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="village.rosterimport",
                                verbose_name="brought in by",
                            ),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(auto_now=True, verbose_name="changed at"),
                        ),
                    ],
                    options={
                        "verbose_name": "customer",
                        "verbose_name_plural": "customers",
                        "ordering": ["id"],
                        "permissions": [("reveal_customer", "May reveal ID and mobile numbers")],
                        "indexes": [
                            models.Index(fields=["village", "id"], name="customer_by_village"),
                            models.Index(
                                condition=models.Q(("mobile_index", ""), _negated=True),
                                fields=["mobile_index"],
                                name="customer_by_mobile",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("role", "head")),
                                fields=("household",),
                                name="household_has_one_head",
                            ),
                            models.UniqueConstraint(
                                fields=("id_index",), name="customer_by_id_number"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Outcome",
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
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="outcomes",
                                to="village.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        (
                            "household",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="outcomes",
                                to="village.household",
                                verbose_name="household",
                            ),
                        ),
                        ("sheets", models.PositiveSmallIntegerField(verbose_name="sheets")),
                        (
                            "valid_sheets",
                            models.PositiveSmallIntegerField(verbose_name="valid sheets"),
                        ),
                        (
                            "score",
                            models.FloatField(null=True, verbose_name="standing among neighbours"),
                        ),
                        ("score_low", models.FloatField(null=True, verbose_name="interval from")),
                        ("score_high", models.FloatField(null=True, verbose_name="interval to")),
                        (
                            "points",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=5,
                                null=True,
                                verbose_name="mean points of 100",
                            ),
                        ),
                        (
                            "reviewed_limit",
                            core.fields.FenField(null=True, verbose_name="reviewed limit"),
                        ),
                        (
                            "list_flag",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "Not reviewed"),
                                    ("white", "White list"),
                                    ("grey", "Grey list"),
                                    ("black", "Black list"),
                                ],
                                default="",
                                max_length=8,
                                verbose_name="list",
                            ),
                        ),
                        (
                            "visit_needed",
                            models.BooleanField(default=False, verbose_name="visit needed"),
                        ),
                        (
                            "visit_reasons",
                            models.JSONField(default=list, verbose_name="why a visit"),
                        ),
                        (
                            "explanation",
                            models.JSONField(default=dict, verbose_name="how the limit came about"),
                        ),
                        (
                            "stage",
                            django_fsm.FSMField(
                                choices=[
                                    ("initial", "Initial review"),
                                    ("second", "Second review"),
                                    ("decided", "Decided by the branch"),
                                    ("voided", "Void"),
                                ],
                                default="initial",
                                max_length=50,
                                protected=True,
                                verbose_name="stage",
                            ),
                        ),
                        (
                            "second_look",
                            models.CharField(
                                blank=True,
                                choices=[("panel", "Fresh panel"), ("visit", "Visit")],
                                max_length=8,
                                verbose_name="second look by",
                            ),
                        ),
                        (
                            "second_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="who looked again",
                            ),
                        ),
                        (
                            "second_done_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="looked at again"
                            ),
                        ),
                        (
                            "first_figures",
                            models.JSONField(
                                blank=True, default=dict, verbose_name="what the first panel said"
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="decided by",
                            ),
                        ),
                        (
                            "decided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
                        ),
                        (
                            "voided_because",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("black_list", "On the black list"),
                                    ("hard_negative", "A hard reason against was confirmed"),
                                ],
                                max_length=16,
                                verbose_name="void because",
                            ),
                        ),
                        (
                            "voided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="void since"),
                        ),
                    ],
                    options={
                        "verbose_name": "review outcome",
                        "verbose_name_plural": "review outcomes",
                        "ordering": ["id"],
                        "permissions": [
                            ("decide_outcome", "May confirm review outcomes for the branch")
                        ],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("stage__in", ["initial", "second"])),
                                fields=["campaign"],
                                name="outcome_undecided",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "household"), name="outcome_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("stage", "decided"), _negated=True),
                                    ("decided_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="decided_outcome_has_a_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("stage", "decided"), _negated=True),
                                    ("visit_needed", False),
                                    ("second_done_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="doubted_outcome_is_looked_at_again_before_it_is_decided",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("second_by", None),
                                    ("decided_by", None),
                                    models.Q(("decided_by", models.F("second_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="outcome_is_not_decided_by_who_looked_again",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("stage", "voided"), _negated=True),
                                    models.Q(
                                        models.Q(("voided_because", ""), _negated=True),
                                        ("voided_at__isnull", False),
                                        models.Q(
                                            ("reviewed_limit", None),
                                            ("reviewed_limit", 0),
                                            _connector="OR",
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="void_outcome_says_why_and_gives_nothing",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="Reviewer",
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
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reviewers",
                                to="village.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="village.customer",
                                verbose_name="neighbour",
                            ),
                        ),
                        (
                            "token_hash",
                            models.CharField(editable=False, max_length=64, unique=True),
                        ),
                        ("link_expires_at", models.DateTimeField(verbose_name="link expires at")),
                        (
                            "first_opened_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="first opened at"
                            ),
                        ),
                        (
                            "form",
                            models.CharField(
                                choices=[
                                    ("electronic", "Electronic"),
                                    ("paper", "Paper"),
                                    ("phone", "Phone"),
                                    ("wechat", "WeChat"),
                                    ("meeting", "Meeting"),
                                ],
                                default="electronic",
                                max_length=10,
                                verbose_name="form of review",
                            ),
                        ),
                        ("code_index", models.CharField(blank=True, editable=False, max_length=64)),
                        (
                            "turn_hash",
                            models.CharField(
                                blank=True, db_index=True, editable=False, max_length=64
                            ),
                        ),
                        (
                            "turn_ends_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="turn ends at"
                            ),
                        ),
                        (
                            "accuracy",
                            models.FloatField(default=1.0, verbose_name="accuracy weight"),
                        ),
                    ],
                    options={
                        "verbose_name": "reviewer",
                        "verbose_name_plural": "reviewers",
                        "ordering": ["id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "customer"), name="reviewer_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("code_index", ""), _negated=True),
                                fields=("campaign", "code_index"),
                                name="reviewer_code_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReviewerRecord",
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
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="village.customer",
                                verbose_name="neighbour",
                            ),
                        ),
                        (
                            "loans",
                            models.PositiveIntegerField(
                                verbose_name="loans with a year of history"
                            ),
                        ),
                        (
                            "defaults",
                            models.PositiveIntegerField(verbose_name="of which defaulted"),
                        ),
                        ("brier", models.FloatField(verbose_name="Brier score")),
                        ("silent", models.FloatField(verbose_name="Brier score of saying nothing")),
                        ("weight", models.FloatField(verbose_name="accuracy weight")),
                        ("as_of", models.DateField(verbose_name="as of")),
                    ],
                    options={
                        "verbose_name": "reviewer's record",
                        "verbose_name_plural": "reviewers' accuracy",
                        "ordering": ["-weight", "id"],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("defaults__lte", models.F("loans")),
                                    ("loans__gte", 1),
                                    ("weight__gt", 0),
                                ),
                                name="reviewer_record_rests_on_loans",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SpotCheck",
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
                            "draw",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="checks",
                                to="village.checkdraw",
                                verbose_name="draw",
                            ),
                        ),
                        (
                            "outcome",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="checks",
                                to="village.outcome",
                                verbose_name="outcome",
                            ),
                        ),
                        (
                            "assigned_to",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="assigned to",
                            ),
                        ),
                        ("due_on", models.DateField(verbose_name="due on")),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[("assigned", "Assigned"), ("done", "Done")],
                                default="assigned",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "finding",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("agree", "The review is right"),
                                    ("disagree", "The review is wrong"),
                                ],
                                max_length=8,
                                verbose_name="finding",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        (
                            "photo",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="photo",
                            ),
                        ),
                        (
                            "signature",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.document",
                                verbose_name="signature",
                            ),
                        ),
                        (
                            "done_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="done at"),
                        ),
                    ],
                    options={
                        "verbose_name": "spot check",
                        "verbose_name_plural": "spot checks",
                        "ordering": ["id"],
                        "permissions": [
                            ("draw_spotcheck", "May draw spot checks"),
                            ("do_spotcheck", "May make spot checks"),
                        ],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("outcome",), name="outcome_is_checked_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "done"), _negated=True),
                                    models.Q(
                                        models.Q(("finding", ""), _negated=True),
                                        ("done_at__isnull", False),
                                        ("photo__isnull", False),
                                        ("signature__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="done_check_has_finding_photo_and_signature",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("finding", "disagree"), _negated=True),
                                    models.Q(("note", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="disagreeing_check_says_why",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="RosterChange",
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
                            "roster_import",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="changes",
                                to="village.rosterimport",
                                verbose_name="roster import",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="village.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "household",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="village.household",
                                verbose_name="household",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("changed", "Changed"),
                                    ("moved", "Moved"),
                                    ("died", "Died"),
                                ],
                                max_length=8,
                                verbose_name="what became of them",
                            ),
                        ),
                        ("columns", models.CharField(max_length=200, verbose_name="columns")),
                        ("before", models.JSONField(verbose_name="before")),
                        ("mobile", core.fields.EncryptedTextField(blank=True)),
                    ],
                    options={
                        "verbose_name": "change by a roster",
                        "verbose_name_plural": "changes by rosters",
                        "ordering": ["id"],
                        "indexes": [
                            models.Index(fields=["village", "id"], name="roster_change_by_village")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Relation",
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
                            "one",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="village.customer",
                                verbose_name="one",
                            ),
                        ),
                        (
                            "other",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="village.customer",
                                verbose_name="other",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("kin", "Kin"),
                                    ("guarantor", "Guarantor"),
                                    ("partner", "Business partner"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "brought_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="village.rosterimport",
                                verbose_name="brought in by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "relation",
                        "verbose_name_plural": "relations",
                        "indexes": [
                            models.Index(fields=["village", "id"], name="relation_by_village")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("one", "other", "kind"), name="relation_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("one__lt", models.F("other"))),
                                name="relation_in_order",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ListedReviewer",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="listed_reviewers",
                                to="village.village",
                                verbose_name="village",
                            ),
                        ),
                        (
                            "customer",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="village.customer",
                                verbose_name="neighbour",
                            ),
                        ),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("proposed", "Proposed"),
                                    ("approved", "Approved"),
                                    ("struck_off", "Struck off"),
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
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="approved by",
                            ),
                        ),
                        (
                            "approved_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="approved at"),
                        ),
                        (
                            "struck_off_because",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="struck off because"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "listed reviewer",
                        "verbose_name_plural": "reviewer lists",
                        "ordering": ["village", "id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by", None),
                                    models.Q(
                                        ("approved_by", models.F("proposed_by")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="listed_reviewer_is_approved_by_another",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "approved"), _negated=True),
                                    models.Q(
                                        ("approved_at__isnull", False),
                                        ("approved_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="approved_reviewer_has_an_approver",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "struck_off"), _negated=True),
                                    models.Q(("struck_off_because", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="struck_off_reviewer_says_why",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="Seat",
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
                            "reviewer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="seats",
                                to="village.reviewer",
                                verbose_name="reviewer",
                            ),
                        ),
                        (
                            "household",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="seats",
                                to="village.household",
                                verbose_name="household",
                            ),
                        ),
                        (
                            "opinion",
                            models.FloatField(editable=False, null=True, verbose_name="opinion"),
                        ),
                    ],
                    options={
                        "verbose_name": "seat",
                        "verbose_name_plural": "seats",
                        "ordering": ["id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("reviewer", "household"), name="seat_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Sheet",
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
                            "seat",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sheets",
                                to="village.seat",
                                verbose_name="seat",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="village.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        (
                            "form",
                            models.CharField(
                                choices=[
                                    ("electronic", "Electronic"),
                                    ("paper", "Paper"),
                                    ("phone", "Phone"),
                                    ("wechat", "WeChat"),
                                    ("meeting", "Meeting"),
                                ],
                                default="electronic",
                                max_length=10,
                                verbose_name="form of review",
                            ),
                        ),
                        ("answers", core.fields.EncryptedTextField(verbose_name="answers")),
                        ("digest", models.CharField(max_length=64, verbose_name="digest")),
                        ("submitted_at", models.DateTimeField(verbose_name="submitted at")),
                        (
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="withdrawn at"
                            ),
                        ),
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="withdrawn because"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "review sheet",
                        "verbose_name_plural": "review sheets",
                        "ordering": ["id"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(
                                fields=["campaign", "id"],
                                include=("withdrawn_at",),
                                name="sheet_by_campaign",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at", None)),
                                fields=("seat",),
                                name="sheet_once_per_seat",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("withdrawn_at", None),
                                    models.Q(("withdrawn_because", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="withdrawn_sheet_says_why",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PaperSheet",
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
                            "seat",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="papers",
                                to="village.seat",
                                verbose_name="seat",
                            ),
                        ),
                        (
                            "form",
                            models.CharField(
                                choices=[("paper", "Paper"), ("phone", "Phone")],
                                default="paper",
                                max_length=10,
                                verbose_name="form of review",
                            ),
                        ),
                        (
                            "status",
                            django_fsm.FSMField(
                                choices=[
                                    ("once", "Keyed once"),
                                    ("differs", "The two differ"),
                                    ("taken", "Taken in"),
                                    ("discarded", "Discarded"),
                                ],
                                default="once",
                                max_length=50,
                                protected=True,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "first",
                            core.fields.EncryptedTextField(
                                blank=True, null=True, verbose_name="keyed first"
                            ),
                        ),
                        (
                            "first_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="first keyed by",
                            ),
                        ),
                        ("first_at", models.DateTimeField(verbose_name="first keyed at")),
                        (
                            "second",
                            core.fields.EncryptedTextField(
                                blank=True, null=True, verbose_name="keyed second"
                            ),
                        ),
                        (
                            "second_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="keyed again by",
                            ),
                        ),
                        (
                            "second_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="keyed again at"
                            ),
                        ),
                        (
                            "differed",
                            models.JSONField(
                                blank=True, default=list, verbose_name="fields that differed"
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
                        (
                            "sheet",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="village.sheet",
                                verbose_name="review sheet",
                            ),
                        ),
                        (
                            "discarded_because",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="discarded because"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "paper sheet",
                        "verbose_name_plural": "paper sheets",
                        "ordering": ["id"],
                        "permissions": [("key_papersheet", "May key paper sheets")],
                        "default_permissions": ("view",),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "discarded"), _negated=True),
                                fields=("seat",),
                                name="paper_once_per_seat",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("second_by", None),
                                    models.Q(("second_by", models.F("first_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="paper_is_keyed_by_two_people",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "taken"), _negated=True),
                                    models.Q(
                                        ("first__isnull", True),
                                        ("second__isnull", True),
                                        ("second_by__isnull", False),
                                        ("sheet__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="paper_taken_in_was_keyed_twice_and_wiped",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "discarded"), _negated=True),
                                    models.Q(("discarded_because", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="discarded_paper_says_why",
                            ),
                        ],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
            ]
        ),
        leads("village_household"),
        follows("village_customer", {"household_id": "village_household"}),
        follows("village_relation", {"one_id": "village_customer"}),
        follows(
            "village_rosterchange",
            {"customer_id": "village_customer", "household_id": "village_household"},
        ),
    ]
