"""Translation catalogues: compile, check, sync and missing."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from stem_portal import catalogues


class Command(BaseCommand):
    help = (
        "compile: .po to .mo; check: every message has good Vietnamese; "
        "sync: write the English catalogues; missing [path]: entries that still need Vietnamese."
    )
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("act", choices=["compile", "check", "sync", "missing"])
        parser.add_argument("path", nargs="?", default="", help="for missing: only sources under this path")

    def handle(self, *, act: str, path: str, **options) -> None:
        getattr(self, {"check": "compare"}.get(act, act))(path)

    def compile(self, path: str) -> None:
        self.stdout.write(f"{catalogues.compile_all(settings.BASE_DIR)} catalogues compiled.")

    def sync(self, path: str) -> None:
        self.stdout.write(f"{catalogues.sync_english(settings.BASE_DIR)} English catalogues written.")

    def missing(self, path: str) -> None:
        self.stdout.write(catalogues.missing(settings.BASE_DIR, path))

    def compare(self, path: str) -> None:
        result = catalogues.check(settings.BASE_DIR)
        for notice in result.notices:
            self.stdout.write(notice)
        for error in result.errors:
            self.stderr.write(error)
        if result.errors:
            raise CommandError(f"The catalogues have {len(result.errors)} errors.")
        self.stdout.write("The catalogues are complete.")
