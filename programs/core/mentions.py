"""Finding a person in texts that others wrote: any spelling of the name, the telephone, the address.

"nguyen nhat minh", "NGUYỄN NHẬT MINH" and "Nguyen_Nhat_Minh" are Nguyễn Nhật Minh; "Nguyễn Nhất Minh" is somebody else:
a word counts as written without accents, or with the right ones. The database finds candidates by one expression
that is a little wider (``expression``); only ``mask`` decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from anyascii import anyascii

# Between the words of a name: spaces, dots of a file's name, an apostrophe as HTML writes it.
BETWEEN = r"(?:[\W_]|&#x27;|&#39;|&[lr]squo;){%s,3}"
BETWEEN_WIDE = r"(.|\n){0,6}"
ACCENTS = "[\u0300-\u036f]*"
# A name of one word is a word of the language, too ("Minh"): only as it is written.
FEWEST_TO_FOLD, FEWEST_TO_JOIN = 2, 3


class Mentions:
    """The marks of one person."""

    def __init__(self, *, names: Iterable[str], addresses: Iterable[str], phones: Iterable[str]) -> None:
        self._phones = [phone.removeprefix("+84").lstrip("0") for phone in phones]
        self._phones = [digits for digits in self._phones if len(digits) > 6]
        self._addresses = sorted({address.casefold() for address in addresses if address})
        self._names = sorted({unicodedata.normalize("NFC", name).strip() for name in names} - {""}, key=len)[::-1]
        self._words = [_words(name) for name in self._names]
        self._pattern = self._compiled()

    @property
    def expression(self) -> str:
        """A regular expression for the database, the same for both: all that ``mask`` may find, and more."""
        words = [BETWEEN_WIDE.join(_wide(word) for word in words) for words in self._words]
        phones = ["[^0-9]{0,3}".join(digits) for digits in self._phones]
        return "|".join([*words, *phones, *(_any_case(address) for address in self._addresses)])

    def find(self, text: str) -> list[tuple[int, int]]:
        """Where in ``text`` the person is mentioned."""
        if not self._pattern:
            return []
        folded, places = _folded(text)
        spans = ((match, places[match.start()], places[match.end()]) for match in self._pattern.finditer(folded))
        return [(start, end) for match, start, end in spans if self._is_meant(match, text[start:end])]

    def mask(self, text: str, blank: str) -> str:
        for start, end in reversed(self.find(text)):
            text = text[:start] + blank + text[end:]
        return text

    def _compiled(self) -> re.Pattern | None:
        names = [_pattern_of(words, number) for number, words in enumerate(self._words) if words]
        phones = [
            rf"(?<!\d)(?:(?:\+?84|0084|0)[\W_]{{0,3}})?{'[^0-9a-z]{0,3}'.join(digits)}(?!\d)" for digits in self._phones
        ]
        addresses = [rf"(?<![\w.+-]){re.escape(anyascii(address))}(?!\w)" for address in self._addresses]
        every = [*names, *phones, *addresses]
        return re.compile("|".join(every)) if every else None

    def _is_meant(self, match: re.Match, text: str) -> bool:
        group = match.lastgroup
        if group is None:
            return True
        name, words = self._names[int(group[1:])], self._words[int(group[1:])]
        if len(words) < FEWEST_TO_FOLD:
            return unicodedata.normalize("NFC", text) in {name, name.upper()}
        if name.isascii():  # the register itself has no accents
            return True
        letters = _letters(text)
        for word in words:  # the words of the text, even where nothing stands between them
            said, letters = letters[: len(word)], letters[len(word) :]
            if not (said.isascii() or _marks(said) == _marks(word)):
                return False
        return True


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", name) if word]


def _pattern_of(words: list[str], number: int) -> str:
    between = BETWEEN % (0 if len(words) >= FEWEST_TO_JOIN else 1)
    inner = between.join(re.escape(_fold(word)) for word in words)
    return rf"(?<![^\W_])(?P<n{number}>{inner})(?![^\W_])"


def _folded(text: str) -> tuple[str, list[int]]:
    """``text`` in lower-case ASCII, and for each of its letters (and its end) the place in ``text``."""
    letters, places = [], []
    for place, character in enumerate(text):
        if unicodedata.combining(character):
            continue
        plain = _fold(character)
        letters.append(plain)
        places += [place] * len(plain)
    ends = [*places, len(text)]
    return "".join(letters), ends


@cache
def _fold_one(character: str) -> str:
    return character.lower() if character.isascii() else anyascii(character).lower()


def _fold(text: str) -> str:
    return "".join(_fold_one(each) for each in text if not unicodedata.combining(each))


def _letters(text: str) -> str:
    plain = re.sub(r"&#x27;|&#39;|&[lr]squo;", "", unicodedata.normalize("NFC", text))
    return "".join(each for each in plain if each.isalnum())


def _marks(word: str) -> list[str]:
    """Letters and accents whatever their order: "hoà" and "hòa" are one word."""
    return sorted(unicodedata.normalize("NFD", word.casefold().replace("ð", "đ")))


@cache
def _spellings() -> dict[str, str]:
    """Each ASCII letter with all Vietnamese letters that fold to it, both cases."""
    found: dict[str, set[str]] = {}
    for code in (*range(0x41, 0x180), 0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x1E00, 0x1F00)):
        plain = _fold_one(chr(code))
        if len(plain) == 1 and plain.isalpha():
            found.setdefault(plain, set()).add(chr(code))
    return {plain: "".join(sorted(all_of)) for plain, all_of in found.items()}


def _wide(word: str) -> str:
    return "".join(f"[{_spellings().get(each, each)}]{ACCENTS}" for each in _fold(word))


def _any_case(address: str) -> str:
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else re.escape(each) for each in address)
