"""Codes of sign-in cards: plain text on paper, only a keyed hash in the database."""

from __future__ import annotations

from datetime import datetime

from django.utils.crypto import salted_hmac

from programs.accounts.models import SignInCard
from programs.core.references import in_groups, read_code

CODE_LENGTH = 10  # of 25 letters and digits: 46 bits


def hash_of_code(code: str) -> str:
    """Hash a code with the portal's secret, so that a stolen database cannot be searched for codes."""
    return salted_hmac("programs.accounts.SignInCard", code, algorithm="sha256").hexdigest()


def shown_code(code: str) -> str:
    return in_groups(code, CODE_LENGTH // 2)


def card_with_code(typed: str, *, now: datetime) -> SignInCard | None:
    """Return the valid card for this code, however the code was typed."""
    cards = SignInCard.objects.usable(now).select_related("user")
    return cards.filter(code_hash=hash_of_code(read_code(typed))).first()
