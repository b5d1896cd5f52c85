"""How a migration makes PostgreSQL keep a row with the village of what it hangs on."""

from collections.abc import Mapping

from django.db.migrations import RunSQL

NAMED = """
CREATE FUNCTION {table}_names_its_village() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
BEGIN
    NEW.village_id := COALESCE({found});
    IF TG_OP = 'UPDATE' AND NEW.village_id IS DISTINCT FROM OLD.village_id THEN
        PERFORM FROM {table} WHERE id = NEW.id FOR UPDATE;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER named_with_its_village BEFORE INSERT ON {table}
    FOR EACH ROW WHEN (NEW.village_id IS NULL) EXECUTE FUNCTION {table}_names_its_village();
CREATE TRIGGER stays_with_its_village BEFORE UPDATE OF village_id, {references} ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_names_its_village();
"""
FOUND = "(SELECT village_id FROM {parent} WHERE id = NEW.{reference} FOR KEY SHARE)"
MOVES = """
UPDATE {table} SET village_id = parent.village_id
  FROM {parent} parent WHERE parent.id = {table}.{reference};
CREATE FUNCTION {table}_moves_with_{parent}() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
BEGIN
    UPDATE {table} SET village_id = NEW.village_id WHERE {reference} = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER {table}_moves AFTER UPDATE ON {parent}
    FOR EACH ROW WHEN (OLD.village_id IS DISTINCT FROM NEW.village_id)
    EXECUTE FUNCTION {table}_moves_with_{parent}();
"""
LEFT = """
DROP FUNCTION {table}_moves_with_{parent}() CASCADE;
"""
ALONE = """
CREATE FUNCTION {table}_moves_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM {table} WHERE id = NEW.id FOR UPDATE;
    RETURN NEW;
END $$;
CREATE TRIGGER moves_alone BEFORE UPDATE OF village_id ON {table}
    FOR EACH ROW WHEN (OLD.village_id IS DISTINCT FROM NEW.village_id)
    EXECUTE FUNCTION {table}_moves_alone();
"""
NOT_ALONE = "DROP FUNCTION {table}_moves_alone() CASCADE;"
UNNAMED = """
DROP FUNCTION {table}_names_its_village() CASCADE;
"""

AT_HOME = """
UPDATE village_household household SET group_id = NULL FROM village_group own
 WHERE own.id = household.group_id AND own.village_id <> household.village_id;
CREATE FUNCTION village_household_group_at_home() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM village_group
                    WHERE id = NEW.group_id AND village_id = NEW.village_id) THEN
        RAISE EXCEPTION 'The group of a household is one of its own village.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER group_at_home BEFORE UPDATE OF village_id, group_id ON village_household
    FOR EACH ROW WHEN (NEW.group_id IS NOT NULL
        AND (OLD.village_id, OLD.group_id) IS DISTINCT FROM (NEW.village_id, NEW.group_id))
    EXECUTE FUNCTION village_household_group_at_home();
"""
NOT_AT_HOME = "DROP FUNCTION village_household_group_at_home() CASCADE;"

GROUP_AT_HOME = RunSQL(AT_HOME, NOT_AT_HOME)
"""A household that moves, or is given another group, is in a group of its own village; one that
stands in another's, from before, is in none. Who is new comes with village and group out of one
look-up, and is not looked at: of a county, that would take seconds."""


def leads(table: str) -> RunSQL:
    """Have whoever moves a row of ``table``, whose village people set, wait for those who are just
    writing something that hangs on it; whoever comes later waits for the move."""
    return RunSQL(ALONE.format(table=table), NOT_ALONE.format(table=table))


def follows(table: str, parents: Mapping[str, str]) -> RunSQL:
    """Have every row of ``table`` name the village of its parent, when it comes and when the parent
    moves. ``parents`` are tables that name theirs, by the column that leads to each; of several,
    the first that is there counts. Whoever comes holds the parent's key until the commit, as a
    reference would anyway; a move takes the parent whole, so that neither overlooks the other.

    Whoever writes many rows and knows the village names it, which spares the look. A session keeps
    the plan of a look-up: made while a table was small, it would walk the grown one for every row,
    were walking not ruled out.
    """
    edges = [{"table": table, "reference": each, "parent": of} for each, of in parents.items()]
    found = ", ".join(FOUND.format(**each) for each in edges)
    own = {"table": table, "found": found, "references": ", ".join(parents)}
    return RunSQL(
        "".join(MOVES.format(**each) for each in edges) + NAMED.format(**own),
        UNNAMED.format(**own) + "".join(LEFT.format(**each) for each in edges),
    )
