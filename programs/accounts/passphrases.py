"""Passwords of three Vietnamese words: easy to keep in mind, the same with and without accents.

The list is frozen: a password that reads as three of its words is kept as their plain letters, so a word that came or
went would change what people's passwords mean.
"""

from __future__ import annotations

import re
import secrets
from functools import cache
from pathlib import Path

from programs.core.text import clean_text, fold

WORDS = 3
LONGEST = 80  # of what is looked at: three words with their accents in any spelling are shorter
_LIST = Path(__file__).resolve().parent / "data" / "passphrase_words.txt"
_SEPARATORS = re.compile(r"[\s,.;·+_–-]+")


@cache
def word_list() -> tuple[str, ...]:
    """2,048 words of two syllables, different from each other without accents too: 33 bits in three."""
    return tuple(_LIST.read_text(encoding="utf-8").splitlines())


@cache
def _letters_of_words() -> frozenset[str]:
    return frozenset(_letters(word) for word in word_list())


def suggest() -> str:
    """``hạt gạo, xe đạp, cầu vồng``"""
    return ", ".join(secrets.choice(word_list()) for _ in range(WORDS))


def plain_letters(typed: str) -> str | None:
    """``hatgaoxedapcauvong`` of three words of the list, however they are typed; None of anything else."""
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
