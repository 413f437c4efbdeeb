"""The one door to the audit log (Wagtail's): who did what to which object, when, and which columns changed.

A row of the log can never be changed, so it could never be erased either: no text that somebody typed gets in.
Values are numbers, dates, states and codes; of any other text the log keeps how long it was. What somebody wrote
as the reason of an act lies beside the log (``ActReason``), where it can be erased and runs out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from wagtail.log_actions import get_active_log_context
from wagtail.models import ModelLogEntry

from programs.core.models import ActReason

PLAIN = (bool, int, float, Decimal, date, time, timedelta, type(None))
# Without blanks, accents or an "@", and not the nine digits or more of a telephone or a personal number.
_CODE = re.compile(r"(?!\+?\d{9,}$)[\w.…:+\-/=&]{1,200}", re.ASCII)
_NAME = re.compile(r"[\w.]{1,60}", re.ASCII)


class Code(str):
    """A text that identifies a thing and that nobody typed about a person: a serial, a hash, a code of a public list.

    ``record`` keeps it as it is. ``tests/frame/test_audit.py`` lists what may be called a code.
    """


def record(
    *, by, action: str, obj: models.Model, before: dict | None = None, after: dict | None = None, reason: str = ""
) -> None:
    """Write one audit row in the caller's transaction, and the ``reason`` beside it.

    ``action`` is a registered dotted verb such as ``booking.cancel``; ``by`` is None for the portal itself.
    A text in ``before`` or ``after`` that is neither a ``Code`` nor a word of the portal's own is not kept: an act
    must not fail for its trace, so only its length is written. What can be no value at all raises TypeError.
    Raises TransactionManagementError outside a transaction: an act and its audit row are written together or not.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An audit row is written in the transaction of its act.")
    entry = ModelLogEntry(
        content_type=ContentType.objects.get_for_model(obj, for_concrete_model=False),
        object_id=str(obj.pk),
        label=obj._meta.label,
        action=action,
        user=by if by and by.is_authenticated else None,
        uuid=get_active_log_context().uuid,
        timestamp=timezone.now(),
        data=_data(before or {}, after or {}, reason),
        content_changed=False,
        deleted=False,
    )
    entry.clean()  # an unregistered verb is a programming error
    # Not save(): it would query whether the user and content type exist, which is too slow during a rush.
    ModelLogEntry.objects.bulk_create([entry])
    if reason:
        ActReason.objects.create(act=entry, text=reason)


def _data(before: dict, after: dict, reason: str) -> dict[str, Any]:
    data = {"before": without_texts(before), "after": without_texts(after)}
    if changed := [name for name in after if name in before and before[name] != after[name]]:
        data["changed"] = changed  # two texts of one length look the same otherwise
    if reason:
        data["reason_length"] = len(reason)
    return data


def without_texts(value: Any) -> Any:
    """``value`` as the log may keep it: in it, every text that is no code and no word of ours is only a length.

    Raises TypeError for what is no value, such as a model's row: its words could name somebody.
    """
    if isinstance(value, str):
        return str(value) if _may_stay(value) else {"characters": len(value)}
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, Mapping):
        return {_name(key): without_texts(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_texts(inner) for inner in value]
    raise TypeError(f"The audit log keeps no {type(value).__name__}.")


def _may_stay(text: str) -> bool:
    if text == "" or isinstance(text, Enum) or text in _own_words():
        return True
    return isinstance(text, Code) and _CODE.fullmatch(text) is not None


def _name(key: Any) -> str:
    if not isinstance(key, str) or not _NAME.fullmatch(key):
        raise TypeError("The names in an audit row are names from the code.")
    return str(key)


@cache
def _own_words() -> frozenset[str]:
    """What stands in the code already: the values of every list of choices, and the names of all columns."""
    ours = [model for model in apps.get_models() if hasattr(model, "PII") or hasattr(model, "NO_PII")]
    columns = [column for model in ours for column in model._meta.concrete_fields]
    choices = {value for column in columns for value, _label in column.flatchoices if isinstance(value, str)}
    return frozenset(choices | {column.name for column in columns})


def history_of(obj: models.Model) -> models.QuerySet[ModelLogEntry]:
    """The audit rows of ``obj`` with their reasons, newest first."""
    return ModelLogEntry.objects.for_instance(obj).select_related("user", "reason").order_by("-timestamp", "-id")


def reasons_of(objects: models.QuerySet) -> models.QuerySet[ActReason]:
    """What was written as the reason of acts on ``objects``; to be erased where their own texts are."""
    kind = ContentType.objects.get_for_model(objects.model, for_concrete_model=False)
    keys = [str(pk) for pk in objects.values_list("pk", flat=True)]
    return ActReason.objects.filter(act__content_type=kind, act__object_id__in=keys)
