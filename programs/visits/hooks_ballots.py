"""The draw is another way of giving the places of a session."""

from __future__ import annotations

from datetime import datetime

from programs.core.refusals import Refusal
from programs.visits.choices import BookingMode
from programs.visits.models import Ballot, Session
from programs.visits.queries.ballot import ballot_of
from programs.visits.queries.booking import OTHER_WAYS
from programs.visits.rules.ballot import entering_refusal


class Draw:
    def of(self, session: Session) -> Ballot | None:
        return ballot_of(session)

    def refusal(self, found: Ballot, *, now: datetime) -> Refusal | None:
        return entering_refusal(now=now, closes_at=found.closes_at, state=found.state)


OTHER_WAYS[BookingMode.BALLOT] = Draw()
