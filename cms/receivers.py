"""When a page is published its record follows. Wagtail publishes from five places (the editor, moderation,
the schedule, a bulk action, code); this signal is the one door behind all of them."""

from __future__ import annotations

from django.dispatch import receiver
from wagtail.signals import page_published

from cms.pages.with_record import RecordPage


@receiver(page_published)
def bring_record_up_to_date(*, instance, revision=None, **_kwargs) -> None:
    if isinstance(instance, RecordPage):
        instance.refresh_record(by=revision.user if revision else None)
