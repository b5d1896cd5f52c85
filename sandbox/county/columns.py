"""The columns of ``world.csv``, so that a county of many blanks reads back like a large one."""

import polars as pl

_TEXT = """
    id_number name phone household_no village born_on
    police_person_status police_hukou_area gov_police_list police_list_expire
    gov_marital gov_risk court_capacity
    ss_status ss_resident_type ss_employer pf_scope pf_status pf_employer_type
    biz_role biz_status biz_industry tax_grade agri_crop_main
    re_zone pb_first_month pb_class5_worst pb_card_status aml_risk_grade
"""
_YES_OR_NO = """
    is_head male police_id_match gov_fraud_card gov_dibao gov_dishonest gov_consume_limit
    re_seal_flag re_dispute_flag biz_abn_flag tax_owe_flag agri_insurance pb_guar_bad
    bh_od_flag_12m bh_special_list phone_name_match aml_list_hit
"""
_FRACTIONS = """
    z z_household default_propensity face_score pf_rate re_area tax_sales_yoy
    agri_land_mu agri_land_in_mu pb_card_util_6m
"""
_WHOLE = """
    income_true household_income_true trouble_month gov_divorce_months gov_exec_open_amt
    gov_suit_def_24m ss_cont_months ss_months_12 ss_base_now ss_employer_cnt_24m
    pf_cont_months pf_months_12 pf_base pf_bal pf_income_est pf_loan_bal
    re_cnt re_value_est re_mort_amt re_hold_months re_new_mortgage_12m
    biz_age_months biz_chg_6m biz_punish_12m biz_capital
    tax_sales_12m tax_paid_12m tax_zero_months tax_iit_income
    agri_subsidy_12m agri_subsidy_years agri_stock_cnt
    pb_lender_open pb_nonbank_open pb_loan_bal pb_pay_6m pb_card_limit pb_cur_od_cnt
    pb_cur_od_amt pb_od_max_24 pb_od_months_24 pb_bad_debt pb_recourse pb_guar_bal pb_joint_bal
    pb_q_hard_1m pb_q_hard_3m pb_q_hard_6m pb_score
    bh_apply_org_3m bh_apply_cnt_3m bh_open_bal phone_online_months
"""

WORLD: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(_TEXT.split(), pl.String),
    **dict.fromkeys(_YES_OR_NO.split(), pl.Boolean),
    **dict.fromkeys(_FRACTIONS.split(), pl.Float64),
    **dict.fromkeys(_WHOLE.split(), pl.Int64),
}
"""Type of every column. Money is whole yuan; ``_12m`` and the like name the window in months."""
