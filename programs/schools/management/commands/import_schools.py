from __future__ import annotations

import csv
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from programs.core.refusals import Refused
from programs.schools.actions.lists import import_schools


class Command(BaseCommand):
    help = (
        "Create or update schools from a UTF-8 CSV file with the columns code, name, ward, levels, ownership, "
        "pupil_count, cluster, address, phone. All rows are taken or none; schools that are missing stay."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args, file: Path, **options) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as rows:
                result = import_schools(rows=csv.DictReader(rows), by=None)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read as a UTF-8 file: {error}") from error
        except Refused as refused:
            raise CommandError(str(refused.refusal.message)) from refused
        self.stdout.write(f"{result.created} created, {result.updated} updated, {result.unchanged} unchanged.")
