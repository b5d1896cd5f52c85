import django.db.models.deletion
from django.db import migrations, models

SEGMENTS = [
    ("farmer", "Farmers"),
    ("resident", "Urban residents"),
    ("business", "Small business owners"),
    ("employed", "Self-employed"),
]


class Migration(migrations.Migration):
    """The portfolio keeps what the cards in force say, too."""

    dependencies = [
        ("admission", "0065_proposed_groups"),
    ]

    operations = [
        migrations.AddField(
            "standing",
            "segment",
            models.CharField(
                blank=True,
                choices=SEGMENTS,
                db_default="",
                max_length=10,
                verbose_name="segment",
            ),
        ),
        migrations.AddField(
            "standing",
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
        migrations.AddField(
            "standing",
            "score",
            models.SmallIntegerField(blank=True, null=True, verbose_name="score"),
        ),
        migrations.AddField(
            "standing",
            "risk_band",
            models.CharField(blank=True, db_default="", max_length=1, verbose_name="risk band"),
        ),
        migrations.AddField(
            "standingchange",
            "band_before",
            models.CharField(
                blank=True, db_default="", max_length=1, verbose_name="risk band before"
            ),
        ),
        migrations.AddField(
            "standingchange",
            "band_after",
            models.CharField(
                blank=True, db_default="", max_length=1, verbose_name="risk band after"
            ),
        ),
    ]
