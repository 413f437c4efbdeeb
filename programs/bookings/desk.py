"""What bookings put on the desk: what is not sure yet, and the next visits."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.authorities.rules import ApprovalLine, names_of_late, stands_in_for
from programs.bookings import policy
from programs.bookings import queries as booking_queries
from programs.bookings.choices import LIVE, BookingState
from programs.bookings.models import Booking, BookingApproval
from programs.bookings.rules.papers import INCOMPLETE, answer_until
from programs.centres.queries import sessions as session_queries
from programs.core.dates import short_moment
from programs.core.desk import DeskLink, DeskTable, DeskTask
from programs.schools.queries.roles import roles_of

ROWS = 6


def tasks(user) -> list[DeskTask]:
    """Offers, papers and approvals, for schools and authorities."""
    now = timezone.now()
    return [*_approvals(user, now), *_own(user, now)]


def _approvals(user, now: datetime) -> list[DeskTask]:
    return [
        DeskTask(
            title=_("Approve the visit of {group}: {title}").format(
                group=approval.booking.class_group or approval.booking.school,
                title=approval.booking.session.field_trip.local_title,
            ),
            detail=_asked_words(approval, now),
            url=approval.get_absolute_url(),
            action=_("Read and decide"),
            weight=15,
        )
        for approval in policy.approvals_to_decide(user, now=now)  # all: none has another page to wait on
    ]


def _asked_words(approval: BookingApproval, now: datetime) -> str:
    booking = approval.booking
    words = _("{school}. {moment}.").format(school=booking.school, moment=short_moment(booking.session.starts_at))
    if instead_of := stands_in_for(approval, booking.school):
        stands_in = _("You stand in for {who}: {why}.")
        words += " " + stands_in.format(who=instead_of, why=approval.get_stands_in_display())
    if approval.asked_again:
        words += " " + _("Asked again: {why}.").format(why=approval.get_asked_again_display())
    until = answer_until(approval, booking)
    if until > now:
        words += " " + _("Answer by {until}.").format(until=short_moment(until))
    return words


def _own(user, now: datetime) -> list[DeskTask]:
    """Of the person's school, as far as they manage them: offers, what is to be confirmed, what is asked again."""
    if not roles_of(user).is_school_staff:
        return []
    again = Q(state=BookingState.CONFIRMED, answers_due_at__isnull=False)
    due = booking_queries.bookings_of_schools(user).filter(
        again | Q(state__in=(BookingState.OFFERED, *INCOMPLETE)), session__starts_at__gt=now
    )
    mine = (booking for booking in due.order_by("session__starts_at") if policy.may_manage(user, booking))
    words = {BookingState.OFFERED: _offer, BookingState.CONFIRMED: _asked_again}
    return [words.get(BookingState(each.state), _papers)(each, now) for each in islice(mine, ROWS)]


def _asked_again(booking: Booking, now: datetime) -> DeskTask:
    lines = [ApprovalLine(row.kind, booking.school, row) for row in booking.approvals.order_by("pk")]
    words = _("{moment}. Approval was requested again on {since}; no answer yet from: {who}. Answer by {until}.")
    if booking.grace_given_at:
        words = _("{moment}. Approval was requested again on {since}; no answer by {until} from: {who}.")
    about = {
        "since": short_moment(booking.asked_again_at or now),
        "who": names_of_late(lines, booking.school),
        "until": short_moment(booking.answers_due_at or now),
    }
    title = _("Approval requested again for the visit of {group}: {title}")
    return _task(booking, title, words, about, weight=10 if booking.grace_given_at else 20)


def _offer(booking: Booking, now: datetime) -> DeskTask:
    about = {"until": short_moment(booking.offer_expires_at or booking.session.starts_at)}
    words = _("{moment}. Kept for you until {until}.")
    return _task(booking, _("Places for {group}: {title}"), words, about, weight=5, action=_("Accept or decline"))


def _papers(booking: Booking, now: datetime) -> DeskTask:
    due = booking.papers_due_at or booking.session.starts_at
    words = _("{moment}. Confirm by {due}, or the places will go to others.")
    title = _("Complete and confirm the visit of {group}: {title}")
    weight = 10 if booking.state == BookingState.PAPERS_DUE or due < now else 20
    return _task(booking, title, words, {"due": short_moment(due)}, weight=weight)


def _task(
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
