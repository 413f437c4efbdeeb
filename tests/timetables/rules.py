"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.centres.models import Session
from programs.timetables import queries, rules
from tests.centres.make import make_manager, make_session


def calls() -> list[partial]:
    now, made = timezone.now(), make_session()
    make_manager(made.field_trip.centre)
    session = Session.objects.select_related("field_trip__centre", "room", "season").get(pk=made.pk)
    coming = rules.Coming(session, groups=1, waiting=0)
    change = rules.SeriesChange(days=1)
    plans = queries.plans_of([session.room], [session.starts_at], without=[session.pk])
    plan = partial(rules.plan_change, change, [coming], plans, now=now)
    terms = queries.terms_of(session)
    return [
        partial(rules.target_of, change, coming),
        plan,
        partial(rules.nothing_refusal, plan()),
        partial(rules.stale_refusal),
        partial(rules.other_moved_refusal),
        partial(rules.swap_refusal, session, session, plans, now=now),
        partial(rules.terms_refusal, session, terms, [], now=now),
        partial(rules.plan_terms, rules.TermsChange(closes_days=1), [rules.Booked(session, terms, [])], now=now),
        partial(rules.terms_seen, terms),
    ]
