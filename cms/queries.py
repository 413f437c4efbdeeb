"""What the public site reads from the programs: sessions with the places left, the open competition."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from programs.centres.models import Session
from programs.centres.queries.sessions import CalendarMonth
from programs.competitions.choices import CompetitionState
from programs.competitions.models import Competition
from programs.curricula.models import Curriculum

MONTHS_AHEAD = 12


def _with_places() -> Q:
    """Sessions that a further group could still enter."""
    return Q(seats_taken__lt=F("capacity")) & (Q(one_group=False) | Q(seats_taken=0))


def _bookable(now: datetime) -> QuerySet[Session]:
    return Session.objects.upcoming(now).filter(field_trip__is_active=True, booking_closes_at__gt=now)


def next_session_of_each(trip_ids: list[int], *, now: datetime) -> dict[int, Session]:
    """For every trip its next session with places; where all are full, its next session."""
    chosen: dict[int, Session] = {}
    for session in _bookable(now).filter(field_trip_id__in=trip_ids).order_by("starts_at", "pk"):
        known = chosen.get(session.field_trip_id)
        if known is None or (known.seats_left <= 0 < session.seats_left):
            chosen[session.field_trip_id] = session
    return chosen


def next_session_with_places(trip_id: int, *, now: datetime) -> Session | None:
    return _bookable(now).filter(_with_places(), field_trip_id=trip_id).order_by("starts_at").first()


def sessions_soon(*, now: datetime, limit: int = 3) -> list[Session]:
    """The next session of each trip, soonest first: this week's, or those that come next."""
    soon: dict[int, Session] = {}
    for session in _bookable(now).filter(starts_at__lt=now + timedelta(days=60)).order_by("starts_at", "pk")[:200]:
        known = soon.get(session.field_trip_id)
        if known is None or (known.seats_left <= 0 < session.seats_left and _same_week(known, session)):
            soon[session.field_trip_id] = session
    return sorted(soon.values(), key=lambda session: session.starts_at)[:limit]


def _same_week(first: Session, second: Session) -> bool:
    return second.starts_at - first.starts_at < timedelta(days=7)


def most_taught(limit: int = 3) -> list[int]:
    """The curricula that schools report most often, most taught first."""
    counted = Curriculum.objects.annotate(
        times=Count("taught_activities", filter=Q(taught_activities__withdrawn_at=None))
    ).order_by("-times", "grade_from", "pk")
    return list(counted.values_list("pk", flat=True)[:limit])


def open_competition(now: datetime) -> Competition | None:
    """The competition that takes projects now, the first to close."""
    running = Competition.objects.filter(state=CompetitionState.OPEN, opens_at__lte=now, closes_at__gt=now)
    return running.order_by("closes_at").first()


def month_asked_for(text: str, *, now: datetime, first: Session | None) -> date:
    """``2026-12`` within reach of today, else the month of the first session with places, else this month."""
    today = timezone.localdate(now)
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return timezone.localdate(first.starts_at).replace(day=1) if first else today.replace(day=1)
    return min(max(asked, today.replace(day=1)), _shift(today, MONTHS_AHEAD))


def _shift(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def without_past_weeks(month: CalendarMonth, *, now: datetime) -> CalendarMonth:
    """The same month from the present week on: nobody books in the past."""
    today = timezone.localdate(now)
    return replace(month, weeks=[week for week in month.weeks if week[-1].day >= today])
