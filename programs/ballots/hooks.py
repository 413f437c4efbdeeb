"""The draw is another way of giving the places of a session, and keeps a timetable as its published list says."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from programs.ballots.actions import letters
from programs.ballots.models import Ballot
from programs.ballots.queries import ballot_of, ballot_that_keeps, first_session_at
from programs.ballots.rules import steps
from programs.bookings.hooks import OTHER_WAYS
from programs.centres.choices import BookingMode
from programs.centres.hooks import INTO_SEASON, KEPT
from programs.centres.models import Season, Session
from programs.core.refusals import Refusal


class Draw:
    def of(self, session: Session) -> Ballot | None:
        return ballot_of(session)

    def refusal(self, found: Ballot, *, now: datetime) -> Refusal | None:
        return steps.entering_refusal(found, now=now)

    def frozen(self, found: Ballot, *, starts_at: datetime | None) -> Refusal | None:
        refusal = steps.frozen_refusal(found, first_starts_at=first_session_at(found))
        if refusal or starts_at is None:
            return refusal
        return steps.before_source_refusal(found, first_on=timezone.localdate(starts_at), field="day")

    def changed(self, found: Ballot, session: Session, *, moved_from: datetime | None, reason: str) -> None:
        if moved_from is None:
            letters.tell_cancelled(ballot=found, session=session, reason=reason)
        else:
            letters.tell_moved(ballot=found, session=session, moved_from=moved_from)


OTHER_WAYS[BookingMode.BALLOT] = Draw()


def into_season(season: Season, starts_at: Collection[datetime]) -> Refusal | None:
    """A list that is published gains no sessions, and none takes place before its places can be drawn."""
    ballot = Ballot.objects.filter(season=season).first()
    if ballot is None:
        return None
    refusal = steps.season_kept_refusal(ballot, first_starts_at=first_session_at(ballot))
    return refusal or steps.before_source_refusal(ballot, first_on=timezone.localdate(min(starts_at)), field="season")


def kept(sessions: QuerySet[Session]) -> Refusal | None:
    """Who may have how much, and what is offered, stays as the published list of one of the sessions says."""
    ballot = ballot_that_keeps(sessions)
    return steps.terms_kept_refusal(ballot, first_starts_at=first_session_at(ballot)) if ballot else None


INTO_SEASON.append(into_season)
KEPT.append(kept)
