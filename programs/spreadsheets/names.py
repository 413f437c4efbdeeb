"""Cells as names of people: cleaned, never respelled; capitals become a name only when somebody asks for it."""

from __future__ import annotations

import re
import unicodedata

from programs.core.text import clean_name, clean_text
from programs.spreadsheets.cells import Cell
from programs.spreadsheets.lost_letters import has_lost_letters
from programs.spreadsheets.notes import Reading, note, problem

LONGEST = 150
_PART = re.compile(r"[^\W\d_]+")
_PLAIN = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
# Where a remark begins: brackets, stars, a dash with room around it or at the end.
_REMARK = re.compile(r"[(\[{<（【*#/\\|;:,=+–—→]|\s-|-\s|-$")
_BETWEEN = re.compile(r"(?<=[^\W\d_])[_.](?=[^\W\d_])|_+")
_OF_NAMES = frozenset("'’‘ʼ`´′-. ")
_VOWELS = frozenset("aeiouy")


def title_case_name(name: str) -> str:
    """``NGUYỄN VĂN ĐỨC`` as ``Nguyễn Văn Đức``; ``H'HEN NIÊ`` as ``H'Hen Niê``, ``Y MOAN`` as ``Y Moan``."""
    return _PART.sub(lambda part: part.group()[0].upper() + part.group()[1:].lower(), name)


def is_capitals(name: str) -> bool:
    letters = [letter for letter in name if letter.isalpha()]
    return len(letters) > 2 and all(letter.isupper() for letter in letters)


def read_name(source: Cell | str, *, title_case: bool = False) -> Reading:
    """A person's name. ``title_case`` rewrites names that are all capitals; other names keep their letters."""
    cell = source if isinstance(source, Cell) else text_cell(source)
    if cell.kind == "empty" or not cell.text:
        return Reading()
    if cell.kind == "error":
        return problem("cell_error", cell.text)
    name, notes = clean_name(cell.text), []
    if has_lost_letters(name):
        return problem("name_lost_letters", _REMARK.split(name)[0].strip())
    if (bare := without_remark(name)) != name:
        if any(letter.isdigit() for letter in bare) or len(bare) < 2:
            return problem("name_digits" if bare else "name_too_short", bare)
        name, cell = bare, text_cell(bare)
        notes.append(note("name_remark", bare, read=bare))
    if any(letter.isdigit() for letter in name):
        return problem("name_digits", cell.text)
    if len(name) > LONGEST:
        return problem("name_too_long", cell.text)
    if len(name) < 2:
        return problem("name_too_short", cell.text)
    if cell.raw:
        notes.append(_note_on_raw(cell, name))
        if notes[-1]["code"] == "name_decoded":
            name = _with_first_capitals(name)
    if name != cell.text and clean_name(cell.text) != cell.text:
        notes.append(note("name_eth", cell.text, read=name))
    if is_capitals(name):
        recased = title_case_name(name)
        notes.append(note("name_recased", cell.text, read=recased) if title_case else note("name_capitals", cell.text))
        name = recased if title_case else name
    if " " not in name:
        notes.append(note("name_one_word", cell.text))
    return Reading(name, notes)


def without_remark(text: str) -> str:
    """The name alone, without what stands beside it: ``(KT)``, ``*``, ``– lưu ban``, a picture."""
    if _PLAIN.fullmatch(text) and _ends_in_a_word(text):
        return text
    text = "".join(letter for letter in text if not _is_picture(letter)).strip()
    spaced = _BETWEEN.sub(" ", text)
    found = _REMARK.search(spaced)
    bare = spaced[: found.start()] if found else spaced
    bare = " ".join("".join(letter for letter in bare if _may_be_in_name(letter)).split())
    words = bare.split()
    while len(words) > 1 and not _ends_in_a_word(words[-1]):
        words.pop()
    return " ".join(words).strip(" -")


def _ends_in_a_word(text: str) -> bool:
    """Whether the last word can be spoken: ``KT`` and ``HN`` are shorthand, ``Ý`` and ``H'`` are names."""
    word = text.rpartition(" ")[2]
    if len(word) < 2 or not word.isalpha() or not word.isupper():
        return True
    plain = unicodedata.normalize("NFD", word.lower())
    return not plain.isascii() or bool(_VOWELS & set(plain))


def _is_picture(letter: str) -> bool:
    return unicodedata.category(letter) in {"So", "Sk", "Cn", "Co", "Cs"} and letter not in "`´"


def _may_be_in_name(letter: str) -> bool:
    return letter.isalnum() or letter in _OF_NAMES or unicodedata.category(letter) in {"Mn", "Mc", "Lm"}


def join_name(*parts: Cell) -> Cell:
    """``Nguyễn Văn`` and ``Đức`` as the one cell that the school meant."""
    filled = [part for part in parts if part.kind != "empty"]
    if len(filled) < 2:
        return filled[0] if filled else Cell("empty")
    if wrong := next((part for part in filled if part.kind == "error"), None):
        return wrong
    text = " ".join(part.text for part in filled)
    raw = " ".join(part.raw or part.text for part in filled) if any(part.raw for part in filled) else ""
    return Cell("text", text, text, raw)


def text_cell(text: str) -> Cell:
    cleaned = clean_text(text)
    return Cell("text" if cleaned else "empty", cleaned, cleaned, text if text != cleaned else "")


def _note_on_raw(cell: Cell, name: str) -> dict:
    if clean_text(cell.raw) == cell.text:
        return note("name_cleaned", cell.text, read=name)
    return note("name_decoded", clean_text(cell.raw), read=name)


def _with_first_capitals(name: str) -> str:
    """Old fonts had no ``Á``: ``ánh`` in a name that is otherwise spelled with capitals."""
    words = name.split()
    if not any(word[0].isupper() for word in words):
        return name
    return " ".join(
        word[0].upper() + word[1:] if unicodedata.normalize("NFD", word[0])[0] != word[0] else word for word in words
    )
