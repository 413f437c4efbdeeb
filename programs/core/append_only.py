"""SQL that makes a table append-only inside the database, for both databases."""

from __future__ import annotations

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
POSTGRESQL_UNDO = [
    f"DROP TRIGGER IF EXISTS audit_append_only ON {AUDIT_TABLE}",
    "DROP FUNCTION IF EXISTS audit_append_only()",
]


def statements(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [SQLITE_NO_UPDATE, SQLITE_NO_DELETE]
    return [POSTGRESQL_FUNCTION, POSTGRESQL_TRIGGER]


def undo_statements(vendor: str) -> list[str]:
    return SQLITE_UNDO if vendor == "sqlite" else POSTGRESQL_UNDO
