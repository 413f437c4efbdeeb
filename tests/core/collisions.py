"""Codes that repeat, on purpose."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count


def each_code_twice() -> Callable[..., str]:
    """``AAAAA``, ``AAAAA``, ``BBBBB``, ``BBBBB``, …: from the second row on, every first code is taken already."""
    letters = "ABCDEFGHJKMNPQRSTUVWXYZ"
    numbers = count()

    def code(length: int, **_alphabet: str) -> str:
        return letters[next(numbers) // 2] * 5

    return code
