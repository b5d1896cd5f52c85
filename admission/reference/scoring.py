"""The scoring policy with which a bank starts: whose card, which band, what is kept for cards."""

from admission.scoring.policy import (
    BUSINESS,
    FARMER,
    SEGMENTS,
    SELF_EMPLOYED,
    ScoringText,
)

CONDITIONS = {
    BUSINESS: "biz_role in {'法人', '股东'} and biz_live",
    SELF_EMPLOYED: "biz_role == '个体经营者' and biz_live",
    FARMER: "coalesce(hukou_in_area, living_state in {'常住', '外出'})",
}

EDGES = (640, 600, 560, 520)
"""With 600 points at 50 good to one bad and 20 points to double that, A begins where about one in
two hundred turns bad, B at one in fifty, C at one in fourteen, D at one in four."""

KEPT = (
    "age",
    "biz_role",
    "ch_acq_amt_12m",
    "ch_login_30d",
    "ch_mobile_bank",
    "ch_txn_3m",
    "declared_net_income",
    "dep_avg_12m",
    "dep_avg_3m",
    "dep_bal_now",
    "dep_drop_3m",
    "dep_hh_avg_12m",
    "dep_in_12m",
    "dep_net_in_6m",
    "dep_out_12m",
    "dep_payroll_avg_6m",
    "dep_payroll_months",
    "dep_td_ratio",
    "dep_tenure_months",
    "dep_txn_cnt_3m",
    "education_declared",
    "house_value_declared",
    "hv_hh_size",
    "hv_labor_cnt",
    "hv_net_asset",
    "hv_net_income",
    "hv_private_debt",
    "hv_review_neg",
    "hv_review_score",
    "hv_review_valid",
    "income_kind_declared",
    "land_mu_declared",
    "loan_bal",
    "loan_cnt_open",
    "loan_dpd_max_12m",
    "loan_od_cnt_12m",
    "loan_settled_cnt",
    "loan_used_ratio",
    "main_business_declared",
    "marital_declared",
    "occupation_declared",
    "phone_online_months",
    "rented_land_mu_declared",
    "vehicle_value_declared",
)
"""Own files and answers that are asked for anyway; nobody outside is asked for their sake."""


def first_policy() -> ScoringText:
    """The standard policy."""
    return ScoringText(CONDITIONS, dict.fromkeys(SEGMENTS, EDGES), KEPT)
