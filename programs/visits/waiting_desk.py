"""What the desk shows of bookings that are not sure yet: offers to answer, papers to complete, visits to approve."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.core.dates import short_moment
from programs.core.desk import DeskTask
from programs.schools.queries import standing_of
from programs.visits import queries, rules
from programs.visits.choices import BookingState
from programs.visits.models import Booking
from programs.visits.queries.papers import approvals_to_decide
from programs.visits.rules.papers import INCOMPLETE

ROWS = 6


def _manages(user, booking: Booking) -> bool:
    return rules.can_manage_booking(
        standing_of(user), user_id=user.pk, leader_id=booking.leader_id, school=booking.school
    )


def tasks(user, *, now: datetime) -> list[DeskTask]:
    return [*_approvals(user, now), *_own(user, now)]


def _approvals(user, now: datetime) -> list[DeskTask]:
    return [
        DeskTask(
            title=_("Approve the visit of {group}: {title}").format(
                group=approval.booking.class_group or approval.booking.school,
                title=approval.booking.session.field_trip.local_title,
            ),
            detail=_("{school}. {moment}.").format(
                school=approval.booking.school, moment=short_moment(approval.booking.session.starts_at)
            ),
            url=reverse(f"approval_{approval.kind}", args=[approval.pk]),
            action=_("Read and decide"),
            weight=15,
        )
        for approval in approvals_to_decide(user, now=now)[:ROWS]
    ]


def _own(user, now: datetime) -> list[DeskTask]:
    """Of the person's school, as far as they manage them: offers first, then what is to be confirmed."""
    if not standing_of(user).is_school_staff:
        return []
    due = queries.bookings_of_schools(user).filter(
        state__in=(BookingState.OFFERED, *INCOMPLETE), session__starts_at__gt=now
    )
    mine = (booking for booking in due.order_by("session__starts_at") if _manages(user, booking))
    return [_offer(each) if each.state == BookingState.OFFERED else _papers(each, now) for each in islice(mine, ROWS)]


def _offer(booking: Booking) -> DeskTask:
    return DeskTask(
        title=_("Places for {group}: {title}").format(
            group=booking.class_group or booking.school, title=booking.session.field_trip.local_title
        ),
        detail=_("{moment}. Kept for you until {until}.").format(
            moment=short_moment(booking.session.starts_at), until=short_moment(booking.offer_expires_at)
        )
        if booking.offer_expires_at
        else short_moment(booking.session.starts_at),
        url=reverse("booking_detail", args=[booking.reference]),
        action=_("Accept or decline"),
        weight=5,
    )


def _papers(booking: Booking, now: datetime) -> DeskTask:
    due = booking.papers_due_at or booking.session.starts_at
    return DeskTask(
        title=_("Complete and confirm the visit of {group}: {title}").format(
            group=booking.class_group or booking.school, title=booking.session.field_trip.local_title
        ),
        detail=_("{moment}. Confirm by {due}, or the places go to others.").format(
            moment=short_moment(booking.session.starts_at), due=short_moment(due)
        ),
        url=reverse("booking_detail", args=[booking.reference]),
        action=_("Open the booking"),
        weight=10 if booking.state == BookingState.PAPERS_DUE or due < now else 20,
    )
