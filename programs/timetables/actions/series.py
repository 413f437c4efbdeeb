"""Changing a timetable that groups are in: each group is told once, in the same transaction.

Rooms are locked before sessions, both in the order of their numbers, as everything does that plans in a room.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.actions.waiting import promote_waiting
from programs.bookings.hooks import frozen_refusal
from programs.centres import rules as centre_rules
from programs.centres.actions import locks
from programs.centres.actions.schedule import lock_room, seen
from programs.centres.choices import SessionState
from programs.centres.hooks import into_season_refusal
from programs.centres.models import Session, SessionSeries
from programs.centres.policy import may_schedule
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.core.versions import refuse_if_stale, version_of
from programs.timetables import queries, rules
from programs.timetables.actions.sessions import put_session, resize_session, tell_of_move
from programs.timetables.rules import ChangePlan, SeriesChange, Terms


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
def swap_rooms(*, session_id: int, other_id: int, version: str, by: User) -> Session:
    """Two sessions change rooms in one act, and each of their groups is told once.

    Raises PermissionDenied, and ``Refused`` with the obstacle, ``groups_received`` or ``changed_meanwhile``.
    """
    now = timezone.now()
    rooms = Session.objects.filter(pk__in=(session_id, other_id)).values_list("room_id", flat=True)
    _lock_rooms(set(rooms))
    pair = {pk: locks.lock_session(session_id=pk) for pk in sorted((session_id, other_id))}
    one, other = pair[session_id], pair[other_id]
    for session in (one, other):
        must(may_schedule(by, session.field_trip.centre))
    refuse_if_stale(version, {"room": one.room_id})
    for session in (one, other):
        refuse_if(frozen_refusal(session))
        refuse_if(centre_rules.received_refusal(groups=session.bookings.came().count()))
    moments = [one.starts_at, other.starts_at]
    plans = queries.plans_of([one.room, other.room], moments, without=list(pair))
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
    Session.objects.filter(pk=other.pk).update(room=other.room)
    Session.objects.filter(pk=one.pk).update(room=one.room, state=one.state)


@transaction.atomic
def change_terms(*, session_id: int, terms: Terms, version: str, by: User) -> Session:
    """Other booking rules of a session, as long as they hurt no group in it. The same again changes nothing.

    Raises PermissionDenied, and ``Refused``: ``would_hurt``, ``by_ballot``, ``in_ballot``, ``before_source``,
    ``closes_first``, ``closes_late``, ``session_past``, ``changed_meanwhile``.
    """
    now = timezone.now()
    season = (
        locks.lock_season_alone(season_id=terms.season.pk) if terms.season else None
    )  # its mode, before the session
    terms = replace(terms, season=season)
    session = locks.lock_session(session_id=session_id)
    must(may_schedule(by, session.field_trip.centre))
    stored = queries.terms_of(session)
    if stored == terms:
        return session
    refuse_if_stale(version, vars(stored))
    refuse_if(frozen_refusal(session))
    if season and season.pk != session.season_id:
        refuse_if(into_season_refusal(season, starts_at=[session.starts_at]))
    refuse_if(rules.terms_refusal(session, terms, queries.groups_in(session), now=now))
    for name, value in terms.columns.items():
        setattr(session, name, value)
    session.save(update_fields=list(terms.columns))
    record(by=by, action="session.terms", obj=session, before=_seen(stored), after=_seen(terms))
    promote_waiting(session=session, now=now)
    return session


def _seen(terms: Terms) -> dict:
    return vars(terms) | {"season": terms.season.pk if terms.season else None}
