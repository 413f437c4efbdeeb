"""References that people read aloud and type: short, random, without letters that look alike."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def random_code(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_reference(prefix: str, *, length: int = 5) -> str:
    """A reference such as ``BD-7K3Q9``; the column's unique constraint is the guard against a repeat."""
    return f"{prefix}-{random_code(length)}"
