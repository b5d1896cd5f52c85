"""Policies of figures become policies of figures and formulas that say the same to the fen."""

from decimal import Decimal

from django.db import migrations

# fmt: off
# ruff: noqa: E501
PARTS = {'formulas': [{'name': 'review_factor',
               'kind': 'decimal',
               'table': {'inputs': [{'text': 'review_points', 'from': 0, 'to': 101}],
                         'outputs': [{'name': 'value', 'kind': 'decimal'}],
                         'rows': [{'when': [{'from': 90}], 'then': [1]},
                                  {'when': [{'from': 80, 'to': 90}], 'then': [1]},
                                  {'when': [{'from': 70, 'to': 80}], 'then': [1]},
                                  {'when': [{'from': 60, 'to': 70}], 'then': [1]},
                                  {'when': [{'to': 60}], 'then': [1]},
                                  {'when': ['?'], 'then': [1]}]}},
              {'name': 'reviewed',
               'kind': 'money',
               'text': 'floor(reviewed_limit * review_factor, 2)'},
              {'name': 'risk_factor',
               'kind': 'decimal',
               'table': {'inputs': [{'text': 'risk_band'}],
                         'outputs': [{'name': 'value', 'kind': 'decimal'}],
                         'rows': [{'when': [['A']], 'then': [1.2]},
                                  {'when': [['B']], 'then': [1]},
                                  {'when': [['C']], 'then': [0.8]},
                                  {'when': [['D']], 'then': [0.5]},
                                  {'when': [['E']], 'then': [0]}]}},
              {'name': 'bearable',
               'kind': 'money',
               'text': 'min(floor(annual_net_income * min(line_months, income_months_at_most) '
                       '* (income_share / 12), 2), floor(net_worth * net_worth_share, 2) + '
                       'floor(deposit_avg_12m * deposit_share, 2), model_at_most)'},
              {'name': 'model_limit',
               'kind': 'money',
               'text': 'max(floor(bearable * (risk_factor * model_scale), 2) - '
                       'other_credit_debt, 0)'},
              {'name': 'pre_limit',
               'kind': 'money',
               'text': 'min(floor(min(reviewed, model_limit) * pre_limit_share, 2), '
                       'pre_limit_at_most)'},
              {'name': 'dti_cap',
               'kind': 'money',
               'text': 'max(floor(floor(annual_net_income * income_share_for_debt, 2) * '
                       'line_months / 12, 2) - other_credit_debt, 0)'}],
 'caps': [{'name': 'product', 'kind': 'money', 'text': 'product_cap'},
          {'name': 'dti', 'kind': 'money', 'text': 'dti_cap'},
          {'name': 'household',
           'kind': 'money',
           'text': 'max(household_cap - given_to_members, 0)'}],
 'zero_if': [{'name': 'blacklisted', 'kind': 'bool', 'text': 'is_blacklisted'},
             {'name': 'high_rule', 'kind': 'bool', 'text': 'has_high_hit'},
             {'name': 'hard_negative',
              'kind': 'bool',
              'text': 'hard_negative_reviewers >= hard_negative_reviewers_at_least or '
                      'has_hard_negative_evidence'},
             {'name': 'too_old_at_maturity',
              'kind': 'bool',
              'text': 'age_at_maturity > oldest_at_maturity'}],
 'manual_if': [{'name': 'limits_far_apart',
                'kind': 'bool',
                'text': 'highest > lowest * widest_spread'},
               {'name': 'survey_above_median',
                'kind': 'bool',
                'text': 'surveyed_limit > floor(median * survey_over_median, 2)'},
               {'name': 'too_few_reviews',
                'kind': 'bool',
                'text': 'reviewed is None and is_visited'},
               {'name': 'medium_rule', 'kind': 'bool', 'text': 'has_medium_hit'},
               {'name': 'large_limit', 'kind': 'bool', 'text': 'limit > manual_above'},
               {'name': 'no_model_limit',
                'kind': 'bool',
                'text': 'model_limit is None and is_visited'},
               {'name': 'visited_without_survey',
                'kind': 'bool',
                'text': 'surveyed_limit is None and is_visited'},
               {'name': 'unknown_medium_rule',
                'kind': 'bool',
                'text': 'has_medium_hit is None'}]}
# fmt: on
YUAN = ("model_at_most", "rounds_down_to", "manual_above", "pre_limit_at_most")
SAME = ("income_share", "income_months_at_most", "net_worth_share", "deposit_share", "model_stretch",
        "widest_spread", "survey_over_median", "oldest_at_maturity", "pre_limit_share")  # fmt: skip
GRANTING = ("income_share_for_debt", "line_months_at_most", "line_months_at_least", "youngest")


def say_the_same(settings):
    """The settings of a former policy as figures and formulas; those already so stay."""
    if "engine" not in settings:
        return settings
    engine, granting = settings["engine"], settings["granting"]
    weights = zip(("reviewed", "model", "surveyed"), engine["weights"], strict=True)
    figures = {
        **{name: str(engine[name]) for name in SAME},
        **{name: str(Decimal(engine[name]) / 100) for name in YUAN},
        **{name: str(granting[name]) for name in GRANTING},
        **{f"weight_{name}": str(weight) for name, weight in weights},
        "product_cap": str(Decimal(granting["product_cap"]) / 100),
        "household_cap": str(Decimal(granting["household_cap"]) / 100),
        "hard_negative_reviewers_at_least": str(engine["hard_negative_reviewers"]),
        "model_scale": "1",
    }
    bands = [{"when": [[band]], "then": [float(factor)]} for band, factor in engine["risk_factors"]]
    formulas = [
        each | {"table": each["table"] | {"rows": bands}} if each["name"] == "risk_factor" else each
        for each in PARTS["formulas"]
    ]
    return {
        "mode": engine["mode"],
        "risk_band": granting["risk_band"],
        "figures": figures,
        **PARTS,
        "formulas": formulas,
    }


def forwards(apps, schema_editor):
    policies = apps.get_model("credit", "LimitPolicy")
    for policy in policies.objects.all():
        policy.settings = say_the_same(policy.settings)
        policy.save(update_fields=["settings"])


class Migration(migrations.Migration):
    dependencies = [("credit", "0030_policy_simulation")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
