"""From the moment a rule set is published neither it nor anything in it changes, whichever door a change comes by.

The same for both databases: what is refused is every UPDATE and DELETE of a published rule set; every INSERT, UPDATE
and DELETE of its documents, rounds, criteria and fields; and every UPDATE and DELETE of a field that one names.
"""

from django.db import migrations

REFUSAL = "a published rule set is frozen"
SETS, FIELDS, CHOSEN = "competitions_ruleset", "competitions_projectfield", "competitions_ruleset_fields"
# What belongs to a rule set, with the condition that the row (NEW or OLD) is in a published one.
_OF = f"EXISTS (SELECT 1 FROM {SETS} WHERE id = {{row}}.{{column}} AND state = 'published')"
PARTS = {
    "competitions_slot": _OF.replace("{column}", "rule_set_id"),
    "competitions_round": _OF.replace("{column}", "rule_set_id"),
    CHOSEN: _OF.replace("{column}", "ruleset_id"),
    "competitions_criterion": f"EXISTS (SELECT 1 FROM competitions_round r JOIN {SETS} s ON s.id = r.rule_set_id "
    "WHERE r.id = {row}.round_id AND s.state = 'published')",
}
_NAMED = (
    f"EXISTS (SELECT 1 FROM {CHOSEN} c JOIN {SETS} s ON s.id = c.ruleset_id "
    "WHERE c.projectfield_id = OLD.id AND s.state = 'published')"
)


def _guards() -> list[tuple[str, str, str]]:
    """(table, what happens to a row of it, when that is refused)"""
    found = [(SETS, verb, "OLD.state = 'published'") for verb in ("UPDATE", "DELETE")]
    found += [(FIELDS, verb, _NAMED) for verb in ("UPDATE", "DELETE")]
    for table, inside in PARTS.items():
        new, old = inside.format(row="NEW"), inside.format(row="OLD")
        found += [(table, "INSERT", new), (table, "UPDATE", f"{new} OR {old}"), (table, "DELETE", old)]
    return found


def _name(table: str, verb: str) -> str:
    return f"{table}_frozen_{verb.lower()}"


def _sqlite(table: str, verb: str, when: str) -> list[str]:
    return [
        f"CREATE TRIGGER IF NOT EXISTS {_name(table, verb)} BEFORE {verb} ON {table} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    ]


def _postgresql(table: str, verb: str, when: str) -> list[str]:
    """A condition of a trigger may not ask another table, so a function asks."""
    name, row = _name(table, verb), "OLD" if verb == "DELETE" else "NEW"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN "
        f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$",
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def guard(apps, schema_editor) -> None:
    write = _sqlite if schema_editor.connection.vendor == "sqlite" else _postgresql
    for table, verb, when in _guards():
        for statement in write(table, verb, when):
            schema_editor.execute(statement)


def unguard(apps, schema_editor) -> None:
    for table, verb, _when in _guards():
        name = _name(table, verb)
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")


class Migration(migrations.Migration):
    dependencies = [("competitions", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
