"""The portal's clock, moved to the day on which something of the demonstration happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from unittest.mock import patch

from django.utils import timezone

from programs.core.calendar import WorkingDays, holidays_between


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
        hour, minute = map(int, clock.split(":"))
        local = timezone.localtime(self.now) + timedelta(days=day)
        return local.replace(hour=hour, minute=minute, second=0, microsecond=0)

    def in_office(self, day: int, clock: str) -> datetime:
        """The same on the next day on which offices work, but never later than yesterday."""
        wanted = self.at(day, clock)
        off = holidays_between(wanted.date() - timedelta(days=40), wanted.date() + timedelta(days=40))
        working = WorkingDays(off)
        if working.works(wanted.date()):
            return wanted
        later = wanted + timedelta(days=(working.step(wanted.date(), 1) - wanted.date()).days)
        return later if later < self.at(0, "00:00") else wanted
