"""What PostgreSQL itself keeps of the core: what is on record is never changed or removed."""

from django.db.migrations import RunSQL

ON_RECORD = RunSQL(
    """
CREATE FUNCTION core_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.sequence IS NULL
       AND (to_jsonb(NEW) - 'sequence' - 'chain_hash') = (to_jsonb(OLD) - 'sequence' - 'chain_hash')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The audit record is append only.'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON core_auditentry
    FOR EACH ROW EXECUTE FUNCTION core_audit_append_only();

CREATE FUNCTION core_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or removed.', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER reading_append_only BEFORE UPDATE OR DELETE ON core_reading
    FOR EACH ROW EXECUTE FUNCTION core_append_only();
""",
    """
DROP TRIGGER reading_append_only ON core_reading;
DROP TRIGGER audit_append_only ON core_auditentry;
DROP FUNCTION core_append_only();
DROP FUNCTION core_audit_append_only();
""",
)
"""The audit record takes its place in the chain once; readings stay as they were written. Other
rooms use ``core_append_only()`` for what they keep on record."""
