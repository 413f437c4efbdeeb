"""Calendar feeds: whose they are, and what they contain."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from programs.bookings.choices import OFF, BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import bookings_of_schools, bookings_run_by
from programs.calendars.models import CalendarFeed
from programs.centres.queries.sessions import centre_ids_of

BACK = timedelta(days=90)
# Groups that hold no places yet have no place in a calendar either.
NOT_YET = (BookingState.WAITLISTED, BookingState.OFFERED)
# What an entry is made of: as long as none of it changes, a calendar program need not read the feed again.
SHOWN = (
    "reference", "state", "calendar_sequence", "pupils", "adults", "confirmed_pupils", "confirmed_adults",
    "school__name", "class_group__name", "session__starts_at", "session__ends_at", "session__room__name",
    *(f"session__field_trip__{name}" for name in ("title", "title_en")),
    *(f"session__field_trip__centre__{name}" for name in ("name", "name_en", "address", "email")),
)  # fmt: skip


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def feeds_seen_by(user) -> QuerySet[CalendarFeed]:
    """The person's addresses that still open."""
    return CalendarFeed.objects.filter(user=user, revoked_at=None).select_related("centre")


def feed_with_token(token: str) -> CalendarFeed | None:
    """The feed of a secret while it opens: not revoked, its person active and, for a centre, still of its staff."""
    feeds = CalendarFeed.objects.filter(token_hash=hash_of(token), revoked_at=None, user__is_active=True)
    feed = feeds.select_related("user", "centre").first()
    if feed and feed.centre_id and feed.centre_id not in centre_ids_of(feed.user):
        return None
    return feed


def bookings_in(feed: CalendarFeed, *, now: datetime) -> QuerySet[Booking]:
    """What the feed shows: the visits that the person leads, or a centre's. Cancelled ones too, so that they vanish.

    A group that left the waiting list was never in it: only groups with places ever had a day for their papers.
    """
    if feed.centre_id:
        bookings = bookings_run_by(feed.user).filter(session__field_trip__centre=feed.centre_id)
    else:
        bookings = bookings_of_schools(feed.user).filter(leader=feed.user_id)
    was_there = Q(papers_due_at__isnull=False) | ~Q(state__in=OFF)
    shown = bookings.filter(was_there, session__starts_at__gt=now - BACK).exclude(state__in=NOT_YET)
    return shown.order_by("session__starts_at", "pk")


def hash_of_shown(feed: CalendarFeed, bookings: QuerySet[Booking]) -> str:
    """The same as long as the feed shows the same; one query."""
    said = [feed.user.language, feed.centre.local_name if feed.centre else ""]
    return hashlib.sha256(repr([said, *bookings.values_list(*SHOWN)]).encode()).hexdigest()
