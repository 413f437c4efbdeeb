"""Text handling: the single place where text is cleaned, sorted, folded and turned into slugs."""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_ETH_TO_D = str.maketrans({"\u00d0": "\u0110", "\u00f0": "\u0111"})  # Icelandic eth typed for Vietnamese đ

# Keys are digits only, so that every collation of every database orders them alike.
# Vietnamese order: letters first, tones after (ngang, huyền, hỏi, ngã, sắc, nặng).
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: str(rank) for rank, letter in enumerate(_LETTERS, start=20)}
_RANK |= {str(digit): str(10 + digit) for digit in range(10)}
_OTHER = "09"
_END_OF_LETTERS, _END_OF_WORD, _END_OF_GIVEN_NAME = "05", "02", "01"
_TONE_RANK = {"": "0", "\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_TONES = set(_TONE_RANK) - {""}


def clean_text(value: str, *, multiline: bool = False) -> str:
    """``value`` in NFC, trimmed, without control, direction or zero-width characters.

    Runs of spaces become one; line breaks become spaces unless ``multiline``.
    """
    text = _CONTROL.sub(
        "", _INVISIBLE.sub("", unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")))
    )
    if not multiline:
        text = text.replace("\n", " ")
    return "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n")).strip()


def clean_name(value: str) -> str:
    """A person's or school's name: ``clean_text`` and Icelandic eth read as đ."""
    return clean_text(value).translate(_ETH_TO_D)


def fold(value: str) -> str:
    """Lower-case ASCII for searching (``Đổi mới`` becomes ``doi moi``); never a key, it joins different names."""
    return anyascii(unicodedata.normalize("NFC", value)).lower().strip()


def slugify_vi(value: str) -> str:
    """An ASCII address part: ``Đặng Đình Đức`` becomes ``dang-dinh-duc``; empty only for text without letters or digits."""
    return re.sub(r"[^a-z0-9]+", "-", fold(value)).strip("-")


def _letter_and_tone(character: str) -> tuple[str, str]:
    decomposed = unicodedata.normalize("NFD", character)
    tone = next((mark for mark in decomposed if mark in _TONES), "")
    letter = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark != tone))
    return letter, tone


def _letter_rank(letter: str) -> str:
    return _RANK.get(letter) or "".join(_RANK.get(plain, _OTHER) for plain in anyascii(letter).lower()) or _OTHER


def _word_key(word: str) -> str:
    pairs = [_letter_and_tone(character) for character in word.lower()]
    letters = "".join(_letter_rank(letter) for letter, _ in pairs)
    return letters + _END_OF_LETTERS + "".join(_TONE_RANK[tone] for _, tone in pairs)


def text_sort_key(value: str) -> str:
    """Return a key of digits that sorts in Vietnamese alphabetical order on every database."""
    return _END_OF_WORD.join(_word_key(word) for word in clean_text(value).split())[:400]


def name_sort_key(full_name: str, given_name: str = "") -> str:
    """The key by which lists of people sort: given name first, then the full name.

    ``given_name`` overrides the last word, for names such as ``H'Hen Niê`` or ``Y Moan Êban``.
    """
    words = clean_name(full_name).split()
    given = clean_name(given_name) or (words[-1] if words else "")
    return (text_sort_key(given) + _END_OF_GIVEN_NAME + text_sort_key(full_name))[:400]
