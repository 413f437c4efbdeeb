"""Makes the floor's tables and its one row."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.floor.settings"
django.setup()

from django.core.management import call_command  # noqa: E402

from benchmarks.floor.models import Place  # noqa: E402

call_command("migrate", run_syncdb=True, verbosity=0)
Place.objects.create(pk=1, capacity=1_000_000)
