"""The framework for planning sessions: opening hours, closed days, rooms and seasons.

A season is locked before its sessions, as the ballots lock them (``locks.lock_season``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.centres import policy, rules
from programs.centres.actions import locks
from programs.centres.models import Blackout, Centre, OpeningHours, Room, Season, SeasonOpening, Session
from programs.centres.queries import schedule as queries
from programs.core.audit import record
from programs.core.idempotency import perform_once
from programs.core.references import new_reference
from programs.core.refusals import Refused, refuse_if
from programs.schools.queries.roles import roles_of

SEASON_PREFIX = "MUA"


def _must_furnish(*, by: User, centre_id: int) -> None:
    department = roles_of(by).is_department
    if not policy.can_furnish(queries.managed_centre_ids(by), centre_id, is_department=department):
        raise PermissionDenied


def set_opening_hours(*, centre: Centre, hours: Mapping[int, Sequence[tuple[time, time]]], by: User) -> None:
    """Set the time slots of each weekday, all at once; sessions already planned are left unchanged."""
    _must_furnish(by=by, centre_id=centre.pk)
    with transaction.atomic():
        Centre.objects.select_for_update(no_key=True).get(pk=centre.pk)
        before = _hours_seen(queries.hours_by_weekday(centre))
        after = _hours_seen(hours)
        if before == after:
            return
        OpeningHours.objects.filter(centre=centre).delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(centre=centre, weekday=weekday, opens_at=first, closes_at=last)
            for weekday, spans in hours.items()
            for first, last in spans
        )
        record(by=by, action="centre.hours", obj=centre, before=before, after=after)


def _hours_seen(hours: Mapping[int, Sequence[tuple[time, time]]]) -> dict[str, list[list[time]]]:
    return {str(weekday): [list(span) for span in spans] for weekday, spans in sorted(hours.items()) if spans}


def close_days(
    *, centre: Centre, room: Room | None, starts_on: date, ends_on: date, reason: str, by: User, key: str
) -> Blackout:
    """Close the centre, or one of its rooms, on some days. Sessions on those days are moved or cancelled separately.

    Raises ``Refused`` if exactly these days are already closed.
    """
    _must_furnish(by=by, centre_id=centre.pk)
    if room and room.centre_id != centre.pk:
        raise PermissionDenied
    with transaction.atomic():
        return perform_once(
            user=by,
            action="centre.closed_days",
            key=key,
            body={"centre": centre.pk, "room": room and room.pk, "days": [starts_on, ends_on], "reason": reason},
            perform=lambda: _close_days(
                by=by, closed=Blackout(centre=centre, room=room, starts_on=starts_on, ends_on=ends_on, reason=reason)
            ),
            find=lambda pk: Blackout.objects.get(pk=pk),
        )


def _close_days(*, by: User, closed: Blackout) -> Blackout:
    Centre.objects.select_for_update(no_key=True).get(pk=closed.centre_id)  # two who close the same days queue here
    if earlier := queries.same_closed_days(closed):
        raise Refused(rules.closed_twice_refusal(earlier.reason))
    closed.save(force_insert=True)
    record(by=by, action="centre.closed_days", obj=closed.centre, after=_closed_seen(closed), reason=closed.reason)
    return closed


def _closed_seen(closed: Blackout) -> dict[str, date | int | None]:
    return {"from": closed.starts_on, "to": closed.ends_on, "room": closed.room_id}


def open_days(*, closed: Blackout, by: User) -> None:
    """Reopen the closed days; repeating this changes nothing."""
    _must_furnish(by=by, centre_id=closed.centre_id)
    with transaction.atomic():
        seen = _closed_seen(closed)
        if Blackout.objects.filter(pk=closed.pk).delete()[0]:
            record(by=by, action="centre.open_days", obj=closed.centre, before=seen, reason=closed.reason)


def save_room(*, room: Room, name: str, capacity: int, by: User, key: str) -> Room:
    """Create or change a room; it is never smaller than an upcoming session in it."""
    _must_furnish(by=by, centre_id=room.centre_id)
    with transaction.atomic():
        return perform_once(
            user=by,
            action="centre.room",
            key=key,
            body={"room": room.pk, "centre": room.centre_id, "name": name, "capacity": capacity},
            perform=lambda: _save_room(room=room, name=name, capacity=capacity, by=by),
            find=lambda pk: Room.objects.get(pk=pk),
        )


def _save_room(*, room: Room, name: str, capacity: int, by: User) -> Room:
    Centre.objects.select_for_update(no_key=True).get(pk=room.centre_id)
    before = {}
    if room.pk:
        # Under the room's lock, as those hold it who plan in it.
        room = Room.objects.select_for_update(no_key=True).get(pk=room.pk)
        before = {"name": room.name, "capacity": room.capacity}
        largest = queries.largest_session_in(room, now=timezone.now())
        refuse_if(rules.shrink_room_refusal(capacity=capacity, largest=largest))
    if Room.objects.filter(centre=room.centre_id, name=name).exclude(pk=room.pk).exists():
        raise Refused(rules.room_name_refusal(name))
    room.name, room.capacity = name, capacity
    room.save()
    record(by=by, action="centre.room", obj=room, before=before, after={"name": name, "capacity": capacity})
    return room


def save_season(*, season: Season, openings: Mapping[int, datetime], by: User, key: str) -> Season:
    """A season with the times at which clusters may book; sessions to come of the season follow it."""
    if not policy.can_edit_seasons(is_department=roles_of(by).is_department):
        raise PermissionDenied
    body = {"season": season.pk, "values": _season_seen(season), "openings": sorted(map(str, openings.items()))}
    with transaction.atomic():
        return perform_once(
            user=by,
            action="season.save",
            key=key,
            body=body,
            perform=lambda: _save_season(season=season, openings=openings, by=by),
            find=lambda pk: Season.objects.get(pk=pk),
        )


def _save_season(*, season: Season, openings: Mapping[int, datetime], by: User) -> Season:
    now = timezone.now()
    old = locks.lock_season(season_id=season.pk) if season.pk else None
    refuse_if(
        rules.season_refusal(
            opens_at=season.opens_at,
            closes_at=season.closes_at,
            old_mode=old.mode if old else season.mode,
            mode=season.mode,
            is_open=bool(old and old.opens_at <= now),
            has_ballot=bool(old and hasattr(old, "ballot")),
        )
    )
    season.code = old.code if old else new_reference(SEASON_PREFIX)
    season.save()
    if old:
        Session.objects.upcoming(now).filter(season=season).update(mode=season.mode, booking_opens_at=season.opens_at)
    SeasonOpening.objects.filter(season=season).delete()
    SeasonOpening.objects.bulk_create(
        SeasonOpening(season=season, cluster_id=cluster, opens_at=moment) for cluster, moment in openings.items()
    )
    before = _season_seen(old) if old else {}
    record(by=by, action="season.save", obj=season, before=before, after=_season_seen(season))
    return season


def _season_seen(season: Season) -> dict[str, str | int | datetime]:
    return {
        "name": season.name,
        "mode": season.mode,
        "opens_at": season.opens_at,
        "closes_at": season.closes_at,
        "bookings_per_school": season.bookings_per_school,
    }
