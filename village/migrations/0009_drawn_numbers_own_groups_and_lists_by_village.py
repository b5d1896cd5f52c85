"""Reviewers bear a number drawn by lot; those of sealed reviews, whose sheets are shown, get one.
Households are in groups of their own village. Somebody who moved may be on a list in each village.
"""

import django.db.models.deletion
from django.db import migrations, models

from village.triggers import GROUP_AT_HOME

DRAWN = """
UPDATE village_reviewer reviewer SET number = drawn.number
  FROM (SELECT r.id, row_number() OVER (PARTITION BY r.campaign_id ORDER BY gen_random_uuid())
               AS number
          FROM village_reviewer r JOIN village_campaign c ON c.id = r.campaign_id
         WHERE c.status NOT IN ('draft', 'rostered', 'reviewing')) drawn
 WHERE reviewer.id = drawn.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("village", "0008_grandchildren_and_siblings_are_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="reviewer",
            name="number",
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.RunSQL(DRAWN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="reviewer",
            constraint=models.UniqueConstraint(
                fields=("campaign", "number"), name="reviewer_number_once"
            ),
        ),
        GROUP_AT_HOME,
        migrations.AlterField(
            model_name="listedreviewer",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="village.customer",
                verbose_name="neighbour",
            ),
        ),
        migrations.AddConstraint(
            model_name="listedreviewer",
            constraint=models.UniqueConstraint(
                fields=("village", "customer"), name="listed_once_in_a_village"
            ),
        ),
    ]
