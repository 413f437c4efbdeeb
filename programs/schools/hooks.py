"""What later wings do when a school closes: they register it here, since this wing cannot know them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from programs.accounts.models import User
from programs.schools.models import School


class Ending(Protocol):
    def __call__(self, *, school: School, by: User, reason: str) -> None: ...


ENDINGS: list[Ending] = []
AFTERWARDS: list[Callable[[School], None]] = []


def when_school_closes(ending: Ending) -> Ending:
    """Registers ``ending(school=, by=, reason=)``; it runs in the closing's transaction, before the school is locked.

    Before, because bookings are always locked from the session down to the school.
    """
    ENDINGS.append(ending)
    return ending


def when_school_has_closed(follow: Callable[[School], None]) -> Callable[[School], None]:
    """Registers ``follow(school)``; it runs in the closing's transaction, under the school's lock."""
    AFTERWARDS.append(follow)
    return follow
