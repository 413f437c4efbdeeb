"""The portal's clock, moved to the day on which something of the demonstration happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from unittest.mock import patch

from django.utils import timezone

from programs.core.calendar import WorkingDays, at, holidays_between


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Within, it is ``moment``: rows, letters and the log of an act carry the day of the act. For one thread alone."""
    with patch.object(timezone, "now", lambda: moment):
        yield


@dataclass(frozen=True)
class Days:
    """Moments around ``now``, by days from today and the time of the day."""

    now: datetime

    def at(self, day: int, clock: str) -> datetime:
        return at(timezone.localdate(self.now) + timedelta(days=day), time.fromisoformat(clock))

    def in_office(self, day: int, clock: str) -> datetime:
        """The same on the next day on which offices work, but never later than yesterday."""
        today = timezone.localdate(self.now)
        wanted = today + timedelta(days=day)
        working = WorkingDays(holidays_between(wanted, wanted + timedelta(days=40)))
        later = wanted if working.works(wanted) else working.step(wanted, 1)
        return at(later if later < today else wanted, time.fromisoformat(clock))
