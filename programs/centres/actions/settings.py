"""The framework for planning sessions: opening hours, closed days, rooms and seasons.

A season is locked before its sessions, as the ballots lock them (``locks.lock_season``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.centres import policy, rules
from programs.centres.actions import locks
from programs.centres.choices import Weekday
from programs.centres.hooks import GROUPS_IN, kept_refusal
from programs.centres.models import Blackout, Centre, OpeningHours, Room, Season, SeasonOpening, Session
from programs.centres.queries import schedule as queries
from programs.core.audit import record
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.references import under_reference
from programs.core.refusals import Refused, refuse_if
from programs.core.versions import refuse_if_stale

SEASON_PREFIX = "MUA"
Hours = Mapping[int, Sequence[tuple[time, time]]]


def _lock_to_furnish(centre: Centre, *, by: User) -> None:
    """Two who furnish one centre at once come one after the other."""
    must(policy.may_furnish(by, centre))
    Centre.objects.select_for_update(no_key=True).get(pk=centre.pk)


@transaction.atomic
def set_opening_hours(*, centre: Centre, hours: Hours, version: str, by: User) -> None:
    """Set the time slots of each weekday, all at once; sessions already planned are left unchanged.

    Raises PermissionDenied, and ``Refused("changed_meanwhile")`` when they are not what was read at ``version``.
    """
    _lock_to_furnish(centre, by=by)
    stored = queries.hours_by_weekday(centre)
    before, after = _hours_seen(stored), _hours_seen(hours)
    if before == after:
        return
    refuse_if_stale(version, {day.field: stored.get(day, []) for day in Weekday})
    OpeningHours.objects.filter(centre=centre).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(centre=centre, weekday=weekday, opens_at=first, closes_at=last)
        for weekday, spans in hours.items()
        for first, last in spans
    )
    record(by=by, action="centre.hours", obj=centre, before=before, after=after)


def _hours_seen(hours: Hours) -> dict[str, list[list[time]]]:
    return {str(weekday): [list(span) for span in spans] for weekday, spans in sorted(hours.items()) if spans}


@transaction.atomic
@once("centre.closed_days", returns=Blackout)
def close_days(
    *, centre: Centre, room: Room | None, starts_on: date, ends_on: date, reason: str, by: User, key: str
) -> Blackout:
    """Close the centre, or one of its rooms, on some days. Sessions on those days are moved or cancelled separately.

    Raises PermissionDenied, and ``Refused("closed_twice")`` if exactly these days are already closed.
    """
    must(room is None or room.centre_id == centre.pk)
    _lock_to_furnish(centre, by=by)
    closed = Blackout(centre=centre, room=room, starts_on=starts_on, ends_on=ends_on, reason=reason)
    if earlier := queries.same_closed_days(closed):
        raise Refused(rules.closed_twice_refusal(earlier.reason))
    closed.save(force_insert=True)
    record(by=by, action="centre.closed_days", obj=centre, after=_closed_seen(closed), reason=reason)
    return closed


def _closed_seen(closed: Blackout) -> dict[str, date | int | None]:
    return {"from": closed.starts_on, "to": closed.ends_on, "room": closed.room_id}


@transaction.atomic
def open_days(*, closed: Blackout, by: User) -> None:
    """Reopen the closed days; repeating this changes nothing. Raises PermissionDenied."""
    must(policy.may_furnish(by, closed.centre))
    seen = _closed_seen(closed)
    if Blackout.objects.filter(pk=closed.pk).delete()[0]:
        record(by=by, action="centre.open_days", obj=closed.centre, before=seen, reason=closed.reason)


@transaction.atomic
@once("centre.room", returns=Room)
def add_room(*, centre: Centre, name: str, capacity: int, by: User, key: str) -> Room:
    """A new room of the centre. Raises PermissionDenied, and ``Refused("room_name_taken")``."""
    _lock_to_furnish(centre, by=by)
    return _save_room(Room(centre=centre), name=name, capacity=capacity, before={}, by=by)


@transaction.atomic
def change_room(*, room: Room, name: str, capacity: int, version: str, by: User) -> Room:
    """Another name or size; a room is never smaller than an upcoming session in it. The same again changes nothing.

    Raises PermissionDenied, and ``Refused``: ``room_name_taken``, ``sessions_larger``, ``changed_meanwhile`` when the
    room is not what was read at ``version``.
    """
    _lock_to_furnish(room.centre, by=by)
    # Under the room's lock, as those hold it who plan in it.
    room = Room.objects.select_for_update(no_key=True).get(pk=room.pk)
    stored = {"name": room.name, "capacity": room.capacity}
    if stored == {"name": name, "capacity": capacity}:
        return room
    refuse_if_stale(version, stored)
    largest = queries.largest_session_in(room, now=timezone.now())
    refuse_if(rules.shrink_room_refusal(capacity=capacity, largest=largest))
    return _save_room(room, name=name, capacity=capacity, before=stored, by=by)


def _save_room(room: Room, *, name: str, capacity: int, before: dict, by: User) -> Room:
    if Room.objects.filter(centre=room.centre_id, name=name).exclude(pk=room.pk).exists():
        raise Refused(rules.room_name_refusal(name))
    room.name, room.capacity = name, capacity
    room.save()
    record(by=by, action="centre.room", obj=room, before=before, after={"name": name, "capacity": capacity})
    return room


@transaction.atomic
@once("season.save", returns=Season)
def add_season(*, terms: rules.SeasonTerms, by: User, key: str) -> Season:
    """A new season. Raises PermissionDenied, and ``Refused("closes_first")``."""
    must(policy.may_edit_seasons(by))
    return under_reference(
        Season,
        SEASON_PREFIX,
        lambda code: _save_season(Season(code=code), terms, before={}, by=by),
        column="code",
    )


@transaction.atomic
def change_season(*, season: Season, terms: rules.SeasonTerms, version: str, by: User) -> Season:
    """Other terms, which the season's sessions to come follow. The same again changes nothing.

    A session whose booking is over keeps its opening. Raises PermissionDenied, and ``Refused``: ``closes_first``,
    ``mode_fixed``, ``has_bookings``, ``never_open``, ``in_ballot`` (the list of a draw rests on how much a school may
    book), ``changed_meanwhile`` when the season is not what was read at ``version``.
    """
    must(policy.may_edit_seasons(by))
    season, now = locks.lock_season(season_id=season.pk), timezone.now()
    stored = queries.terms_of(season)
    if stored == terms:
        return season
    refuse_if_stale(version, stored.typed)
    coming = Session.objects.upcoming(now).filter(season=season)
    groups = sum(count(coming) for count in GROUPS_IN)
    refuse_if(rules.mode_refusal(season, terms, has_ballot=hasattr(season, "ballot"), groups=groups, now=now))
    if terms.bookings_per_school != season.bookings_per_school:
        refuse_if(kept_refusal(coming, field="bookings_per_school"))
    refuse_if(rules.opening_refusal(terms, list(coming.select_related("field_trip")), now=now))
    _save_season(season, terms, before=_season_seen(season), by=by)
    coming.filter(booking_closes_at__gt=now).update(booking_opens_at=season.opens_at)
    coming.update(mode=season.mode)
    return season


def _save_season(season: Season, terms: rules.SeasonTerms, *, before: dict, by: User) -> Season:
    refuse_if(rules.season_refusal(terms))
    for name, value in terms.columns.items():
        setattr(season, name, value)
    season.save()
    SeasonOpening.objects.filter(season=season).delete()
    SeasonOpening.objects.bulk_create(
        SeasonOpening(season=season, cluster_id=cluster, opens_at=opens_at)
        for cluster, opens_at in terms.openings.items()
        if opens_at
    )
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
