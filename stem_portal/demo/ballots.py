"""Three ballots: open for entries, waiting for a second person, sent. Uses the real actions, with their emails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random

from django.utils import timezone

from programs.accounts.models import User
from programs.ballots.actions import entries, running
from programs.ballots.actions.results import send_results, start_sending
from programs.ballots.models import Ballot
from programs.ballots.rules.fair import FACTORS
from programs.ballots.rules.steps import Terms
from programs.bookings.models import Group
from programs.bookings.rules.booking import adults_needed
from programs.centres.choices import BookingMode
from programs.centres.models import FieldTrip, Room, Season, Session
from programs.core.calendar import WORK_ENDS, at
from programs.core.models import SchoolYear
from programs.pupils.models import ClassGroup
from stem_portal.demo.calendar import Calendar

REFERENCES = ("BT-4M2XC", "BT-7K3Q9", "BT-9W5HD")  # the open one, the sent one, the one that waits
SOURCE = "Giải đặc biệt xổ số kiến thiết TP. Hồ Chí Minh"
DIGITS = "481516"
ENTRIES = 9
WAITING = 3
WHOLE_CLASS, A_CLUB = (18, 28), (11, 14)  # four or five clubs find places in one large room


def build_ballots(*, random: Random, people: dict[str, User], school_year: SchoolYear, now: datetime) -> None:
    """The season of a trip that everybody wants, and a session of another; skipped where the school year is over."""
    trips = list(FieldTrip.objects.filter(grade_from__lte=8, grade_to__gte=8, is_active=True).order_by("code"))
    classes = _classes(random, school_year)
    open_days, sent_days = (
        list(_days(school_year, now, skip=0, count=3)),
        list(_days(school_year, now, skip=4, count=2)),
    )
    if not sent_days or len(classes) < 2 * ENTRIES:
        return
    season = Season.objects.create(
        code="BOC-THAM-8",
        name="Mùa trải nghiệm: bốc thăm suất",
        name_en="Season drawn by ballot",
        school_year=school_year,
        mode=BookingMode.BALLOT,
        opens_at=now - timedelta(days=1),
        closes_at=max(open_days) + timedelta(days=1),
        bookings_per_school=2,
    )
    seasonal = [_session(trips[0], moment, season=season) for moment in open_days]
    roomy = max(trips[1:] or trips, key=_places)
    single, waiting = (_session(roomy, moment, season=None) for moment in (sent_days[0], sent_days[-1]))
    running = _open(people, reference=REFERENCES[0], now=now, season=season)
    _enter(running, seasonal, classes[:ENTRIES], random, sizes=WHOLE_CLASS)
    _send(people, _open(people, reference=REFERENCES[1], now=now, session=single), single, classes[ENTRIES:], random)
    if waiting.starts_at != single.starts_at:
        _wait(people, _open(people, reference=REFERENCES[2], now=now, session=waiting), classes[:WAITING], random)


def _days(school_year: SchoolYear, now: datetime, *, skip: int, count: int) -> Iterator[datetime]:
    """Afternoons beyond the sessions of the demonstration, on days that the school year still has."""
    calendar, first = Calendar(), max(timezone.localdate(now), school_year.starts_on) + timedelta(days=65)
    days = (first + timedelta(days=offset) for offset in range(40))
    open_days = [day for day in days if calendar.is_open(day) and day <= school_year.ends_on]
    for day in open_days[skip : skip + count]:
        yield timezone.make_aware(datetime.combine(day, time(13, 30)))


def _classes(random: Random, school_year: SchoolYear) -> list[ClassGroup]:
    """A grade 8 class from each school with its own teacher; the cast's classes are left out."""
    groups = ClassGroup.objects.filter(school_year=school_year, grade=8, homeroom_teacher__isnull=False)
    groups = groups.filter(school__state="active").exclude(
        homeroom_teacher__email__in=("hanh@example.vn", "lam@example.vn")
    )
    of_school = {
        group.school_id: group for group in groups.select_related("school", "homeroom_teacher").order_by("-pk")
    }
    chosen = sorted(of_school.values(), key=lambda group: group.pk)
    random.shuffle(chosen)
    return chosen[: 2 * ENTRIES]


def _room(trip: FieldTrip) -> Room:
    return trip.centre.rooms.order_by("-capacity", "pk").first()


def _places(trip: FieldTrip) -> int:
    return min(_room(trip).capacity, 2 * trip.max_pupils)


def _session(trip: FieldTrip, starts_at: datetime, *, season: Season | None) -> Session:
    room = _room(trip)
    return Session.objects.create(
        field_trip=trip,
        room=room,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=trip.minutes),
        capacity=_places(trip),
        season=season,
        booking_opens_at=timezone.now() - timedelta(days=1),
        booking_closes_at=starts_at - timedelta(days=2),
    )


def _open(people: dict[str, User], *, reference: str, now: datetime, **of) -> Ballot:
    closes_at = timezone.localtime(now + timedelta(days=10)).replace(hour=17, minute=0, second=0, microsecond=0)
    source_date = closes_at.date() + timedelta(days=1)
    ballot = running.open_ballot(
        terms=Terms(
            closes_at=closes_at, source=SOURCE, source_date=source_date, digit_count=len(DIGITS), factors=FACTORS
        ),
        by=people["nam"],
        key=reference,
        **of,
    )
    Ballot.objects.filter(pk=ballot.pk).update(reference=reference)
    return Ballot.objects.get(pk=ballot.pk)


def _enter(
    ballot: Ballot,
    sessions: list[Session],
    classes: list[ClassGroup],
    random: Random,
    *,
    sizes: tuple[int, int] = A_CLUB,
) -> None:
    for place, group in enumerate(classes):
        pupils = random.randint(*sizes)
        wishes = [sessions[(place + turn) % len(sessions)] for turn in range(min(1 + place % 3, len(sessions)))]
        wish = Group(
            class_group=group,
            pupils=min([pupils, *(session.largest_group for session in wishes)]),
            adults=adults_needed(pupils, 10),
            contact_phone=f"+849{random.randint(10_000_000, 99_999_999)}",
        )
        entries.enter_ballot(
            ballot_id=ballot.pk,
            wishes=[session.pk for session in wishes],
            group=wish,
            wait_if_lost=place % 2 == 0,
            by=group.homeroom_teacher,
            key=f"{ballot.pk}-{group.pk}",
        )


def _close(ballot: Ballot) -> None:
    """Move its closing time to yesterday afternoon, and the day of its source to today."""
    today = timezone.localdate()
    past = at(today - timedelta(days=1), WORK_ENDS)
    Ballot.objects.filter(pk=ballot.pk).update(closes_at=past, source_date=today)
    running.close_ballot(ballot_id=ballot.pk, by=None)


def _wait(people, ballot: Ballot, classes: list[ClassGroup], random: Random) -> None:
    """One officer has entered the digits; another must confirm them."""
    _enter(ballot, [ballot.session], classes, random)
    _close(ballot)
    running.enter_digits(ballot_id=ballot.pk, digits=DIGITS, by=people["nam"])


def _send(people, ballot: Ballot, session: Session, classes: list[ClassGroup], random: Random) -> None:
    """Publish, draw by two people, and send as the worker does."""
    _enter(ballot, [session], classes, random)
    _close(ballot)
    running.enter_digits(ballot_id=ballot.pk, digits=DIGITS, by=people["nam"])
    running.draw_ballot(ballot_id=ballot.pk, digits=DIGITS, by=people["nga"])
    start_sending(ballot_id=ballot.pk, by=people["nam"])
    send_results(ballot_id=ballot.pk)
