"""Sessions of a ballot that are moved or cancelled while it runs, and the one way out once its list is published."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.ballots import policy, queries
from programs.ballots.actions import letters
from programs.ballots.actions.running import lock_ballot
from programs.ballots.choices import BallotState
from programs.ballots.models import Ballot
from programs.ballots.rules import steps
from programs.centres.actions import locks
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.timetables.actions.sessions import call_off_session


@transaction.atomic
def take_out_session(*, ballot_id: int, session_id: int, reason: str, by: User) -> Ballot:
    """Cancel a session that cannot take place although the list is published. The ballot says so, and entrants are told.

    Before the draw the draw goes without it; after it, whoever won it is told so with the results.
    Raises PermissionDenied, and ``Refused``: ``not_frozen``, ``sending``, and why a session cannot be cancelled.
    """
    ballot = lock_ballot(ballot_id=ballot_id)
    session = locks.lock_session(session_id=session_id)
    must(policy.may_take_out(by, session) and queries.sessions_of(ballot).filter(pk=session.pk).exists())
    refuse_if(steps.take_out_refusal(ballot))
    call_off_session(session=session, reason=reason, by=by, now=timezone.now())
    if ballot.state == BallotState.CLOSED:
        ballot.cancelled = sorted({*ballot.cancelled, session.pk})
        ballot.save(update_fields=["cancelled"])
    record(by=by, action="ballot.cancel_session", obj=ballot, after={"session": session.pk}, reason=reason)
    letters.tell_cancelled(ballot=ballot, session=session, reason=reason)
    return ballot
