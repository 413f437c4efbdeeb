"""The database role that the portal signs in with adds to the audit log and reads it; it takes nothing away.

On a real PostgreSQL, signed in as that role. The negative control is the owner of the tables, who could.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from wagtail.models import ModelLogEntry

from programs.core.append_only import AUDIT_TABLE, quoted
from tests.people import make_user

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has roles"),
]
ROLE = "portal_app"


@pytest.fixture
def role() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {quoted(ROLE)}")
        cursor.execute(f"CREATE ROLE {quoted(ROLE)} LOGIN")
    call_command("grant_portal_role", ROLE)
    call_command("grant_portal_role", ROLE)  # after every migration, so again and again
    yield ROLE
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {quoted(ROLE)}")
        cursor.execute(f"DROP ROLE {quoted(ROLE)}")


@pytest.fixture
def portal(role) -> Iterator[psycopg.Connection]:
    """A connection of the portal itself."""
    known = connection.get_connection_params()
    where = {name: known[name] for name in ("dbname", "host", "port") if known.get(name)}
    with psycopg.connect(**where, user=role, autocommit=True) as signed_in:
        yield signed_in


@pytest.fixture
def row() -> ModelLogEntry:
    from django.db import transaction

    from programs.core.audit import record

    hanh = make_user("Trần Thị Hạnh")
    with transaction.atomic():
        record(by=hanh, action="person.create", obj=hanh)
    return ModelLogEntry.objects.get()


@pytest.mark.parametrize(
    "statement",
    [
        f"TRUNCATE {AUDIT_TABLE} CASCADE",
        f"DELETE FROM {AUDIT_TABLE}",
        f"UPDATE {AUDIT_TABLE} SET action = 'person.close'",
        f"ALTER TABLE {AUDIT_TABLE} DISABLE TRIGGER ALL",
        f"DROP TRIGGER audit_append_only ON {AUDIT_TABLE}",
        f"DROP TABLE {AUDIT_TABLE} CASCADE",
        "SET session_replication_role = replica",
        "CREATE TABLE own_log (id int)",
    ],
)
def test_the_portal_cannot_take_anything_from_the_log(portal, row, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        portal.execute(statement)
    assert ModelLogEntry.objects.get().action == "person.create"


def test_the_portal_works_with_every_other_table_and_adds_to_the_log(portal, row):
    assert portal.execute(f"SELECT count(*) FROM {AUDIT_TABLE}").fetchone() == (1,)  # noqa: S608
    columns = "content_type_id, object_id, label, action, user_id, uuid, timestamp, data, content_changed, deleted"
    portal.execute(f"INSERT INTO {AUDIT_TABLE} ({columns}) SELECT {columns} FROM {AUDIT_TABLE}")  # noqa: S608
    portal.execute("UPDATE accounts_user SET language = 'en'")
    portal.execute("DELETE FROM core_holiday")
    assert ModelLogEntry.objects.count() == 2


def test_the_owner_is_stopped_by_the_triggers_until_they_are_dropped(row):
    """The negative control: whoever owns the table may drop its guard, so the portal must not own it."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {AUDIT_TABLE} ENABLE TRIGGER audit_no_truncate")
        try:
            with pytest.raises(Exception, match="append-only"):
                cursor.execute(f"TRUNCATE {AUDIT_TABLE} CASCADE")
        finally:
            cursor.execute(f"ALTER TABLE {AUDIT_TABLE} DISABLE TRIGGER audit_no_truncate")
        assert ModelLogEntry.objects.count() == 1
        cursor.execute(f"TRUNCATE {AUDIT_TABLE} CASCADE")
    assert not ModelLogEntry.objects.exists()


def test_a_name_that_is_none_is_refused():
    with pytest.raises(CommandError):
        call_command("grant_portal_role", 'x"; DROP TABLE accounts_user; --')
