"""When the centres receive groups: opening hours, a closed day, a season and a series in the calendar."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from programs.accounts.models import User
from programs.centres.choices import BookingMode
from programs.centres.models import Blackout, Centre, OpeningHours, Season, Session, SessionSeries
from programs.core.models import Holiday, Term
from programs.core.versions import version_of
from programs.timetables.actions.terms import change_series_terms
from programs.timetables.queries import terms_plan_of
from programs.timetables.rules import TermsChange

# First and last weekday (Monday is 0) with the stretches of the day, as the centres' own pages say.
MORNING, AFTERNOON = (time(7, 30), time(11, 30)), (time(13), time(17))
HOURS = {
    "TDM": [(0, 5, [MORNING, AFTERNOON])],
    "BIH": [(0, 4, [(time(8), time(11, 30)), (time(13, 30), time(17))]), (5, 5, [(time(8), time(11, 30))])],
    "DAN": [(1, 5, [(time(8), time(11, 30)), (time(13, 30), time(16, 30))])],
    "BCA": [(0, 5, [(time(7, 30), time(11)), (time(13, 30), time(16, 30))])],
}
USUAL = [(0, 5, [MORNING, AFTERNOON])]
SERIES_TRIP, SEASON_TRIP = "XUONG-CHE-TAO", "DAU-TRUONG-ROBOT"


def load_schedule(*, sessions: list[Session], term: Term, by: User, now: datetime) -> None:
    """Called once the sessions are in the calendar and before anybody books; ``by`` manages the first centre."""
    today = timezone.localdate(now)
    for centre in Centre.objects.all():
        _open(centre)
    _close_a_monday(today)
    _season(sessions, term, now)
    _series(sessions, today, by=by)


def _open(centre: Centre) -> None:
    OpeningHours.objects.bulk_create(
        OpeningHours(centre=centre, weekday=weekday, opens_at=first, closes_at=last)
        for begin, end, spans in HOURS.get(centre.code, USUAL)
        for weekday in range(begin, end + 1)
        for first, last in spans
    )


def _close_a_monday(today: date) -> None:
    """No session of the demonstration is on a Monday."""
    day = today + timedelta(days=14 + (7 - today.weekday()) % 7)
    Blackout.objects.create(
        centre=Centre.objects.get(code="TDM"),
        starts_on=day,
        ends_on=day,
        reason="Bảo trì máy cắt laser và máy in 3D",
    )


def _season(sessions: list[Session], term: Term, now: datetime) -> None:
    """The coming sessions of one trip open together; no school takes more than six of them."""
    season = Season.objects.create(
        code="MUA-THAM-QUAN",
        name="Mùa tham quan trường robot",
        name_en="Robot arena season",
        school_year=term.school_year,
        mode=BookingMode.FIRST_COME,
        opens_at=now - timedelta(days=7),
        closes_at=now + timedelta(days=90),
        bookings_per_school=6,
    )
    coming = [each.pk for each in sessions if each.field_trip.code == SEASON_TRIP and each.starts_at > now]
    Session.objects.filter(pk__in=coming).update(season=season, booking_opens_at=season.opens_at)


def _series(sessions: list[Session], today: date, *, by: User) -> None:
    """The coming sessions of another trip were planned in one act, which skipped the holidays between them."""
    own = [
        each for each in sessions if each.field_trip.code == SERIES_TRIP and timezone.localdate(each.starts_at) > today
    ]
    if not own:
        return
    moments = sorted(timezone.localtime(each.starts_at) for each in own)
    first, last = moments[0].date(), moments[-1].date()
    weekdays = sorted({moment.weekday() for moment in moments})
    skipped = [
        {"at": timezone.make_aware(datetime.combine(day, time(8))).isoformat(), "why": "holiday", "name": holiday.name}
        for holiday in Holiday.of().filter(starts_on__lte=last, ends_on__gte=first)
        for day in _days(max(holiday.starts_on, first), min(holiday.ends_on, last))
        if day.weekday() in weekdays
    ]
    series = SessionSeries.objects.create(
        field_trip=own[0].field_trip,
        room=own[0].room,
        starts_on=first,
        ends_on=last,
        weekdays=weekdays,
        times=sorted({f"{moment:%H:%M}" for moment in moments}),
        skipped=sorted(skipped, key=lambda row: row["at"]),
    )
    Session.objects.filter(pk__in=[each.pk for each in own], room=series.room).update(series=series)
    _open_earlier(series, by=by)


def _open_earlier(series: SessionSeries, *, by: User) -> None:
    """The manager has changed the whole series since: its history says so."""
    first = series.sessions.earliest("booking_opens_at").booking_opens_at.replace(second=0, microsecond=0)
    change = TermsChange(booking_opens_at=first - timedelta(days=1))
    plan = terms_plan_of(series, change, now=timezone.now())
    change_series_terms(series_id=series.pk, change=change, version=version_of(plan.seen), by=by)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
