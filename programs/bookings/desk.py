"""What bookings put on the desk: what is not sure yet, and the next visits."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.authorities.choices import ApprovalState, Office
from programs.authorities.rules import stands_in_for
from programs.bookings import policy
from programs.bookings import queries as booking_queries
from programs.bookings.choices import LIVE, BookingState
from programs.bookings.models import Booking, BookingApproval
from programs.bookings.queries import BOOKING_PARTS
from programs.bookings.rules.papers import INCOMPLETE, WITH_APPROVALS
from programs.centres.queries import sessions as session_queries
from programs.core.dates import short_moment
from programs.core.desk import DeskLink, DeskTable, DeskTask
from programs.schools.choices import SchoolRole
from programs.schools.queries.roles import roles_of

ROWS = 6


def tasks(user) -> list[DeskTask]:
    """Offers, papers and approvals, for schools and authorities."""
    now = timezone.now()
    return [*_approvals(user, now), *_own(user, now)]


def approvals_to_decide(user, *, now: datetime) -> list[BookingApproval]:
    """What waits for this person's yes or no, the nearest visit first."""
    parts = [f"booking__{part}" for part in (*BOOKING_PARTS, "school__ward")]
    asked = BookingApproval.objects.filter(
        booking_queries.answered_by(user),
        state=ApprovalState.ASKED,
        booking__state__in=WITH_APPROVALS,
        booking__session__starts_at__gt=now,
    ).select_related(*parts)
    heads = {school.pk for school in roles_of(user).schools_as(SchoolRole.PRINCIPAL)}
    rows = asked.order_by("booking__session__starts_at", "pk")
    return [row for row in rows if _is_asked(row, heads)]


def _is_asked(approval: BookingApproval, heads: set[int]) -> bool:
    """A coordinator is asked beside the head only where the school decides alone."""
    if approval.office != Office.PRINCIPAL or approval.booking.school_id in heads:
        return True
    return Office.COORDINATOR in policy.offices_of(approval)


def _approvals(user, now: datetime) -> list[DeskTask]:
    return [
        DeskTask(
            title=_("Approve the visit of {group}: {title}").format(
                group=approval.booking.class_group or approval.booking.school,
                title=approval.booking.session.field_trip.local_title,
            ),
            detail=_asked_words(approval),
            url=approval.get_absolute_url(),
            action=_("Read and decide"),
            weight=15,
        )
        for approval in approvals_to_decide(user, now=now)[:ROWS]
    ]


def _asked_words(approval: BookingApproval) -> str:
    booking = approval.booking
    words = _("{school}. {moment}.").format(school=booking.school, moment=short_moment(booking.session.starts_at))
    if instead_of := stands_in_for(approval, booking.school):
        stands_in = _("You stand in for {who}: {why}.")
        words += " " + stands_in.format(who=instead_of, why=approval.get_stands_in_display())
    if approval.asked_again:
        words += " " + _("Asked again: {why}.").format(why=approval.get_asked_again_display())
    return words


def _own(user, now: datetime) -> list[DeskTask]:
    """Of the person's school, as far as they manage them: offers first, then what is to be confirmed."""
    if not roles_of(user).is_school_staff:
        return []
    due = booking_queries.bookings_of_schools(user).filter(
        state__in=(BookingState.OFFERED, *INCOMPLETE), session__starts_at__gt=now
    )
    mine = (booking for booking in due.order_by("session__starts_at") if policy.may_manage(user, booking))
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
        detail=_("{moment}. Confirm by {due}, or the places will go to others.").format(
            moment=short_moment(booking.session.starts_at), due=short_moment(due)
        ),
        url=reverse("booking_detail", args=[booking.reference]),
        action=_("View the booking"),
        weight=10 if booking.state == BookingState.PAPERS_DUE or due < now else 20,
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
