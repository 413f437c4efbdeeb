"""Codes of an authenticator app: each works once, whichever process handles the next attempt."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt, encrypt
from django.db import transaction
from django.utils.crypto import constant_time_compare

LAST_STEP = "last_step"  # in the app's data: the last half-minute step whose code was used


def code_at(secret: str, step: int) -> str:
    return format_hotp_value(hotp_value(secret, step))


def step_of(secret: str, code: str) -> int | None:
    """Return the half-minute step that ``code`` belongs to; None for a wrong code."""
    for step in yield_hotp_counters_from_time():
        if constant_time_compare(code_at(secret, step), code):
            return step
    return None


@transaction.atomic
def use_code(*, authenticator: Authenticator, code: str) -> bool:
    """Whether ``code`` is right and newer than every used code; marks it as used."""
    row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    step = step_of(decrypt(row.data["secret"]), code)
    if step is None or step <= row.data.get(LAST_STEP, 0):
        return False
    row.data[LAST_STEP] = step
    row.save(update_fields=["data"])
    return True


def app_data(secret: str, *, code: str = "") -> dict:
    """The stored data of an app; ``code`` is the one that confirmed it and cannot be used again."""
    used = {LAST_STEP: step_of(secret, code)} if code else {}
    return {"secret": encrypt(secret)} | used


def next_code(authenticator: Authenticator) -> str | None:
    """The code the app would show now, or the next one if that is used; None until there is another."""
    secret = decrypt(authenticator.data["secret"])
    _, now, following = yield_hotp_counters_from_time()
    for step in (now, following):
        if step > authenticator.data.get(LAST_STEP, 0):
            return code_at(secret, step)
    return None
