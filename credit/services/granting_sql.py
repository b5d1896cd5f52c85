"""The statement with which villages' lines are written."""

# For the limits that this run wrote, and no others: what an earlier run decided has had its line,
# and a later round or the bank may have ended it since. A line that the household has stays.
INSERT_LINES = """
WITH written AS (
INSERT INTO credit_creditline (
    household_id, borrower_id, decision_id, amount, valid_from, valid_to, status, frozen_because
)
SELECT household_id, borrower_id, id, "limit", %(day)s::date,
       (%(day)s::date + make_interval(months => (explanation->>'line_months')::int))::date,
       CASE outcome WHEN 'grant' THEN 'granted' ELSE 'pre_granted' END, ''
  FROM credit_limitdecision
 WHERE campaign_id = ANY(%(campaigns)s) AND id >= %(first)s
   AND outcome IN ('grant', 'pre_grant') AND "limit" > 0 AND settled_by_id IS NULL
 ORDER BY id
    ON CONFLICT DO NOTHING
RETURNING id, decision_id, amount
)
SELECT written.id, decision.campaign_id, written.amount
  FROM written JOIN credit_limitdecision decision ON decision.id = written.decision_id
 ORDER BY written.id
"""
