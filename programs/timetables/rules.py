"""What a change does to every session of a series, and whom new booking rules of a session or a series would hurt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.models import Booking
from programs.bookings.rules.waiting import IN_LINE
from programs.centres import rules as centre_rules
from programs.centres.choices import BookingMode
from programs.centres.models import Room, Season, Session
from programs.centres.rules import Busy, RoomPlan
from programs.core.dates import clock
from programs.core.refusals import Refusal


# --- A series as a whole -------------------------------------------------------------------------
@dataclass(frozen=True)
class SeriesChange:
    """What is said of all remaining sessions; what is None stays as each session has it."""

    days: int = 0
    minutes: int = 0
    room: Room | None = None
    capacity: int | None = None

    @property
    def shift(self) -> timedelta:
        return timedelta(days=self.days, minutes=self.minutes)


@dataclass(frozen=True)
class Coming:
    """A session that is still to come, with the groups that would read of a change."""

    session: Session
    groups: int
    waiting: int
    frozen: Refusal | None = None  # while its places are being drawn


@dataclass(frozen=True)
class Line:
    """What becomes of one session. With ``refusal`` it stays as it is."""

    coming: Coming
    starts_at: datetime
    room: Room
    capacity: int
    refusal: Refusal | None = None

    @property
    def session(self) -> Session:
        return self.coming.session

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + (self.session.ends_at - self.session.starts_at)

    @property
    def moves(self) -> bool:
        return (self.starts_at, self.room.pk) != (self.session.starts_at, self.session.room_id)

    @property
    def changes(self) -> bool:
        return self.refusal is None and (self.moves or self.capacity != self.session.capacity)

    @property
    def told(self) -> int:
        """How many groups get a letter: of another time or room all of them."""
        return self.coming.groups if self.changes and self.moves else 0


@dataclass(frozen=True)
class ChangePlan:
    lines: list[Line]

    @property
    def changing(self) -> list[Line]:
        """In the order in which they can be written: no session steps on one that has still to go."""
        lines = [line for line in self.lines if line.changes]
        later = any(line.starts_at > line.session.starts_at for line in lines)
        return sorted(lines, key=lambda line: line.session.starts_at, reverse=later)

    @property
    def staying(self) -> list[Line]:
        return [line for line in self.lines if line.refusal]

    @property
    def told(self) -> int:
        return sum(line.told for line in self.lines)

    @property
    def nothing(self) -> str:
        return _("This changes nothing: say by how much the sessions move, or what they become.")

    @property
    def seen(self) -> dict[str, list]:
        """What somebody saw who says yes to it."""
        return {
            "lines": [
                [line.session.pk, line.session.starts_at, line.starts_at, line.room.pk, line.capacity, line.changes]
                for line in self.lines
            ]
        }


def target_of(change: SeriesChange, coming: Coming) -> Line:
    session = coming.session
    starts_at, room = session.starts_at + change.shift, change.room or session.room
    return Line(coming, starts_at, room, session.capacity if change.capacity is None else change.capacity)


def plan_change(
    change: SeriesChange, coming: Sequence[Coming], plans: Mapping[int, RoomPlan], *, now: datetime
) -> ChangePlan:
    """What becomes of each session. ``plans`` are those of the rooms, without the sessions of the series.

    A session that cannot go stays where it is, and may then be in the way of another: this is asked until it settles.
    """
    staying: dict[int, Refusal] = {}
    while found := _new_refusals(change, coming, plans, staying, now=now):
        staying |= found
    return ChangePlan([replace(target_of(change, each), refusal=staying.get(each.session.pk)) for each in coming])


def _new_refusals(
    change: SeriesChange,
    coming: Sequence[Coming],
    plans: Mapping[int, RoomPlan],
    staying: Mapping[int, Refusal],
    *,
    now: datetime,
) -> dict[int, Refusal]:
    busy = {pk: list(plan.busy) for pk, plan in plans.items()}
    for each in coming:
        if (session := each.session).pk in staying:
            busy[session.room_id].append(_busy(session, session.starts_at))
    found = {}
    for each in coming:
        if each.session.pk in staying:
            continue
        line = target_of(change, each)
        plan = replace(plans[line.room.pk], busy=busy[line.room.pk])
        if refusal := each.frozen or _line_refusal(line, plan, now=now):
            found[each.session.pk] = refusal
        else:
            busy[line.room.pk].append(_busy(each.session, line.starts_at))
    return found


def _busy(session: Session, starts_at: datetime) -> Busy:
    return Busy(starts_at, starts_at + (session.ends_at - session.starts_at), session.field_trip.local_title)


def _line_refusal(line: Line, plan: RoomPlan, *, now: datetime) -> Refusal | None:
    session = line.session
    refusal = centre_rules.room_refusal(line.room, session.field_trip, capacity=line.capacity)
    refusal = refusal or centre_rules.over_refusal(session, capacity=line.capacity)
    if refusal or not line.moves:
        return refusal
    found = centre_rules.obstacle(plan, starts_at=line.starts_at, ends_at=line.ends_at, now=now)
    return centre_rules.obstacle_refusal(found)


def nothing_refusal(plan: ChangePlan | TermsPlan) -> Refusal | None:
    if plan.changing:
        return None
    if plan.staying:
        return Refusal("all_stay", _("None of the sessions can be changed in this way: see why below."))
    return Refusal("nothing", plan.nothing)


def stale_refusal() -> Refusal:
    """What was looked at is not what would happen now."""
    return Refusal("changed_meanwhile", _("Something has changed since you looked. Look at the new preview below."))


# --- Two rooms -----------------------------------------------------------------------------------
def other_moved_refusal() -> Refusal:
    """The session to swap with is no longer where it was shown."""
    message = _("The other session has moved since you looked. See where it is now, and choose again.")
    return Refusal("changed_meanwhile", message, "other")


def swap_refusal(one: Session, other: Session, plans: Mapping[int, RoomPlan], *, now: datetime) -> Refusal | None:
    """Why the two cannot swap. ``plans`` are those of both rooms, without both sessions."""
    if one.room_id == other.room_id:
        return Refusal("same_room", _("Both sessions are in the same room."), "other")
    for session, room in ((one, other.room), (other, one.room)):
        refusal = centre_rules.change_refusal(session, now=now)
        refusal = refusal or centre_rules.room_refusal(room, session.field_trip, capacity=session.capacity)
        if refusal is None:
            span = {"starts_at": session.starts_at, "ends_at": session.ends_at}
            refusal = centre_rules.obstacle_refusal(centre_rules.obstacle(plans[room.pk], now=now, **span))
        if refusal:
            title = f"{session.field_trip.local_title}, {clock(session.starts_at)}"
            return Refusal(refusal.code, f"{title}: {refusal.message}", "other")
    return None


# --- The terms of one session --------------------------------------------------------------------
@dataclass(frozen=True)
class Terms:
    """How a session is booked, as its form names it. In a season, the season says when booking opens."""

    waiting_policy: str
    turn_after_passes: int
    turn_after_days: int
    one_group: bool
    season: Season | None
    booking_opens_at: datetime
    booking_closes_at: datetime

    @property
    def columns(self) -> dict:
        """As the session keeps them."""
        kept = vars(self) | {"mode": BookingMode.FIRST_COME}
        if self.season:
            kept |= {"mode": self.season.mode, "booking_opens_at": self.season.opens_at}
        return kept


def terms_refusal(session: Session, terms: Terms, groups: Sequence[Booking], *, now: datetime) -> Refusal | None:
    """Why the session cannot be booked on these terms: what can never be, and what would hurt a group that is in it."""
    if refusal := centre_rules.change_refusal(session, now=now):
        return refusal
    if session.mode == BookingMode.BALLOT:
        return Refusal("by_ballot", _("The places of this session are drawn: its booking rules can no longer change."))
    opens_at, closes_at = terms.columns["booking_opens_at"], terms.booking_closes_at
    if closes_at <= opens_at:
        message = _("Booking must close after it opens.")
        return Refusal("closes_first", message, "booking_closes_at")
    if closes_at > session.starts_at:
        return Refusal("closes_late", _("Booking must close before the session begins."), "booking_closes_at")
    return _hurt_refusal(session, terms, groups, opens_at=opens_at, now=now)


def _hurt_refusal(
    session: Session, terms: Terms, groups: Sequence[Booking], *, opens_at: datetime, now: datetime
) -> Refusal | None:
    waiting = [group for group in groups if group.state in IN_LINE]
    if terms.one_group and not session.one_group and len(groups) > 1:
        return _hurts(groups, _("a session for one group has no place for the others"), "one_group")
    if session.one_group and not terms.one_group and groups:
        return _hurts(groups, _("they booked a session that they would have to themselves"), "one_group")
    if terms.waiting_policy != session.waiting_policy and waiting:
        return _hurts(waiting, _("they joined the waiting list under the present order"), "waiting_policy")
    if (terms.season.pk if terms.season else None) != session.season_id and groups:
        return _hurts(groups, _("they booked under the limits of the present season"), "season")
    if waiting and session.booking_opens_at <= now < opens_at:
        return _hurts(waiting, _("until booking opens again, nobody on the waiting list moves up"), "booking_opens_at")
    return None


SHOWN = 5


def _hurts(groups: Sequence[Booking], why: str, field: str) -> Refusal:
    names = ", ".join(f"{each.reference} ({each.school})" for each in groups[:SHOWN])
    more = "…" if len(groups) > SHOWN else ""
    message = ngettext(
        "This would hurt {count} group, {names}: {why}. Speak with it first, or plan another session.",
        "This would hurt {count} groups, {names}: {why}. Speak with them first, or plan another session.",
        len(groups),
    )
    return Refusal("would_hurt", message.format(count=len(groups), names=names + more, why=why), field)


# --- The terms of a whole series -----------------------------------------------------------------
@dataclass(frozen=True)
class TermsChange:
    """What is said of how all remaining sessions are booked; what is None stays as each session has it."""

    waiting_policy: str | None = None
    one_group: bool | None = None
    season: Season | None = None
    leave_season: bool = False
    booking_opens_at: datetime | None = None
    closes_days: int | None = None

    def of(self, session: Session, stored: Terms) -> Terms:
        said = {name: getattr(self, name) for name in ("waiting_policy", "one_group", "season", "booking_opens_at")}
        said = {name: value for name, value in said.items() if value is not None}
        if self.leave_season:
            said["season"] = None
        if self.closes_days is not None:
            said["booking_closes_at"] = session.starts_at - timedelta(days=self.closes_days)
        return replace(stored, **said)


@dataclass(frozen=True)
class Booked:
    """A session that is still to come, how it is booked, and the groups that hold places or wait."""

    session: Session
    stored: Terms
    groups: Sequence[Booking]
    kept: Refusal | None = None  # by a draw


@dataclass(frozen=True)
class TermsLine:
    """How one session will be booked. With ``refusal`` it stays as it is."""

    booked: Booked
    terms: Terms
    refusal: Refusal | None = None

    @property
    def session(self) -> Session:
        return self.booked.session

    @property
    def differs(self) -> bool:
        return self.terms.columns != self.booked.stored.columns

    @property
    def changes(self) -> bool:
        return self.refusal is None and self.differs


@dataclass(frozen=True)
class TermsPlan:
    lines: list[TermsLine]

    @property
    def changing(self) -> list[TermsLine]:
        return [line for line in self.lines if line.changes]

    @property
    def staying(self) -> list[TermsLine]:
        return [line for line in self.lines if line.refusal]

    @property
    def nothing(self) -> str:
        return _("This changes nothing: every session is already booked in this way.")

    @property
    def seen(self) -> dict[str, list]:
        """What somebody saw who says yes to it."""
        return {
            "lines": [
                [line.session.pk, line.session.starts_at, terms_seen(line.terms), line.changes] for line in self.lines
            ]
        }


def terms_seen(terms: Terms) -> dict:
    """As the audit log keeps them, and as a version compares them."""
    return terms.columns | {"season": terms.season.pk if terms.season else None}


def plan_terms(change: TermsChange, coming: Sequence[Booked], *, now: datetime) -> TermsPlan:
    """How each session will be booked; those whose groups would be hurt, or that cannot be so, stay and say why."""
    return TermsPlan([_terms_line(change, booked, now=now) for booked in coming])


def _terms_line(change: TermsChange, booked: Booked, *, now: datetime) -> TermsLine:
    line = TermsLine(booked, change.of(booked.session, booked.stored))
    refusal = (booked.kept if line.differs else None) or _opening_refusal(change, line.terms)
    if refusal is None and line.differs:
        refusal = terms_refusal(booked.session, line.terms, booked.groups, now=now)
    return replace(line, refusal=refusal)


def _opening_refusal(change: TermsChange, terms: Terms) -> Refusal | None:
    """Why booking cannot open when it is said."""
    if change.booking_opens_at is None or terms.season is None:
        return None
    message = _("The season “{season}” sets when booking opens.").format(season=terms.season.local_name)
    return Refusal("season_opens", message, "booking_opens_at")
