"""The draw is another way of giving the places of a session."""

from __future__ import annotations

from datetime import datetime

from programs.ballots.models import Ballot
from programs.ballots.queries import ballot_of
from programs.ballots.rules import entering_refusal
from programs.bookings.hooks import OTHER_WAYS
from programs.centres.choices import BookingMode
from programs.centres.models import Session
from programs.core.refusals import Refusal


class Draw:
    def of(self, session: Session) -> Ballot | None:
        return ballot_of(session)

    def refusal(self, found: Ballot, *, now: datetime) -> Refusal | None:
        return entering_refusal(found, now=now)


OTHER_WAYS[BookingMode.BALLOT] = Draw()
