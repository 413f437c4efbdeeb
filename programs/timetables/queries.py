"""What the rules of a changed timetable ask: a series with its groups, the plans of rooms, sessions to swap with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from programs.bookings.choices import LIVE, SEAT_COUNTED, BookingState
from programs.bookings.hooks import frozen_refusal
from programs.bookings.models import Booking
from programs.bookings.rules.waiting import LIST_ENDS_WITHIN
from programs.centres.hooks import into_season_refusal
from programs.centres.models import TURN, Room, Season, Session, SessionSeries
from programs.centres.queries import schedule
from programs.centres.rules import RoomPlan
from programs.core.refusals import Refusal
from programs.timetables.rules import (
    Booked,
    ChangePlan,
    Coming,
    SeriesChange,
    Terms,
    TermsChange,
    TermsPlan,
    plan_change,
    plan_terms,
    target_of,
)


def plan_of(series: SessionSeries, change: SeriesChange, *, now: datetime) -> ChangePlan:
    """What ``change`` would do now: the preview, and again under the locks. Four queries for each room."""
    live = Q(bookings__state__in=LIVE)
    rows = remaining_of(series, now=now).annotate(
        groups=Count("bookings", filter=live),
        waiting=Count("bookings", filter=Q(bookings__state=BookingState.WAITLISTED)),
    )
    coming = [
        Coming(
            session,
            session.groups,
            session.waiting,
            frozen_refusal(session, starts_at=session.starts_at + change.shift),
        )
        for session in rows
    ]
    targets = [target_of(change, each) for each in coming]
    moments = [line.starts_at for line in targets] + [each.session.starts_at for each in coming]
    rooms = {line.room.pk: line.room for line in targets} | {each.session.room_id: each.session.room for each in coming}
    plans = plans_of(rooms.values(), moments, without=[each.session.pk for each in coming])
    return plan_change(change, coming, plans, now=now)


def plans_of(rooms: Iterable[Room], moments: Collection[datetime], *, without: Collection[int]) -> dict[int, RoomPlan]:
    """Each room's plan for the days of ``moments``, without the sessions that are about to move."""
    if not moments:
        return {}
    first, last = (timezone.localtime(moment).date() for moment in (min(moments), max(moments)))
    return {room.pk: schedule.room_plan(room, first=first, last=last, without=without) for room in rooms}


def swaps_with(session: Session) -> QuerySet[Session]:
    """Sessions of the same centre that share some of its time in other rooms."""
    others = Session.objects.upcoming(timezone.now()).filter(field_trip__centre=session.field_trip.centre_id)
    beside = others.filter(starts_at__lt=session.ends_at, ends_at__gt=session.starts_at)
    return beside.exclude(room=session.room_id).select_related("field_trip", "room").order_by("starts_at", "room__name")


def terms_of(session: Session) -> Terms:
    """As its form can say them: to the minute."""
    moments = {name: getattr(session, name) for name in ("booking_opens_at", "booking_closes_at")}
    return Terms(
        waiting_policy=session.waiting_policy,
        **{name: getattr(session, name) for name in TURN},
        one_group=session.one_group,
        season=session.season,
        **{name: moment.replace(second=0, microsecond=0) for name, moment in moments.items()},
    )


def terms_plan_of(series: SessionSeries, change: TermsChange, *, now: datetime) -> TermsPlan:
    """What ``change`` would do now: the preview, and again under the locks. Two queries, one more with a season."""
    groups = Prefetch("bookings", queryset=_in_order_of_coming(), to_attr="groups")
    rows = remaining_of(series, now=now).select_related("season").prefetch_related(groups)
    sessions = list(rows)
    everywhere = into_season_refusal(change.season, starts_at=[row.starts_at for row in sessions])
    booked = [
        Booked(row, terms_of(row), row.groups, kept=kept_by_draw(row, change.season if everywhere else None))
        for row in sessions
    ]
    return plan_terms(change, booked, now=now)


def kept_by_draw(session: Session, season: Season | None) -> Refusal | None:
    """Why a draw keeps the session as it is, or out of another ``season``. The caller holds the season's lock."""
    refusal = frozen_refusal(session)
    if refusal or season is None or season.pk == session.season_id:
        return refusal
    return into_season_refusal(season, starts_at=[session.starts_at])


def seasons_for(session: Session, *, now: datetime) -> QuerySet[Season]:
    """Seasons that are still open, and the session's own."""
    return schedule.open_seasons(now=now) | Season.objects.filter(pk=session.season_id)


def groups_in(session: Session) -> list[Booking]:
    return list(_in_order_of_coming().filter(session=session))


def _in_order_of_coming() -> QuerySet[Booking]:
    """Groups that hold places or wait, with their schools."""
    return Booking.objects.live().select_related("school").order_by("created_at", "pk")


def groups_of(session: Session) -> list[Booking]:
    """The groups that come or wait, those who hold places first, in the order in which they came."""
    rows = session.bookings.filter(state__in=(*LIVE, *SEAT_COUNTED)).select_related("school", "class_group", "leader")
    return sorted(rows, key=lambda booking: (not booking.counts_seats, booking.created_at, booking.pk))


def elsewhere(session: Session, bookings: Sequence[Booking]) -> dict[int, str]:
    """By class: the reference of another live booking of it at the time of ``session``."""
    classes = [booking.class_group_id for booking in bookings if booking.class_group_id]
    rows = Booking.objects.live().filter(class_group__in=classes).exclude(session=session)
    rows = rows.filter(session__starts_at__lt=session.ends_at, session__ends_at__gt=session.starts_at)
    return dict(rows.values_list("class_group_id", "reference"))


def waiting_in_last_weeks(*, now: datetime) -> QuerySet[Booking]:
    """The groups whose waiting lists may end now."""
    sessions = Session.objects.upcoming(now).filter(starts_at__lte=now + LIST_ENDS_WITHIN)
    waiting = Booking.objects.waiting().filter(session__in=sessions.order_by().values("pk"))
    return waiting.select_related("session__field_trip__centre")


def remaining_of(series: SessionSeries, *, now: datetime) -> QuerySet[Session]:
    """The sessions of a series that are still to come and not cancelled; none whose groups arrive already."""
    received = Exists(Booking.objects.came().filter(session=OuterRef("pk")))
    coming = series.sessions.upcoming(now).exclude(received)
    return coming.select_related("field_trip__centre", "room").order_by("starts_at", "pk")


def waiting_groups() -> Count:
    """Of each session, for the calendar of its centre."""
    return Count("bookings", filter=Q(bookings__in=Booking.objects.waiting()))
