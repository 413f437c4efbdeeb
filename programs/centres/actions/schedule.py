"""Scheduling sessions: one, a copy, or a whole series. The room's row is locked first, backed by a constraint."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.centres import policy, rules
from programs.centres.actions import locks
from programs.centres.choices import BookingMode, WaitingPolicy
from programs.centres.hooks import into_season_refusal
from programs.centres.models import (
    ROOM_FREE,
    TURN_AFTER_DAYS,
    TURN_AFTER_PASSES,
    FieldTrip,
    Room,
    Season,
    Session,
    SessionSeries,
)
from programs.centres.queries import schedule as queries
from programs.core.audit import record
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.refusals import refuse_if


@dataclass(frozen=True)
class Offer:
    """What sessions scheduled together have in common."""

    field_trip: FieldTrip
    room: Room
    capacity: int
    season: Season | None = None
    one_group: bool = False
    waiting_policy: str = WaitingPolicy.FIRST_FIT
    turn_after_passes: int = TURN_AFTER_PASSES
    turn_after_days: int = TURN_AFTER_DAYS
    opens_at: datetime | None = None  # without a season: when booking opens, at once when it is not said
    closes_days: int = 2

    def booking_opens(self, *, now: datetime) -> datetime:
        return self.season.opens_at if self.season else (self.opens_at or now)

    def session(self, *, starts_at: datetime, series: SessionSeries | None, now: datetime) -> Session:
        return Session(
            field_trip=self.field_trip,
            room=self.room,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=self.field_trip.minutes),
            capacity=self.capacity,
            season=self.season,
            series=series,
            mode=self.season.mode if self.season else BookingMode.FIRST_COME,
            one_group=self.one_group,
            waiting_policy=self.waiting_policy,
            turn_after_passes=self.turn_after_passes,
            turn_after_days=self.turn_after_days,
            booking_opens_at=self.booking_opens(now=now),
            booking_closes_at=starts_at - timedelta(days=self.closes_days),
        )


@transaction.atomic
@once("session.create", returns=Session)
def schedule_session(*, offer: Offer, starts_at: datetime, by: User, key: str) -> Session:
    """Schedule one session.

    Raises PermissionDenied, and ``Refused`` with the obstacle: a holiday, the hours, another session by name, a season
    whose places are being drawn.
    """
    must(policy.may_schedule(by, offer.field_trip.centre))
    now, offer = timezone.now(), _under_season(offer)
    _must_fit(offer)
    refuse_if(into_season_refusal(offer.season, starts_at=[starts_at]))
    session = offer.session(starts_at=starts_at, series=None, now=now)
    lock_room(room_id=offer.room.pk)
    must_be_free(room=offer.room, starts_at=starts_at, ends_at=session.ends_at, now=now)
    window = {"opens_at": session.booking_opens_at, "closes_at": session.booking_closes_at}
    refuse_if(rules.obstacle_refusal(rules.booking_window_obstacle(**window)))
    with named_overlap(room=offer.room, starts_at=starts_at, ends_at=session.ends_at):
        session.save(force_insert=True)
    record(by=by, action="session.create", obj=session, after=seen(session=session))
    return session


@transaction.atomic
@once("series.create", returns=SessionSeries)
def schedule_series(*, offer: Offer, rhythm: rules.Rhythm, by: User, key: str) -> SessionSeries:
    """Schedule every possible session of a rhythm; skipped times are kept with their reasons.

    Raises PermissionDenied, and ``Refused`` as ``plan_of`` does, or with ``no_sessions``.
    """
    must(policy.may_schedule(by, offer.field_trip.centre))
    now, offer = timezone.now(), _under_season(offer)
    lock_room(room_id=offer.room.pk)
    plan = plan_of(offer=offer, rhythm=rhythm, now=now)
    refuse_if(rules.nothing_to_make_refusal(plan))
    series = SessionSeries.objects.create(
        field_trip=offer.field_trip,
        room=offer.room,
        starts_on=rhythm.starts_on,
        ends_on=rhythm.ends_on,
        weekdays=sorted(rhythm.weekdays),
        times=[f"{clock:%H:%M}" for clock in sorted(set(rhythm.clocks))],
        skipped=[skip.as_row() for skip in plan.skipped],
        created_by=by,
    )
    sessions = [offer.session(starts_at=slot.starts_at, series=series, now=now) for slot in plan.slots]
    with named_overlap(room=offer.room, starts_at=plan.slots[0].starts_at, ends_at=plan.slots[-1].ends_at):
        Session.objects.bulk_create(sessions)
    after = {"sessions": len(sessions), "skipped": len(plan.skipped), "room": offer.room.pk}
    record(by=by, action="series.create", obj=series, after=after)
    return series


def plan_of(*, offer: Offer, rhythm: rules.Rhythm, now: datetime) -> rules.SeriesPlan:
    """What a series would make and skip now: the preview, and again under the room's lock. Raises ``Refused``."""
    _must_fit(offer)
    refuse_if(rules.rhythm_refusal(rhythm))
    plan = rules.plan_series(
        rhythm,
        queries.room_plan(offer.room, first=rhythm.starts_on, last=rhythm.ends_on),
        minutes=offer.field_trip.minutes,
        opens_at=offer.booking_opens(now=now),
        closes_days=offer.closes_days,
        now=now,
    )
    refuse_if(into_season_refusal(offer.season, starts_at=[slot.starts_at for slot in plan.slots]))
    return plan


def _under_season(offer: Offer) -> Offer:
    """With its season as it is under the lock: nobody publishes a list of it meanwhile."""
    return replace(offer, season=locks.season_as_it_is(season=offer.season))


def _must_fit(offer: Offer) -> None:
    refuse_if(rules.room_refusal(offer.room, offer.field_trip, capacity=offer.capacity))


def lock_room(*, room_id: int) -> None:
    """Serialises planning in one room, so that nobody plans a time another person is just taking."""
    Room.objects.select_for_update(no_key=True).get(pk=room_id)


def must_be_free(
    *, room: Room, starts_at: datetime, ends_at: datetime, now: datetime, without: Collection[int] = ()
) -> None:
    """Raises ``Refused`` with what keeps a session out of ``room``, beside the field that has to change."""
    day = timezone.localtime(starts_at).date()
    plan = queries.room_plan(room, first=day, last=day, without=without)
    refuse_if(rules.obstacle_refusal(rules.obstacle(plan, starts_at=starts_at, ends_at=ends_at, now=now)))


@contextmanager
def named_overlap(
    *, room: Room, starts_at: datetime, ends_at: datetime, without: Collection[int] = ()
) -> Iterator[None]:
    """The database's own refusal of two sessions in one room, answered in the same words as the rule's."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if ROOM_FREE not in str(error):
            raise
        first, last = timezone.localtime(starts_at).date(), timezone.localtime(ends_at).date()
        busy = queries.room_plan(room, first=first, last=last, without=without).busy
        name = next((each.name for each in busy if each.starts_at < ends_at and starts_at < each.ends_at), room.name)
        refuse_if(rules.obstacle_refusal(rules.Obstacle("room_taken", name)))


def seen(*, session: Session) -> dict[str, datetime | int]:
    """A session as the audit log keeps it."""
    return {
        "starts_at": session.starts_at,
        "room": session.room_id,
        "capacity": session.capacity,
    }
