"""Whether a ballot may be opened, entered, closed, drawn and sent now; what is frozen meanwhile. No clock, no query."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from programs.ballots.choices import FROZEN, REASONS, BallotState, EntryOutcome, reason_words
from programs.ballots.models import Ballot, BallotEntry
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.centres.rules import moment_text
from programs.core.dates import local_day
from programs.core.refusals import Refusal


@dataclass(frozen=True)
class Terms:
    """What is announced when a ballot is opened, and stays."""

    closes_at: datetime
    source: str  # a public one of a later day
    source_date: date
    digit_count: int
    factors: Mapping[str, int]


def reason_after_draw(code: str) -> str:
    """The reason under which a refusal that was met on sending is kept."""
    known = {"season_limit": "school_cap", "class_already_booked": "class_busy", "session_past": "session_cancelled"}
    code = known.get(code, code)
    return code if code in REASONS else "changed"


def offer_refusal(session: Session) -> Refusal | None:
    """Why a session that takes place is given to nobody any more."""
    if session.state != SessionState.SCHEDULED or (
        session.field_trip.is_active and session.field_trip.centre.is_active
    ):
        return None
    return Refusal("not_offered", reason_words("not_offered"))


def new_ballot_refusal(
    *, now: datetime, closes_at: datetime, first_starts_at: datetime | None, bookings: int, has_ballot: bool
) -> Refusal | None:
    """Why a season or a session cannot be given by ballot."""
    if has_ballot:
        return Refusal("has_ballot", _("It already has a ballot."))
    if bookings:
        return Refusal("has_bookings", _("Schools have already booked: their places can no longer be drawn."))
    if closes_at <= now:
        return Refusal("past", _("Entries must close in the future."), "closes_at")
    if first_starts_at is None:
        return Refusal("no_sessions", _("It has no upcoming sessions: plan the sessions first."))
    if first_starts_at <= closes_at:
        return Refusal(
            "closes_late",
            _("Entries must close before the first session begins: {time}.").format(time=moment_text(first_starts_at)),
            "closes_at",
        )
    return None


def source_refusal(*, source_date: date, closes_on: date, first_on: date) -> Refusal | None:
    """Nobody may know the digits while one can still enter; and they must come before the visits."""
    if source_date <= closes_on:
        message = _("The source must be of a day after entries close: {day} or later.")
        day = closes_on + timedelta(days=1)
        return Refusal("source_early", message.format(day=f"{day:%d/%m/%Y}"), "source_date")
    if source_date >= first_on:
        message = _("The source must be of a day before the first session: {day}.")
        return Refusal("source_late", message.format(day=f"{first_on:%d/%m/%Y}"), "source_date")
    return None


def factors_refusal(factors: Mapping[str, int]) -> Refusal | None:
    if factors["base"] < 1:
        return Refusal("no_base", _("Every school needs at least one point, or it could never be drawn."), "base")
    return None


def entering_refusal(ballot: Ballot, *, now: datetime) -> Refusal | None:
    """Why nobody may enter, change or withdraw an entry now; only the server's clock counts."""
    if ballot.state == BallotState.OPEN and now < ballot.closes_at:
        return None
    return Refusal("entries_closed", _("Entries closed at {time}.").format(time=moment_text(ballot.closes_at)))


def entry_refusal(entry: BallotEntry, *, now: datetime) -> Refusal | None:
    """Why this entry may not be changed or withdrawn now."""
    if entry.outcome == EntryOutcome.WITHDRAWN:
        return Refusal("already_withdrawn", _("This entry has already been withdrawn."))
    return entering_refusal(entry.ballot, now=now)


def wishes_refusal(wishes: Sequence[int], *, offered: Collection[int]) -> Refusal | None:
    """Why these cannot be the wishes of a class, the best first."""
    if not wishes:
        return Refusal("no_wishes", _("Choose the session that the class would like most."), "wish_1")
    for place, session in enumerate(wishes, 1):
        if session not in offered:
            return Refusal(
                "not_in_ballot", _("The places in this session are not allocated by this ballot."), f"wish_{place}"
            )
        if session in wishes[: place - 1]:
            message = _("This session is already a wish of the class: choose another, or leave it empty.")
            return Refusal("wished_twice", message, f"wish_{place}")
    return None


def beside_wish(refusal: Refusal | None, *, place: int) -> Refusal | None:
    """What is wrong with a session stands beside the wish; what is wrong with the group stays where it is."""
    if refusal is None or refusal.field is not None:
        return refusal
    return replace(refusal, field=f"wish_{place}")


def school_refusal(*, school_working: bool, on_holiday: bool) -> Refusal | None:
    """What keeps a school out whatever is drawn; its cap and its other bookings are judged by the draw."""
    if not school_working:
        return Refusal(
            "school_not_working",
            _("Your school cannot enter yet: its registration must first be verified by the authority."),
        )
    if on_holiday:
        return Refusal("holiday", _("This day is a school holiday. Please choose another date."))
    return None


def entered_twice(number: int) -> Refusal:
    message = _("This class is already entered, as number {number}. Change its wishes there.").format(number=number)
    return Refusal("entered_twice", message, "class_group")


def close_refusal(ballot: Ballot, *, now: datetime) -> Refusal | None:
    if ballot.state != BallotState.OPEN:
        return Refusal("already_closed", _("The list has already been published."))
    if now < ballot.closes_at:
        message = _("Entries are open until {time}; the list is published after that.")
        return Refusal("too_early", message.format(time=moment_text(ballot.closes_at)))
    return None


def _step_refusal(ballot: Ballot) -> Refusal | None:
    """Why nothing about the digits can be done now."""
    if ballot.state == BallotState.OPEN:
        return Refusal("not_closed", _("The list of entries is published first; only then do the digits count."))
    if ballot.state == BallotState.CALLED_OFF:
        return Refusal("called_off", _("The ballot was called off: its sessions are booked as usual."))
    if ballot.state != BallotState.CLOSED:
        return Refusal("already_drawn", _("The ballot has already been drawn: the first draw is final."))
    return None


def digits_refusal(ballot: Ballot, *, digits: str, today: date) -> Refusal | None:
    """Why these cannot be what the source said; there is exactly one way to spell it."""
    if refusal := _step_refusal(ballot):
        return refusal
    if today < ballot.source_date:
        message = _("The source is of {day}: its digits are entered on that day or later.")
        return Refusal("source_to_come", message.format(day=f"{ballot.source_date:%d/%m/%Y}"), "digits")
    if not re.fullmatch(r"[0-9]+", digits) or len(digits) != ballot.digit_count:
        message = _("Type all {count} digits, with zeros at the front and nothing between them.")
        return Refusal("digits_wrong", message.format(count=ballot.digit_count), "digits")
    return None


def draw_refusal(ballot: Ballot, *, digits: str, today: date, entered_by_same: bool) -> Refusal | None:
    """Why the digits cannot be confirmed, which draws: a second person reads the source for themselves."""
    if refusal := _step_refusal(ballot):
        return refusal
    if not ballot.digits:
        return Refusal("digits_missing", _("Somebody enters the digits of the source first; then another confirms."))
    if entered_by_same:
        return Refusal("second_person", _("You entered the digits: another person who runs the ballot confirms them."))
    if refusal := digits_refusal(ballot, digits=digits, today=today):
        return refusal
    if digits != ballot.digits:
        message = _("The other person read other digits. Look at the source together, and enter them again.")
        return Refusal("digits_differ", message, "digits")
    return None


def send_refusal(ballot: Ballot) -> Refusal | None:
    if ballot.state in (BallotState.SENDING, BallotState.SENT):
        return Refusal("already_sent", _("The results have already been sent."))
    if ballot.state != BallotState.DRAWN:
        return Refusal("not_drawn", _("The ballot must be drawn first."))
    return None


# --- Between the list and the results -----------------------------------------------------------
def frozen_refusal(ballot: Ballot, *, first_starts_at: datetime | None) -> Refusal | None:
    """Why the sessions of the ballot stay as the published list says, and until when; with the way out."""
    message = _(
        "The list of the ballot {reference} is published: until its results are sent, on {day} at the latest, the time, "
        "the room, the places and the terms of this session stay as listed. If it cannot take place at all, take it "
        "out on the page of the ballot."
    )
    return _kept_refusal(ballot, message, first_starts_at=first_starts_at)


def season_kept_refusal(ballot: Ballot, *, first_starts_at: datetime | None) -> Refusal | None:
    """Why no session comes into the season of the ballot now, and until when."""
    message = _(
        "The list of the ballot {reference} is published: until its results are sent, on {day} at the latest, no "
        "session can be added to this season. Plan it without a season, or add it after that."
    )
    return _kept_refusal(ballot, message, first_starts_at=first_starts_at, field="season")


def terms_kept_refusal(ballot: Ballot, *, first_starts_at: datetime | None) -> Refusal | None:
    """Why the limits and the offer behind the list stay as they are, and until when."""
    message = _(
        "The list of the ballot {reference} is published: until its results are sent, on {day} at the latest, this "
        "stays as it is. If sessions cannot take place, take them out on the page of the ballot."
    )
    return _kept_refusal(ballot, message, first_starts_at=first_starts_at)


def _kept_refusal(
    ballot: Ballot, message: str, *, first_starts_at: datetime | None, field: str | None = None
) -> Refusal | None:
    if ballot.state not in FROZEN:
        return None
    if ballot.state == BallotState.SENDING:
        message = _("The results of the ballot {reference} are being sent. Please try again in a few minutes.")
    day = f"{frozen_until(ballot, first_starts_at=first_starts_at):%d/%m/%Y}"
    return Refusal("in_ballot", message.format(reference=ballot.reference, day=day), field)


def frozen_until(ballot: Ballot, *, first_starts_at: datetime | None) -> date:
    """The day on which the results are sent, or the ballot is called off, should nobody do anything before."""
    if sends_at := sends_itself_at(ballot, first_starts_at=first_starts_at):
        return local_day(sends_at)
    drawn_by = draw_by(ballot, first_starts_at=first_starts_at)
    last = drawn_by + SEND_AFTER
    return max(min(last, local_day(first_starts_at - AT_LEAST_BEFORE)), drawn_by) if first_starts_at else last


def before_source_refusal(ballot: Ballot, *, first_on: date, field: str) -> Refusal | None:
    """Why no session of the ballot takes place on that day: its places are not drawn yet."""
    if ballot.state not in (BallotState.OPEN, *FROZEN) or first_on > ballot.source_date:
        return None
    message = _("The ballot {reference} is drawn with digits of {day}: its sessions take place after that day.")
    return Refusal(
        "before_source", message.format(reference=ballot.reference, day=f"{ballot.source_date:%d/%m/%Y}"), field
    )


def take_out_refusal(ballot: Ballot) -> Refusal | None:
    """Why a session is not taken out of the ballot on its page now."""
    if ballot.state == BallotState.SENDING:
        return Refusal("sending", _("The results are being sent. In a few minutes you can cancel it like any session."))
    if ballot.state not in FROZEN:
        return Refusal(
            "not_frozen", _("The list is not published, or the results are sent: cancel it on its own page.")
        )
    return None


CALL_OFF_AFTER = timedelta(days=7)  # after the day of the source
SEND_AFTER = timedelta(days=3)  # after the draw
AT_LEAST_BEFORE = timedelta(days=3)  # the first session


def draw_by(ballot: Ballot, *, first_starts_at: datetime | None) -> date:
    """The last day for the draw; on the next the ballot is called off, so that it blocks nothing for ever."""
    last = ballot.source_date + CALL_OFF_AFTER
    if first_starts_at is None:
        return last
    return max(min(last, local_day(first_starts_at - AT_LEAST_BEFORE)), ballot.source_date)


def sends_itself_at(ballot: Ballot, *, first_starts_at: datetime | None) -> datetime | None:
    """When the portal sends what was drawn, should nobody: a draw can be kept from nobody."""
    if ballot.state != BallotState.DRAWN or ballot.drawn_at is None:
        return None
    last = ballot.drawn_at + SEND_AFTER
    if first_starts_at is None:
        return last
    return max(min(last, first_starts_at - AT_LEAST_BEFORE), ballot.drawn_at)
