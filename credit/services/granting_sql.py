"""The two statements with which a village's limits and lines are written."""

INSERT_DECISIONS = """
INSERT INTO credit_limitdecision (
    household_id, borrower_id, campaign_id, policy_id, admission_id, run_id, decided_on,
    reviewed_limit, model_limit, surveyed_limit, "limit", outcome, explanation
)
SELECT household, borrower, %(campaign)s, %(policy)s, admission, %(run)s, %(day)s,
       reviewed, model, surveyed, lim, outcome, explanation
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
       household bigint, borrower bigint, admission bigint, reviewed bigint, model bigint,
       surveyed bigint, lim bigint, outcome text, explanation jsonb)
 ORDER BY household
    ON CONFLICT (household_id, campaign_id) DO NOTHING
RETURNING id, outcome, "limit"
"""

# A line that this household still has stays what it is; so does one made by an earlier run.
INSERT_LINES = """
INSERT INTO credit_creditline (
    household_id, borrower_id, decision_id, amount, valid_from, valid_to, status, frozen_because
)
SELECT household_id, borrower_id, id, "limit", %(day)s::date,
       (%(day)s::date + make_interval(months => (explanation->>'line_months')::int))::date,
       CASE outcome WHEN 'grant' THEN 'granted' ELSE 'pre_granted' END, ''
  FROM credit_limitdecision
 WHERE campaign_id = %(campaign)s AND outcome IN ('grant', 'pre_grant') AND "limit" > 0
   AND settled_by_id IS NULL
 ORDER BY id
    ON CONFLICT DO NOTHING
RETURNING id, amount
"""
