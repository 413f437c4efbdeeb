"""Two sessions cannot stand in one room at one time, whichever door they come by (CASES B08).

Django knows such a constraint for PostgreSQL only; here is the same for both databases.
"""

from django.db import migrations

TABLE, ROOM_FREE = "centres_session", "session_room_free"

_CLASH = f"""
SELECT RAISE(ABORT, '{ROOM_FREE}') FROM {TABLE} AS other
WHERE NEW.state <> 'cancelled' AND other.state <> 'cancelled' AND other.room_id = NEW.room_id
AND other.id IS NOT NEW.id AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at
"""
SQLITE = [
    f"CREATE TRIGGER IF NOT EXISTS {ROOM_FREE}_insert BEFORE INSERT ON {TABLE} BEGIN {_CLASH}; END",
    f"CREATE TRIGGER IF NOT EXISTS {ROOM_FREE}_update BEFORE UPDATE OF room_id, starts_at, ends_at, state "
    f"ON {TABLE} BEGIN {_CLASH}; END",
]
SQLITE_UNDO = [f"DROP TRIGGER IF EXISTS {ROOM_FREE}_insert", f"DROP TRIGGER IF EXISTS {ROOM_FREE}_update"]

# The room as a range of one: ranges are indexed by PostgreSQL itself, a plain number only with an extension.
POSTGRESQL = [
    f"ALTER TABLE {TABLE} ADD CONSTRAINT {ROOM_FREE} EXCLUDE USING gist "
    "(int8range(room_id, room_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&) WHERE (state <> 'cancelled')"
]
POSTGRESQL_UNDO = [f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {ROOM_FREE}"]


def guard(apps, schema_editor) -> None:
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def unguard(apps, schema_editor) -> None:
    for statement in SQLITE_UNDO if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_UNDO:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("centres", "0002_initial")]
    operations = [migrations.RunPython(guard, unguard)]
