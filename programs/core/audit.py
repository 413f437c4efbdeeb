"""The one door to the audit log (Wagtail's): who did what to which object, when, why, before and after."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from wagtail.log_actions import get_active_log_context
from wagtail.models import ModelLogEntry

from programs.core.masking import values_without_persons


def record(
    *, by, action: str, obj: models.Model, before: dict | None = None, after: dict | None = None, reason: str = ""
) -> None:
    """Write one audit row in the caller's transaction.

    ``action`` is a registered dotted verb such as ``booking.cancel``; ``by`` is None for the portal itself.
    What names a person in the texts is left out: a row that can never be changed could never be erased either.
    Raises TransactionManagementError outside a transaction: an act and its audit row stand or fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An audit row is written in the transaction of its act.")
    data: dict[str, Any] = values_without_persons({"before": before or {}, "after": after or {}, "reason": reason})
    entry = ModelLogEntry(
        content_type=ContentType.objects.get_for_model(obj, for_concrete_model=False),
        object_id=str(obj.pk),
        label=obj._meta.label,
        action=action,
        user=by if by and by.is_authenticated else None,
        uuid=get_active_log_context().uuid,
        timestamp=timezone.now(),
        data=data,
        content_changed=False,
        deleted=False,
    )
    entry.clean()  # an unregistered verb is a mistake of ours
    # Not save(): it asks the database whether the user and the content type exist, in every rush.
    ModelLogEntry.objects.bulk_create([entry])


def history_of(obj: models.Model) -> models.QuerySet[ModelLogEntry]:
    """The audit rows of ``obj``, newest first."""
    return ModelLogEntry.objects.for_instance(obj).select_related("user").order_by("-timestamp", "-id")
