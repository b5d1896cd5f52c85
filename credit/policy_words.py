"""What a limit policy's parts are called, and what is wrong with one, in words for people."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import expression_words
from core.expressions import ExpressionError
from core.expressions.errors import KIND_WORDS, MESSAGES
from core.expressions.kinds import Kind
from credit.loan_rules.limit_faults import SENTENCES, PolicyFault

PARTS = {
    "figures": _("Figures"),
    "formulas": _("Formulas and tables"),
    "caps": _("Caps"),
    "zero_if": _("No line where"),
    "manual_if": _("A person looks where"),
    "policy": _("Policy"),
}
FIGURES = {
    "mode": _("how the three limits become one"),
    "risk_band": _("risk band of whoever has no score"),
    "income_share": _("share of net income, k1"),
    "income_months_at_most": _("months of income counted at most"),
    "net_worth_share": _("share of net worth, k2"),
    "deposit_share": _("share of deposits, k3"),
    "model_scale": _("scale of the model limit"),
    "model_at_most": _("what can be borne at most"),
    "model_stretch": _("the line is at most so many times the model limit"),
    "weight_reviewed": _("weight of the reviewed limit"),
    "weight_model": _("weight of the model limit"),
    "weight_surveyed": _("weight of the surveyed limit"),
    "product_cap": _("cap of the product"),
    "household_cap": _("cap of the household"),
    "keep_within": _("signed lines are kept where the new limit differs by no more than"),
    "raise_band_at_worst": _("signed lines are raised down to the risk band"),
    "raise_use_at_least": _("signed lines are raised where so much of them is used at least"),
    "raise_late_at_most": _("signed lines are raised with so many late instalments in 12 months"),
    "raise_within": _("signed lines are raised in one round by no more than"),
    "person_cap": _("cap of the person"),
    "income_share_for_debt": _("share of income for all debts"),
    "rounds_down_to": _("rounded down to"),
    "pre_limit_share": _("share granted before the visit"),
    "pre_limit_at_most": _("granted before the visit at most"),
    "widest_spread": _("one limit at most so many times another"),
    "survey_over_median": _("survey at most so many times the middle limit"),
    "manual_above": _("a person looks above"),
    "hard_negative_reviewers_at_least": _("reviewers who name a hard item"),
    "oldest_at_maturity": _("oldest when the line ends"),
    "youngest": _("youngest borrower"),
    "line_months_at_most": _("longest line"),
    "line_months_at_least": _("shortest line"),
}
FORMULAS = {
    "review_factor": _("factor on the reviewed limit by points"),
    "reviewed": _("reviewed limit that counts"),
    "risk_factor": _("factor by risk band"),
    "bearable": _("what income and wealth can bear"),
    "model_limit": _("model limit"),
    "pre_limit": _("limit before the visit"),
    "dti_cap": _("what income can repay"),
    "product": _("cap of the product"),
    "dti": _("what income can repay"),
    "household": _("cap of the household"),
    "person": _("cap of the person"),
}
MODES = {
    "min": _("the lowest of the three"),
    "median_capped": _("the middle one, below the survey and the stretched model limit"),
    "weighted": _("the weighted mean, below the survey"),
    "priority": _("the survey, else the review, else the model"),
}
UNITS = {
    "share": "",
    "times": "×",
    "yuan": _("yuan"),
    "months": _("months"),
    "years": _("years"),
    "people": _("people"),
    "instalments": _("late instalments"),
    "band": _("(1 is A, 5 is E)"),
}
SAID = (
    _("The policy cannot be read: %(detail)s."),
    _("“%(name)s” is missing."),
    _("“%(name)s” is named twice."),
    _("“%(name)s” is not a name: use small letters, figures and underscores."),
    _("“%(name)s” is the name of something known already."),
    _("“%(value)s” is not a number."),
    _("This is a whole number; %(value)s is not."),
    _("This lies between %(low)s and %(high)s; %(value)s does not."),
    _("The weights cannot all be zero."),
    _("A weight counts in thousandths; write at most three places instead of %(value)s."),
    _("The shortest line is longer than the longest."),
    _("There is no risk band “%(value)s”."),
    _("The table has a gap: no row fits where %(place)s."),
    _("Rows %(first)s and %(second)s of the table both fit where %(place)s."),
    _("The table's result should be %(want)s."),
    _("Line 1, column %(column)s: this divides by “%(divisor)s”, which can be 0 (%(where)s)."),
    _(
        "Line 1, column %(column)s: this divides by “%(divisor)s”, and nothing says that it is not"
        " 0. Divide by max(…, 1), or write “… if %(divisor)s != 0 else …”."
    ),
    _(
        "Row %(row)s, column %(column)s of the table: this divides by “%(divisor)s”, and nothing"
        " says that it is not 0. Divide by max(…, 1), or write “… if %(divisor)s != 0 else …”."
    ),
    _(
        "Input %(column)s of the table: this divides by “%(divisor)s”, and nothing says that it is"
        " not 0. Divide by max(…, 1), or write “… if %(divisor)s != 0 else …”."
    ),
    _(
        "Input %(column)s of the table, “%(text)s”, has no value where everything it names is known"
        " (%(where)s)."
    ),
    _("There is no value where everything it names is known (%(where)s)."),
)  # the sentences of limit_faults, which knows no gettext


def reason(fault: PolicyFault) -> str:
    """The place and the reason, for a message under the text they are about."""
    if isinstance(fault.error, ExpressionError):
        return expression_words.in_words(fault.error)
    if fault.error is not None:
        words = {
            name: gettext(KIND_WORDS[value]) if isinstance(value, Kind) else value
            for name, value in fault.error.params.items()
        }
        said = gettext(MESSAGES[fault.error.code]).format(**words)
        if fault.error.row == 0 and fault.error.column:
            return gettext("Input %(column)s of the table: %(reason)s") % {
                "column": fault.error.column,
                "reason": said[:1].upper() + said[1:],
            }
        return gettext("Row %(row)s, column %(column)s: %(reason)s") % {
            "row": fault.error.row,
            "column": fault.error.column,
            "reason": said[:1].upper() + said[1:],
        }
    return gettext(SENTENCES[fault.code]) % fault.params


def name_of(part: str, name: str) -> str:
    """What a figure or formula is called; its code where nobody gave it words."""
    found = (FIGURES if part == "figures" else FORMULAS).get(name)
    return str(found) if found else name


def in_words(fault: PolicyFault) -> str:
    """Part, name, place and reason."""
    return f"{PARTS[fault.part]} · {name_of(fault.part, fault.name)}: {reason(fault)}"
