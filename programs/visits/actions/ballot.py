"""A ballot from its opening to its draw: entering, publishing the list, drawing once. Sending: ``ballot_results``.

Locks are taken in this order: the ballot's row, its season, its sessions by key, then bookings, then schools by key.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import perform_once
from programs.core.references import new_reference
from programs.core.refusals import Refused, refuse_if
from programs.schools.queries import standing_of
from programs.visits import rules
from programs.visits.actions import guard
from programs.visits.choices import BallotState, BookingMode, EntryOutcome, SessionState
from programs.visits.models import GROUP, WIPED, Ballot, BallotEntry, Group, Season, Session
from programs.visits.queries import ballot as queries
from programs.visits.queries.ratios import pupils_per_adult
from programs.visits.queries.schedule import managed_centre_ids
from programs.visits.rules import ballot as fair

BALLOT_PREFIX = "BT"


def may_run(*, by: User, season: Season | None, session: Session | None) -> bool:
    """Whether this person opens, closes, draws and sends the ballot of a season or a session."""
    centre_id = None if session is None else session.field_trip.centre_id
    return fair.can_run_ballot(managed_centre_ids(by), centre_id, is_department=standing_of(by).is_department)


def may_run_ballot(*, by: User, ballot: Ballot) -> bool:
    """The same of a ballot that is open already."""
    return may_run(by=by, season=ballot.season, session=ballot.session)


# --- Opening ------------------------------------------------------------------------------------
def open_ballot(
    *,
    season: Season | None = None,
    session: Session | None = None,
    closes_at: datetime,
    seed_source: str,
    factors: Mapping[str, int],
    by: User,
    key: str,
) -> Ballot:
    """Give the places of a season or a session by ballot from now on. Raises ``Refused``, and PermissionDenied."""
    if not may_run(by=by, season=season, session=session):
        raise PermissionDenied
    body = {
        "target": [season and season.pk, session and session.pk],
        "terms": [closes_at.isoformat(), seed_source, dict(factors)],
    }
    with transaction.atomic():
        return perform_once(
            user=by,
            action="ballot.open",
            key=key,
            body=body,
            perform=lambda: _open(season, session, closes_at, seed_source, dict(factors), by),
            find=lambda pk: Ballot.objects.get(pk=pk),
        )


def _open(season, session, closes_at: datetime, seed_source: str, factors: dict, by: User) -> Ballot:
    now = timezone.now()
    ballot = Ballot(season=season, session=session, closes_at=closes_at, seed_source=seed_source, factors=factors)
    lock_sessions(ballot=ballot)
    facts = queries.standing_of_target(season=season, session=session, now=now)
    refuse_if(fair.new_ballot_refusal(now=now, closes_at=closes_at, **facts) or fair.factors_refusal(factors))
    ballot.reference = new_reference(BALLOT_PREFIX)
    ballot.algorithm = fair.ALGORITHM
    ballot.save(force_insert=True)
    switch_mode(ballot=ballot, to=BookingMode.BALLOT, now=now)
    after = {"closes_at": closes_at, "factors": factors, "seed_source": seed_source}
    record(by=by, action="ballot.open", obj=ballot, after=after)
    return ballot


def switch_mode(*, ballot: Ballot, to: BookingMode, now: datetime) -> None:
    """Switch the way in which the sessions to come, and those still to be planned, give their places.

    The caller holds the locks of the season and of the sessions.
    """
    queries.sessions_of(ballot).filter(starts_at__gt=now).update(mode=to)
    if ballot.season_id:
        Season.objects.filter(pk=ballot.season_id).update(mode=to)


def lock_sessions(*, ballot: Ballot) -> list[int]:
    """The rows of the ballot's sessions, locked in the order of their keys, after the season's."""
    if ballot.season_id:
        guard.lock_season(season_id=ballot.season_id)
    rows = queries.sessions_of(ballot).select_related(None).order_by("pk")
    return list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _lock_ballot(ballot_id: int) -> Ballot:
    return queries.public_ballots().select_for_update(no_key=True, of=("self",)).get(pk=ballot_id)


# --- Entering -----------------------------------------------------------------------------------
def enter_ballot(
    *, ballot_id: int, session_id: int, group: Group, by: User, key: str, wait_if_lost: bool = False
) -> BallotEntry:
    """Enter a class for a session of the ballot, until the closing time by this machine's clock.

    Raises ``Refused`` with the reason, and PermissionDenied when ``by`` does not belong to the school.
    """
    if not rules.can_book_for(standing_of(by), group.school):
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
    ballot, session = _lock_ballot(ballot_id), queries.session_to_enter(session_id)
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
    trip, school = session.field_trip, group.school
    facts = rules.BookingFacts(
        now=now,
        opens_at=now,
        closes_at=ballot.closes_at,
        starts_at=session.starts_at,
        session_state=session.state,
        offered=trip.is_active and trip.centre.is_active,
        capacity=session.largest_group,
        pupils_per_adult=pupils_per_adult(trip, group.class_group.grade),
        grade_from=trip.grade_from,
        grade_to=trip.grade_to,
        grade=group.class_group.grade,
        pupils=group.pupils,
        adults=group.adults,
    )
    refuse_if(rules.booking_refusal(facts))
    refuse_if(fair.school_refusal(school_working=school.is_working, on_holiday=session.on_holiday))


def change_entry(*, entry_id: int, group: Group, by: User, wait_if_lost: bool = False) -> BallotEntry:
    """Change what a school said of its group, until entries close; its needs only by its leader."""
    with transaction.atomic():
        entry = _lock_entry(entry_id, by)
        _must_suit(entry.ballot, queries.session_to_enter(entry.session_id), group)
        before = _seen(entry)
        own = rules.can_write_needs(user_id=by.pk, leader_id=entry.leader_id)
        for name in GROUP:
            if own or name != "needs":
                setattr(entry, name, getattr(group, name))
        entry.wait_if_lost = wait_if_lost
        entry.save()
        record(by=by, action="ballot.change_entry", obj=entry, before=before, after=_seen(entry))
    return entry


def withdraw_entry(*, entry_id: int, by: User) -> BallotEntry:
    """Take the class out, until entries close. Once more changes nothing."""
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
    ballot = _lock_ballot(BallotEntry.objects.values_list("ballot_id", flat=True).get(pk=entry_id))
    entry = BallotEntry.objects.select_related(*queries.ENTRY_PARTS).get(pk=entry_id)
    entry.ballot = ballot
    standing = standing_of(by)
    if not rules.can_manage_booking(standing, user_id=by.pk, leader_id=entry.leader_id, school=entry.school):
        raise PermissionDenied
    return entry


def _seen(entry: BallotEntry) -> dict:
    return {"number": entry.number, "session": entry.session_id, **entry.size}


def wipe(*, entries: QuerySet[BallotEntry]) -> None:
    """What only served a coming visit goes: a winner's booking has it."""
    entries.update(**WIPED)


# --- Closing: the list is published before the seed is known ------------------------------------
def close_ballot(*, ballot_id: int, by: User | None) -> Ballot:
    """Publish the list of entries with all that weighs, and its hash. Once more changes nothing.

    ``by`` is None where the portal does it itself when the time has come.
    """
    now = timezone.now()
    with transaction.atomic():
        ballot = lock_to_run(ballot_id=ballot_id, by=by)
        if ballot.state != BallotState.OPEN:
            return ballot
        refuse_if(fair.close_refusal(now=now, closes_at=ballot.closes_at))
        entries = list(queries.entries_of(ballot))
        _weigh(ballot, entries)
        ballot.published = fair.canonical(_document(ballot, entries, now=now))
        ballot.entries_hash = fair.hash_of(ballot.published)
        ballot.state, ballot.closed_at = BallotState.CLOSED, now
        ballot.save(update_fields=["published", "entries_hash", "state", "closed_at"])
        record(
            by=by, action="ballot.close", obj=ballot, after={"entries": len(entries), "hash": Code(ballot.entries_hash)}
        )
    return ballot


def publish_due_lists() -> int:
    """Close every ballot whose time has come; how many."""
    due = queries.ballots_to_close(now=timezone.now())
    for ballot_id in due:
        close_ballot(ballot_id=ballot_id, by=None)
    return len(due)


def lock_to_run(*, ballot_id: int, by: User | None) -> Ballot:
    """The ballot's row, locked, for somebody who runs it; None is the portal. Raises PermissionDenied."""
    ballot = _lock_ballot(ballot_id)
    if by is not None and not may_run_ballot(by=by, ballot=ballot):
        raise PermissionDenied
    return ballot


def _weigh(ballot: Ballot, entries: Sequence[BallotEntry]) -> None:
    facts = queries.weight_facts(entries, until=ballot.closes_at)
    for entry in entries:
        points = fair.points_of(facts[entry.pk], ballot.factors)
        entry.weight = fair.weight_of(points)
        entry.weight_facts = {**vars(facts[entry.pk]), "points": points}
    BallotEntry.objects.bulk_update(entries, ["weight", "weight_facts"], batch_size=200)


def _document(ballot: Ballot, entries: Sequence[BallotEntry], *, now: datetime) -> dict:
    """Everything on which the draw depends but the seed; schools and sizes, no person."""
    sessions = {entry.session_id: entry.session for entry in entries}
    groups = {pk: place for place, pk in enumerate(dict.fromkeys(entry.class_group_id for entry in entries), 1)}
    may_win, busy = _may_win(ballot, entries), queries.busy_entries(entries)
    return {
        "ballot": ballot.reference,
        "algorithm": ballot.algorithm,
        "factors": ballot.factors,
        "seed_source": ballot.seed_source,
        "closed_at": now.isoformat(timespec="seconds"),
        "sessions": [_session_row(session, now=now) for _pk, session in sorted(sessions.items())],
        "entries": [
            {
                "number": entry.number,
                "session": entry.session_id,
                "school": entry.school.code,
                "name": entry.school.name,
                "ward": entry.school.ward.name,
                "cluster": entry.school.cluster.name if entry.school.cluster else "",
                "group": groups[entry.class_group_id],
                "pupils": entry.pupils,
                "may_win": may_win.get(entry.school_id),
                "busy": entry.pk in busy,
                "facts": {name: value for name, value in entry.weight_facts.items() if name != "points"},
                "points": entry.weight_facts["points"],
                "weight": f"{entry.weight:.4f}",
            }
            for entry in entries
        ],
    }


def _session_row(session: Session, *, now: datetime) -> dict:
    takes_place = session.state == SessionState.SCHEDULED and session.starts_at > now
    return {
        "session": session.pk,
        "starts_at": timezone.localtime(session.starts_at).isoformat(timespec="minutes"),
        "trip": session.field_trip.title,
        "centre": session.field_trip.centre.name,
        "places": max(session.seats_left, 0) if takes_place else 0,
        "one_group": session.one_group,
    }


def _may_win(ballot: Ballot, entries: Sequence[BallotEntry]) -> dict[int, int]:
    """What each school's cap in the season leaves; empty where no season sets one."""
    season = ballot.season or (ballot.session.season if ballot.session.season_id else None)
    if season is None:
        return {}
    schools = {entry.school_id for entry in entries}
    have = queries.bookings_in_season(season.pk, schools)
    return {school: max(season.bookings_per_school - have.get(school, 0), 0) for school in schools}


# --- Drawing ------------------------------------------------------------------------------------
def draw_ballot(*, ballot_id: int, seed: str, by: User) -> Ballot:
    """Draw once. Where a source was announced, ``seed`` is what it gave; otherwise the portal takes a random one.

    Nothing is sent yet. Drawing again, with whatever seed, changes nothing: the first draw stands.
    """
    now = timezone.now()
    with transaction.atomic():
        ballot = lock_to_run(ballot_id=ballot_id, by=by)
        if ballot.state in (BallotState.DRAWN, BallotState.SENT):
            return ballot
        refuse_if(fair.draw_refusal(state=ballot.state))
        refuse_if(fair.seed_refusal(seed=seed, announced=ballot.seed_source))
        ballot.seed = seed or secrets.token_hex(16)
        _write_draw(ballot)
        ballot.state, ballot.drawn_at, ballot.drawn_by = BallotState.DRAWN, now, by
        ballot.save(update_fields=["seed", "state", "drawn_at", "drawn_by"])
        digest = sha256(ballot.seed.encode()).hexdigest()  # the seed itself may be typed
        after = {"seed_sha256": Code(digest), "hash": Code(ballot.entries_hash)}
        record(by=by, action="ballot.draw", obj=ballot, after=after)
    return ballot


def _write_draw(ballot: Ballot) -> None:
    document = queries.published_list(ballot)
    entries = {entry.number: entry for entry in queries.entries_of(ballot)}
    drawn = fair.draw(
        entries=fair.published_entries(document), places=fair.published_places(document), seed=ballot.seed
    )
    for result in drawn:
        entry = entries[result.number]
        entry.ticket, entry.place, entry.reason = result.ticket, result.place, result.reason
        entry.outcome = EntryOutcome.WON if result.won else EntryOutcome.LOST
    names = ["ticket", "place", "reason", "outcome"]
    BallotEntry.objects.bulk_update([entries[each.number] for each in drawn], names, batch_size=200)
