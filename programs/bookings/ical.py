"""Bookings as calendar entries (RFC 5545) that a phone or an office calendar keeps up to date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vText

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.words import group_name

CALENDAR_TYPE = "text/calendar"
_STATUS = {True: "CONFIRMED", False: "TENTATIVE"}


def calendar_name(booking: Booking) -> str:
    return f"{booking.reference}.ics"


def calendar_entry(booking: Booking, *, url: str, stamp: datetime) -> str:
    """The entry of ``booking``. Its UID never changes; a higher SEQUENCE replaces, CANCEL removes."""
    calendar = _calendar("CANCEL" if _is_off(booking) else "PUBLISH", since=booking.session.starts_at.year)
    calendar.add_component(_event(booking, url=url, stamp=stamp))
    return calendar.to_ical().decode()


def calendar_feed(bookings: Iterable[Booking], *, name: str, for_centre: bool, stamp: datetime) -> str:
    """Many visits in one calendar; cancelled ones stay in it as cancelled, with their UID."""
    calendar = _calendar("PUBLISH", since=stamp.year - 1)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for booking in bookings:
        url = settings.SITE_URL + reverse("booking_detail", args=[booking.reference])
        event = _event(booking, url=url, stamp=stamp)
        if for_centre:
            event["summary"] = vText(f"{group_name(booking)}: {booking.session.field_trip.local_title}")
        calendar.add_component(event)
    return calendar.to_ical().decode()


def _is_off(booking: Booking) -> bool:
    return not booking.is_live and not booking.counts_seats


def _calendar(method: str, *, since: int) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.JURISDICTION['portal_name']}//STEM Portal//VI")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_zone_since(since))
    return calendar


@cache
def _zone_since(year: int) -> Timezone:
    """The portal's zone from ``year`` on: the library would write its whole history, and takes long to walk it."""
    return Timezone.from_tzinfo(ZoneInfo(settings.TIME_ZONE), first_date=date(year, 1, 1))


def _event(booking: Booking, *, url: str, stamp: datetime) -> Event:
    session, trip, zone = booking.session, booking.session.field_trip, ZoneInfo(settings.TIME_ZONE)
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
    event.add("status", "CANCELLED" if _is_off(booking) else _STATUS[booking.state != BookingState.HELD])
    return event


def _description(booking: Booking) -> str:
    return _("Booking {reference}: {school}, {group}, {pupils} pupils, {adults} adults.").format(
        reference=booking.reference,
        school=booking.school.name,
        group=booking.class_group or "",
        pupils=booking.pupils,
        adults=booking.adults,
    )
