"""Bookings as calendar entries (RFC 5545) that a phone or an office calendar keeps up to date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Timezone

from programs.bookings.choices import CERTAIN, OFF
from programs.bookings.models import Booking
from programs.centres.models import Centre

CALENDAR_TYPE = "text/calendar"
END, LONGEST = "\r\n", 75  # of a line, in bytes


def calendar_name(booking: Booking) -> str:
    return f"{booking.reference}.ics"


def calendar_entry(booking: Booking, *, url: str, stamp: datetime) -> str:
    """The entry of ``booking``. Its UID never changes; a higher SEQUENCE replaces, CANCEL removes."""
    method = "CANCEL" if booking.state in OFF else "PUBLISH"
    title = booking.session.field_trip.local_title
    event = event_lines(booking, url=url, stamp=stamp, title=title)
    return calendar_text(method, event, since=booking.session.starts_at.year)


def calendar_text(method: str, lines: Iterable[str], *, since: int) -> str:
    """The lines of a whole calendar. They are written here: a library takes milliseconds for an entry."""
    first = [
        "BEGIN:VCALENDAR",
        f"PRODID:-//{escaped(settings.JURISDICTION['portal_name'])}//STEM Portal//VI",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method}",
        *_zone_since(since),
    ]
    return END.join(_folded(line) for line in [*first, *lines, "END:VCALENDAR"]) + END


@cache
def _zone_since(year: int) -> list[str]:
    """The portal's zone from ``year`` on: the library would write its whole history, and takes long to walk it."""
    zone = Timezone.from_tzinfo(ZoneInfo(settings.TIME_ZONE), first_date=date(year, 1, 1))
    return zone.to_ical().decode().split(END)[:-1]


def event_lines(booking: Booking, *, url: str, stamp: datetime, title: str) -> list[str]:
    session, centre = booking.session, booking.session.field_trip.centre
    return [
        "BEGIN:VEVENT",
        f"UID:{booking.reference}@{urlsplit(settings.SITE_URL).hostname}",
        f"SEQUENCE:{booking.calendar_sequence}",
        f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART{_local(session.starts_at)}",
        f"DTEND{_local(session.ends_at)}",
        f"SUMMARY:{escaped(title)}",
        f"LOCATION:{escaped(f'{centre.local_name}, {session.room.name}, {centre.address}')}",
        f"DESCRIPTION:{escaped(_description(booking))}",
        f"URL:{url}",
        f"STATUS:{_status(booking)}",
        _organizer(centre),
        "END:VEVENT",
    ]


def _status(booking: Booking) -> str:
    if booking.state in OFF:
        return "CANCELLED"
    return "CONFIRMED" if booking.state in CERTAIN else "TENTATIVE"


def _organizer(centre: Centre) -> str:
    """RFC 5546 wants one where an entry is published or cancelled: the centre, not a person."""
    name = centre.local_name.replace('"', "'")
    return f'ORGANIZER;CN="{name}":mailto:{centre.email}'


def _description(booking: Booking) -> str:
    size = booking.size_now
    return _("Booking {reference}: {school}, {group}, {pupils} pupils, {adults} adults.").format(
        reference=booking.reference,
        school=booking.school.name,
        group=booking.class_group or "",
        pupils=size["pupils"],
        adults=size["adults"],
    )


def _local(moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo(settings.TIME_ZONE))
    return f";TZID={settings.TIME_ZONE}:{local:%Y%m%dT%H%M%S}"


def escaped(text: str) -> str:
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text.replace("\r", "")


def _folded(line: str) -> str:
    """A line of more than 75 bytes goes on in the next one; no letter is cut in two."""
    raw = line.encode()
    if len(raw) <= LONGEST:
        return line
    parts, start, room = [], 0, LONGEST
    while start < len(raw):
        end = min(start + room, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(raw[start:end].decode())
        start, room = end, LONGEST - 1
    return f"{END} ".join(parts)
