"""What the codes of the limit engine mean, in words for people."""

from django.utils.translation import gettext_lazy as _

METHODS = {
    "equal_instalment": _("equal instalments"),
    "equal_principal": _("equal principal"),
    "interest_first": _("interest by the month, principal at maturity"),
    "quarterly_interest": _("interest by the quarter, principal at maturity"),
    "bullet": _("all at maturity"),
    "staged_principal": _("principal in stages"),
}
FIGURES = {
    "reviewed_limit": _("reviewed limit"),
    "model_limit": _("model limit"),
    "surveyed_limit": _("surveyed limit"),
    "annual_net_income": _("net income a year"),
    "net_worth": _("net worth"),
    "deposit_avg_12m": _("deposits, average of 12 months"),
    "other_credit_debt": _("debts elsewhere"),
    "given_to_members": _("owed to us outside the line"),
    "product_cap": _("cap of the product"),
    "dti_cap": _("what income can repay"),
    "household_cap": _("cap of the household"),
    "combined": _("the three limits as one"),
    "age_at_maturity": _("age when the line ends"),
}
SIGNS = {
    "is_visited": _("seen on a visit"),
    "is_blacklisted": _("on the black list"),
    "has_high_hit": _("a high rule holds"),
    "has_medium_hit": _("a medium rule holds"),
}
REASONS = {
    "blacklisted": _("on the black list"),
    "high_rule": _("a high rule holds"),
    "hard_negative": _("neighbours name a hard item of the negative list"),
    "too_old_at_maturity": _("too old when the line ends"),
    "limits_far_apart": _("one limit is more than three times another"),
    "survey_above_median": _("the surveyed limit lies far above the middle one"),
    "too_few_reviews": _("too few valid review sheets"),
    "medium_rule": _("a medium rule holds"),
    "large_limit": _("the limit is large"),
    "no_model_limit": _("the model limit could not be worked out"),
    "visited_without_survey": _("visited, yet without findings"),
    "unknown_cap": _("a cap is unknown"),
    "unknown_blacklisted": _("it is unknown whether somebody is on the black list"),
    "unknown_high_rule": _("it is unknown whether a high rule holds"),
    "unknown_hard_negative": _("it is unknown whether a hard item was named"),
    "unknown_too_old_at_maturity": _("the age when the line ends is unknown"),
    "unknown_medium_rule": _("it is unknown whether a medium rule holds"),
    "combined_by:median": _("the middle one of the three limits decides"),
    "combined_by:surveyed": _("the surveyed limit decides"),
    "combined_by:reviewed": _("the reviewed limit decides"),
    "combined_by:model": _("the model limit decides"),
    "combined_by:model_stretched": _("the stretched model limit decides"),
    "combined_by:weighted": _("the weighted mean decides"),
    "combined_by:pre_limit": _("before the visit: a share of the lower limit"),
    "capped_by:product": _("capped by the product"),
    "capped_by:dti": _("capped by what income can repay"),
    "capped_by:household": _("capped by the household's cap"),
    "capped_by:admission": _("capped by a rule of admission that holds"),
}
