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
from programs.bookings.rules.booking import may_check_in, may_give_feedback
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.centres.rules import moment_text
from programs.core.refusals import Refusal
from programs.visit_days.choices import MarkKind


def is_open(booking: Booking, *, now: datetime) -> bool:
    """Whether the group may be checked in, or its figures corrected."""
    session = booking.session
    return may_check_in(state=booking.state, session_state=session.state, now=now, starts_at=session.starts_at)


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
    return Refusal("session_closed", _("The session is closed; its figures are final."))


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


@dataclass(frozen=True)
class Mark:
    """One record from one device about one group. ``made_at`` is by the portal's clock, set right when it arrived."""

    mark_id: str
    made_at: datetime
    kind: str
    pupils: int = 0
    girls: int = 0
    adults: int = 0
    present: frozenset[int] = frozenset()
    replaces: frozenset[str] = frozenset()

    @property
    def order(self) -> tuple[datetime, str]:
        """Marks of the same moment have an order too, the same on every machine."""
        return self.made_at, self.mark_id


@dataclass(frozen=True)
class Arrival:
    """Who came, after all that was noted."""

    came: bool
    pupils: int = 0
    girls: int = 0
    adults: int = 0
    present: frozenset[int] = frozenset()
    named: bool = False  # whether anybody looked at the names: figures alone say nothing about single pupils
    first_seen: datetime | None = None


def valid_marks(marks: Sequence[Mark]) -> list[Mark]:
    """The marks that no other replaces, in the order in which they were made."""
    replaced = {mark_id for mark in marks for mark_id in mark.replaces if mark_id != mark.mark_id}
    valid = sorted((mark for mark in marks if mark.mark_id not in replaced), key=lambda mark: mark.order)
    # Marks that replace each other in a circle are a device's error; the last one counts.
    return valid or sorted(marks, key=lambda mark: mark.order)[-1:]


def merge_marks(marks: Sequence[Mark], *, girls: Collection[int] = ()) -> Arrival | None:
    """What the marks say together; ``girls`` are the pupils of the list who are girls. None without marks."""
    valid = valid_marks(marks)
    seen = [mark for mark in valid if mark.kind != MarkKind.NO_SHOW]
    if not seen:
        return Arrival(came=False) if valid else None
    last = seen[-1]
    present = frozenset().union(*(mark.present for mark in seen))
    return Arrival(
        came=True,
        pupils=max(last.pupils, len(present)),
        girls=max(last.girls, len(present & set(girls))),
        adults=last.adults,
        present=present,
        named=any(mark.kind == MarkKind.NAMES for mark in seen),
        first_seen=seen[0].made_at,
    )


def disputed_marks(marks: Sequence[Mark]) -> list[Mark]:
    """The marks that stand beside each other and do not say the same; empty when there is nothing to decide."""
    valid = valid_marks(marks)
    figures = {(mark.kind == MarkKind.NO_SHOW, mark.pupils, mark.girls, mark.adults) for mark in valid}
    names = {mark.present for mark in valid if mark.kind == MarkKind.NAMES}
    return valid if len(figures) > 1 or len(names) > 1 else []


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


def right_time(*, made_at: datetime, sent_at: datetime, now: datetime) -> datetime:
    """``made_at`` of a device whose clock read ``sent_at`` at the portal's ``now``: wrong clocks do not matter."""
    return made_at + (now - sent_at)


def credible_time(made_at: datetime, *, booking: Booking, now: datetime) -> datetime:
    """When a mark was made: between the beginning of its session's day and now. Any other time cannot be.

    Such a mark counts as made when it came, which the portal saw itself: it neither loses against an earlier one nor
    makes a late group punctual.
    """
    starts_at = timezone.localtime(booking.session.starts_at)
    earliest = starts_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return made_at if earliest <= made_at <= now else now


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
    if may_give_feedback(state=booking.state, now=now, ended_at=booking.ended_at or booking.session.ends_at):
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
    if booking.state not in CAME:
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
