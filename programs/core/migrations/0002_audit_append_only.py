"""The audit log is append-only in the database itself: not even our own code can change or delete a row."""

from django.db import migrations

from programs.core.append_only import statements, undo_statements


def guard(apps, schema_editor) -> None:
    for statement in statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def unguard(apps, schema_editor) -> None:
    for statement in undo_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        # The last one that touches the table: on SQLite a later change would rebuild it without the guard.
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]
    operations = [migrations.RunPython(guard, unguard)]
