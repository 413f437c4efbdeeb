"""How far a booking is, as its page shows it to this person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from programs.bookings.actions.confirming import own_yes_is_all
from programs.bookings.choices import CAME, LIVE, BookingState
from programs.bookings.models import Booking
from programs.bookings.policy import may_decide, may_read_papers
from programs.bookings.queries.booking import waiting_place
from programs.bookings.queries.papers import Checklist, checklist_of
from programs.bookings.rules.group import count_locks_at, may_resize
from programs.bookings.rules.papers import INCOMPLETE
from programs.bookings.words import policy_words, too_large_words

WITH_PAPERS = (*INCOMPLETE, BookingState.CONFIRMED)


@dataclass(frozen=True)
class HeadCount:
    """One of the three counts; None where nothing is known yet."""

    label: str
    pupils: int | None
    girls: int | None
    adults: int | None

    @property
    def boys(self) -> int | None:
        return None if self.pupils is None or self.girls is None else self.pupils - self.girls


def head_counts(booking: Booking) -> list[HeadCount]:
    """Booked, confirmed, arrived. The girls are said once, for the newer of the first two counts."""
    stated = booking.confirmed_pupils is not None
    girls = booking.girls
    return [
        HeadCount(_("Booked"), booking.pupils, None if stated else girls, booking.adults),
        HeadCount(_("Confirmed"), booking.confirmed_pupils, girls if stated else None, booking.confirmed_adults),
        HeadCount(_("Arrived"), booking.arrived_pupils, booking.arrived_girls, booking.arrived_adults),
    ]


def state_of_booking(user, booking: Booking, *, manages: bool) -> dict[str, Any]:
    """The waiting list or the offer, the checklist with what this person may do about it, and the head counts."""
    session, now = booking.session, timezone.now()
    found: dict[str, Any] = {
        "waiting_place": waiting_place(booking),
        "offered": booking.state == BookingState.OFFERED,
        "policy": policy_words(session),
        "too_large": too_large_words(booking, session) if booking.state == BookingState.WAITLISTED else "",
        "counts": head_counts(booking) if booking.state in (*LIVE, *CAME) else [],
        "count_fixed_at": count_locks_at(session) if booking.state in WITH_PAPERS else None,
        "may_resize": manages and may_resize(booking, now=now),
    }
    if booking.state in WITH_PAPERS and session.starts_at > now:
        found |= _papers(user, booking, checklist_of(booking), manages=manages)
    return found


def _papers(user, booking: Booking, checklist: Checklist, *, manages: bool) -> dict[str, Any]:
    is_open = booking.state in INCOMPLETE
    own_yes = manages and is_open and own_yes_is_all(checklist=checklist, by=user)
    # The activity of those who stay is asked for when confirming.
    refusal = checklist.refusal(alternative="said then", own_yes=own_yes, now=timezone.now())
    return {
        "checklist": checklist,
        "papers_open": is_open,
        "may_hand_in": manages and is_open,
        "may_read": may_read_papers(user, booking),
        "approvals": [
            (line, is_open and line.state == "asked" and may_decide(user, booking, line.kind))
            for line in checklist.approvals
        ],
        "may_confirm": manages and is_open and refusal is None,
    }
