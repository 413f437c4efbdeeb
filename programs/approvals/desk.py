"""Papers and approvals that wait, for schools and authorities."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.approvals import policy
from programs.approvals.models import BookingApproval
from programs.approvals.queries import checklist_of
from programs.approvals.rules.papers import answer_until, only_authority_missing, waits_for_authority
from programs.authorities.rules import ApprovalLine, names_of_late, stands_in_for
from programs.bookings.choices import INCOMPLETE, BookingState
from programs.bookings.desk import booking_task, to_settle
from programs.bookings.models import Booking
from programs.core.dates import short_moment
from programs.core.desk import DeskTask


def tasks(user) -> list[DeskTask]:
    """What the person approves; what they are to complete and confirm, or waits for an answer once more."""
    now, again = timezone.now(), Q(state=BookingState.CONFIRMED, answers_due_at__isnull=False)
    own = to_settle(user, again | Q(state__in=INCOMPLETE), now=now)
    prefetch_related_objects(own, "approvals")
    return [
        *_approvals(user, now),
        *((_asked_again if booking.state == BookingState.CONFIRMED else _papers)(booking, now) for booking in own),
    ]


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


def _waits(booking: Booking, waits: list[ApprovalLine], *, due: datetime) -> DeskTask:
    """The school has done its part: it reads whom it waits for and since when, and has nothing to complete."""
    words = _("{moment}. Requested on {since}; no answer yet from: {who}. The places are kept until {due}.")
    if booking.grace_given_at:
        words = _("{moment}. Due on {since}, and still no answer from: {who}. The places are kept until {due}.")
    since = booking.grace_given_at or min(line.row.asked_at for line in waits if line.row)
    about = {"since": short_moment(since), "who": names_of_late(waits, booking.school), "due": short_moment(due)}
    title = _("Waiting for approval of the visit of {group}: {title}")
    return booking_task(booking, title, words, about, weight=10 if booking.grace_given_at else 20)


def _asked_again(booking: Booking, now: datetime) -> DeskTask:
    lines = _lines(booking)
    words = _("{moment}. Approval was requested again on {since}; no answer yet from: {who}. Answer by {until}.")
    if booking.grace_given_at:
        words = _("{moment}. Approval was requested again on {since}; no answer by {until} from: {who}.")
    about = {
        "since": short_moment(booking.asked_again_at or now),
        "who": names_of_late(lines, booking.school),
        "until": short_moment(booking.answers_due_at or now),
    }
    title = _("Approval requested again for the visit of {group}: {title}")
    return booking_task(booking, title, words, about, weight=10 if booking.grace_given_at else 20)


def _lines(booking: Booking) -> list[ApprovalLine]:
    rows = sorted(booking.approvals.all(), key=lambda row: row.pk)
    return [ApprovalLine(row.kind, booking.school, row) for row in rows]


def _papers(booking: Booking, now: datetime) -> DeskTask:
    due = booking.papers_due_at or booking.session.starts_at
    waits = [line for line in _lines(booking) if waits_for_authority(line.row)]
    if waits and only_authority_missing(checklist_of(booking)):
        return _waits(booking, waits, due=due)
    words = _("{moment}. Confirm by {due}, or the places will go to others.")
    title = _("Complete and confirm the visit of {group}: {title}")
    weight = 10 if booking.state == BookingState.PAPERS_DUE or due < now else 20
    return booking_task(booking, title, words, {"due": short_moment(due)}, weight=weight)
