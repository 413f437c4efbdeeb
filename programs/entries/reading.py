"""What the text of a file is compared by: folded words, five in a row, 128 minima, 32 bands of four.

The numbers are stored and compared for years, so every step gives the same on every machine and in every process.
Two texts with a share J of their five-word rows in common agree in about J of the minima, and are found with the
chance 1 - (1 - J^4)^32: 87 in 100 at one half, 99 at three fifths.
"""

from __future__ import annotations

import re
from array import array
from hashlib import blake2b

from programs.core.text import fold

WORDS_IN_A_ROW = 5
PERMUTATIONS, BANDS = 128, 32
ROWS = PERMUTATIONS // BANDS
PRIME, LOW = (1 << 61) - 1, 0xFFFFFFFF
LEAST_PERCENT = 50  # two reports on one subject stay far below it, also with the same title page
# A scanned paper holds at most the mark of the program that scanned it, on every page.
LEAST_WORDS, LEAST_ON_A_PAGE = 20, 10
_WORD = re.compile(r"[a-z0-9]+")


def words_of(text: str) -> list[str]:
    """In lower case, without accents and signs: another spelling or another font changes nothing."""
    return _WORD.findall(fold(text))


def is_searchable(words: list[str], pages: int) -> bool:
    """Whether it is the text of the pages, and not only something on a picture of them."""
    return len(words) >= max(LEAST_WORDS, LEAST_ON_A_PAGE * pages)


def _number(*parts: str) -> int:
    return int.from_bytes(blake2b("\0".join(parts).encode(), digest_size=8).digest())


# Never to be changed: what is stored was made with these.
_STEPS = [
    (_number("multiply", str(place)) % (PRIME - 1) + 1, _number("add", str(place)) % PRIME)
    for place in range(PERMUTATIONS)
]


def minima_of(words: list[str]) -> bytes:
    """MinHash: of 128 orders of all rows of words, the first row of this text in each, as four bytes."""
    rows = {_number(*words[start : start + WORDS_IN_A_ROW]) for start in range(len(words) - WORDS_IN_A_ROW + 1)}
    least = (min(((by * row + more) % PRIME) & LOW for row in rows) for by, more in _STEPS)
    return b"".join(number.to_bytes(4) for number in least)


def bands_of(minima: bytes) -> list[int]:
    """32 numbers that fit into a column; the place is part of each, so that only like places are compared."""
    width = 4 * ROWS
    parts = [place.to_bytes(1) + minima[place * width : (place + 1) * width] for place in range(BANDS)]
    return [int.from_bytes(blake2b(part, digest_size=8).digest(), signed=True) for part in parts]


def percent_alike(one: bytes, other: bytes) -> int:
    """How much of both texts together is in each of them, as the minima tell it."""
    same = sum(mine == theirs for mine, theirs in zip(array("I", one), array("I", other), strict=True))
    return same * 100 // PERMUTATIONS
