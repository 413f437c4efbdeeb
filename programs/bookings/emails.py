"""Messages to group leaders: one outbox row per event, written in the event's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from programs.bookings.ical import CALENDAR_TYPE, calendar_entry, calendar_name
from programs.bookings.models import Booking
from programs.bookings.queries import SIGNER
from programs.bookings.words import parts_of
from programs.notices.actions import write_message


def tell_leader(
    *,
    kind: str,
    booking: Booking,
    now: datetime,
    with_calendar: bool = True,
    occasion: str = "",
    about: dict[str, Any] | None = None,
) -> None:
    """Write message ``kind`` to the leader of ``booking``, in the leader's language, once per booking.

    Events that can happen more than once name their ``occasion``; ``about`` is extra context for the message.
    """
    leader = booking.leader
    with translation.override(leader.language):
        link = reverse("booking_detail", args=[booking.reference])
        entry = calendar_entry(booking, url=settings.SITE_URL + link, stamp=now) if with_calendar else ""
    write_message(
        kind=kind,
        to=leader,
        dedupe_key=f"{kind}:{booking.pk}:{occasion}" if occasion else f"{kind}:{booking.pk}",
        context={
            "booking": booking,
            **parts_of(booking.session),
            "starts_at": timezone.localtime(booking.session.starts_at),
            **(about or {}),
        },
        link=link,
        attachment=(calendar_name(booking), CALENDAR_TYPE, entry) if with_calendar else None,
    )


def other_dates(*, booking: Booking) -> str:
    """Link to the same field trip on other days with places for the group."""
    asked = urlencode({"trip": booking.session.field_trip.code, "seats": booking.size_now["pupils"]})
    with translation.override(booking.leader.language):
        return f"{reverse('session_search')}?{asked}"


def answer_token(booking: Booking) -> str:
    """Valid for this booking and its leader only: a new leader gets an email of their own."""
    return SIGNER.sign_object([booking.reference, booking.leader_id])


def answer_link(booking: Booking) -> str:
    with translation.override(booking.leader.language):
        return settings.SITE_URL + reverse("waiting_answer", args=[answer_token(booking)])
