"""A school enters a class, changes the entry, withdraws it."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from programs.accounts.models import User
from programs.ballots import queries
from programs.ballots import rules as fair
from programs.ballots.actions.running import lock_ballot
from programs.ballots.choices import EntryOutcome
from programs.ballots.models import Ballot, BallotEntry
from programs.ballots.policy import may_enter, may_manage_entry, may_write_needs
from programs.bookings.models import Group
from programs.bookings.rules import booking as booking_rules
from programs.centres.models import Session
from programs.centres.queries.sessions import pupils_per_adult
from programs.core.audit import record
from programs.core.emptying import empty
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.core.versions import refuse_if_stale


@transaction.atomic
@once("ballot.enter", returns=BallotEntry)
def enter_ballot(
    *, ballot_id: int, session_id: int, group: Group, by: User, key: str, wait_if_lost: bool = False
) -> BallotEntry:
    """Enter a class for a session of the ballot, until the closing time by this machine's clock.

    Raises ``Refused`` with the reason, and PermissionDenied when ``by`` does not belong to the school.
    """
    must(may_enter(by, group.school))
    ballot = lock_ballot(ballot_id=ballot_id)
    session = _session_for(ballot, session_id, group)
    if earlier := queries.same_entry(ballot, session, group.class_group.pk):
        raise Refused(fair.entered_twice(earlier.number))
    last = ballot.entries.order_by("-number").values_list("number", flat=True).first()
    entry = BallotEntry(
        ballot=ballot,
        number=(last or 0) + 1,  # under the ballot's lock
        session=session,
        school=group.school,
        leader=by,
        wait_if_lost=wait_if_lost,
        **vars(group),
    )
    entry.save(force_insert=True)
    record(by=by, action="ballot.enter", obj=entry, after=_seen(entry))
    return entry


def _session_for(ballot: Ballot, session_id: int, group: Group) -> Session:
    """The session, if the group may take part in its draw now; raises ``Refused``."""
    now, session = timezone.now(), queries.session_to_enter(session_id)
    refuse_if(fair.entering_refusal(ballot, now=now))
    refuse_if(fair.foreign_session_refusal(belongs=queries.sessions_to_enter(ballot).filter(pk=session.pk).exists()))
    school, ratio = group.school, pupils_per_adult(session.field_trip, group.class_group.grade)
    refuse_if(booking_rules.session_refusal(session, now=now, opens_at=now, closes_at=ballot.closes_at))
    refuse_if(booking_rules.group_refusal(session, group, pupils_per_adult=ratio))
    refuse_if(fair.school_refusal(school_working=school.is_working, on_holiday=session.on_holiday))
    return session


@transaction.atomic
def change_entry(*, entry_id: int, group: Group, version: str, by: User, wait_if_lost: bool = False) -> BallotEntry:
    """Change an entry, until entries close; its needs only by its leader. The same again changes nothing.

    Raises as ``enter_ballot`` does, and ``Refused``: ``already_withdrawn``, and ``changed_meanwhile`` when the entry
    is not what was read at ``version``.
    """
    entry = _lock_entry(entry_id, by)
    refuse_if(fair.entry_refusal(entry, now=timezone.now()))
    _session_for(entry.ballot, entry.session_id, group)
    if not may_write_needs(by, entry):
        group = replace(group, needs=entry.needs)
    said, before = vars(group) | {"wait_if_lost": wait_if_lost}, _seen(entry)
    if said == entry.said:
        return entry
    refuse_if_stale(version, entry.said)
    for name, value in said.items():
        setattr(entry, name, value)
    entry.save()
    record(by=by, action="ballot.change_entry", obj=entry, before=before, after=_seen(entry))
    return entry


@transaction.atomic
def withdraw_entry(*, entry_id: int, by: User) -> BallotEntry:
    """Withdraw the class, until entries close.

    Raises PermissionDenied, and ``Refused``: ``already_withdrawn``, ``entries_closed``.
    """
    entry = _lock_entry(entry_id, by)
    refuse_if(fair.entry_refusal(entry, now=timezone.now()))
    entry.outcome = EntryOutcome.WITHDRAWN
    entry.save(update_fields=["outcome"])
    wipe(entries=BallotEntry.objects.filter(pk=entry.pk))
    record(by=by, action="ballot.withdraw", obj=entry, before=_seen(entry))
    return entry


def _lock_entry(entry_id: int, by: User) -> BallotEntry:
    """The entry read afresh under its ballot's lock, for somebody who manages it."""
    ballot = lock_ballot(ballot_id=BallotEntry.objects.values_list("ballot_id", flat=True).get(pk=entry_id))
    entry = BallotEntry.objects.select_related(*queries.ENTRY_PARTS).get(pk=entry_id)
    entry.ballot = ballot
    must(may_manage_entry(by, entry))
    return entry


def _seen(entry: BallotEntry) -> dict:
    return {"number": entry.number, "session": entry.session_id, **entry.size}


def wipe(*, entries: QuerySet[BallotEntry]) -> None:
    """Wipe data only needed for the coming visit: a winner's booking has it."""
    empty(entries)
