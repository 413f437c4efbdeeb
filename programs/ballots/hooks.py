"""The draw is another way of giving the places of a session."""

from __future__ import annotations

from datetime import datetime

from programs.ballots.actions import letters
from programs.ballots.models import Ballot
from programs.ballots.queries import ballot_of
from programs.ballots.rules import steps
from programs.bookings.hooks import OTHER_WAYS
from programs.centres.choices import BookingMode
from programs.centres.models import Session
from programs.core.refusals import Refusal


class Draw:
    def of(self, session: Session) -> Ballot | None:
        return ballot_of(session)

    def refusal(self, found: Ballot, *, now: datetime) -> Refusal | None:
        return steps.entering_refusal(found, now=now)

    def frozen(self, found: Ballot) -> Refusal | None:
        return steps.frozen_refusal(found)

    def changed(self, found: Ballot, session: Session, *, moved_from: datetime | None, reason: str) -> None:
        if moved_from is None:
            letters.tell_cancelled(ballot=found, session=session, reason=reason)
        else:
            letters.tell_moved(ballot=found, session=session, moved_from=moved_from)


OTHER_WAYS[BookingMode.BALLOT] = Draw()
