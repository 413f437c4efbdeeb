"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from datetime import time, timedelta
from functools import partial

from django.utils import timezone

from programs.centres import rules
from programs.centres.models import Season, Session
from programs.centres.queries.schedule import room_plan, terms_of
from programs.core.calendar import working_days
from tests.centres.make import local, make_manager, make_session
from tests.people import make_year


def calls() -> list[partial]:
    now, today = timezone.now(), timezone.localdate()
    session = Session.objects.select_related("field_trip__centre", "room").get(pk=make_session().pk)
    make_manager(session.field_trip.centre)
    season = Season.objects.create(
        code="MUA-1", name="Mùa xuân", school_year=make_year(), opens_at=local(-2), closes_at=local(90)
    )
    terms = terms_of(Season.objects.select_related("school_year").get(pk=season.pk))
    plan = room_plan(session.room, first=today, last=today + timedelta(days=20))
    rhythm = rules.Rhythm(starts_on=today, ends_on=today + timedelta(days=14), weekdays=range(7), clocks=[time(8)])
    series = partial(rules.plan_series, rhythm, plan, minutes=180, opens_at=now, closes_days=1, now=now)
    taken = partial(rules.obstacle, plan, starts_at=session.starts_at, ends_at=session.ends_at, now=now)
    return [
        taken,
        partial(rules.obstacle_text, "room_taken", "Xưởng"),
        partial(rules.obstacle_refusal, taken()),
        partial(rules.booking_window_obstacle, opens_at=now, closes_at=now),
        partial(rules.rhythm_refusal, rhythm),
        series,
        partial(rules.nothing_to_make_refusal, series()),
        partial(rules.change_refusal, session, now=now),
        partial(rules.received_refusal, groups=1),
        partial(rules.capacity_refusal, session, capacity=90),
        partial(rules.over_refusal, session, capacity=0),
        partial(rules.capacity_refusal, session, capacity=20),
        partial(rules.room_refusal, session.room, session.field_trip, capacity=90),
        partial(rules.shrink_room_refusal, capacity=1, largest=2),
        partial(rules.season_refusal, terms),
        partial(rules.mode_refusal, season, terms, has_ballot=True, groups=2, now=now),
        partial(rules.opening_refusal, terms, [session], now=now),
        partial(rules.never_open_refusal, session),
        partial(rules.last_chance, session),
        partial(rules.standing_refusal, session, now=now),
        partial(rules.offer_ends, session, days=working_days(now, session.starts_at), now=now),
        partial(rules.closed_twice_refusal, "Bảo trì"),
        partial(rules.room_name_refusal, "Xưởng"),
        partial(rules.moment_text, now),
    ]
