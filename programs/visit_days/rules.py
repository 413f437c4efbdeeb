"""Whether a group may be checked in, a session closed, a photograph kept; reminders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.choices import CAME, COMING, LIVE, BookingState
from programs.bookings.models import Booking
from programs.bookings.rules.booking import is_check_in_open, is_feedback_open, takes_photographs
from programs.bookings.rules.waiting import room_left
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.centres.rules import moment_text
from programs.core.calendar import WORK_ENDS, WorkingDays, at
from programs.core.refusals import Refusal
from programs.visit_days.choices import LateDecision, MarkKind
from programs.visit_days.reading import Arrival, Mark


def is_open(booking: Booking, *, now: datetime) -> bool:
    """Whether the group may be checked in, or its figures corrected."""
    session = booking.session
    return is_check_in_open(state=booking.state, session_state=session.state, now=now, starts_at=session.starts_at)


def check_in_refusal(booking: Booking, arrival: Arrival, *, without_consent: int, now: datetime) -> Refusal | None:
    """Why these attendance figures may not be recorded; ``without_consent`` counts those of the ticked names."""
    capacity, ticked = booking.session.capacity, len(arrival.present)
    if not is_open(booking, now=now):
        return _not_open(booking, now=now)
    if arrival.pupils > capacity:
        return Refusal(
            "over_capacity",
            _("The session has {capacity} places; please check the number.").format(capacity=capacity),
            "pupils",
        )
    if impossible := _figures_refusal(arrival):
        return impossible
    if without_consent:
        message = ngettext(
            "{count} ticked pupil has no consent to take part and cannot be checked in.",
            "{count} ticked pupils have no consent to take part and cannot be checked in.",
            without_consent,
        )
        return Refusal("no_consent", message.format(count=without_consent), "present")
    if ticked > arrival.pupils:
        return Refusal(
            "more_names_than_pupils",
            _("{ticked} names are ticked as present, but the number of pupils is {pupils}.").format(
                ticked=ticked, pupils=arrival.pupils
            ),
            "pupils",
        )
    return None


def _not_open(booking: Booking, *, now: datetime) -> Refusal:
    """What it is that keeps the group from being checked in: its session, the day, or its own booking."""
    session = booking.session
    if session.state == SessionState.CANCELLED:
        return Refusal("not_now", _("This session was cancelled."))
    if session.state == SessionState.CLOSED:
        return Refusal("not_now", _closed().message)
    day = timezone.localtime(session.starts_at).date()
    if timezone.localtime(now).date() < day:
        message = _("A group is checked in on the day of its session ({day}), until the session is closed.")
        return Refusal("not_now", message.format(day=f"{day:%d/%m/%Y}"))
    message = _("The booking {reference} does not hold places any more ({state}), so nobody can be checked in for it.")
    return Refusal("not_now", message.format(reference=booking.reference, state=booking.get_state_display()))


def _figures_refusal(noted: Arrival | Mark) -> Refusal | None:
    if noted.pupils < 1:
        return Refusal("no_pupils", _("If no one came, mark the group as “did not come”."), "pupils")
    if noted.girls > noted.pupils:
        return Refusal("too_many_girls", _("There cannot be more girls than pupils."), "girls")
    return None


def no_show_refusal(booking: Booking, *, now: datetime) -> Refusal | None:
    """Why a group may not be recorded as absent now: not before its session begins."""
    session = booking.session
    if session.state != SessionState.SCHEDULED:
        return _closed()
    if booking.state == BookingState.NO_SHOW:
        return Refusal("already_absent", _("It has already been recorded that the group did not come."))
    if now < session.starts_at:
        return Refusal("not_begun", _("The session begins at {time}.").format(time=moment_text(session.starts_at)))
    return None


def take_back_refusal(booking: Booking) -> Refusal | None:
    """Why it cannot be taken back that a group did not come."""
    if booking.session.state != SessionState.SCHEDULED:
        return _closed()
    if booking.state != BookingState.NO_SHOW:
        return Refusal("not_absent", _("It is not recorded that the group did not come."))
    return None


def places_gone(session: Session) -> Refusal:
    """A group that was noted as absent comes after all, and its places are taken."""
    message = ngettext(
        "Its places have been taken meanwhile: {count} is left. A manager of the centre can enlarge the session.",
        "Its places have been taken meanwhile: {count} are left. A manager of the centre can enlarge the session.",
        session.seats_left,
    )
    return Refusal("places_gone", message.format(count=session.seats_left), "pupils")


def close_refusal(session: Session, *, now: datetime) -> Refusal | None:
    """Why a session may not be closed now."""
    if session.state == SessionState.CANCELLED:
        return Refusal("session_cancelled", _("This session was cancelled."))
    if session.state == SessionState.CLOSED:
        return _closed()
    if now < session.starts_at:
        message = _("The session begins at {time}; it can be closed after that.")
        return Refusal("not_begun", message.format(time=moment_text(session.starts_at)))
    return None


def _closed() -> Refusal:
    return Refusal(
        "session_closed",
        _("The session is closed; its figures are final. A manager of the centre can reopen it for some days."),
    )


def closes_early(session: Session, *, missing: int, disputed: int, now: datetime) -> bool:
    """Whether closing now needs to be asked for twice: the session goes on, groups are missing, or records disagree."""
    return missing > 0 or disputed > 0 or now < session.ends_at


def unsure_refusal(session: Session, *, missing: int, disputed: int, sure: bool, now: datetime) -> Refusal | None:
    """Why a session is not closed without a tick; ``disputed`` counts the groups of which people say different things."""
    if sure or not closes_early(session, missing=missing, disputed=disputed, now=now):
        return None
    if disputed and not missing:
        message = ngettext(
            "The records of {count} group do not agree. Tick the box if the session should be closed all the same.",
            "The records of {count} groups do not agree. Tick the box if the session should be closed all the same.",
            disputed,
        )
        return Refusal("unsure", message.format(count=disputed), "sure")
    if not missing:
        message = _("The session goes on until {time}. Tick the box if it should be closed now.")
        return Refusal("unsure", message.format(time=moment_text(session.ends_at)), "sure")
    message = ngettext(
        "{count} group has neither arrived nor been noted as absent. Tick the box if the session should be closed.",
        "{count} groups have neither arrived nor been noted as absent. Tick the box if the session should be closed.",
        missing,
    )
    return Refusal("unsure", message.format(count=missing), "sure")


def other_doubts() -> Refusal:
    """What stands open in a session is not what was read before closing it."""
    message = _("What is recorded has changed since you opened this page. Read it again before you decide.")
    return Refusal("changed_meanwhile", message)


def reopen_until(session: Session, *, days: WorkingDays) -> datetime:
    """Until when a manager may reopen the session: some days after it was over and closed, by day, outside holidays."""
    settled = max(session.ends_at, session.closed_at or session.ends_at)
    last = timezone.localtime(settled + timedelta(days=session.field_trip.centre.reopen_days))
    return days.at_work(max(last, at(last.date(), WORK_ENDS)))


def reopen_refusal(session: Session, *, days: WorkingDays, now: datetime) -> Refusal | None:
    """Why a session may not be reopened now."""
    if session.state != SessionState.CLOSED:
        return Refusal("not_closed", _("This session is not closed."))
    if now >= reopen_until(session, days=days):
        message = _("It could be reopened until {time}. Its figures are part of reports now.")
        return Refusal("too_late", message.format(time=moment_text(reopen_until(session, days=days))))
    return None


def state_to_return_to(booking: Booking) -> BookingState:
    """In what state a group comes back of which it was noted that it did not come."""
    before = booking.state_before
    return BookingState(before) if before in COMING else BookingState.CONFIRMED


# --- A group without a booking -------------------------------------------------------------------
def places_missing(session: Session, *, pupils: int) -> int:
    """By how many places the session must grow to let so many pupils in."""
    return max(0, pupils - (session.capacity - session.seats_taken))


def door_refusal(session: Session, *, now: datetime) -> Refusal | None:
    """Why nobody can be let in to this session now."""
    if session.state == SessionState.CANCELLED:
        return Refusal("session_cancelled", _("This session was cancelled."))
    if session.state == SessionState.CLOSED:
        return _closed()
    if timezone.localtime(now).date() < timezone.localtime(session.starts_at).date():
        return Refusal(
            "not_now",
            _("A group without a booking is let in on the day of the session ({day}).").format(
                day=f"{timezone.localtime(session.starts_at):%d/%m/%Y}"
            ),
        )
    if session.one_group and session.seats_taken:
        return Refusal("one_group", _("This session is for one group, and it already has one."))
    return None


def unannounced_refusal(
    session: Session, arrival: Arrival, *, class_is_here_as: str, may_enlarge: bool, reason: str, now: datetime
) -> Refusal | None:
    """Why this group may not be let in without a booking.

    ``class_is_here_as``: the reference under which its class has a booking for the session.
    """
    if refusal := door_refusal(session, now=now) or _figures_refusal(arrival):
        return refusal
    if class_is_here_as:
        message = _("This class has booking {reference} for this session: check it in there.")
        return Refusal("class_already_booked", message.format(reference=class_is_here_as), "class_group")
    if arrival.pupils > (room := room_left(session)):
        message = ngettext(
            "The room only has space for {count} more pupil, not for this group.",
            "The room only has space for {count} more pupils, not for this group.",
            room,
        )
        return Refusal("room_too_small", message.format(count=room), "pupils")
    if not places_missing(session, pupils=arrival.pupils):
        return None
    left = session.seats_left
    if not may_enlarge:
        message = _("Places left: {count}. Only a manager of the centre can let more pupils in.")
        return Refusal("full", message.format(count=left), "pupils")
    if not reason:
        message = _("Places left: {count}. Say why the group may come in all the same.")
        return Refusal("full", message.format(count=left), "reason")
    return None


def not_unannounced_refusal(booking: Booking) -> Refusal | None:
    if booking.unannounced and booking.state in CAME:
        return None
    return Refusal("not_unannounced", _("This is only for a group that came without a booking."))


def teacher_refusal(booking: Booking, *, of_school: bool, class_is_here_as: str) -> Refusal | None:
    """Why this person and this class may not be written to a group that came unannounced."""
    if refusal := not_unannounced_refusal(booking):
        return refusal
    if not of_school:
        return Refusal("not_of_school", _("Nobody with this address works at the school of the group."), "email")
    if class_is_here_as:
        message = _("This class was here under {reference}.").format(reference=class_is_here_as)
        return Refusal("class_already_booked", message, "class_group")
    return None


# --- Marks that arrive after the closing ---------------------------------------------------------
def arrives_late(booking: Booking, mark: Mark) -> bool:
    """Whether a mark was made before its session was closed and arrived after: it waits for a decision."""
    closed_at = booking.session.closed_at
    if booking.session.state != SessionState.CLOSED or closed_at is None or mark.made_at > closed_at:
        return False
    if booking.state == BookingState.NO_SHOW:
        return mark.kind != MarkKind.NO_SHOW  # that nobody came is recorded already
    return booking.state == BookingState.CLOSED


def late_mark_refusal(decision: str) -> Refusal | None:
    if decision == LateDecision.WAITS:
        return None
    return Refusal("decided", _("This check-in has already been decided on."))


def dispute_refusal(booking: Booking, *, disputed: int) -> Refusal | None:
    """Why there is nothing to decide after the closing between records that do not agree."""
    if booking.session.state != SessionState.CLOSED:
        return Refusal("not_closed", _("This session is open: check the group in again with what is right."))
    if not disputed:
        return Refusal("decided", _("The records of this group agree: there is nothing left to decide."))
    return None


def fate_at_closing(state: str) -> BookingState | None:
    """What happens to a booking when its session is closed; None if it has already ended."""
    if state == BookingState.ATTENDED:
        return BookingState.CLOSED
    if state in COMING:
        return BookingState.NO_SHOW
    if state in LIVE:
        return BookingState.EXPIRED
    return None


LATE_AFTER = timedelta(minutes=15)


def mark_refusal(mark: Mark, *, listed: Collection[int]) -> Refusal | None:
    """Why this mark cannot be, whatever the others say; ``listed`` are the pupils on the group's list."""
    if mark.kind == MarkKind.NO_SHOW:
        return None
    if impossible := _figures_refusal(mark):
        return impossible
    if not mark.present <= set(listed):
        return Refusal("foreign_names", _("The list of participants has changed. Load the list and check in again."))
    return None


def came_late(*, checked_in_at: datetime | None, starts_at: datetime) -> bool:
    return checked_in_at is not None and checked_in_at > starts_at + LATE_AFTER


def came_partly(*, arrived: int | None, expected: int) -> bool:
    return arrived is not None and arrived < expected


# The latest reminder comes first: one that was missed is not sent once the next is due.
REMINDERS = {"one_day": timedelta(days=1), "three_days": timedelta(days=3), "two_weeks": timedelta(days=14)}


def reminder_due(*, now: datetime, starts_at: datetime, booked_at: datetime) -> str | None:
    """Which reminder of a visit is due; none for a booking that was made later than it would have been sent."""
    for code, before in REMINDERS.items():
        if starts_at - before <= now < starts_at:
            return code if booked_at < starts_at - before else None
    return None


def feedback_refusal(booking: Booking, *, now: datetime) -> Refusal | None:
    """Why a teacher may not answer the questions now."""
    if is_feedback_open(state=booking.state, now=now, ended_at=booking.ended_at or booking.session.ends_at):
        return None
    return Refusal("no_feedback_now", _("The questions can be answered for 60 days after the centre closed the visit."))


@dataclass(frozen=True)
class Averages:
    """What teachers answered, from 1 to 4; None without answers."""

    answers: int
    content: float | None
    welcome: float | None
    pupils_liked: float | None


def averages(rows: Sequence[tuple[int, int, int]]) -> Averages:
    if not rows:
        return Averages(0, None, None, None)
    content, welcome, liked = (round(fmean(column), 1) for column in zip(*rows, strict=True))
    return Averages(len(rows), content, welcome, liked)


MOST_PHOTOGRAPHS = 30  # of one group


def photograph_refusal(
    booking: Booking, *, kept: int, shown: Collection[int], agreed: Collection[int], nobody: bool
) -> Refusal | None:
    """Why a picture may not come in.

    ``shown``: the pupils who can be recognised in it; ``agreed``: those of the group for whom everybody who must has
    agreed to photographs (Law 91/2025/QH15, article 24); ``nobody``: somebody looked, and no pupil can be recognised.
    """
    if not takes_photographs(booking):
        return Refusal("not_held", _("Photographs can be added once the centre has checked the group in."))
    if kept >= MOST_PHOTOGRAPHS:
        return Refusal("too_many", _("Up to {count} photographs are kept per group.").format(count=MOST_PHOTOGRAPHS))
    if bool(shown) == nobody:
        return Refusal("who", _("Tick who can be recognised, or that no one can."), "pupils")
    if missing := set(shown) - set(agreed):
        return Refusal(
            "no_consent",
            ngettext(
                "{count} pupil who can be recognised has not consented to photographs. Choose another picture.",
                "{count} pupils who can be recognised have not consented to photographs. Choose another picture.",
                len(missing),
            ).format(count=len(missing)),
            "pupils",
        )
    return None
