"""What those hear who entered a class, and those who run a ballot; always in the transaction of the act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.ballots import queries
from programs.ballots.models import Ballot, BallotEntry
from programs.centres.models import Session
from programs.notices.actions import write_message


def tell_entered(*, entry: BallotEntry) -> None:
    """That the class takes part, with its wishes."""
    context = {"ballot": entry.ballot, "entry": entry, "wishes": [wish.session for wish in entry.wishes.all()]}
    _write("ballot_entered", to=entry.leader, occasion=f"{entry.pk}", context=context, link=_entry_link(entry))


def tell_list(*, ballot: Ballot) -> None:
    """The hash of the list and of the secret: whoever keeps this letter can check both later."""
    _tell(ballot, queries.entrants_of(ballot), "ballot_list", occasion=f"{ballot.pk}", about={})


def tell_moved(*, ballot: Ballot, session: Session, moved_from: datetime) -> None:
    """To whom a session that they wished for moves before the list is published."""
    about = {"session": session, "moved_from": moved_from}
    entrants = queries.entrants_of(ballot, session=session)
    _tell(ballot, entrants, "ballot_moved", occasion=f"{session.pk}:{timezone.now().timestamp()}", about=about)


def tell_cancelled(*, ballot: Ballot, session: Session, reason: str) -> None:
    """Why a session that they wished for is not taking place."""
    about = {"session": session, "reason": reason}
    entrants = queries.entrants_of(ballot, session=session)
    _tell(ballot, entrants, "ballot_cancelled", occasion=f"{session.pk}", about=about)


def tell_called_off(*, ballot: Ballot) -> None:
    """That nobody drew the ballot, and that its sessions are booked as usual."""
    _tell(ballot, queries.entrants_of(ballot), "ballot_called_off", occasion=f"{ballot.pk}", about={})


def tell_result(*, ballot: Ballot, leader: User, entries: Sequence[BallotEntry], total: int) -> None:
    """What came of the leader's classes, with the true reason; once."""
    context = {
        "ballot": ballot,
        "entries": sorted(entries, key=lambda entry: entry.number),
        "total": total,
        "won": sum(entry.won for entry in entries),
        "lost": sum(entry.was_lost for entry in entries),
    }
    _write("ballot_result", to=leader, occasion=f"{ballot.pk}", context=context, link=_public(ballot))


def remind_runners(*, ballot: Ballot, today: date, last_day: date) -> None:
    """That the ballot waits for them, and what happens if nobody does it."""
    link = reverse("ballot_run", args=[ballot.reference])
    for person in queries.runners_of(ballot):
        context = {"ballot": ballot, "last_day": last_day}
        _write("ballot_waits", to=person, occasion=f"{ballot.pk}:{today:%Y%m%d}", context=context, link=link)


def _tell(ballot: Ballot, entrants: dict[User, list[BallotEntry]], kind: str, *, occasion: str, about: dict) -> None:
    """One letter to each leader about all the classes they entered."""
    for leader, entries in entrants.items():
        context = {"ballot": ballot, "entries": entries, **about}
        _write(kind, to=leader, occasion=occasion, context=context, link=_public(ballot))


def _write(kind: str, *, to: User, occasion: str, context: dict, link: str) -> None:
    write_message(kind=kind, to=to, dedupe_key=f"{kind}:{occasion}:{to.pk}", context=context, link=link)


def _public(ballot: Ballot) -> str:
    return reverse("ballot_detail", args=[ballot.reference])


def _entry_link(entry: BallotEntry) -> str:
    return reverse("entry_detail", args=[entry.pk])
