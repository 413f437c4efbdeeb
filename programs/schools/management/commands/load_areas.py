from __future__ import annotations

from django.core.management.base import BaseCommand

from programs.schools.actions.areas import import_areas
from programs.schools.queries.schools import areas_in_jurisdiction


class Command(BaseCommand):
    help = "Load the city's administrative units and mark those of the jurisdiction; repeating it changes nothing."

    def handle(self, *args, **options) -> None:
        units = import_areas()
        self.stdout.write(f"{units} units, {areas_in_jurisdiction().count()} of them in the jurisdiction.")
