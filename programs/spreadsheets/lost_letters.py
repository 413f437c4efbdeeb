"""Letters that a program could not write and put a question mark for: ``Nguy?n V?n ??c``, ``Tr\ufffdn``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from programs.spreadsheets.cells import Row

# Not the mark at the end of a question: one before a letter, or after one and before more of the kind.
_LOST = re.compile(r"\ufffd|[^\W\d_]?\?+[^\W\d_]|[^\W\d_]\?\?")
_LOST_AT_END = re.compile(r"(?:^|\s)[^\W\d_]{1,2}\?(?=\s|$)")  # ``Th?``, which begins a name
_ENOUGH = 2  # cells of one column


def has_lost_letters(text: str) -> bool:
    return ("?" in text or "\ufffd" in text) and bool(_LOST.search(text) or _LOST_AT_END.search(text))


def column_without_letters(rows: Iterable[Row]) -> str:
    """An example from a column in which at least half of the words lost letters; empty if there is none."""
    lost: dict[int, list[str]] = {}
    words: dict[int, int] = {}
    for row in rows:
        for index, cell in enumerate(row.cells):
            if cell.kind == "text" and any(map(str.isalpha, cell.text)):
                words[index] = words.get(index, 0) + 1
                if has_lost_letters(cell.text):
                    lost.setdefault(index, []).append(cell.text)
    worst = max(lost.items(), key=lambda found: len(found[1]), default=(0, []))
    index, texts = worst
    return texts[-1][:60] if len(texts) >= _ENOUGH and len(texts) * 2 >= words[index] else ""
