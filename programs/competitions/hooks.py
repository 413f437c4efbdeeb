"""What the wing of the projects does for this one, which cannot know it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from programs.competitions.models import Competition


class Telling(StrEnum):
    """What entrants are told; the name of the letter."""

    DATES = "competition_dates"
    OPENED = "competition_opened"
    CLOSED = "competition_closed"


class Teller(Protocol):
    def __call__(self, competition: Competition, kind: str, *, reason: str) -> None: ...


TELLERS: list[Teller] = []


def tells_entrants(teller: Teller) -> Teller:
    """Registers ``teller(competition, kind, reason=)``; it writes letters in the act's transaction."""
    TELLERS.append(teller)
    return teller


def tell_entrants(competition: Competition, kind: str, *, reason: str) -> None:
    for teller in TELLERS:
        teller(competition, kind, reason=reason)
