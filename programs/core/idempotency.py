"""A form sent twice is done once: the same key answers with the first result."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _

from programs.core.models import IdempotencyRecord
from programs.core.refusals import Refusal, Refused
from programs.core.text import clean_text


def new_key() -> str:
    return secrets.token_urlsafe(18)


class IdempotentFormMixin(forms.Form):
    """Adds the hidden key to a form; a form shown again after a refusal keeps its key."""

    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["idempotency_key"].initial = new_key

    def clean_idempotency_key(self) -> str:
        return clean_text(self.cleaned_data["idempotency_key"])


def body_hash(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def key_reused() -> Refusal:
    """The answer to a key that comes again with other contents."""
    return Refusal(
        "key_reused", _("This form was already sent with other contents. Open it again and send it once more.")
    )


def perform_once(
    *, user, action: str, key: str, body: dict[str, Any], perform: Callable[[], Any], find: Callable[[str], Any]
) -> Any:
    """The result of ``perform()``, or of the earlier call with the same key found by ``find(result_id)``.

    The caller must hold a transaction. The unique row is the guard: a second request with the key
    waits for the first to commit. Raises ``Refused("key_reused")`` when ``body`` differs.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("perform_once needs a transaction of the caller.")
    digest = body_hash(body)
    identity = {"user": user, "action": action, "key": key}
    IdempotencyRecord.objects.bulk_create(
        [IdempotencyRecord(**identity, body_hash=digest, result_id="")], ignore_conflicts=True
    )
    record = IdempotencyRecord.objects.get(**identity)
    if record.result_id:
        if record.body_hash != digest:
            raise Refused(key_reused())
        return find(record.result_id)
    result = perform()
    IdempotencyRecord.objects.filter(pk=record.pk).update(result_id=str(result.pk), body_hash=digest)
    return result
