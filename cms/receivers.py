"""When a page is published its record follows. Wagtail publishes from five places (the editor, moderation,
the schedule, a bulk action, code); this signal is the one door behind all of them. The same holds for the audit
log: Wagtail writes to it from many places."""

from __future__ import annotations

import json

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models.signals import pre_save
from django.dispatch import receiver
from wagtail.models import ModelLogEntry
from wagtail.signals import page_published

from cms.pages.with_record import RecordPage
from programs.core.audit import without_texts


@receiver(page_published)
def bring_record_up_to_date(*, instance, revision=None, **_kwargs) -> None:
    if isinstance(instance, RecordPage):
        instance.refresh_record(by=revision.user if revision else None)


@receiver(pre_save, sender=ModelLogEntry)
def name_nobody_in_the_log(*, instance: ModelLogEntry, **_kwargs) -> None:
    """Wagtail labels a row with the object's own words, which are a name for a person, and keeps what was typed;
    the log is never changed."""
    instance.data = without_texts(json.loads(json.dumps(instance.data, cls=DjangoJSONEncoder)))
    model = instance.content_type.model_class()
    if model is None or hasattr(model, "PII"):
        instance.label = f"{model._meta.label if model else instance.content_type} {instance.object_id}"
