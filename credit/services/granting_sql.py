"""The statements with which villages' lines are written and moved."""

UNSIGNED = (
    "(l.status IN ('pre_granted', 'granted') OR l.status = 'frozen' AND l.frozen_from = 'granted')"
)
"""Nobody has signed the line ``l``: it follows its limit, and whoever the limit is for."""
GONE = "(b.state <> ALL(%(here)s) OR b.household_id <> l.household_id)"
"""The main borrower ``b`` of the line ``l`` has died, moved away or belongs elsewhere."""
ORPHANED = f"(l.status IN ('signed', 'active') AND {GONE})"
"""What was signed can be drawn under, but by nobody any more."""
ANEW = "(d.movement <> 'exit' AND l.status IN ('pre_granted', 'granted'))"
"""The limit ``d`` of a new round gives the unsigned line ``l`` its whole term once more."""

# For the limits that this run wrote, and no others: what an earlier run decided has had its line,
# and a later round or the bank may have ended it since. A line that the household has stays.
INSERT_LINES = """
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
"""

# What was signed is lowered or ended by the bank, never below what is owed under it; it is raised
# only by a new signature. What is frozen stays so, and follows its limit meanwhile: thawed, it
# must not stand at what a round before gave.
APPLY = f"""
UPDATE credit_creditline l
   SET amount = CASE WHEN d.movement IN ('exit', 'keep') THEN l.amount
                     ELSE greatest(d."limit", (
                         SELECT coalesce(sum(owed.principal_left), 0)
                           FROM credit_loan owed
                           JOIN credit_drawdown paid ON paid.id = owed.drawdown_id
                           JOIN credit_contract made ON made.id = paid.contract_id
                           JOIN credit_application asked ON asked.id = made.application_id
                          WHERE asked.line_id = l.id AND owed.status = ANY(%(owing)s))) END,
       borrower_id = CASE WHEN d.movement <> 'exit' AND {UNSIGNED} THEN d.borrower_id
                          ELSE l.borrower_id END,
       status = CASE WHEN d.movement = 'exit' AND l.status = 'active' THEN 'frozen'
                     WHEN d.movement = 'exit' THEN 'closed'
                     WHEN {ORPHANED} THEN 'frozen'
                     WHEN d.outcome = 'grant' AND l.status = 'pre_granted' THEN 'granted'
                     ELSE l.status END,
       frozen_because = CASE WHEN d.movement = 'exit' AND l.status = 'active' THEN %(why)s
                             WHEN d.movement <> 'exit' AND {ORPHANED} THEN %(gone)s
                             ELSE l.frozen_because END,
       frozen_from = CASE WHEN d.movement = 'exit' AND l.status = 'active'
                            OR d.movement <> 'exit' AND {ORPHANED} THEN l.status
                          ELSE l.frozen_from END,
       -- What nobody has signed is granted anew, and runs from that day.
       valid_from = CASE WHEN {ANEW} THEN %(day)s::date ELSE l.valid_from END,
       valid_to = CASE WHEN {ANEW} THEN (%(day)s::date + make_interval(
                            months => (d.explanation->>'line_months')::int))::date
                       ELSE l.valid_to END,
       -- What is ended for good keeps its own decision: whoever appeals may get a new line.
       decision_id = CASE WHEN d.movement = 'exit' AND l.status <> 'active' THEN l.decision_id
                          ELSE d.id END
  FROM credit_limitdecision d, village_customer b
 WHERE d.id = ANY(%(decisions)s) AND l.household_id = d.household_id AND b.id = l.borrower_id
   AND l.status NOT IN ('expired', 'closed')
   AND (l.status <> 'frozen' OR d.movement IN ('lower', 'raise'))
   AND (d.movement <> 'raise' OR {UNSIGNED})
RETURNING l.id, l.amount, l.borrower_id
"""  # noqa: S608 - our own words
