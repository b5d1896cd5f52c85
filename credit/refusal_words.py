"""Why a household gets no line and what it can do, as it is told on paper: plain Chinese, no codes.

Only what concerns the household itself. What neighbours said, a list, and a condition that the bank
wrote by itself all read alike, so that nobody can tell which of them it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ALIKE = "综合我行掌握的情况，您家目前有我行规定暂不能授信的情形。"
TOGETHER = "综合评议、测算和走访的结果，您家目前还核定不出可以授信的额度。"
SETTLED = "您家的情况由我行审批人员人工审定，目前暂不授信。"
RULES = "征信、登记等信息中有我行规定暂不能授信的情形。"
OWN_REASONS = {
    "nobody_here": "您家目前没有在本地居住、可以作主借款人的成员。",
    "too_old_at_maturity": "授信到期时，主借款人的年龄将超过我行规定。",
}
CAPPED_BY = {
    "dti": "按您家的收入和已有负债测算，目前没有余力承担新的借款。",
    "household": "您家在我行的其他借款已达到一户的最高限额。",
    "person": "主借款人在我行的其他授信和借款已达到一人的最高限额。",
    "admission": RULES,
}
COMBINED_BY = {
    "surveyed": "按入户走访核实的家庭收支和资金需求，目前还核定不出可以授信的额度。",
    "model": "按您家的收入、资产和负债测算，目前还核定不出可以授信的额度。",
    "model_stretched": "按您家的收入、资产和负债测算，目前还核定不出可以授信的额度。",
}
CORRECT = "认为家庭成员、收入、资产或负债等资料有误的，可带证明材料到网点或请客户经理更正。"
NEXT_ROUND = "下一轮整村授信时，您家会重新参加评定，本次结果不影响下一轮。"
CAN_DO = {
    "nobody_here": "家里有成年成员回到本地居住的，可带身份证到网点登记。",
    "too_old_at_maturity": "配偶或成年子女符合条件的，可由其作主借款人，请到网点登记家庭成员。",
    "high_rule": "对信用报告、法院、登记等信息有异议的，可向提供信息的单位申请更正，再告知我行。",
    "income": "收入增加或还清部分借款后，可请客户经理更新资料、重新走访。",
}


@dataclass(frozen=True)
class Refusal:
    """What a household without a line is told."""

    reasons: list[str]
    can_do: list[str]


def in_plain_words(explanation: Mapping[str, Any], told_by_rules: Iterable[str]) -> Refusal:
    """The sentences of a letter; ``told_by_rules`` is what the rules that refused let a customer
    know."""
    codes = explanation.get("zero_reasons") or []
    if explanation.get("settled"):
        return Refusal([SETTLED], [CORRECT, NEXT_ROUND])
    if not codes:
        reason, advice = _worked_out(explanation)
        return Refusal([reason], [*advice, CORRECT, NEXT_ROUND])
    reasons = [OWN_REASONS[code] for code in OWN_REASONS if code in codes]
    if "high_rule" in codes:
        reasons += dict.fromkeys(told_by_rules) or [RULES]
    if any(code not in OWN_REASONS and code != "high_rule" for code in codes):
        reasons.append(ALIKE)
    return Refusal(
        reasons, [*(CAN_DO[code] for code in CAN_DO if code in codes), CORRECT, NEXT_ROUND]
    )


def _worked_out(explanation: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Nothing refused, and yet the limit is nothing: what kept it so low, and what may help."""
    cap, by = explanation.get("capped_by"), explanation.get("combined_by")
    if cap == "admission":
        return CAPPED_BY[cap], [CAN_DO["high_rule"]]
    reason = CAPPED_BY.get(cap) or COMBINED_BY.get(by, TOGETHER)
    return reason, [CAN_DO["income"]]
