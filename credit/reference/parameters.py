"""Dated figures of lending: the loan prime rate and what regulation sets, each with its source."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.models import Parameter

PBOC = "中国人民银行授权全国银行间同业拆借中心公布"
PERSONAL_LOANS = "个人贷款管理办法（国家金融监督管理总局令2024年第3号）"
ONLINE_LOANS = "商业银行互联网贷款管理暂行办法（银保监会令2020年第9号）"
COST_SHEET = "个人贷款业务明示综合融资成本规定（金规〔2026〕2号）"
PENALTIES = "中国人民银行关于人民币贷款利率有关问题的通知（银发〔2003〕251号）"
COURTS = "最高人民法院关于进一步加强金融审判工作的若干意见（法发〔2017〕22号）"
OWN = "本行"

NEW_RULES, ONLINE_FROM, SHEET_FROM = date(2024, 7, 1), date(2020, 7, 17), date(2026, 8, 1)
PENALTIES_FROM, COURTS_FROM, OWN_FROM = date(2004, 1, 1), date(2017, 8, 4), date(2020, 1, 1)


@dataclass(frozen=True)
class Figure:
    """One value of one figure from one day on; fractions are text, amounts are fen."""

    name: str
    value: Any
    unit: str
    valid_from: date
    source: str
    note: str = ""
    to_be_checked: bool = False


FIGURES = (
    Figure("poster.days", 5, "day", OWN_FROM, OWN, "整村授信公示期"),
    Figure("granting.admission_days", 365, "day", OWN_FROM, OWN, "授信采用的准入决定最长有效期"),
    Figure("letters.appeal_days", 30, "day", OWN_FROM, OWN, "未授信通知书请农户提出申诉的期限"),
    Figure("poster.shows_amounts", 0, "", OWN_FROM, OWN, "公示授信额度：1 公开，0 不公开"),
    Figure("cost.ceiling", "0.24", "1/year", COURTS_FROM, COURTS, "年化综合成本上限"),
    Figure("cost.sheet_from", "2026-08-01", "day", SHEET_FROM, COST_SHEET, "须签约前明示的起始日"),
    Figure("cost.reading_seconds", 10, "s", OWN_FROM, COST_SHEET, "规定未给秒数，由本行设定", True),
    Figure("penalty.overdue_factor", "1.5", "×", PENALTIES_FROM, PENALTIES, "加收30%–50%"),
    Figure("penalty.misuse_factor", "2.0", "×", PENALTIES_FROM, PENALTIES, "加收50%–100%"),
    Figure("payment.self_at_most", 30_000_000, "fen", NEW_RULES, PERSONAL_LOANS, "自主支付"),
    Figure(
        "payment.self_at_most_business",
        50_000_000,
        "fen",
        NEW_RULES,
        PERSONAL_LOANS,
        "生产经营用途自主支付",
    ),
    Figure("payment.splitting_days", 30, "days", OWN_FROM, OWN, "拆分支付的识别期"),
    Figure("term.consumption_months", 60, "months", NEW_RULES, PERSONAL_LOANS),
    Figure("term.business_months", 60, "months", NEW_RULES, PERSONAL_LOANS, "一般不超过5年"),
    Figure("term.longest_months", 120, "months", NEW_RULES, PERSONAL_LOANS),
    Figure(
        "visit.may_be_skipped_up_to",
        20_000_000,
        "fen",
        NEW_RULES,
        PERSONAL_LOANS,
        "数据可核实的可不下户",
        True,
    ),
    Figure("online.consumption_at_most", 20_000_000, "fen", ONLINE_FROM, ONLINE_LOANS),
    Figure("online.bullet_months", 12, "months", ONLINE_FROM, ONLINE_LOANS),
    Figure(
        "online.easing_2025",
        {"in_force": False, "consumption_at_most": 30_000_000, "months": 84},
        "",
        date(2025, 1, 1),
        "2025年消费贷款阶段性放宽",
        "默认不启用",
        True,
    ),
    Figure("authorisation.longest_days_granting", 365, "days", OWN_FROM, OWN, "授信授权"),
    Figure("authorisation.longest_days_application", 90, "days", OWN_FROM, OWN, "申请授权"),
    Figure("authorisation.longest_days_post_loan", 365, "days", OWN_FROM, OWN, "贷后授权"),
    Figure("override.longest_days", 365, "days", OWN_FROM, OWN, "特批最长期限"),
    Figure("approval.automatic_at_most", 5_000_000, "fen", OWN_FROM, OWN, "自动审批上限"),
    Figure("session.minutes", 30, "min", OWN_FROM, OWN),
    Figure("sms_code.minutes", 5, "min", OWN_FROM, OWN),
)

LPR = (
    (date(2019, 8, 20), "0.0425", "0.0485"),
    (date(2019, 9, 20), "0.0420", "0.0485"),
    (date(2019, 11, 20), "0.0415", "0.0480"),
    (date(2020, 2, 20), "0.0405", "0.0475"),
    (date(2020, 4, 20), "0.0385", "0.0465"),
    (date(2021, 12, 20), "0.0380", "0.0465"),
    (date(2022, 1, 20), "0.0370", "0.0460"),
    (date(2022, 5, 20), "0.0370", "0.0445"),
    (date(2022, 8, 22), "0.0365", "0.0430"),
    (date(2023, 6, 20), "0.0355", "0.0420"),
    (date(2023, 8, 21), "0.0345", "0.0420"),
    (date(2024, 2, 20), "0.0345", "0.0395"),
    (date(2024, 7, 22), "0.0335", "0.0385"),
    (date(2024, 10, 21), "0.0310", "0.0360"),
    (date(2025, 5, 20), "0.0300", "0.0350"),
)
LPR_NOTE = "2025-12-22 仍未变动；2026 年各期待核对"


def load_parameters() -> int:
    """Store every figure that is not stored yet; returns how many were new. A value that staff
    already keep for a day is left alone."""
    kept = set(Parameter.objects.values_list("name", "valid_from"))
    figures = (*FIGURES, *_lpr_figures())
    new = [_as_kept(each) for each in figures if (each.name, each.valid_from) not in kept]
    return len(Parameter.objects.bulk_create(new))


def _lpr_figures() -> list[Figure]:
    figures = []
    for on, one_year, five_year in LPR:
        newest = on == LPR[-1][0]
        note = LPR_NOTE if newest else ""
        figures.append(Figure("lpr.1y", one_year, "1/year", on, PBOC, note, newest))
        figures.append(Figure("lpr.5y", five_year, "1/year", on, PBOC, note, newest))
    return figures


def _as_kept(figure: Figure) -> Parameter:
    return Parameter(
        name=figure.name,
        valid_from=figure.valid_from,
        value=figure.value,
        unit=figure.unit,
        source=figure.source,
        note=figure.note,
        to_be_checked=figure.to_be_checked,
        valid_to=_last_day(figure),
    )


def _last_day(figure: Figure) -> date | None:
    """The day before the next quote, for a figure that was quoted again."""
    if not figure.name.startswith("lpr."):
        return None
    later = [on for on, _one, _five in LPR if on > figure.valid_from]
    return min(later) - timedelta(days=1) if later else None
