"""A school enters a class, changes the entry, withdraws it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from programs.accounts.models import User
from programs.ballots import queries
from programs.ballots import rules as fair
from programs.ballots.actions.running import lock_ballot
from programs.ballots.choices import EntryOutcome
from programs.ballots.models import Ballot, BallotEntry
from programs.bookings import policy as booking_policy
from programs.bookings.models import GROUP, Group
from programs.bookings.rules import booking as booking_rules
from programs.centres.models import Session
from programs.centres.queries.sessions import pupils_per_adult
from programs.core.audit import record
from programs.core.emptying import empty
from programs.core.idempotency import perform_once
from programs.core.refusals import Refused, refuse_if
from programs.schools.queries.roles import roles_of


def enter_ballot(
    *, ballot_id: int, session_id: int, group: Group, by: User, key: str, wait_if_lost: bool = False
) -> BallotEntry:
    """Enter a class for a session of the ballot, until the closing time by this machine's clock.

    Raises ``Refused`` with the reason, and PermissionDenied when ``by`` does not belong to the school.
    """
    if not booking_policy.can_book_for(roles_of(by), group.school):
        raise PermissionDenied
    with transaction.atomic():
        return perform_once(
            user=by,
            action="ballot.enter",
            key=key,
            body={"session": session_id, "group": group.as_body(), "wait": wait_if_lost},
            perform=lambda: _enter(ballot_id, session_id, group, by, wait_if_lost),
            find=lambda pk: BallotEntry.objects.get(pk=pk),
        )


def _enter(ballot_id: int, session_id: int, group: Group, by: User, wait_if_lost: bool) -> BallotEntry:
    ballot, session = lock_ballot(ballot_id=ballot_id), queries.session_to_enter(session_id)
    _must_suit(ballot, session, group)
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


def _must_suit(ballot: Ballot, session: Session, group: Group) -> None:
    """Raises ``Refused`` unless the group may take part in the draw of ``session`` now."""
    now = timezone.now()
    refuse_if(fair.entering_refusal(now=now, closes_at=ballot.closes_at, state=ballot.state))
    refuse_if(fair.foreign_session_refusal(belongs=queries.sessions_to_enter(ballot).filter(pk=session.pk).exists()))
    school, ratio = group.school, pupils_per_adult(session.field_trip, group.class_group.grade)
    refuse_if(booking_rules.session_refusal(session, now=now, opens_at=now, closes_at=ballot.closes_at))
    refuse_if(booking_rules.group_refusal(session, group, pupils_per_adult=ratio))
    refuse_if(fair.school_refusal(school_working=school.is_working, on_holiday=session.on_holiday))


def change_entry(*, entry_id: int, group: Group, by: User, wait_if_lost: bool = False) -> BallotEntry:
    """Change an entry, until entries close; its needs only by its leader."""
    with transaction.atomic():
        entry = _lock_entry(entry_id, by)
        _must_suit(entry.ballot, queries.session_to_enter(entry.session_id), group)
        before = _seen(entry)
        own = booking_policy.can_write_needs(user_id=by.pk, leader_id=entry.leader_id)
        for name in GROUP:
            if own or name != "needs":
                setattr(entry, name, getattr(group, name))
        entry.wait_if_lost = wait_if_lost
        entry.save()
        record(by=by, action="ballot.change_entry", obj=entry, before=before, after=_seen(entry))
    return entry


def withdraw_entry(*, entry_id: int, by: User) -> BallotEntry:
    """Withdraw the class, until entries close. Repeating this changes nothing."""
    with transaction.atomic():
        entry = _lock_entry(entry_id, by)
        if entry.outcome == EntryOutcome.WITHDRAWN:
            return entry
        ballot = entry.ballot
        refuse_if(fair.entering_refusal(now=timezone.now(), closes_at=ballot.closes_at, state=ballot.state))
        entry.outcome = EntryOutcome.WITHDRAWN
        entry.save()
        wipe(entries=BallotEntry.objects.filter(pk=entry.pk))
        record(by=by, action="ballot.withdraw", obj=entry, before=_seen(entry))
    return entry


def _lock_entry(entry_id: int, by: User) -> BallotEntry:
    """The entry read afresh under its ballot's lock."""
    ballot = lock_ballot(ballot_id=BallotEntry.objects.values_list("ballot_id", flat=True).get(pk=entry_id))
    entry = BallotEntry.objects.select_related(*queries.ENTRY_PARTS).get(pk=entry_id)
    entry.ballot = ballot
    roles = roles_of(by)
    if not booking_policy.can_manage_booking(roles, user_id=by.pk, leader_id=entry.leader_id, school=entry.school):
        raise PermissionDenied
    return entry


def _seen(entry: BallotEntry) -> dict:
    return {"number": entry.number, "session": entry.session_id, **entry.size}


def wipe(*, entries: QuerySet[BallotEntry]) -> None:
    """Wipe data only needed for the coming visit: a winner's booking has it."""
    empty(entries)
