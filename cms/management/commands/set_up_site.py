"""Makes the website's frame, or brings it up to date with SITE_URL, and adds new consent texts; safe at every start."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from cms.actions import set_up_site
from programs.consents.actions.texts import load_consent_texts


class Command(BaseCommand):
    help = "Makes languages, root pages, editors' groups and the moderation workflow; sets the site's address from SITE_URL; adds consent texts."

    def handle(self, *args, **options) -> None:
        set_up_site()
        load_consent_texts()
