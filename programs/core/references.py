"""References that people read aloud and type: short, random, without letters that look alike."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable
from itertools import islice, product
from typing import TypeVar
from urllib.parse import unquote

from django.db import IntegrityError, transaction
from django.db.models import Model

from programs.core.text import clean_text, fold

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
# For codes that are typed while a Vietnamese keyboard is on: Telex and VNI make other letters of vowels, D and W.
TYPED_ALPHABET = "23456789BCFGHJKMNPQRSTVXZ"
REFERENCE_LENGTH, TRIES = 5, 8  # of 28 million: a table that is half full needs a ninth try once in 256 rows
_ADDRESS = re.compile(r"(?:https?://[^/\s]+|[\w-]+(?:\.[\w-]+)+(?::\d+)?|^)/(\S+)")
_ALIKE = {"0": "O", "O": "0", "1": "IL", "I": "1L", "L": "1I", "8": "B", "B": "8"}
Result = TypeVar("Result")


def random_code(length: int, *, alphabet: str = ALPHABET) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def in_groups(code: str, size: int) -> str:
    """``7K3Q9BX2MT`` as ``7K3Q9-BX2MT``: an eye follows groups."""
    return "-".join(code[start : start + size] for start in range(0, len(code), size))


def read_code(typed: str) -> str:
    """A code as it was made, from whatever width, case, dashes, grouping or whole address somebody typed or pasted."""
    return re.sub(r"[^0-9A-Z]", "", fold(unicodedata.normalize("NFKC", _key_in(clean_text(typed)))).upper())


def _key_in(text: str) -> str:
    """Of an address what opens: behind the #, else its longest part."""
    if not (address := _ADDRESS.search(text)):
        return text
    path, _, fragment = unquote(address[1]).partition("#")
    return fragment or max(path.partition("?")[0].split("/"), key=len)


def readings(typed: str, alphabet: str) -> list[str]:
    """What may be meant: a letter that ``alphabet`` leaves out is each one of it that looks the same."""
    letters = [
        letter if letter in alphabet else [like for like in _ALIKE.get(letter, "") if like in alphabet] or letter
        for letter in read_code(typed)
    ]
    return ["".join(code) for code in islice(product(*letters), 64)]


def under_reference(
    model: type[Model], prefix: str, act: Callable[[str], Result], *, column: str = "reference"
) -> Result:
    """``act(reference)`` writes a row of ``model`` under a new reference such as ``BD-7K3Q9``."""
    return under_free_code(model, column, lambda: f"{prefix}-{random_code(REFERENCE_LENGTH)}", act)


def under_free_code(model: type[Model], column: str, make: Callable[[], str], act: Callable[[str], Result]) -> Result:
    """``act(code)`` in a savepoint, and again with another code of ``make`` while ``code`` is another row's already.

    The column's unique constraint decides: of two who come by the same code at once, the second takes another one.
    """
    for attempt in range(1, TRIES + 1):
        code = make()
        try:
            with transaction.atomic():
                return act(code)
        except IntegrityError:
            if attempt == TRIES or not model._base_manager.filter(**{column: code}).exists():
                raise
    raise AssertionError("unreachable")
