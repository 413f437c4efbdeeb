"""Give the portal's database role what it needs, and no more (docs/operations.md, “Two database roles”)."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from programs.core.append_only import grants


class Command(BaseCommand):
    help = "As the owner of the tables, after migrate: grant the role that the portal signs in with its rights."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role")
        parser.add_argument("--show", action="store_true", help="print the statements, change nothing")

    def handle(self, *, role: str, show: bool, **options) -> None:
        try:
            statements = grants(role)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if show:
            self.stdout.write("".join(f"{statement};\n" for statement in statements))
            return
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles.")
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        self.stdout.write(f"{role} may use the tables; of the audit log it may read and add rows only.")
