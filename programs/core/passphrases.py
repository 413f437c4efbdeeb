"""Passwords of three Vietnamese words: easy to remember, the same with or without accents.

The list is frozen: a password that reads as three of its words is stored as their plain letters, so adding or removing
a word would change people's passwords.
"""

from __future__ import annotations

import re
import secrets
from functools import cache
from pathlib import Path

from programs.core.text import clean_text, fold

WORDS = 3
LONGEST = 80  # limit for input: three words with accents in any spelling are shorter
_LIST = Path(__file__).resolve().parent / "data" / "passphrase_words.txt"
_SEPARATORS = re.compile(r"[\s,.;·+_–-]+")


@cache
def word_list() -> tuple[str, ...]:
    """2,048 two-syllable words, distinct even without accents: three of them give 33 bits."""
    return tuple(_LIST.read_text(encoding="utf-8").splitlines())


@cache
def _letters_of_words() -> frozenset[str]:
    return frozenset(_letters(word) for word in word_list())


def suggest() -> str:
    """``hạt gạo, xe đạp, cầu vồng``"""
    return ", ".join(secrets.choice(word_list()) for _ in range(WORDS))


def plain_letters(typed: str) -> str | None:
    """Return ``hatgaoxedapcauvong`` for three words from the list, however they are typed; None for anything else."""
    if len(typed) > LONGEST:
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
