"""How far a booking is, as its page shows it to this person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from programs.bookings.actions.confirming import own_yes_is_all
from programs.bookings.actions.group import locks_at
from programs.bookings.choices import CAME, LIVE, BookingState
from programs.bookings.models import Booking
from programs.bookings.policy import may_decide, may_read_papers
from programs.bookings.queries.booking import waiting_place
from programs.bookings.queries.papers import Checklist, checklist_of
from programs.bookings.rules.group import may_resize
from programs.bookings.rules.papers import INCOMPLETE, confirm_refusal
from programs.bookings.rules.waiting import policy_words, too_large_words

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
    fixed_at = locks_at(session=session)
    resizable = may_resize(state=booking.state, now=now, starts_at=session.starts_at, locks_at=fixed_at)
    found: dict[str, Any] = {
        "waiting_place": waiting_place(booking),
        "offered": booking.state == BookingState.OFFERED,
        "policy": policy_words(session.waiting_policy, one_group=session.one_group),
        "too_large": _too_large(booking),
        "counts": head_counts(booking) if booking.state in (*LIVE, *CAME) else [],
        "count_fixed_at": fixed_at if booking.state in WITH_PAPERS else None,
        "may_resize": manages and resizable,
    }
    if booking.state in WITH_PAPERS and session.starts_at > now:
        found |= _papers(user, booking, checklist_of(booking), manages=manages)
    return found


def _too_large(booking: Booking) -> str:
    waits = booking.state == BookingState.WAITLISTED
    return too_large_words(pupils=booking.pupils, capacity=booking.session.capacity) if waits else ""


def _papers(user, booking: Booking, checklist: Checklist, *, manages: bool) -> dict[str, Any]:
    is_open = booking.state in INCOMPLETE
    own_yes = manages and is_open and own_yes_is_all(checklist=checklist, by=user)
    missing = 0 if own_yes else checklist.approvals_missing
    facts = checklist.facts(
        now=timezone.now(),
        alternative="said when confirming",  # asked for there
        approvals_missing=missing,
    )
    return {
        "checklist": checklist,
        "papers_open": is_open,
        "may_hand_in": manages and is_open,
        "may_read": may_read_papers(user, booking),
        "approvals": [
            (line, is_open and line.state == "asked" and may_decide(user, booking, line.kind))
            for line in checklist.approvals
        ],
        "may_confirm": manages and is_open and confirm_refusal(facts) is None,
    }
