"""Two sessions cannot stand in one room at one time, whichever door they come by."""

from django.db import migrations

from programs.centres.overlaps import statements, undo_statements


def guard(apps, schema_editor) -> None:
    for statement in statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def unguard(apps, schema_editor) -> None:
    for statement in undo_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("centres", "0002_initial")]
    operations = [migrations.RunPython(guard, unguard)]
