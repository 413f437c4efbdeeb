"""A school enters a class, changes the entry, withdraws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone

from programs.accounts.models import User
from programs.ballots import queries
from programs.ballots.actions import letters
from programs.ballots.actions.running import lock_ballot
from programs.ballots.choices import EntryOutcome
from programs.ballots.models import Ballot, BallotEntry, Wish
from programs.ballots.policy import may_enter, may_manage_entry, may_write_needs
from programs.ballots.rules import steps
from programs.bookings.models import Group
from programs.bookings.rules import booking as booking_rules
from programs.centres.queries.sessions import ratio_of_session
from programs.core.audit import record
from programs.core.emptying import empty
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.core.versions import refuse_if_stale


@transaction.atomic
@once("ballot.enter", returns=BallotEntry)
def enter_ballot(
    *, ballot_id: int, wishes: Sequence[int], group: Group, by: User, key: str, wait_if_lost: bool = False
) -> BallotEntry:
    """Enter a class, with the sessions that it would like, the best first; until the closing time by this machine's clock.

    Raises ``Refused`` with the reason, and PermissionDenied when ``by`` does not belong to the school.
    """
    must(may_enter(by, group.school))
    ballot = lock_ballot(ballot_id=ballot_id)
    _must_fit(ballot, wishes, group)
    if earlier := queries.ticket_of_class(ballot, group.class_group.pk):
        raise Refused(steps.entered_twice(earlier.number), earlier=earlier)
    last = ballot.entries.order_by("-number").values_list("number", flat=True).first()
    entry = BallotEntry(
        ballot=ballot,
        number=(last or 0) + 1,  # under the ballot's lock
        school=group.school,
        leader=by,
        wait_if_lost=wait_if_lost,
        **vars(group),
    )
    entry.save(force_insert=True)
    _write_wishes(entry, wishes)
    prefetch_related_objects([entry], queries.WISHES)
    record(by=by, action="ballot.enter", obj=entry, after=_seen(entry))
    letters.tell_entered(entry=entry)
    return entry


def _must_fit(ballot: Ballot, wishes: Sequence[int], group: Group) -> None:
    """Raises ``Refused`` when the group may not take part in the draw of one of the sessions now, beside that wish."""
    now = timezone.now()
    refuse_if(steps.entering_refusal(ballot, now=now))
    offered = queries.sessions_to_wish(ballot)
    refuse_if(steps.wishes_refusal(wishes, offered=offered))
    for place, session_id in enumerate(wishes, 1):
        session = offered[session_id]
        ratio = ratio_of_session(session, group.class_group.grade)
        refuse_if(
            steps.beside_wish(
                booking_rules.session_refusal(session, now=now, opens_at=now, closes_at=ballot.closes_at)
                or booking_rules.group_refusal(session, group, pupils_per_adult=ratio)
                or steps.school_refusal(school_working=group.school.is_working, on_holiday=session.on_holiday),
                place=place,
            )
        )


def _write_wishes(entry: BallotEntry, wishes: Sequence[int]) -> None:
    Wish.objects.filter(entry=entry).delete()
    Wish.objects.bulk_create(
        [Wish(entry=entry, position=place, session_id=session) for place, session in enumerate(wishes, 1)]
    )


@transaction.atomic
def change_entry(
    *, entry_id: int, wishes: Sequence[int], group: Group, version: str, by: User, wait_if_lost: bool = False
) -> BallotEntry:
    """Change an entry and its wishes, until entries close; its needs only by its leader. The same again changes nothing.

    Raises as ``enter_ballot`` does, and ``Refused``: ``already_withdrawn``, and ``changed_meanwhile`` when the entry
    is not what was read at ``version``.
    """
    entry = _lock_entry(entry_id, by)
    refuse_if(steps.entry_refusal(entry, now=timezone.now()))
    _must_fit(entry.ballot, wishes, group)
    if not may_write_needs(by, entry):
        group = replace(group, needs=entry.needs)
    said, before = vars(group) | {"wait_if_lost": wait_if_lost}, _seen(entry)
    if said == entry.said_of_group and list(wishes) == entry.wished:
        return entry
    refuse_if_stale(version, entry.said)
    for name, value in said.items():
        setattr(entry, name, value)
    entry.save()
    _write_wishes(entry, wishes)
    after = _seen(entry) | {"wishes": list(wishes)}
    record(by=by, action="ballot.change_entry", obj=entry, before=before, after=after)
    return entry


@transaction.atomic
def withdraw_entry(*, entry_id: int, by: User) -> BallotEntry:
    """Withdraw the class, until entries close.

    Raises PermissionDenied, and ``Refused``: ``already_withdrawn``, ``entries_closed``.
    """
    entry = _lock_entry(entry_id, by)
    refuse_if(steps.entry_refusal(entry, now=timezone.now()))
    entry.outcome = EntryOutcome.WITHDRAWN
    entry.save(update_fields=["outcome"])
    wipe(entries=BallotEntry.objects.filter(pk=entry.pk))
    record(by=by, action="ballot.withdraw", obj=entry, before=_seen(entry))
    return entry


def _lock_entry(entry_id: int, by: User) -> BallotEntry:
    """The entry read afresh under its ballot's lock, for somebody who manages it."""
    ballot = lock_ballot(ballot_id=BallotEntry.objects.values_list("ballot_id", flat=True).get(pk=entry_id))
    rows = BallotEntry.objects.select_related(*queries.ENTRY_PARTS).prefetch_related(queries.WISHES)
    entry = rows.get(pk=entry_id)
    entry.ballot = ballot
    must(may_manage_entry(by, entry))
    return entry


def _seen(entry: BallotEntry) -> dict:
    return {"number": entry.number, "wishes": entry.wished, **entry.size}


def wipe(*, entries: QuerySet[BallotEntry]) -> None:
    """Wipe data only needed for the coming visit: a winner's booking has it."""
    empty(entries)
