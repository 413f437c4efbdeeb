"""Other ways of giving places, what a booking's page also says; and when a school closes, its visits cannot take place: their places are released."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Count, Model, Q, QuerySet
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.actions.booking import call_off
from programs.bookings.choices import LIVE, BookingState
from programs.bookings.models import Booking
from programs.centres.hooks import GROUPS_IN
from programs.centres.models import Session
from programs.core.refusals import Refusal
from programs.schools.hooks import when_school_closes
from programs.schools.models import School

PagePart = Callable[..., dict[str, Any]]
PAGE_PARTS: list[PagePart] = []


def adds_to_booking_page(part: PagePart) -> PagePart:
    """``part(user, booking, manages=...)`` is what the page of a booking also says, by the names of its template."""
    PAGE_PARTS.append(part)
    return part


class OtherWay(Protocol):
    """How places are given where first come is not first served."""

    def of(self, session: Session) -> Model | None:
        """What decides about the places of ``session`` now, or None."""

    def refusal(self, found: Any, *, now: datetime) -> Refusal | None:
        """Why nobody can take part in ``found`` now, or None."""

    def frozen(self, found: Any, *, starts_at: datetime | None) -> Refusal | None:
        """Why the sessions of ``found`` can be neither resized nor cancelled now, nor moved to ``starts_at``, or None."""

    def changed(self, found: Any, session: Session, *, moved_from: datetime | None, reason: str) -> None:
        """Tell those who take part in ``found`` that ``session`` was moved, or cancelled with a ``reason``."""


# By the mode of a session; the wing that gives places in another way adds itself in its hooks.
OTHER_WAYS: dict[str, OtherWay] = {}


def other_way_of(session: Session) -> Model | None:
    """What decides about the places of ``session`` where booking does not."""
    way = OTHER_WAYS.get(session.mode)
    return way.of(session) if way else None


def frozen_refusal(session: Session, *, starts_at: datetime | None = None) -> Refusal | None:
    """Why the session, whose lock the caller holds, stays as it is because its places are being given another way.

    With ``starts_at`` it is about to be moved there.
    """
    found = other_way_of(session)
    return OTHER_WAYS[session.mode].frozen(found, starts_at=starts_at) if found else None


def tell_other_way(session: Session, *, moved_from: datetime | None = None, reason: str = "") -> None:
    """Tell those who hope for places of a moved or cancelled session in another way than by a booking."""
    if found := other_way_of(session):
        OTHER_WAYS[session.mode].changed(found, session, moved_from=moved_from, reason=reason)


def group_counts(sessions: QuerySet[Session]) -> dict[str, int]:
    """How many groups a cancellation of ``sessions`` would reach, and how many pupils."""
    live = Booking.objects.live().filter(session__in=sessions.order_by().values("pk"))
    counted = live.aggregate(groups=Count("pk"), waiting=Count("pk", filter=Q(pk__in=Booking.objects.waiting())))
    return {"groups": counted["groups"], "waiting": counted["waiting"]}


def groups_in(sessions: QuerySet[Session]) -> int:
    return group_counts(sessions)["groups"]


GROUPS_IN.append(groups_in)


@when_school_closes
def cancel_visits_of(*, school: School, by: User, reason: str) -> None:
    """Cancel every visit of the school that has not begun; the next in the queue moves up."""
    now = timezone.now()
    live = Booking.objects.filter(school=school, state__in=LIVE, session__starts_at__gt=now)
    # In the order of the sessions: two closings at once lock them in the same order.
    for pk in live.order_by("session_id", "pk").values_list("pk", flat=True):
        booking = guard.lock_booking(booking_id=pk)
        call_off(booking=booking, to=BookingState.CANCELLED_BY_SCHOOL, reason=reason, by=by, now=now)
