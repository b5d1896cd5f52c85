"""Why a line is as large as it is, as a household is told on paper: plain Chinese, no codes.

Only what concerns the household itself: no neighbour's answer and no list is ever named.
"""

from collections.abc import Mapping
from typing import Any

COMBINED_BY = {
    "median": "我行同时参考了乡邻评议、收入资产测算和入户走访三方面结果，取居中的一项。",
    "surveyed": "额度以客户经理入户走访核实的家庭收支和实际需求为准。",
    "reviewed": "额度以乡邻评议的结果为准。",
    "model": "额度以按您家收入、资产和负债测算的结果为准。",
    "model_stretched": "按您家收入、资产和负债测算的结果，对额度作了上限控制。",
    "weighted": "额度按乡邻评议、收入资产测算和入户走访三方面结果综合计算。",
    "pre_limit": "入户走访尚未完成，先按乡邻评议和收入资产测算中较低一项的一定比例预授信。",
}
CAPPED_BY = {
    "product": "额度已达到该产品的最高限额。",
    "dti": "为避免还款负担过重，额度不超过您家收入能够偿还的范围。",
    "household": "额度连同家庭成员已有贷款，不超过一户的最高限额。",
    "person": "额度连同您本人在我行的其他授信和贷款，不超过一人的最高限额。",
    "admission": "综合征信、登记等情况，额度不超过我行规定的上限。",
}
OTHER_CAP = "额度按我行额度政策作了上限控制。"
LOWERED = "综合征信等情况，额度按比例作了下调。"
REFUSED = "按我行额度政策，您家目前不符合授信条件。"
KEPT = "您家已签约的额度保持不变。"
KEPT_BECAUSE = {
    "within": "新一轮测算的额度与已签约额度相差不大。",
    "band": "提高已签约额度，需要综合评分达到我行规定的等级。",
    "use": "提高已签约额度，需要用信达到额度的一定比例。",
    "late": "提高已签约额度，需要近十二个月按时还款。",
    "late_unknown": "您家有贷款的还款情况尚未核实，核实后可以再议。",
    "too_small": "按我行规定，每轮可以提高的金额不足一个档次。",
}
CAPPED_RAISE = "已签约额度每轮提高不超过我行规定的比例。"
SETTLED = "您家的额度由我行审批人员人工审定。"


def reasons_in_plain_words(explanation: Mapping[str, Any]) -> list[str]:
    """The sentences of a letter, from a decision's explanation."""
    if explanation.get("settled"):
        return [SETTLED]
    said = []
    if (by := explanation.get("combined_by")) in COMBINED_BY:
        said.append(COMBINED_BY[by])
    if explanation.get("zero_reasons"):
        return [REFUSED]
    if cap := explanation.get("capped_by"):
        said.append(CAPPED_BY.get(cap, OTHER_CAP))
    if explanation.get("limit_factor") not in (None, "1", "1.00"):
        said.append(LOWERED)
    return said + _of_a_signed_line(explanation.get("moved") or {})


def _of_a_signed_line(moved: Mapping[str, Any]) -> list[str]:
    """Why what was signed is kept, or is not raised by all that the round worked out."""
    if moved.get("is_capped"):
        return [CAPPED_RAISE]
    codes = [code for code in moved.get("kept_because", ()) if code in KEPT_BECAUSE]
    return [KEPT, *(KEPT_BECAUSE[code] for code in codes)] if codes else []
