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
    return said
