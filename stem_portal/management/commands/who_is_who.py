"""Prints the address and the people to sign in as."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from stem_portal.demo.cast import CAST


class Command(BaseCommand):
    help = "Print the address of the demonstration and the people you can sign in as."

    def handle(self, *args, **options) -> None:
        width = max(len(person.key) for person in CAST)
        self.stdout.write(f"\n  {settings.SITE_URL}   (English: {settings.SITE_URL}/en/)\n")
        self.stdout.write(f"  Sign in with a username below and the password  {settings.DEMO_PASSWORD}\n")
        self.stdout.write(
            "  Officers, coordinators, managers and publishers take a second step: the page shows their code.\n"
        )
        for person in CAST:
            self.stdout.write(f"    {person.key:<{width}}  {person.name:<16}  {person.role_en}")
        self.stdout.write("")
