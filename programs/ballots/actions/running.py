"""A draw is opened, closed and drawn."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.ballots import policy, queries
from programs.ballots.actions import letters
from programs.ballots.choices import BallotState, EntryOutcome
from programs.ballots.models import Ballot, BallotEntry
from programs.ballots.rules import fair, steps
from programs.centres.actions import locks
from programs.centres.choices import BookingMode, SessionState
from programs.centres.models import Season, Session
from programs.centres.queries.sessions import is_offered
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.locking import all_locked, locked
from programs.core.nets import one_by_one
from programs.core.policy import must
from programs.core.references import under_reference
from programs.core.refusals import Refused, refuse_if
from programs.schools.models import School

BALLOT_PREFIX = "BT"


# --- Opening ------------------------------------------------------------------------------------
@transaction.atomic
@once("ballot.open", returns=Ballot)
def open_ballot(
    *, season: Season | None = None, session: Session | None = None, terms: steps.Terms, by: User, key: str
) -> Ballot:
    """Allocate the places of a season or a session by ballot from now on. Raises ``Refused``, and PermissionDenied."""
    must(policy.may_open(by, session))
    now = timezone.now()
    ballot = Ballot(season=season, session=session, **vars(terms) | {"factors": dict(terms.factors)})
    lock_sessions(ballot=ballot)
    facts = queries.facts_of_target(season=season, session=session, now=now)
    refuse_if(steps.new_ballot_refusal(now=now, closes_at=terms.closes_at, **facts))
    closes_on, first_on = (timezone.localtime(each).date() for each in (terms.closes_at, facts["first_starts_at"]))
    refuse_if(steps.source_refusal(source_date=terms.source_date, closes_on=closes_on, first_on=first_on))
    refuse_if(steps.factors_refusal(terms.factors))
    ballot.algorithm = fair.ALGORITHM
    under_reference(Ballot, BALLOT_PREFIX, lambda reference: _insert(ballot, reference))
    switch_mode(ballot=ballot, to=BookingMode.BALLOT, now=now)
    record(by=by, action="ballot.open", obj=ballot, after=vars(terms) | {"factors": dict(terms.factors)})
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


# --- Closing: the list and the hash of the secret are published before the digits exist ---------
@transaction.atomic
def close_ballot(*, ballot_id: int, by: User | None) -> Ballot:
    """Publish the list of entries with all weights and its hash, and commit to a secret; every entrant gets both.

    ``by`` is None when the portal does this itself at the closing time.
    Raises PermissionDenied, and ``Refused``: ``too_early``, ``already_closed``.
    """
    now = timezone.now()
    ballot = lock_to_run(ballot_id=ballot_id, by=by)
    refuse_if(steps.close_refusal(ballot, now=now))
    lock_sessions(ballot=ballot)  # whoever is moving or resizing one of them is waited for
    entries = list(queries.entries_of(ballot))
    ballot.secret = secrets.token_hex(32)
    ballot.commitment = fair.commitment_to(ballot.secret)
    ballot.published = fair.canonical(_document(ballot, entries, now=now))
    ballot.entries_hash = fair.hash_of(ballot.published)
    ballot.state, ballot.closed_at = BallotState.CLOSED, now
    ballot.save(update_fields=["secret", "commitment", "published", "entries_hash", "state", "closed_at"])
    after = {"entries": len(entries), "hash": Code(ballot.entries_hash), "commitment": Code(ballot.commitment)}
    record(by=by, action="ballot.close", obj=ballot, after=after)
    letters.tell_list(ballot=ballot)
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


def _document(ballot: Ballot, entries: Sequence[BallotEntry], *, now: datetime) -> dict:
    """Everything the draw depends on but the secret and the digits; schools and sizes, no people."""
    schools = {entry.school_id: entry.school for entry in entries}
    busy, sessions = queries.busy_wishes(entries), queries.sessions_of(ballot)
    return {
        "ballot": ballot.reference,
        "algorithm": ballot.algorithm,
        "factors": ballot.factors,
        "commitment": ballot.commitment,
        "source": ballot.source,
        "source_date": ballot.source_date.isoformat(),
        "digit_count": ballot.digit_count,
        "closed_at": now.isoformat(timespec="seconds"),
        "sessions": [_session_row(session, now=now) for session in sorted(sessions, key=lambda each: each.pk)],
        "schools": _weigh(ballot, entries, schools, now=now),
        "entries": [
            {
                "number": entry.number,
                "school": entry.school.code,
                "pupils": entry.pupils,
                "wishes": [wish.session_id for wish in entry.wishes.all()],
                "busy": busy[entry.pk],
            }
            for entry in entries
        ],
    }


def _weigh(
    ballot: Ballot, entries: Sequence[BallotEntry], schools: Mapping[int, School], *, now: datetime
) -> list[dict]:
    """The schools with what they weigh, which is written to their entries too."""
    facts = queries.weight_facts(ballot, schools.values(), until=ballot.closes_at)
    may_win, may_win_at = _may_win(ballot, schools), _may_win_at(ballot, schools, now=now)
    points = {pk: fair.points_of(facts[pk], ballot.factors) for pk in schools}
    for entry in entries:
        entry.weight = fair.weight_of(points[entry.school_id])
        entry.weight_facts = {**vars(facts[entry.school_id]), "points": points[entry.school_id]}
    BallotEntry.objects.bulk_update(entries, ["weight", "weight_facts"], batch_size=200)
    return [
        {
            "school": school.code,
            "name": school.name,
            "ward": school.ward.name,
            "cluster": school.cluster.name if school.cluster else "",
            "may_win": may_win.get(pk),
            "may_win_at": may_win_at[pk],
            "facts": vars(facts[pk]),
            "points": points[pk],
            "weight": f"{fair.weight_of(points[pk]):.4f}",
        }
        for pk, school in sorted(schools.items(), key=lambda item: item[1].code)
    ]


def _session_row(session: Session, *, now: datetime) -> dict:
    takes_place = session.state == SessionState.SCHEDULED and session.starts_at > now and is_offered(session)
    return {
        "session": session.pk,
        "starts_at": timezone.localtime(session.starts_at).isoformat(timespec="minutes"),
        "trip": session.field_trip.title,
        "centre": session.field_trip.centre.name,
        "centre_code": session.field_trip.centre.code,
        "places": max(session.seats_left, 0) if takes_place else 0,
        "largest": session.largest_group,
        "one_group": session.one_group,
    }


def _may_win(ballot: Ballot, schools: Collection[int]) -> dict[int, int]:
    """What each school's cap in the season leaves; empty where no season sets one."""
    season_id = ballot.season_id or (ballot.session.season_id if ballot.session else None)
    if season_id is None:
        return {}
    cap = Season.objects.get(pk=season_id).bookings_per_school  # as it is under its lock
    have = queries.bookings_in_season(season_id, schools)
    return {school: max(cap - have.get(school, 0), 0) for school in schools}


def _may_win_at(ballot: Ballot, schools: Collection[int], *, now: datetime) -> dict[int, dict[str, int]]:
    """What each school's cap at each centre leaves, by the centre's code."""
    centres, have = queries.centres_of(ballot), queries.bookings_at_centres(schools, now=now)
    return {
        school: {each.code: max(each.bookings_per_school - have.get((school, each.pk), 0), 0) for each in centres}
        for school in schools
    }


# --- Drawing: one person enters the digits, another confirms them -------------------------------
@transaction.atomic
def enter_digits(*, ballot_id: int, digits: str, by: User) -> Ballot:
    """Write what the announced source said; until another person has confirmed it, it can be entered again.

    Raises PermissionDenied, and ``Refused``: ``not_closed``, ``already_drawn``, ``called_off``, ``source_to_come``,
    ``digits_wrong``.
    """
    now = timezone.now()
    ballot = lock_to_run(ballot_id=ballot_id, by=by)
    refuse_if(steps.digits_refusal(ballot, digits=digits, today=timezone.localdate(now)))
    ballot.digits, ballot.digits_by, ballot.digits_at = digits, by, now
    ballot.save(update_fields=["digits", "digits_by", "digits_at"])
    record(by=by, action="ballot.digits", obj=ballot, after={"digits": Code(digits)})
    return ballot


@transaction.atomic
def draw_ballot(*, ballot_id: int, digits: str, by: User) -> Ballot:
    """Confirm the digits as a second person who read the source, which draws. Nothing is sent yet.

    The first draw is final. Raises PermissionDenied, and ``Refused`` as ``enter_digits`` does, and with
    ``digits_missing``, ``second_person``, ``digits_differ``.
    """
    ballot, now = lock_to_run(ballot_id=ballot_id, by=by), timezone.now()
    same = ballot.digits_by_id == by.pk
    today = timezone.localdate(now)
    refuse_if(steps.draw_refusal(ballot, digits=digits, today=today, entered_by_same=same))
    ballot.seed = fair.seed_of(secret=ballot.secret, digits=digits, reference=ballot.reference)
    _write_draw(ballot)
    ballot.state, ballot.drawn_at, ballot.drawn_by = BallotState.DRAWN, now, by
    ballot.save(update_fields=["seed", "state", "drawn_at", "drawn_by"])
    after = {"digits": Code(digits), "seed": Code(ballot.seed), "hash": Code(ballot.entries_hash)}
    record(by=by, action="ballot.draw", obj=ballot, after=after)
    return ballot


def _write_draw(ballot: Ballot) -> None:
    document = queries.published_list(ballot)
    entries = {entry.number: entry for entry in queries.entries_of(ballot)}
    drawn = fair.draw(
        entries=fair.published_entries(document),
        schools=fair.published_schools(document),
        places=fair.published_places(document),
        seed=ballot.seed,
        reference=ballot.reference,
        cancelled=ballot.cancelled,
    )
    for result in drawn:
        entry = entries[result.number]
        entry.ticket, entry.place, entry.reason = result.ticket, result.place, result.reason
        entry.drew_id = entry.session_id = result.session
        entry.outcome = EntryOutcome.WON if result.won else EntryOutcome.LOST
    names = ["ticket", "place", "reason", "outcome", "drew", "session"]
    BallotEntry.objects.bulk_update([entries[each.number] for each in drawn], names, batch_size=200)
