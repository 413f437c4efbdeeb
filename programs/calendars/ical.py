"""Many visits as one calendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from programs.bookings.ical import calendar_text, escaped, event_lines
from programs.bookings.models import Booking
from programs.bookings.words import group_name


def calendar_feed(bookings: Iterable[Booking], *, name: str, for_centre: bool, stamp: datetime) -> str:
    """Many visits in one calendar; cancelled ones stay in it as cancelled, with their UID."""

    def lines() -> Iterator[str]:
        yield f"X-WR-CALNAME:{escaped(name)}"
        yield "REFRESH-INTERVAL;VALUE=DURATION:PT1H"
        for booking in bookings:
            url = settings.SITE_URL + reverse("booking_detail", args=[booking.reference])
            title = booking.session.field_trip.local_title
            whose = f"{group_name(booking)}: {title}" if for_centre else title
            yield from event_lines(booking, url=url, stamp=stamp, title=whose)

    return calendar_text("PUBLISH", lines(), since=stamp.year - 1)
