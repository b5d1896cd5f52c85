"""The signals with which a bank begins; from then on they are the bank's own.

Numbers and thresholds follow the published list of 32 signals; here are those whose data the bank
itself holds.
"""

from typing import Any

SIGNALS: list[dict[str, Any]] = [
    {
        "code": "W01",
        "name": "逾期超过30天",
        "level": "red",
        "expression": "loan_dpd_now > 30",
        "params": {},
        "action": "冻结授信，2个工作日内上门",
        "working_days": 1,
    },
    {
        "code": "W02",
        "name": "逾期8-30天",
        "level": "orange",
        "expression": "8 <= loan_dpd_now <= 30",
        "params": {},
        "action": "3个工作日内上门了解原因",
        "working_days": 3,
    },
    {
        "code": "W03",
        "name": "逾期1-7天",
        "level": "yellow",
        "expression": "1 <= loan_dpd_now <= 7",
        "params": {},
        "action": "短信提醒并电话联系",
        "working_days": 7,
    },
    {
        "code": "W04",
        "name": "首期违约",
        "level": "red",
        "expression": "loan_first_pay_default",
        "params": {},
        "action": "核查是否欺诈，暂停用信",
        "working_days": 1,
    },
    {
        "code": "W18",
        "name": "存款骤降",
        "level": "yellow",
        "expression": "dep_drop_3m > share and dep_avg_prev >= enough",
        "params": {"share": 0.5, "enough": 10000},
        "action": "电话了解资金去向",
        "working_days": 7,
    },
    {
        "code": "W30",
        "name": "贷后检查超期",
        "level": "yellow",
        "expression": "check_overdue_days > 10",
        "params": {},
        "action": "督促客户经理完成检查",
        "working_days": 7,
    },
    {
        "code": "W32",
        "name": "本村逾期集中",
        "level": "yellow",
        "expression": "village_overdue_share > share and village_loans >= enough",
        "params": {"share": 0.05, "enough": 20},
        "action": "支行复查本村授信",
        "working_days": 7,
    },
]
