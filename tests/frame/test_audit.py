"""The audit log: every verb has a name, no row is ever changed or deleted."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry

from programs.core import append_only, audit
from tests.people import make_user


@pytest.fixture
def entry(db):
    hanh = make_user("Trần Thị Hạnh")
    audit.record(by=hanh, action="person.create", obj=hanh, after={"language": "vi"}, reason="invited")
    return audit.history_of(hanh).get()


def test_an_act_leaves_who_what_and_how_long_the_reason_was(entry):
    assert (entry.action, entry.user.full_name, entry.label) == ("person.create", "Trần Thị Hạnh", "accounts.User")
    assert entry.data == {"before": {}, "after": {"language": "vi"}, "reason_length": 7}
    assert entry.reason.text == "invited"
    with translation.override("vi"):
        assert entry.message == "Tạo tài khoản"


@pytest.mark.parametrize(
    "act",
    [
        lambda entry: ModelLogEntry.objects.filter(pk=entry.pk).update(action="person.close"),
        lambda entry: ModelLogEntry.objects.filter(pk=entry.pk).delete(),
        lambda entry: entry.delete(),
        lambda entry: entry.save(),
    ],
    ids=["update", "delete", "delete one", "save"],
)
def test_no_row_is_changed_or_deleted(entry, act):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act(entry)
    assert ModelLogEntry.objects.get(pk=entry.pk).action == "person.create"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows no REPLACE; its roles are in tests/races")
@pytest.mark.parametrize("how", ["REPLACE INTO", "INSERT OR REPLACE INTO"])
def test_no_row_is_replaced(entry, how):
    columns = ", ".join(column.column for column in ModelLogEntry._meta.concrete_fields)
    changed = columns.replace("action", "'person.close'", 1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"{how} {ModelLogEntry._meta.db_table} ({columns}) SELECT {changed} FROM {ModelLogEntry._meta.db_table}"  # noqa: S608
        )
    assert ModelLogEntry.objects.get(pk=entry.pk).action == "person.create"


def test_an_audit_row_needs_the_transaction_of_its_act(transactional_db):
    hanh = make_user("Trần Thị Hạnh")
    with pytest.raises(transaction.TransactionManagementError):
        audit.record(by=hanh, action="person.create", obj=hanh)


def test_every_verb_of_every_wing_is_registered():
    from programs.core.wagtail_hooks import audit_actions

    known = {action for action, _label in registry.get_choices()}
    assert set(audit_actions()) <= known
    assert "certificate.issue" in known
    assert "person.create" in known


def test_the_guard_can_be_taken_away_and_put_back(db):
    """The migration's way back and forth, on the database that the tests run on."""
    hanh = make_user("Trần Thị Hạnh")
    audit.record(by=hanh, action="person.create", obj=hanh)
    rows = ModelLogEntry.objects.all()
    with connection.cursor() as cursor:
        for statement in append_only.undo_statements(connection.vendor):
            cursor.execute(statement)
        assert rows.update(label="changed") == 1
        for statement in append_only.statements(connection.vendor):
            cursor.execute(statement)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(label="again")
