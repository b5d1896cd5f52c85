from django.db import migrations, models


class Migration(migrations.Migration):
    """Decisions say when they were made under a wrong ID number; a rule may ask for a check after
    the draw."""

    dependencies = [("admission", "0017_answers_know_when_they_were_read_again")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="under_other_number",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                verbose_name="made under another ID number",
            ),
        ),
        migrations.AlterField(
            model_name="rule",
            name="treatment",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text='refuse_when, head_office_when, rebind_phone_when and use_check_when are conditions, limit_at_most is in yuan, before_drawing may be "visit".',
                verbose_name="treatment beyond its level",
            ),
        ),
    ]
