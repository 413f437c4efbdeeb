"""Loads the demonstration province, or the city for benchmarks."""

from __future__ import annotations

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from programs.schools.models import School
from stem_portal.demo.province import SCALES, build


class Command(BaseCommand):
    help = (
        "Load a realistic demonstration province: schools, people, visits, projects, certificates, reports and pages."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--scale", choices=sorted(SCALES), default="province")
        parser.add_argument("--seed", type=int, default=2026, help="the same seed builds the same province")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are schools already")

    def handle(self, *args, scale: str, seed: int, if_empty: bool, **options) -> None:
        if settings.IN_PRODUCTION:
            raise CommandError("The demonstration uses known passwords and is never loaded in production.")
        if School.objects.exists():
            if if_empty:
                return
            raise CommandError("The database already has schools. Empty it first (make reset), then load again.")
        began = time.monotonic()
        self.stdout.write("Loading the demonstration province:")
        build(scale_name=scale, seed=seed, now=timezone.now(), say=lambda text: self.stdout.write(f"  {text}"))
        self.stdout.write(self.style.SUCCESS(f"  done in {time.monotonic() - began:.0f} s"))
