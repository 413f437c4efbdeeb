"""SQL by which the database itself refuses two sessions in one room at one time, for both databases (CASES B08)."""

from __future__ import annotations

CONSTRAINT = "session_room_free"
TABLE = "centres_session"

_CLASH = f"""
SELECT RAISE(ABORT, '{CONSTRAINT}') FROM {TABLE} AS other
WHERE NEW.state <> 'cancelled' AND other.state <> 'cancelled' AND other.room_id = NEW.room_id
AND other.id IS NOT NEW.id AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at
"""  # noqa: S608 - constants of this file, nothing from outside
SQLITE = [
    f"CREATE TRIGGER IF NOT EXISTS {CONSTRAINT}_insert BEFORE INSERT ON {TABLE} BEGIN {_CLASH}; END",
    f"CREATE TRIGGER IF NOT EXISTS {CONSTRAINT}_update BEFORE UPDATE OF room_id, starts_at, ends_at, state "
    f"ON {TABLE} BEGIN {_CLASH}; END",
]
SQLITE_UNDO = [f"DROP TRIGGER IF EXISTS {CONSTRAINT}_insert", f"DROP TRIGGER IF EXISTS {CONSTRAINT}_update"]

# The room as a range of one: ranges are indexed by PostgreSQL itself, a plain number only with an extension.
POSTGRESQL = [
    f"ALTER TABLE {TABLE} ADD CONSTRAINT {CONSTRAINT} EXCLUDE USING gist "
    "(int8range(room_id, room_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&) WHERE (state <> 'cancelled')"
]
POSTGRESQL_UNDO = [f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {CONSTRAINT}"]


def statements(vendor: str) -> list[str]:
    return SQLITE if vendor == "sqlite" else POSTGRESQL


def undo_statements(vendor: str) -> list[str]:
    return SQLITE_UNDO if vendor == "sqlite" else POSTGRESQL_UNDO
