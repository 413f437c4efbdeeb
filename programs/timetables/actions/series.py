"""Changing where and when the groups of a timetable are: each group is told once, in the same transaction.

Rooms are locked before sessions, both in the order of their numbers, as everything does that plans in a room.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.actions.waiting import promote_waiting
from programs.bookings.hooks import frozen_refusal
from programs.centres import rules as centre_rules
from programs.centres.actions import locks
from programs.centres.actions.schedule import lock_room, named_overlap, seen
from programs.centres.choices import SessionState
from programs.centres.models import Session, SessionSeries
from programs.centres.policy import may_schedule
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.core.versions import refuse_if_stale, version_of
from programs.timetables import queries, rules
from programs.timetables.actions.sessions import put_session, resize_session, tell_of_move
from programs.timetables.rules import ChangePlan, SeriesChange


@transaction.atomic
def change_series(*, series_id: int, change: SeriesChange, version: str, by: User) -> ChangePlan:
    """Move and resize every remaining session of a series that can; the others stay, and the plan says why.

    ``version`` is that of the plan that ``by`` looked at. Raises PermissionDenied, and ``Refused``: ``nothing``,
    ``all_stay``, ``changed_meanwhile``.
    """
    now = timezone.now()
    series = SessionSeries.objects.select_related("field_trip__centre").get(pk=series_id)
    must(may_schedule(by, series.field_trip.centre))
    remaining = list(queries.remaining_of(series, now=now))
    _lock_rooms({session.room_id for session in remaining} | ({change.room.pk} if change.room else set()))
    locked = {pk: locks.lock_session(session_id=pk) for pk in sorted(session.pk for session in remaining)}
    plan = queries.plan_of(series, change, now=now)
    if version != version_of(plan.seen):
        raise Refused(rules.stale_refusal())
    refuse_if(rules.nothing_refusal(plan))
    for line in plan.changing:
        session = locked[line.session.pk]
        if line.moves:
            put_session(session=session, starts_at=line.starts_at, room=line.room, by=by, now=now)
        if line.capacity != session.capacity:
            resize_session(session=session, capacity=line.capacity, by=by, now=now)
        promote_waiting(session=session, now=now)
    _keep_rhythm(series)
    after = {"sessions": len(plan.changing), "stay": len(plan.staying), "days": change.days, "minutes": change.minutes}
    record(by=by, action="series.change", obj=series, after=after | {"capacity": change.capacity})
    return plan


def _lock_rooms(room_ids: Iterable[int]) -> None:
    for pk in sorted(room_ids):
        lock_room(room_id=pk)


def _keep_rhythm(series: SessionSeries) -> None:
    """The series says of itself what its sessions are."""
    sessions = list(series.sessions.exclude(state=SessionState.CANCELLED).order_by("starts_at"))
    starts = [timezone.localtime(session.starts_at) for session in sessions]
    series.starts_on, series.ends_on = starts[0].date(), starts[-1].date()
    series.weekdays = sorted({moment.weekday() for moment in starts})
    series.times = sorted({f"{moment:%H:%M}" for moment in starts})
    rooms = {session.room_id for session in sessions}
    series.room_id = rooms.pop() if len(rooms) == 1 else series.room_id
    series.save(update_fields=["starts_on", "ends_on", "weekdays", "times", "room"])


@transaction.atomic
def swap_rooms(*, session_id: int, other_id: int, version: str, other_version: str, by: User) -> Session:
    """Two sessions change rooms in one act, and each of their groups is told once.

    ``version`` and ``other_version`` say when and where both were. Raises PermissionDenied, and ``Refused`` with the
    obstacle by name, ``groups_received`` or ``changed_meanwhile``.
    """
    now = timezone.now()
    rooms = Session.objects.filter(pk__in=(session_id, other_id)).values_list("room_id", flat=True)
    _lock_rooms(set(rooms))
    pair = {pk: locks.lock_session(session_id=pk) for pk in sorted((session_id, other_id))}
    one, other = pair[session_id], pair[other_id]
    for session in (one, other):
        must(may_schedule(by, session.field_trip.centre))
    refuse_if_stale(version, one.place)
    if other_version != version_of(other.place):
        raise Refused(rules.other_moved_refusal())
    for session in (one, other):
        refuse_if(frozen_refusal(session))
        refuse_if(centre_rules.received_refusal(groups=session.bookings.came().count()))
    plans = queries.plans_of([one.room, other.room], [one.starts_at, other.starts_at], without=list(pair))
    refuse_if(rules.swap_refusal(one, other, plans, now=now))
    before = {session.pk: seen(session=session) for session in (one, other)}
    _swap(one, other)
    for session in (one, other):
        record(by=by, action="session.move", obj=session, before=before[session.pk], after=seen(session=session))
        tell_of_move(session=session, moved_from=session.starts_at, by=by, now=now)
    return one


def _swap(one: Session, other: Session) -> None:
    """The table refuses two sessions in one room even for a moment: one steps out while the other comes in."""
    one.room, other.room = other.room, one.room
    Session.objects.filter(pk=one.pk).update(state=SessionState.CANCELLED)
    for session, columns in ((other, {}), (one, {"state": one.state})):
        span = {"starts_at": session.starts_at, "ends_at": session.ends_at}
        with named_overlap(room=session.room, without=[one.pk, other.pk], **span):
            Session.objects.filter(pk=session.pk).update(room=session.room, **columns)
