"""Changing how sessions are booked: one session or what remains of a series, as long as no group is hurt.

A season is locked before its sessions, as everything does that changes both.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.actions.waiting import promote_waiting
from programs.centres.actions import locks
from programs.centres.models import TURN, Session, SessionSeries
from programs.centres.policy import may_schedule
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.core.versions import refuse_if_stale, version_of
from programs.timetables import queries, rules
from programs.timetables.actions.lists import set_turns
from programs.timetables.rules import Terms, TermsChange, TermsPlan


@transaction.atomic
def change_terms(*, session_id: int, terms: Terms, version: str, by: User) -> Session:
    """Other booking rules of a session, as long as they hurt no group in it. The same again changes nothing.

    Raises PermissionDenied, and ``Refused``: ``would_hurt``, ``by_ballot``, ``in_ballot``, ``before_source``,
    ``closes_first``, ``closes_late``, ``session_past``, ``changed_meanwhile``.
    """
    now = timezone.now()
    terms = replace(terms, season=locks.season_as_it_is(season=terms.season))
    session = locks.lock_session(session_id=session_id)
    must(may_schedule(by, session.field_trip.centre))
    stored = queries.terms_of(session)
    if stored == terms:
        return session
    refuse_if_stale(version, vars(stored))
    refuse_if(queries.kept_by_draw(session, terms.season))
    refuse_if(rules.terms_refusal(session, terms, queries.groups_in(session), now=now))
    _write(session, terms, stored=stored, by=by, now=now)
    return session


@transaction.atomic
def change_series_terms(*, series_id: int, change: TermsChange, version: str, by: User) -> TermsPlan:
    """Other booking rules of every remaining session whose groups they do not hurt; the plan says which stay and why.

    ``version`` is that of the plan that ``by`` looked at. Raises PermissionDenied, and ``Refused``: ``nothing``,
    ``all_stay``, ``changed_meanwhile``.
    """
    now = timezone.now()
    series = SessionSeries.objects.select_related("field_trip__centre").get(pk=series_id)
    must(may_schedule(by, series.field_trip.centre))
    change = replace(change, season=locks.season_as_it_is(season=change.season))
    remaining = sorted(queries.remaining_of(series, now=now).values_list("pk", flat=True))
    locked = {pk: locks.lock_session(session_id=pk) for pk in remaining}
    plan = queries.terms_plan_of(series, change, now=now)
    if version != version_of(plan.seen):
        raise Refused(rules.stale_refusal())
    refuse_if(rules.nothing_refusal(plan))
    for line in plan.changing:
        _write(locked[line.session.pk], line.terms, stored=line.booked.stored, by=by, now=now)
    record(by=by, action="series.terms", obj=series, after={"sessions": len(plan.changing), "stay": len(plan.staying)})
    return plan


def _write(session: Session, terms: Terms, *, stored: Terms, by: User, now: datetime) -> None:
    """The caller holds the session's lock and has asked the rules."""
    for name, value in terms.columns.items():
        setattr(session, name, value)
    session.save(update_fields=list(terms.columns))
    if any(getattr(stored, name) != getattr(terms, name) for name in TURN):
        set_turns(session=session, by=by, now=now)
    before, after = rules.terms_seen(stored), rules.terms_seen(terms)
    record(by=by, action="session.terms", obj=session, before=before, after=after)
    promote_waiting(session=session, now=now)
