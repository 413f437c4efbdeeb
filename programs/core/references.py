"""References that people read aloud and type: short, random, without letters that look alike."""

from __future__ import annotations

import re
import secrets
import unicodedata

from programs.core.text import clean_text, fold

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
# For codes that are typed while a Vietnamese keyboard is on: Telex and VNI make other letters of vowels, D and W.
TYPED_ALPHABET = "23456789BCFGHJKMNPQRSTVXZ"


def random_code(length: int, *, alphabet: str = ALPHABET) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def in_groups(code: str, size: int) -> str:
    """``7K3Q9BX2MT`` as ``7K3Q9-BX2MT``: an eye follows groups."""
    return "-".join(code[start : start + size] for start in range(0, len(code), size))


def read_code(typed: str) -> str:
    """A code as it was made, from whatever width, case and grouping somebody typed."""
    return re.sub(r"[^0-9A-Z]", "", fold(unicodedata.normalize("NFKC", clean_text(typed))).upper())


def new_reference(prefix: str, *, length: int = 5) -> str:
    """A reference such as ``BD-7K3Q9``; the column's unique constraint is the guard against a repeat."""
    return f"{prefix}-{random_code(length)}"
