"""Who moves up when places come free. Plain values in; no clock, no query."""

from __future__ import annotations

from collections.abc import Sequence

from programs.visits.choices import (
    WaitingPolicy,
)


def promotable(queue: Sequence[tuple[int, int]], *, seats_left: int, policy: str, one_group: bool) -> list[int]:
    """The identifiers of ``queue`` (id, pupils; first come first) that move up into ``seats_left`` places.

    Strict order stops at the first group that does not fit; first fit passes over it.
    """
    chosen: list[int] = []
    for identifier, pupils in queue:
        if pupils <= seats_left:
            chosen.append(identifier)
            seats_left = 0 if one_group else seats_left - pupils
        elif policy == WaitingPolicy.STRICT:
            break
    return chosen
