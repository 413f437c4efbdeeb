"""Delete data past its retention period, or show it with --dry-run. The worker does this every night."""

from django.core.management.base import BaseCommand, CommandParser

from programs.core import retention


class Command(BaseCommand):
    help = "Apply the retention rules; --dry-run only counts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="show counts and numbers of rows, change nothing")

    def handle(self, *args, dry_run: bool, **options) -> None:
        if dry_run:
            for row in retention.outlook():
                state = f"{row.row.days:>5} days" if row.row.is_active else "  switched off"
                examples = f"  e.g. {', '.join(row.examples)}" if row.examples else ""
                self.stdout.write(f"{row.rule.name:<28} {state:<14} {row.count:>7} due{examples}")
            return
        for name, count in retention.run().items():
            self.stdout.write(f"{name:<28} {count:>7} removed")
