"""What PostgreSQL itself keeps of the credit room: books that balance, room for what changes."""

from django.db.migrations import RunSQL

LEDGER = RunSQL(
    """
CREATE FUNCTION credit_entries_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT entry_id INTO wrong FROM written GROUP BY entry_id HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Ledger entry % does not balance.', wrong
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entries_balance AFTER INSERT ON credit_ledgerline
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION credit_entries_balance();
CREATE TRIGGER ledger_line_append_only BEFORE UPDATE OR DELETE ON credit_ledgerline
    FOR EACH ROW EXECUTE FUNCTION core_append_only();
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON credit_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION core_append_only();
""",
    """
DROP TRIGGER ledger_entry_append_only ON credit_ledgerentry;
DROP TRIGGER ledger_line_append_only ON credit_ledgerline;
DROP TRIGGER ledger_entries_balance ON credit_ledgerline;
DROP FUNCTION credit_entries_balance();
""",
)
"""Entries are written whole, by one statement each or 100,000 at once, and checked as they are."""

DAILY_WORK = RunSQL(
    """
ALTER TABLE credit_loan SET (fillfactor = 80);
ALTER TABLE credit_instalment SET (fillfactor = 80);
""",
    """
ALTER TABLE credit_instalment RESET (fillfactor);
ALTER TABLE credit_loan RESET (fillfactor);
""",
)
"""The close of business changes these rows every day; each keeps its page."""

NUMBERS = RunSQL("CREATE SEQUENCE credit_number", "DROP SEQUENCE credit_number")
"""Applications, contracts and payments are numbered without gaps mattering or waiting."""
