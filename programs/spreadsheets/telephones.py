"""Cells as phone numbers: damage done by spreadsheets is repaired where that is safe, and noted."""

from __future__ import annotations

import re
import unicodedata

from programs.core.phones import normalise_phone, show_phone
from programs.core.refusals import Refused
from programs.spreadsheets.cells import Cell
from programs.spreadsheets.notes import Reading, note, problem

_EXPONENT = re.compile(r"\d[.,]?\d*\s*[eE]\s*[+-]?\d")
_RUN = re.compile(r"\+?[\d(][\d\s.()\-]*\d")
_WHOLE = 9  # fewer digits than this are not a number of their own
_OLD = re.compile(r"(?:\+?84|0)?1([2689]\d)(\d{7})")
# The prefixes of 11-digit numbers, and what they became in 2018.
_NEW_PREFIX = {
    "62": "032", "63": "033", "64": "034", "65": "035", "66": "036", "67": "037", "68": "038", "69": "039",
    "20": "070", "21": "079", "22": "077", "26": "076", "28": "078",
    "23": "083", "24": "084", "25": "085", "27": "081", "29": "082",
    "86": "056", "88": "058", "99": "059",
}  # fmt: skip


def read_phone(cell: Cell) -> Reading:
    """The number in ``cell`` as ``+84…``. Two numbers, old ones and shortened ones are told, not chosen from."""
    if cell.kind == "empty":
        return Reading()
    if cell.kind == "error":
        return problem("cell_error", cell.text)
    text = re.sub(r"(?<=\d)\.0+$", "", unicodedata.normalize("NFKC", cell.text).strip("'’` "))
    if _EXPONENT.search(text):
        return problem("phone_shortened", cell.text)
    runs = [run for run in _numbers_in(text) if len(_digits(run)) >= _WHOLE]
    if len(runs) > 1:
        return problem("phone_two", cell.text, read=" / ".join(_shown(run) for run in runs))
    if not runs:
        return problem("phone_unreadable", cell.text)
    return _one(cell, runs[0], has_words=bool(re.search(r"[^\W\d_]", text)))


def _numbers_in(text: str) -> list[str]:
    """The runs of digits; ``/``, ``;``, ``,`` and words part numbers, and so does a dash between whole ones."""
    found = []
    for run in _RUN.findall(text):
        parts = re.split(r"\s*-\s*|\s{2,}|\s+(?=0[35789]|\+84)", run)
        found += parts if all(len(_digits(part)) >= _WHOLE for part in parts) else [run]
    return found


def _digits(run: str) -> str:
    return re.sub(r"\D", "", run)


def _shown(run: str) -> str:
    try:
        return show_phone(normalise_phone(run))
    except Refused:
        return run.strip()


def _one(cell: Cell, run: str, *, has_words: bool) -> Reading:
    plain = re.sub(r"[^\d+]", "", run)
    if old := _OLD.fullmatch(plain):
        if new := _NEW_PREFIX.get(old.group(1)):
            return problem("phone_renumbered", cell.text, read=show_phone(f"+84{new[1:]}{old.group(2)}"))
        return problem("phone_old_mobile", cell.text)
    if plain.startswith("+") and not plain.startswith("+84"):
        return problem("phone_foreign", cell.text)
    try:
        number = normalise_phone(run)
    except Refused:
        return problem("phone_unreadable", cell.text)
    notes = []
    if plain == number.removeprefix("+84"):
        notes.append(note("phone_zero_restored", cell.text, read=show_phone(number)))
    if number.startswith("+842"):
        notes.append(note("phone_landline", cell.text, read=show_phone(number)))
    if has_words:
        notes.append(note("phone_words_dropped", cell.text, read=show_phone(number)))
    return Reading(number, notes)
