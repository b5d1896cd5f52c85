"""The statements with which a day of the whole book is read and written."""

# What has fallen due and is not settled, of loans that do not stand on this day yet.
READ = """
SELECT row.id AS instalment_id, row.loan_id, row.due_on, row.principal, row.interest,
       row.principal_paid AS paid_principal, row.interest_paid AS paid_interest,
       row.penalty_paid AS paid_penalty, row.compound_paid AS paid_compound,
       row.principal_days, row.interest_days, row.accrued_to,
       row.penalty_accrued AS penalty_before, row.compound_accrued AS compound_before,
       row.due_on > loan.worked_up_to AS falls_due,
       loan.annual_rate::text AS annual_rate, loan.penalty_factor::text AS penalty_factor
  FROM credit_instalment row JOIN credit_loan loan ON loan.id = row.loan_id
 WHERE row.paid_on IS NULL AND row.due_on <= %s
   AND loan.status IN ('active', 'restructured') AND loan.worked_up_to < %s
"""

WORKED_INSTALMENTS = {
    "instalment_id": "bigint",
    "principal_days": "bigint",
    "interest_days": "bigint",
    "accrued_to": "date",
    "penalty_accrued": "bigint",
    "compound_accrued": "bigint",
    "is_clear": "boolean",
}
WRITE_INSTALMENTS = """
UPDATE credit_instalment row
   SET principal_days = worked.principal_days, interest_days = worked.interest_days,
       accrued_to = worked.accrued_to, penalty_accrued = worked.penalty_accrued,
       compound_accrued = worked.compound_accrued,
       paid_on = CASE WHEN worked.is_clear THEN row.due_on END
  FROM worked_instalments worked
 WHERE row.id = worked.instalment_id
"""

WORKED_LOANS = {
    "loan_id": "bigint",
    "overdue_principal": "bigint",
    "overdue_interest": "bigint",
    "penalty_due": "bigint",
    "days_past_due": "integer",
    "interest_earned": "bigint",
    "penalty_earned": "bigint",
}
WRITE_LOANS = """
UPDATE credit_loan loan
   SET overdue_principal = worked.overdue_principal, overdue_interest = worked.overdue_interest,
       penalty_due = worked.penalty_due, days_past_due = worked.days_past_due,
       worst_days_past_due = greatest(loan.worst_days_past_due, worked.days_past_due),
       worked_up_to = %s
  FROM worked_loans worked
 WHERE loan.id = worked.loan_id
"""

# One entry per loan for what the day earned: a claim on the borrower against income.
BOOK = """
WITH entry AS (
    INSERT INTO credit_ledgerentry (loan_id, business_day, kind, reference, at)
    SELECT loan.id, %(day)s::date, %(kind)s,
           %(kind)s || ':' || loan.number || ':' || %(day)s::date, now()
      FROM worked_loans worked JOIN credit_loan loan ON loan.id = worked.loan_id
     WHERE worked.{earned} > 0
     ORDER BY loan.id
    RETURNING id, loan_id
)
INSERT INTO credit_ledgerline (entry_id, account, amount)
SELECT entry.id, side.account, side.sign * worked.{earned}
  FROM entry JOIN worked_loans worked ON worked.loan_id = entry.loan_id
 CROSS JOIN (VALUES (%(receivable)s, 1), (%(income)s, -1)) AS side(account, sign)
 ORDER BY entry.id, side.sign DESC
"""
BOOK_INTEREST = BOOK.format(earned="interest_earned")
BOOK_PENALTY = BOOK.format(earned="penalty_earned")

FIGURES = """
SELECT count(*) AS loans, coalesce(sum(principal_left), 0) AS principal_left,
       count(*) FILTER (WHERE days_past_due > 0) AS overdue_loans,
       coalesce(sum(overdue_principal), 0) AS overdue_principal,
       coalesce(sum(overdue_interest), 0) AS overdue_interest,
       coalesce(sum(penalty_due), 0) AS penalty_due
  FROM credit_loan WHERE status IN ('active', 'restructured')
"""
