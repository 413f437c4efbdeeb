"""Bookings as calendar entries (RFC 5545) that a telephone or an office calendar keeps up to date."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone

from programs.visits.choices import BookingState
from programs.visits.models import Booking

CALENDAR_TYPE = "text/calendar"
_STATUS = {True: "CONFIRMED", False: "TENTATIVE"}


def calendar_name(booking: Booking) -> str:
    return f"{booking.reference}.ics"


def calendar_entry(booking: Booking, *, url: str, stamp: datetime) -> str:
    """The entry of ``booking``. Its UID never changes; a higher SEQUENCE replaces, CANCEL removes."""
    cancelled = not booking.is_live and not booking.counts_seats
    zone = ZoneInfo(settings.TIME_ZONE)
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.JURISDICTION['portal_name']}//STEM Portal//VI")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(_zone_since(booking.session.starts_at.year))
    calendar.add_component(_event(booking, zone=zone, url=url, stamp=stamp, cancelled=cancelled))
    return calendar.to_ical().decode()


@cache
def _zone_since(year: int) -> Timezone:
    """The portal's zone from ``year`` on: the library would write its whole history, and takes long to walk it."""
    return Timezone.from_tzinfo(ZoneInfo(settings.TIME_ZONE), first_date=date(year, 1, 1))


def _event(booking: Booking, *, zone: ZoneInfo, url: str, stamp: datetime, cancelled: bool) -> Event:
    session, trip = booking.session, booking.session.field_trip
    event = Event()
    event.add("uid", f"{booking.reference}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", booking.calendar_sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", session.starts_at.astimezone(zone))
    event.add("dtend", session.ends_at.astimezone(zone))
    event.add("summary", trip.local_title)
    event.add("location", f"{trip.centre.local_name}, {session.room.name}, {trip.centre.address}")
    event.add("description", _description(booking))
    event.add("url", url)
    event.add("status", "CANCELLED" if cancelled else _STATUS[booking.state != BookingState.HELD])
    return event


def _description(booking: Booking) -> str:
    return _("Booking {reference}: {school}, {group}, {pupils} pupils, {adults} adults.").format(
        reference=booking.reference,
        school=booking.school.name,
        group=booking.class_group or "",
        pupils=booking.pupils,
        adults=booking.adults,
    )
