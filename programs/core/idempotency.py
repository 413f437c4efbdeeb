"""A form sent twice is processed once: the same key returns the first result."""

from __future__ import annotations

import hashlib
import inspect
import json
import secrets
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from django import forms
from django.core.files import File
from django.db import models, transaction
from django.utils.translation import gettext as _

from programs.core.models import IdempotencyRecord
from programs.core.refusals import Refusal, Refused
from programs.core.text import clean_text

Action = TypeVar("Action", bound=Callable)
KEY = "idempotency_key"


def new_key() -> str:
    return secrets.token_urlsafe(18)


class IdempotentFormMixin(forms.Form):
    """Adds the hidden key to a form; an act that was refused left nothing behind: the form gets a fresh one."""

    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields[KEY].initial = new_key

    def clean_idempotency_key(self) -> str:
        return clean_text(self.cleaned_data[KEY])

    def renew_key(self) -> None:
        """The next press counts as another one: the key that was sent may be used up by what was made first."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, or a plain dict
        data[self.add_prefix(KEY)] = new_key()
        self.data = data

    @property
    def key(self) -> str:
        """For the action, beside ``values``."""
        return self.cleaned_data[KEY]

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, without the key."""
        return {name: value for name, value in self.cleaned_data.items() if name != KEY}


def key_reused() -> Refusal:
    """The refusal for a key that is reused with different contents."""
    return Refusal(
        "key_reused",
        _("This form was sent once before, with other details. If you want this one as well, send it again."),
    )


def once(
    action: str, *, returns: type[models.Model] | None = None, again: Callable[..., Any] | None = None
) -> Callable[[Action], Action]:
    """Makes an action with ``by`` and ``key`` answer a repeated call with its first result.

    The call must come inside a transaction: ``@transaction.atomic`` stands above ``@once``. A call is the same when
    all its other arguments are; with others it raises ``Refused("key_reused")``, whose ``earlier`` is what exists.
    A call that was refused leaves nothing behind, so its key may be tried again.

    ``returns`` names the table of the row, or of the list of rows, that the action gives. Without it the result is
    kept as it is (None, text, number). What must not be kept is answered by ``again``, which gets the arguments.
    """

    def decorate(act: Action) -> Action:
        signature = inspect.signature(act)
        if not {"by", "key"} <= set(signature.parameters):
            raise TypeError(f"{act.__name__} needs the arguments by and key to be done once.")

        @wraps(act)
        def wrapper(**arguments):
            call = signature.bind(**arguments)
            call.apply_defaults()
            body = {name: value for name, value in call.arguments.items() if name not in {"by", "key"}}
            digest = body_hash(body)
            record = _record_of(user=call.arguments["by"], action=action, key=call.arguments["key"])
            if not record.body_hash:
                result = act(**arguments)
                _note(record, digest, None if again else _kept(returns, result))
                return result
            if record.body_hash != digest:
                raise Refused(key_reused(), earlier=None if again else _found(returns, record.result))
            return again(**call.arguments) if again else _found(returns, record.result)

        return cast(Action, wrapper)

    return decorate


def _record_of(*, user, action: str, key: str) -> IdempotencyRecord:
    """The row of this key, without a body as long as nothing was done under it.

    The unique row is the guard: a second request with the key waits here for the first to commit.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An act is done once in the transaction that it writes in.")
    identity = {"user": user, "action": action, "key": key}
    IdempotencyRecord.objects.bulk_create([IdempotencyRecord(**identity)], ignore_conflicts=True)
    return IdempotencyRecord.objects.get(**identity)


def _note(record: IdempotencyRecord, digest: str, result: Any) -> None:
    IdempotencyRecord.objects.filter(pk=record.pk).update(result=result, body_hash=digest)


def _kept(table: type[models.Model] | None, result: Any) -> Any:
    """A row, or each row of a list, by its number; a plain answer as it is."""
    if table is None or result is None:
        return result
    return [row.pk for row in result] if isinstance(result, list) else result.pk


def _found(table: type[models.Model] | None, kept: Any) -> Any:
    """What ``_kept`` was given. Raises ``Refused("key_reused")`` for a row that is gone: it is not made again."""
    if table is None or kept is None:
        return kept
    wanted = kept if isinstance(kept, list) else [kept]
    rows = table._default_manager.in_bulk(wanted)
    if len(rows) < len(wanted):
        raise Refused(key_reused())
    return [rows[pk] for pk in kept] if isinstance(kept, list) else rows[kept]


# --- When two calls are the same ----------------------------------------------------------------
def body_hash(body: dict[str, Any]) -> str:
    """Raises TypeError for a value without a plain form, such as a row that is not saved: pass its values instead."""
    return hashlib.sha256(json.dumps(plain(body), sort_keys=True).encode()).hexdigest()


def plain(value: Any) -> Any:
    """``value`` in lists, texts and numbers: equal values give equal ones, other values others."""
    match value:
        case None | bool() | int() | str():
            return value
        case date() | time() | timedelta() | Decimal() | UUID():  # a datetime is a date
            return [type(value).__name__, str(value)]
        case models.Model() if value.pk is not None:
            return [value._meta.label, plain(value.pk)]
        case bytes():
            return ["bytes", hashlib.sha256(value).hexdigest()]
        case File():
            return [value.name, value.size, _digest_of(value)]
        case list() | tuple():
            return [plain(each) for each in value]
        case set() | frozenset():
            return ["set", *sorted((plain(each) for each in value), key=json.dumps)]
        case dict():
            pairs = [[plain(name), plain(each)] for name, each in value.items()]
            return ["dict", *sorted(pairs, key=json.dumps)]
    if is_dataclass(value) and not isinstance(value, type):
        compared = (field.name for field in fields(value) if field.compare)
        return [type(value).__name__, *(plain(getattr(value, name)) for name in compared)]
    raise TypeError(f"{value!r} has no plain form: two calls with it cannot be told apart.")


def _digest_of(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
