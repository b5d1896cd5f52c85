"""Lists keep groups of tags: what they asked for so far is a group of all and a group of none.

Proposed groups become segments too, and rules are simulated over the portfolio.
"""

import django.db.models.deletion
from django.db import migrations, models

AS_GROUPS = """
UPDATE admission_segment SET groups = (
    CASE WHEN cardinality(words) > 0 THEN jsonb_build_array(
        jsonb_build_object('how', 'all', 'words', to_jsonb(words), 'without', '[]'::jsonb))
    ELSE '[]'::jsonb END
) || (
    CASE WHEN cardinality(without) > 0 THEN jsonb_build_array(
        jsonb_build_object('how', 'none', 'words', to_jsonb(without), 'without', '[]'::jsonb))
    ELSE '[]'::jsonb END
)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("admission", "0010_tries_are_counted_and_plans_dated"),
    ]

    operations = [
        migrations.AddField(
            model_name="segment",
            name="groups",
            field=models.JSONField(
                blank=True, db_default=[], default=list, verbose_name="groups of tags"
            ),
        ),
        migrations.AddField(
            model_name="segment",
            name="joined",
            field=models.CharField(
                choices=[("all", "all groups hold"), ("any", "any one group is enough")],
                db_default="all",
                default="all",
                max_length=3,
                verbose_name="how groups stand together",
            ),
        ),
        migrations.AddField(
            model_name="segment",
            name="proposal",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="segments",
                to="admission.proposal",
                verbose_name="proposed group",
            ),
        ),
        migrations.RunSQL(AS_GROUPS, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="segment", name="words"),
        migrations.RemoveField(model_name="segment", name="without"),
        migrations.AddField(
            model_name="proposal",
            name="policy",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="admission.scorepolicy",
                verbose_name="draft of the scoring policy",
            ),
        ),
        migrations.AlterField(
            model_name="proposal",
            name="status",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("drafted", "Made a draft tag"),
                    ("placed", "Put into a draft of the scoring policy"),
                    ("dismissed", "Set aside"),
                ],
                default="open",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="rulesimulation",
            name="among",
            field=models.CharField(
                choices=[
                    ("decisions", "everybody decided about lately"),
                    ("portfolio", "every customer of the county"),
                ],
                db_default="decisions",
                default="decisions",
                max_length=10,
                verbose_name="among whom",
            ),
        ),
        migrations.AlterField(
            model_name="rulesimulation",
            name="since",
            field=models.DateField(null=True, verbose_name="decisions since"),
        ),
        migrations.AddField(
            model_name="simulatedpiece",
            name="figures",
            field=models.JSONField(db_default={}, default=dict, verbose_name="figures"),
        ),
    ]
