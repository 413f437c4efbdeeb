"""The waiting list: who moves up when places become free, for how long, and who is let in by exception."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.rules.booking import begun_refusal, full_refusal, session_refusal
from programs.centres.choices import SessionState, WaitingPolicy
from programs.centres.models import Session
from programs.centres.rules import moment_text, offer_ends, standing_refusal
from programs.core.calendar import WorkingDays, chances
from programs.core.refusals import Refusal

IN_LINE = (BookingState.WAITLISTED, BookingState.OFFERED)


def promotable(queue: Sequence[Booking], session: Session, *, now: datetime) -> list[Booking]:
    """Those of ``queue`` (first come first) that move up into the places left.

    Strict order stops at the first group that does not fit; first fit passes over it, until its turn has come. A group
    larger than the whole session, whose capacity was lowered after it had joined, does not hold up others, or the list
    would be stuck forever. It keeps its place, since it may become smaller or the session larger again.
    """
    chosen: list[Booking] = []
    left = session.seats_left
    for booking in queue:
        if not is_ready(booking, now=now):
            continue
        if booking.pupils <= left:
            chosen.append(booking)
            left = 0 if session.one_group else left - booking.pupils
        elif holds_up(booking, session, now=now):
            break
    return chosen


def is_ready(booking: Booking, *, now: datetime) -> bool:
    """Whether its school could book now: it works, and booking has opened for its cluster (``waiting_list``)."""
    opens_at = booking.cluster_opens_at
    return booking.school.is_working and (opens_at is None or opens_at <= now)


def holds_up(booking: Booking, session: Session, *, now: datetime) -> bool:
    """Whether those behind a group that does not fit yet have to wait for it.

    Once booking has closed nobody does: the places would stay empty.
    """
    if too_large(booking, session):
        return False
    return session.waiting_policy == WaitingPolicy.STRICT or has_turn(booking, session, now=now)


def turn_of(booking: Booking, session: Session, *, now: datetime) -> datetime | None:
    """When the turn of a waiting group comes by the session's rule: at once when it was passed over often enough."""
    if booking.waiting_since is None:
        return None
    by_days = session.turn_of(since=booking.waiting_since)
    if booking.passes < session.turn_after_passes:
        return by_days
    return min(by_days, now, booking.turn_at or now)


def has_turn(booking: Booking, session: Session, *, now: datetime) -> bool:
    """Whether places are kept for a group that was passed over often enough, or has waited long enough."""
    return booking.turn_at is not None and booking.turn_at <= now < session.booking_closes_at


def too_large(booking: Booking, session: Session) -> bool:
    """Whether a group would not even fit into the empty session."""
    return booking.pupils > session.capacity


LIST_ENDS_WITHIN = timedelta(days=28)  # earlier there is time for an offer on either side of the longest break


def list_over(session: Session, *, days: WorkingDays, now: datetime) -> bool:
    """Whether nobody who waits can be offered places any more, neither now nor later: then the list bars nobody."""
    if session.starts_at - now > LIST_ENDS_WITHIN:
        return False
    still = standing_refusal(session, now=now)
    if still and still.code not in ("not_open_yet", "too_late"):
        return False  # a draw is still to come, or the trip may be offered again
    moments = chances(max(now, session.booking_opens_at), session.starts_at)
    return not any(
        standing_refusal(session, now=moment) is None and offer_ends(session, days=days, now=moment)
        for moment in moments
    )


def left_refusal(booking: Booking, *, over: bool, now: datetime) -> Refusal | None:
    """Why a waiting group may not take what is left, first come like anybody: only once its list is over."""
    session = booking.session
    if booking.state != BookingState.WAITLISTED or not over:
        return Refusal("no_offer", _("No places are being offered to this group now."))
    if wrong := session_refusal(session, now=now):
        return wrong
    if not is_ready(booking, now=now):
        return Refusal("school_not_working", _("Your school cannot book now."))
    return full_refusal(seats_left=session.seats_left, over=True) if booking.pupils > session.seats_left else None


def passed_over(queue: Sequence[Booking], chosen: Sequence[Booking]) -> list[Booking]:
    """Groups that were ahead of one that moved up: each time this is recorded."""
    if not chosen:
        return []
    return [booking for booking in queue[: queue.index(chosen[-1])] if booking not in chosen]


@dataclass(frozen=True)
class Standing:
    """A waiting list in its order: why it stands still, and what each of its groups waits for."""

    refusal: Refusal | None
    line: list[tuple[Booking, str]]
    over: bool = False

    def of(self, booking: Booking) -> str:
        """Why this group has no places yet; empty when it does not wait."""
        if self.over and self.line:
            return over_words()
        words = next((words for each, words in self.line if each == booking), "")
        sentence = _("Your group waits {for_what}.").format(for_what=words) if words else ""
        return f"{self.refusal.message} {sentence}".strip() if self.refusal and self.line else sentence


def standing(queue: Sequence[Booking], session: Session, *, days: WorkingDays, now: datetime) -> Standing:
    if list_over(session, days=days, now=now):
        return Standing(Refusal("too_late", over_words()), [(booking, "") for booking in queue], over=True)
    line, ahead, at_night = [], False, offer_ends(session, days=days, now=now) is None
    for booking in queue:
        words = _waits_for(booking, session, ahead=ahead, now=now)
        line.append(
            (booking, words or (_("for the morning: an offer made now would end at night") if at_night else ""))
        )
        ahead = ahead or (is_ready(booking, now=now) and holds_up(booking, session, now=now))
    return Standing(standing_refusal(session, now=now), line)


def over_words() -> str:
    return _(
        "The waiting list has ended: so shortly before the session no more places are offered. As long as booking is "
        "open, places that are left go to whoever takes them first, those who waited included."
    )


def _waits_for(booking: Booking, session: Session, *, ahead: bool, now: datetime) -> str:
    if not booking.school.is_working:
        return _("for its school to be active again")
    if not is_ready(booking, now=now):
        return _("for booking to open for its cluster")
    if too_large(booking, session):
        return _("for the session to have {count} places").format(count=booking.pupils)
    if ahead:
        return _("for the group ahead of it, whose turn it is")
    if session.one_group and session.seats_taken:
        return _("for the one group to leave")
    missing = booking.pupils - session.seats_left
    if missing <= 0:
        return ""
    words = ngettext("for {count} more place", "for {count} more places", missing).format(count=missing)
    if holds_up(booking, session, now=now) and session.seats_left:
        return _("{words}; the {left} free ones are kept for it").format(words=words, left=session.seats_left)
    return words


def accept_refusal(booking: Booking, *, now: datetime) -> Refusal | None:
    """Why the offered places may not be taken now."""
    if booking.holds_seats and booking.state != BookingState.OFFERED:
        return Refusal("accepted", _("The places are already yours."))
    if booking.state != BookingState.OFFERED:
        return Refusal("no_offer", _("No places are being offered to this group now."))
    expires_at = booking.offer_expires_at
    if expires_at is not None and expires_at <= now:
        return Refusal(
            "offer_expired",
            _("The offer expired at {time}; the places are no longer kept.").format(time=moment_text(expires_at)),
        )
    return None


def offer_lapses(booking: Booking, *, now: datetime) -> bool:
    """Whether an unanswered offer ends now: never before its leader was reminded, unless the session has begun."""
    ends = booking.offer_expires_at
    told = booking.warned_at is not None or booking.session.starts_at <= now
    return booking.state == BookingState.OFFERED and ends is not None and ends <= now and told


def leave_refusal(booking: Booking, *, now: datetime) -> Refusal | None:
    """Why a group may not leave the waiting list now."""
    if booking.state not in IN_LINE:
        return Refusal("not_waiting", _("This group is no longer on the waiting list."))
    return begun_refusal(booking.session, now=now)


# --- By exception -------------------------------------------------------------------------------
def room_left(session: Session) -> int:
    """How many more pupils the room takes, whatever the session offers."""
    return max(0, session.room.capacity - session.seats_taken)


def capacity_missing(booking: Booking) -> int:
    """By how many places the session must grow to let the group in."""
    session = booking.session
    return max(0, booking.pupils - (session.capacity - session.seats_taken))


def exception_refusal(booking: Booking, *, now: datetime) -> Refusal | None:
    """Why even an exception is impossible: the room is too small, or the session is over."""
    session, room = booking.session, room_left(booking.session)
    if session.state != SessionState.SCHEDULED or session.starts_at <= now:
        return Refusal("session_past", _("The session began at {time}.").format(time=moment_text(session.starts_at)))
    if booking.state != BookingState.WAITLISTED:
        return Refusal(
            "not_waiting",
            _("This booking is “{state}”: only a group on the waiting list can be given places by exception.").format(
                state=booking.get_state_display()
            ),
        )
    if not booking.school.is_working:
        return Refusal("school_not_working", _("The school is no longer active, so it cannot come."))
    if session.one_group and session.seats_taken:
        return Refusal("one_group", _("This session is for one group, and it already has one."))
    if booking.pupils > room:
        message = ngettext(
            "The room only has space for {count} more pupil, not for this group. Move the session to a larger "
            "room first.",
            "The room only has space for {count} more pupils, not for this group. Move the session to a larger "
            "room first.",
            room,
        )
        return Refusal("room_too_small", message.format(count=room))
    return None
