"""SQL that makes a table append-only inside the database, for both databases."""

from __future__ import annotations

import re

AUDIT_TABLE = "wagtailcore_modellogentry"
_REFUSAL = "the audit log is append-only"

SQLITE_NO_UPDATE = f"""
CREATE TRIGGER IF NOT EXISTS audit_no_update BEFORE UPDATE ON {AUDIT_TABLE}
BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
"""
SQLITE_NO_DELETE = f"""
CREATE TRIGGER IF NOT EXISTS audit_no_delete BEFORE DELETE ON {AUDIT_TABLE}
BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
"""
SQLITE_UNDO = ["DROP TRIGGER IF EXISTS audit_no_update", "DROP TRIGGER IF EXISTS audit_no_delete"]

POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
POSTGRESQL_TRIGGER = f"""
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON {AUDIT_TABLE}
FOR EACH ROW EXECUTE FUNCTION audit_append_only()
"""
# TRUNCATE fires no trigger of rows.
POSTGRESQL_NO_TRUNCATE = f"""
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {AUDIT_TABLE}
FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()
"""
POSTGRESQL_UNDO = [
    f"DROP TRIGGER IF EXISTS audit_no_truncate ON {AUDIT_TABLE}",
    f"DROP TRIGGER IF EXISTS audit_append_only ON {AUDIT_TABLE}",
    "DROP FUNCTION IF EXISTS audit_append_only()",
]


def statements(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [SQLITE_NO_UPDATE, SQLITE_NO_DELETE]
    return [POSTGRESQL_FUNCTION, POSTGRESQL_TRIGGER, POSTGRESQL_NO_TRUNCATE]


def undo_statements(vendor: str) -> list[str]:
    return SQLITE_UNDO if vendor == "sqlite" else POSTGRESQL_UNDO


# --- The role that the portal signs in with ----------------------------------------------------------
# A trigger stops mistakes; its owner could drop it. So the tables belong to one role, which migrates, and the portal
# runs as another, which may do with rows what a portal does, and with the log nothing but add and read.
def grants(role: str) -> list[str]:
    """The statements that give ``role`` what the portal needs; run by the owner after every migration."""
    name = quoted(role)
    return [
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"REVOKE CREATE ON SCHEMA public FROM {name}, PUBLIC",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE UPDATE, DELETE ON {AUDIT_TABLE} FROM {name}",
    ]


def quoted(role: str) -> str:
    """Raises ValueError for what is no plain name of a role."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
        raise ValueError(f"{role!r} is no name of a database role.")
    return f'"{role}"'
