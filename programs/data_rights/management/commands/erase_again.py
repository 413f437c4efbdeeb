"""Repeat, after restoring a backup, the erasures made since the backup."""

from django.core.management.base import BaseCommand

from programs.data_rights.actions.erasure import erase_again


class Command(BaseCommand):
    help = "Apply the list of erasures in private storage to a restored database. Run it before opening the portal."

    def handle(self, *args, **options) -> None:
        done = 0
        for reference, outcome in erase_again():
            self.stdout.write(f"{reference}: {outcome}")
            done += 1
        self.stdout.write(f"{done} erasures on the list")
