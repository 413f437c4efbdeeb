"""Reminders before a visit: two weeks, three days, one day; each once, and none for cancelled visits."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.bookings.actions import guard
from programs.bookings.choices import COMING
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking
from programs.centres.choices import SessionState
from programs.core.nets import one_by_one
from programs.notices.queries import keys_written
from programs.visit_days.rules import REMINDERS, reminder_due

KIND = "visit_reminder"


def send_reminders(*, now: datetime | None = None) -> int:
    """Write the reminders that are due; their number. Safe to run twice and by two workers at once."""
    now = now or timezone.now()
    coming = Booking.objects.filter(
        state__in=COMING,
        session__state=SessionState.SCHEDULED,
        session__starts_at__gt=now,
        session__starts_at__lte=now + max(REMINDERS.values()),
    ).select_related("session")
    due: dict[int, str] = {}

    def judge(booking: Booking) -> None:
        if key := _key(booking, now):
            due[booking.pk] = key

    one_by_one("reminders to judge", coming.order_by("session_id", "pk"), judge)
    written = keys_written(due.values())
    unwritten = [pk for pk, key in due.items() if key not in written]
    return one_by_one("reminders", unwritten, lambda pk: _remind(booking_id=pk, now=now))


def _code(booking: Booking, now: datetime) -> str | None:
    return reminder_due(now=now, starts_at=booking.session.starts_at, booked_at=booking.asked_or_offered_at)


def _occasion(booking: Booking, code: str) -> str:
    """A session moved to another day gets new reminders."""
    return f"{code}:{timezone.localdate(booking.session.starts_at):%Y%m%d}"


def _key(booking: Booking, now: datetime) -> str:
    code = _code(booking, now)
    return f"{KIND}:{booking.pk}:{_occasion(booking, code)}" if code else ""


def _days_left(booking: Booking, now: datetime) -> int:
    """Counted when it is written: a session that was moved is reminded of with fewer days left than usual."""
    return (timezone.localdate(booking.session.starts_at) - timezone.localdate(now)).days


def _remind(*, booking_id: int, now: datetime) -> bool:
    """Judged afresh under the session's lock: a visit that was cancelled a moment ago gets nothing."""
    with transaction.atomic():
        booking = guard.lock_booking(booking_id=booking_id)
        code = _code(booking, now)
        if code is None or booking.state not in COMING or booking.session.state != SessionState.SCHEDULED:
            return False
        tell_leader(
            kind=KIND,
            booking=booking,
            now=now,
            with_calendar=False,
            occasion=_occasion(booking, code),
            about={"code": code, "days": _days_left(booking, now)},
        )
    return True
