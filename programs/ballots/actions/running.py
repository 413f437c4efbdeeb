"""A draw is opened, closed and drawn."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.ballots import policy, queries, rules
from programs.ballots.choices import BallotState, EntryOutcome
from programs.ballots.models import Ballot, BallotEntry
from programs.centres.actions import locks
from programs.centres.choices import BookingMode, SessionState
from programs.centres.models import Season, Session
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.locking import all_locked, locked
from programs.core.nets import one_by_one
from programs.core.policy import must
from programs.core.references import under_reference
from programs.core.refusals import Refused, refuse_if

BALLOT_PREFIX = "BT"


# --- Opening ------------------------------------------------------------------------------------
@transaction.atomic
@once("ballot.open", returns=Ballot)
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
    """Allocate the places of a season or a session by ballot from now on. Raises ``Refused``, and PermissionDenied."""
    must(policy.may_open(by, session))
    now = timezone.now()
    terms = {"closes_at": closes_at, "seed_source": seed_source, "factors": dict(factors)}
    ballot = Ballot(season=season, session=session, **terms)
    lock_sessions(ballot=ballot)
    facts = queries.facts_of_target(season=season, session=session, now=now)
    refuse_if(rules.new_ballot_refusal(now=now, closes_at=closes_at, **facts) or rules.factors_refusal(factors))
    ballot.algorithm = rules.ALGORITHM
    under_reference(Ballot, BALLOT_PREFIX, lambda reference: _insert(ballot, reference))
    switch_mode(ballot=ballot, to=BookingMode.BALLOT, now=now)
    record(by=by, action="ballot.open", obj=ballot, after=terms)
    return ballot


def _insert(ballot: Ballot, reference: str) -> None:
    ballot.reference = reference
    ballot.save(force_insert=True)


def switch_mode(*, ballot: Ballot, to: BookingMode, now: datetime) -> None:
    """Switch how upcoming and future sessions allocate their places.

    The caller holds the locks of the season and of the sessions.
    """
    queries.sessions_of(ballot).filter(starts_at__gt=now).update(mode=to)
    if ballot.season_id:
        Season.objects.filter(pk=ballot.season_id).update(mode=to)


def lock_sessions(*, ballot: Ballot) -> list[int]:
    """The rows of the ballot's sessions, locked in the order of their keys, after the season's."""
    if ballot.season_id:
        locks.lock_season(season_id=ballot.season_id)
    return [session.pk for session in all_locked(queries.sessions_of(ballot).order_by("pk"), no_key=True)]


def lock_ballot(*, ballot_id: int) -> Ballot:
    """The ballot's row, locked until the transaction of the caller ends."""
    return locked(queries.public_ballots(), pk=ballot_id, no_key=True)


# --- Closing: the list is published before the seed is known ------------------------------------
@transaction.atomic
def close_ballot(*, ballot_id: int, by: User | None) -> Ballot:
    """Publish the list of entries with all weights, and its hash.

    ``by`` is None when the portal does this itself at the closing time.
    Raises PermissionDenied, and ``Refused``: ``too_early``, ``already_closed``.
    """
    now = timezone.now()
    ballot = lock_to_run(ballot_id=ballot_id, by=by)
    refuse_if(rules.close_refusal(ballot, now=now))
    entries = list(queries.entries_of(ballot))
    _weigh(ballot, entries)
    ballot.published = rules.canonical(_document(ballot, entries, now=now))
    ballot.entries_hash = rules.hash_of(ballot.published)
    ballot.state, ballot.closed_at = BallotState.CLOSED, now
    ballot.save(update_fields=["published", "entries_hash", "state", "closed_at"])
    after = {"entries": len(entries), "hash": Code(ballot.entries_hash)}
    record(by=by, action="ballot.close", obj=ballot, after=after)
    return ballot


def publish_due_lists() -> int:
    """Close every ballot whose closing time has passed; return their number."""
    return one_by_one("ballots to close", queries.ballots_to_close(now=timezone.now()), _close_by_itself)


def _close_by_itself(ballot_id: int) -> bool:
    with suppress(Refused):  # somebody has just closed it by hand
        close_ballot(ballot_id=ballot_id, by=None)
        return True
    return False


def lock_to_run(*, ballot_id: int, by: User | None) -> Ballot:
    """The ballot's row, locked, for somebody who runs it; None is the portal. Raises PermissionDenied."""
    ballot = lock_ballot(ballot_id=ballot_id)
    must(by is None or policy.may_run(by, ballot))
    return ballot


def _weigh(ballot: Ballot, entries: Sequence[BallotEntry]) -> None:
    facts = queries.weight_facts(entries, until=ballot.closes_at)
    for entry in entries:
        points = rules.points_of(facts[entry.pk], ballot.factors)
        entry.weight = rules.weight_of(points)
        entry.weight_facts = {**vars(facts[entry.pk]), "points": points}
    BallotEntry.objects.bulk_update(entries, ["weight", "weight_facts"], batch_size=200)


def _document(ballot: Ballot, entries: Sequence[BallotEntry], *, now: datetime) -> dict:
    """Everything the draw depends on except the seed; schools and sizes, no people."""
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
    season = ballot.season or (ballot.session.season if ballot.session else None)
    if season is None:
        return {}
    schools = {entry.school_id for entry in entries}
    have = queries.bookings_in_season(season.pk, schools)
    return {school: max(season.bookings_per_school - have.get(school, 0), 0) for school in schools}


# --- Drawing ------------------------------------------------------------------------------------
@transaction.atomic
def draw_ballot(*, ballot_id: int, seed: str, by: User) -> Ballot:
    """Draw once. If a source was announced, ``seed`` is what it gave; otherwise the portal takes a random one.

    Nothing is sent yet. The first draw is final.
    Raises PermissionDenied, and ``Refused``: ``not_closed``, ``already_drawn``, ``seed_missing``, ``seed_unannounced``.
    """
    ballot = lock_to_run(ballot_id=ballot_id, by=by)
    refuse_if(rules.draw_refusal(ballot, seed=seed))
    ballot.seed = seed or secrets.token_hex(16)
    _write_draw(ballot)
    ballot.state, ballot.drawn_at, ballot.drawn_by = BallotState.DRAWN, timezone.now(), by
    ballot.save(update_fields=["seed", "state", "drawn_at", "drawn_by"])
    digest = sha256(ballot.seed.encode()).hexdigest()  # the seed itself may be typed
    after = {"seed_sha256": Code(digest), "hash": Code(ballot.entries_hash)}
    record(by=by, action="ballot.draw", obj=ballot, after=after)
    return ballot


def _write_draw(ballot: Ballot) -> None:
    document = queries.published_list(ballot)
    entries = {entry.number: entry for entry in queries.entries_of(ballot)}
    drawn = rules.draw(
        entries=rules.published_entries(document), places=rules.published_places(document), seed=ballot.seed
    )
    for result in drawn:
        entry = entries[result.number]
        entry.ticket, entry.place, entry.reason = result.ticket, result.place, result.reason
        entry.outcome = EntryOutcome.WON if result.won else EntryOutcome.LOST
    names = ["ticket", "place", "reason", "outcome"]
    BallotEntry.objects.bulk_update([entries[each.number] for each in drawn], names, batch_size=200)
