"""What people type to sign in: user names that are easy to read aloud, and passwords of three Vietnamese words.

The list of words is frozen: a password that reads as three of its words is stored as their plain letters, so adding or
removing a word would change people's passwords.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache
from pathlib import Path

from programs.core.text import clean_text, fold, slugify_vi

# No two letters are adjacent, so the suffix never spells a word; no letters that a Vietnamese keyboard changes.
_DIGITS, _LETTERS = "23456789", "bcfghjkmnpqrstvxz"
_TAIL = (_DIGITS, _LETTERS, _DIGITS, _LETTERS, _DIGITS)

WORDS = 3
LONGEST_PASSPHRASE = 80  # limit for input: three words with accents in any spelling are shorter
_LIST = Path(__file__).resolve().parent / "data" / "passphrase_words.txt"
_SEPARATORS = re.compile(r"[\W_]+")  # whatever stands between letters, and around them


def suggested_username(full_name: str, given_name: str = "") -> str:
    """``minh.7k3q4`` for Nguyễn Nhật Minh: it never goes out of date and reveals only the given name."""
    words = full_name.split()
    name = slugify_vi(given_name or (words[-1] if words else "")).replace("-", "")[:20] or "ban"
    return f"{name}.{''.join(secrets.choice(letters) for letters in _TAIL)}"


def username_as_kept(typed: str) -> str:
    """Normalise a username or address typed in any width, case and accents to its stored form."""
    text = unicodedata.normalize("NFKC", clean_text(typed)).casefold()
    return text if "@" in text else fold(text).replace(" ", "")


@cache
def word_list() -> tuple[str, ...]:
    """2,048 two-syllable words, distinct even without accents: three of them give 33 bits."""
    return tuple(_LIST.read_text(encoding="utf-8").splitlines())


@cache
def _letters_of_words() -> frozenset[str]:
    return frozenset(_letters(word) for word in word_list())


def suggested_passphrase() -> str:
    """``hạt gạo, xe đạp, cầu vồng``"""
    return ", ".join(secrets.choice(word_list()) for _ in range(WORDS))


def passphrase_letters(typed: str) -> str | None:
    """Return ``hatgaoxedapcauvong`` for three words from the list, however they are typed; None for anything else."""
    if len(typed) > LONGEST_PASSPHRASE:
        return None
    letters = _letters(typed)
    return letters if letters.isascii() and letters.isalpha() and _is_words(letters, WORDS) else None


def _letters(text: str) -> str:
    return fold(_SEPARATORS.sub("", clean_text(text)))


def _is_words(letters: str, count: int) -> bool:
    """Whether ``letters`` are exactly ``count`` words of the list, one after the other."""
    if not count:
        return not letters
    known = _letters_of_words()
    return any(letters[:end] in known and _is_words(letters[end:], count - 1) for end in range(4, len(letters) + 1))
