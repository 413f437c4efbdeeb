"""Changing the size of a group, and when its head count is fixed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.rules.booking import size_refusal
from programs.centres.models import Session
from programs.centres.rules import moment_text
from programs.core.calendar import DAY_BEGINS, DAY_ENDS, WORK_ENDS, WorkingDays, at
from programs.core.refusals import Refusal

RESIZABLE = (BookingState.WAITLISTED, BookingState.HELD, BookingState.PAPERS_DUE, BookingState.CONFIRMED)


def count_locks_at(session: Session, *, days: WorkingDays) -> datetime:
    """When the head count is finalised: the centre prepares for exactly that number.

    At the hour of the session, or at the end of the last working day before where nobody works then; a centre may also
    take the numbers as the session begins, whatever day that is.
    """
    before = session.field_trip.centre.count_locks_days
    moment = timezone.localtime(session.starts_at - timedelta(days=before))
    if not before or (days.works(moment.date()) and DAY_BEGINS <= moment.time() <= DAY_ENDS):
        return session.starts_at - timedelta(days=before)
    return at(days.step(moment.date(), -1), WORK_ENDS)


def is_resizable(booking: Booking, *, fixed_at: datetime, now: datetime) -> bool:
    """Until the session begins; a confirmed group until its head count is fixed."""
    if now >= booking.session.starts_at or booking.state not in RESIZABLE:
        return False
    return booking.state != BookingState.CONFIRMED or now < fixed_at


def resize_refusal(
    booking: Booking,
    *,
    pupils: int,
    adults: int,
    girls: int | None,
    pupils_per_adult: int,
    named: int,
    fixed_at: datetime,
    now: datetime,
) -> Refusal | None:
    """Why the group may not have this size; whether the places are there is the guard's answer.

    ``named`` are the pupils on its list, as far as they count; ``fixed_at`` is ``count_locks_at`` of its session.
    """
    if not is_resizable(booking, fixed_at=fixed_at, now=now):
        return _too_late(booking, fixed_at=fixed_at, now=now)
    if wrong := size_refusal(booking.session, pupils=pupils, adults=adults, pupils_per_adult=pupils_per_adult):
        return wrong
    if girls is not None and girls > pupils:
        return Refusal("too_many_girls", _("There cannot be more girls than pupils."), "girls")
    if named <= pupils:
        return None
    message = ngettext(
        "{count} pupil is on the list of participants: remove names first.",
        "{count} pupils are on the list of participants: remove names first.",
        named,
    )
    return Refusal("more_names_than_pupils", message.format(count=named), "pupils")


def no_time_refusal(session: Session, *, due: datetime) -> Refusal | None:
    """Why a confirmed group that was approved smaller may not grow: by ``due`` somebody would have to answer again."""
    if due < session.starts_at:
        return None
    message = _("Whoever approved the visit would have to agree again, and there is no time left for that.")
    return Refusal("no_time_to_ask", message, "pupils")


def _too_late(booking: Booking, *, fixed_at: datetime, now: datetime) -> Refusal:
    if booking.state == BookingState.OFFERED:
        return Refusal("offer_open", _("Accept the offered places first; then you can change the group."))
    if booking.state == BookingState.CONFIRMED and now >= fixed_at:
        return Refusal(
            "count_locked",
            _("The head count was finalised at {time}. On the day the centre records how many actually came.").format(
                time=moment_text(fixed_at)
            ),
        )
    return Refusal("wrong_state", _("The size of this group can no longer be changed."))


def no_room_refusal(*, seats_left: int, others_wait: bool) -> Refusal:
    """The guard's answer to a group that wants to grow, in words."""
    if others_wait:
        message = _(
            "Other groups are waiting for places in this session, so your group cannot grow. It keeps the places it "
            "has."
        )
    elif seats_left < 1:
        message = _("There are no more places in this session. The group keeps the places it has.")
    else:
        message = ngettext(
            "There is only {count} more place in this session.",
            "There are only {count} more places in this session.",
            seats_left,
        ).format(count=seats_left)
    return Refusal("full", message, "pupils")
