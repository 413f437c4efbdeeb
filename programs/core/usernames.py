"""Usernames for people without email: easy to read aloud, and found however they are typed."""

from __future__ import annotations

import secrets
import unicodedata

from programs.core.text import clean_text, fold, slugify_vi

# No two letters are adjacent, so the suffix never spells a word; no letters that a Vietnamese keyboard changes.
_DIGITS, _LETTERS = "23456789", "bcfghjkmnpqrstvxz"
_TAIL = (_DIGITS, _LETTERS, _DIGITS, _LETTERS, _DIGITS)


def suggest(full_name: str, given_name: str = "") -> str:
    """``minh.7k3q4`` for Nguyễn Nhật Minh: it never goes out of date and reveals only the given name."""
    words = full_name.split()
    name = slugify_vi(given_name or (words[-1] if words else "")).replace("-", "")[:20] or "ban"
    return f"{name}.{''.join(secrets.choice(letters) for letters in _TAIL)}"


def as_kept(typed: str) -> str:
    """Normalise a username or address typed in any width, case and accents to its stored form."""
    text = unicodedata.normalize("NFKC", clean_text(typed)).casefold()
    return text if "@" in text else fold(text).replace(" ", "")
