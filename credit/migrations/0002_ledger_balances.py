from django.db import migrations

FORWARD = """
CREATE FUNCTION credit_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(amount) FROM credit_ledgerline WHERE entry_id = NEW.entry_id) <> 0 THEN
        RAISE EXCEPTION 'Ledger entry % does not balance.', NEW.entry_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON credit_ledgerline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION credit_entry_balances();
CREATE TRIGGER ledger_line_append_only BEFORE UPDATE OR DELETE ON credit_ledgerline
    FOR EACH ROW EXECUTE FUNCTION core_append_only();
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON credit_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION core_append_only();
"""

BACKWARD = """
DROP TRIGGER ledger_entry_append_only ON credit_ledgerentry;
DROP TRIGGER ledger_line_append_only ON credit_ledgerline;
DROP TRIGGER ledger_entry_balances ON credit_ledgerline;
DROP FUNCTION credit_entry_balances();
"""


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_initial"), ("core", "0002_audit_is_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
