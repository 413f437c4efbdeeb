"""Whether a session, a series, a room, closed days or a season may be as it is wanted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.centres.choices import BookingMode, SessionState
from programs.centres.models import FieldTrip, Room, Season, Session
from programs.core.calendar import WorkingDays
from programs.core.dates import clock, local_day
from programs.core.models import SchoolYear
from programs.core.refusals import Refusal

SERIES_DAYS = 366  # one school year is the longest period that is planned at once


@dataclass(frozen=True)
class ClosedDays:
    """Days on which nobody is received, and why."""

    first: date
    last: date
    reason: str

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Busy:
    """A session that already uses the room."""

    starts_at: datetime
    ends_at: datetime
    title: str

    @property
    def name(self) -> str:
        first, last = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        return f"{self.title}, {first.hour}:{first:%M}–{last.hour}:{last:%M}"


@dataclass(frozen=True)
class RoomPlan:
    """When a room can be used: opening hours by weekday, days off, and sessions already in it."""

    hours: Mapping[int, Sequence[tuple[time, time]]]
    holidays: Sequence[ClosedDays]
    closed: Sequence[ClosedDays]
    busy: Sequence[Busy]


@dataclass(frozen=True)
class Obstacle:
    """Why a session cannot be at a time: ``code`` for machines, ``name`` of the obstacle."""

    code: str
    name: str = ""


_FIELD = {"outside_hours": "clock", "room_taken": "clock"}


def obstacle(plan: RoomPlan, *, starts_at: datetime, ends_at: datetime, now: datetime) -> Obstacle | None:
    """What keeps a session from ``starts_at`` to ``ends_at`` out of the room."""
    if starts_at <= now:
        return Obstacle("past")
    day = timezone.localtime(starts_at).date()
    for code, days_off in (("holiday", plan.holidays), ("closed_day", plan.closed)):
        if found := next((each for each in days_off if each.covers(day)), None):
            return Obstacle(code, found.reason)
    hours = plan.hours.get(day.weekday(), ())
    if not hours:
        return Obstacle("closed_weekday")
    if not _within(hours, timezone.localtime(starts_at), timezone.localtime(ends_at)):
        return Obstacle("outside_hours", ", ".join(f"{_clock(first)}–{_clock(last)}" for first, last in hours))
    other = next((each for each in plan.busy if each.starts_at < ends_at and starts_at < each.ends_at), None)
    return Obstacle("room_taken", other.name) if other else None


def _within(hours: Sequence[tuple[time, time]], starts: datetime, ends: datetime) -> bool:
    same_day = local_day(starts) == local_day(ends)
    return same_day and any(first <= starts.time() and ends.time() <= last for first, last in hours)


def _clock(moment: time) -> str:
    return f"{moment.hour}:{moment:%M}"


def obstacle_text(code: str, name: str) -> str:
    """An obstacle in words."""
    words = {
        "past": _("This time has passed."),
        "holiday": _("School holiday: {name}."),
        "closed_day": _("The centre is closed: {name}."),
        "closed_weekday": _("The centre does not receive groups on this day of the week."),
        "outside_hours": _("Outside the opening hours ({name})."),
        "room_taken": _("The room is already taken: {name}."),
        "too_soon": _("Booking would close before it opens."),
    }
    return words[code].format(name=name)


def obstacle_refusal(found: Obstacle | None) -> Refusal | None:
    """The refusal of a single session, beside the field that has to change."""
    if found is None:
        return None
    return Refusal(found.code, obstacle_text(found.code, found.name), _FIELD.get(found.code, "day"))


def booking_window_obstacle(*, opens_at: datetime, closes_at: datetime) -> Obstacle | None:
    """A session that nobody could ever book."""
    return Obstacle("too_soon") if closes_at <= opens_at else None


@dataclass(frozen=True)
class Slot:
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Skip:
    """A time of a series that is left out, and why."""

    starts_at: datetime
    obstacle: Obstacle

    @property
    def text(self) -> str:
        return obstacle_text(self.obstacle.code, self.obstacle.name)

    def as_row(self) -> dict[str, str]:
        """How ``SessionSeries.skipped`` keeps it."""
        return {"at": self.starts_at.isoformat(), "why": self.obstacle.code, "name": self.obstacle.name}

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> Skip:
        return cls(datetime.fromisoformat(row["at"]), Obstacle(row["why"], row["name"]))


@dataclass(frozen=True)
class SeriesPlan:
    slots: list[Slot]
    skipped: list[Skip]


@dataclass(frozen=True)
class Rhythm:
    """Every one of ``weekdays`` at ``clocks``, from one day to another."""

    starts_on: date
    ends_on: date
    weekdays: Collection[int]
    clocks: Sequence[time]

    def moments(self) -> Iterator[datetime]:
        for offset in range((self.ends_on - self.starts_on).days + 1):
            day = self.starts_on + timedelta(days=offset)
            if day.weekday() in self.weekdays:
                yield from (timezone.make_aware(datetime.combine(day, clock)) for clock in sorted(set(self.clocks)))


def rhythm_refusal(rhythm: Rhythm) -> Refusal | None:
    """Why nothing can be planned from these words."""
    if rhythm.ends_on < rhythm.starts_on:
        return Refusal("ends_before", _("The last day is before the first."), "ends_on")
    if (rhythm.ends_on - rhythm.starts_on).days > SERIES_DAYS:
        return Refusal("too_long", _("You can plan up to one school year at a time."), "ends_on")
    return None


def plan_series(
    rhythm: Rhythm, plan: RoomPlan, *, minutes: int, opens_at: datetime, closes_days: int, now: datetime
) -> SeriesPlan:
    """What a series creates and what it skips. Its own sessions can also conflict with each other."""
    slots: list[Slot] = []
    skipped: list[Skip] = []
    busy = list(plan.busy)
    plan = replace(plan, busy=busy)
    for starts_at in rhythm.moments():
        ends_at = starts_at + timedelta(minutes=minutes)
        found = obstacle(plan, starts_at=starts_at, ends_at=ends_at, now=now) or booking_window_obstacle(
            opens_at=opens_at, closes_at=starts_at - timedelta(days=closes_days)
        )
        if found:
            skipped.append(Skip(starts_at, found))
            continue
        slots.append(Slot(starts_at, ends_at))
        busy.append(Busy(starts_at, ends_at, _("this series")))
    return SeriesPlan(slots, skipped)


def nothing_to_make_refusal(plan: SeriesPlan) -> Refusal | None:
    if plan.slots:
        return None
    return Refusal("no_sessions", _("All of these times are skipped: choose other days or times."))


def change_refusal(session: Session, *, now: datetime) -> Refusal | None:
    """Why a session can no longer be moved, cancelled or resized."""
    if session.state == SessionState.CANCELLED:
        return Refusal("session_cancelled", _("This session has been cancelled."))
    if session.state == SessionState.CLOSED or session.starts_at <= now:
        return Refusal("session_past", _("This session began at {time}.").format(time=moment_text(session.starts_at)))
    return None


def received_refusal(*, groups: int) -> Refusal | None:
    """Why a session is neither moved nor cancelled any more, though it has not begun: ``groups`` are there already."""
    if not groups:
        return None
    message = ngettext(
        "{count} group has already been checked in, so the session can no longer be moved or cancelled. Close "
        "it after it has begun. If other groups cannot be received, cancel their bookings one by one.",
        "{count} groups have already been checked in, so the session can no longer be moved or cancelled. Close "
        "it after it has begun. If other groups cannot be received, cancel their bookings one by one.",
        groups,
    )
    return Refusal("groups_received", message.format(count=groups))


def capacity_refusal(session: Session, *, capacity: int) -> Refusal | None:
    """Why a session cannot have this capacity: the room is smaller, or more places are taken already."""
    if capacity < 1:
        return Refusal("no_places", _("A session needs at least one place."), "capacity")
    if capacity > session.room.capacity:
        message = ngettext("The room has {count} place.", "The room has {count} places.", session.room.capacity)
        return Refusal("room_too_small", message.format(count=session.room.capacity), "capacity")
    return over_refusal(session, capacity=capacity)


def over_refusal(session: Session, *, capacity: int) -> Refusal | None:
    """Why a session cannot have so few places: nobody is dropped."""
    if (taken := session.seats_taken) > capacity:
        message = _("{taken} places are already taken, {over} more than {capacity}.")
        return Refusal("over", message.format(taken=taken, over=taken - capacity, capacity=capacity), "capacity")
    return None


def room_refusal(room: Room, trip: FieldTrip, *, capacity: int) -> Refusal | None:
    """Why a session of this size cannot be in this room."""
    if room.centre_id != trip.centre_id:
        return Refusal("foreign_room", _("Choose a room of the same centre."), "room")
    if capacity > room.capacity:
        message = ngettext(
            "The room has {count} place, the session has {capacity}.",
            "The room has {count} places, the session has {capacity}.",
            room.capacity,
        )
        return Refusal("room_too_small", message.format(count=room.capacity, capacity=capacity), "room")
    return None


def shrink_room_refusal(*, capacity: int, largest: int) -> Refusal | None:
    """Why a room may not be said to be smaller: a session to come has more places."""
    if capacity >= largest:
        return None
    return Refusal(
        "sessions_larger",
        _("An upcoming session in this room has {count} places. Reduce them first.").format(count=largest),
        "capacity",
    )


LAST_OFFER = timedelta(hours=12)  # a class that hears of its places later than that before the session is not ready


def standing_refusal(session: Session, *, now: datetime) -> Refusal | None:
    """Why places that are free are offered to nobody on the list now.

    The list moves while booking is open, and after its end until some hours before the session: head counts are
    finalised about when booking ends, and late cancellations come after that. Their places would otherwise go unused.
    """
    trip = session.field_trip
    if session.state != SessionState.SCHEDULED or not (trip.is_active and trip.centre.is_active):
        return Refusal("not_offered", _("The session does not take place, so the list has ended."))
    if session.mode == BookingMode.BALLOT:
        return Refusal("by_ballot", _("The list moves once the results of the ballot have been sent."))
    if now < session.booking_opens_at:
        message = _("The list moves once booking opens, at {time}.")
        return Refusal("not_open_yet", message.format(time=moment_text(session.booking_opens_at)))
    if now >= min(session.starts_at, max(session.booking_closes_at, session.starts_at - LAST_OFFER)):
        return Refusal("too_late", _("So shortly before the session no more places are offered."))
    return None


def offer_ends(session: Session, *, days: WorkingDays, now: datetime) -> datetime | None:
    """Until when places that are offered now are kept for a group; None where nobody could answer in time."""
    hours = timedelta(hours=session.field_trip.centre.offer_hours)
    return days.answer_by(hours, before=session.starts_at, now=now)


@dataclass(frozen=True)
class SeasonTerms:
    """What is said of a season, as its form names it; each cluster with the time from which its schools may book."""

    name: str
    name_en: str
    school_year: SchoolYear
    mode: str
    opens_at: datetime
    closes_at: datetime
    bookings_per_school: int
    openings: Mapping[int, datetime | None]

    @property
    def columns(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "openings"}

    @property
    def typed(self) -> dict[str, Any]:
        return self.columns | {f"cluster_{pk}": opens_at for pk, opens_at in self.openings.items()}


def season_refusal(terms: SeasonTerms) -> Refusal | None:
    """Why no season can be so."""
    if terms.closes_at <= terms.opens_at:
        return Refusal("closes_first", _("The season must close after it opens."), "closes_at")
    return None


def mode_refusal(season: Season, terms: SeasonTerms, *, has_ballot: bool, groups: int, now: datetime) -> Refusal | None:
    """Why the season's places can no longer be allocated in another way; ``groups`` have booked or wait in it."""
    if terms.mode == season.mode:
        return None
    if season.opens_at <= now:
        return Refusal(
            "mode_fixed", _("Booking has opened: the way places are allocated can no longer be changed."), "mode"
        )
    if has_ballot:  # the ballot itself switches it: to the draw, and back once results are sent
        message = _("This season has a ballot: the way places are allocated can no longer be changed here.")
        return Refusal("mode_fixed", message, "mode")
    if groups:
        message = ngettext(
            "{count} group has booked or waits in this season, so its places cannot be drawn. Plan the ballot as a new "
            "season, or cancel the booking first.",
            "{count} groups have booked or wait in this season, so its places cannot be drawn. Plan the ballot as a "
            "new season, or cancel the bookings first.",
            groups,
        )
        return Refusal("has_bookings", message.format(count=groups), "mode")
    return None


NAMED = 3  # of the sessions in the way; the others are counted


def opening_refusal(terms: SeasonTerms, sessions: Sequence[Session], *, now: datetime) -> Refusal | None:
    """Why booking may not open then: these of the season's ``sessions`` would have closed before."""
    openings = {"opens_at": terms.opens_at, **{f"cluster_{pk}": at for pk, at in terms.openings.items() if at}}
    for field, opens_at in openings.items():
        late = [session for session in sessions if now < last_chance(session) <= opens_at]
        if late:
            names = "; ".join(f"{each.field_trip.local_title}, {moment_text(each.starts_at)}" for each in late[:NAMED])
            more = f" (+{len(late) - NAMED})" if len(late) > NAMED else ""
            message = _("Booking of these sessions would close before it opens: {names}. Open earlier, or move them.")
            return Refusal("never_open", message.format(names=names + more), field)
    return None


def last_chance(session: Session) -> datetime:
    """When nobody can book it any more."""
    return min(session.booking_closes_at, session.starts_at)


def never_open_refusal(session: Session) -> Refusal | None:
    """Why nobody can ever book a session that is planned: what its manager is shown."""
    if session.state != SessionState.SCHEDULED or last_chance(session) > session.booking_opens_at:
        return None
    message = _(
        "No one can book this session: booking closes at {closes}, before it opens at {opens}. Move the session, or "
        "have its season open earlier."
    )
    closes, opens = moment_text(session.booking_closes_at), moment_text(session.booking_opens_at)
    return Refusal("never_open", message.format(closes=closes, opens=opens))


def closed_twice_refusal(reason: str) -> Refusal:
    message = _("These days are already closed, for this reason: {reason}").format(reason=reason)
    return Refusal("closed_twice", message, "starts_on")


def room_name_refusal(name: str) -> Refusal:
    return Refusal("room_name_taken", _("The centre already has a room “{name}”.").format(name=name), "name")


def moment_text(moment: datetime) -> str:
    """A moment with its offset, since only the portal's clock counts."""
    return f"{clock(moment)} {local_day(moment):%d/%m/%Y} (+07:00)"
