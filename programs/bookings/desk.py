"""What bookings put on the desk: what is not sure yet, and the next visits."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.bookings import policy
from programs.bookings import queries as booking_queries
from programs.bookings.choices import LIVE, BookingState
from programs.bookings.models import Booking
from programs.centres.queries import sessions as session_queries
from programs.core.dates import short_moment
from programs.core.desk import DeskLink, DeskTable, DeskTask
from programs.schools.queries.roles import roles_of

ROWS = 6


def tasks(user) -> list[DeskTask]:
    """Places that are offered to groups of the person's school."""
    return [_offer(each) for each in to_settle(user, Q(state=BookingState.OFFERED), now=timezone.now())]


def to_settle(user, which: Q, *, now: datetime) -> list[Booking]:
    """The next bookings of the person's school that they manage, as far as they are ``which``."""
    if not roles_of(user).is_school_staff:
        return []
    due = booking_queries.bookings_of_schools(user).filter(which, session__starts_at__gt=now)
    mine = (booking for booking in due.order_by("session__starts_at") if policy.may_manage(user, booking))
    return list(islice(mine, ROWS))


def _offer(booking: Booking) -> DeskTask:
    about = {"until": short_moment(booking.offer_expires_at or booking.session.starts_at)}
    words = _("{moment}. Kept for you until {until}.")
    return booking_task(
        booking, _("Places for {group}: {title}"), words, about, weight=5, action=_("Accept or decline")
    )


def booking_task(
    booking: Booking, title: str, words: str, about: dict[str, str], *, weight: int, action: str = ""
) -> DeskTask:
    group, trip = booking.class_group or booking.school, booking.session.field_trip
    return DeskTask(
        title=title.format(group=group, title=trip.local_title),
        detail=words.format(moment=short_moment(booking.session.starts_at), **about),
        url=reverse("booking_detail", args=[booking.reference]),
        action=action or _("View the booking"),
        weight=weight,
    )


def links(user) -> list[DeskLink]:
    roles = roles_of(user)
    if not (roles.is_school_staff or roles.is_officer or session_queries.centre_ids_of(user)):
        return []
    return [DeskLink(_("Bookings"), reverse("booking_list"), weight=20)]


def tables(user) -> list[DeskTable]:
    """The school's next visits, waiting ones too."""
    if not roles_of(user).is_school_staff:
        return []
    rows = booking_queries.bookings_of_schools(user).filter(state__in=LIVE, session__ends_at__gt=timezone.now())
    upcoming = list(rows.order_by("session__starts_at", "id")[:ROWS])
    return [DeskTable("bookings/desk_bookings.html", upcoming, weight=20)] if upcoming else []
