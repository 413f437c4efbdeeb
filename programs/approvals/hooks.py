"""What the page of a booking says of its papers, approvals and the size of its group."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from programs.approvals import policy
from programs.approvals.queries import checklist_of, count_fixed_at
from programs.approvals.rules import papers as needed
from programs.approvals.rules.group import is_resizable
from programs.bookings.choices import INCOMPLETE
from programs.bookings.hooks import adds_to_booking_page
from programs.bookings.models import Booking


@adds_to_booking_page
def what_it_needs(user, booking: Booking, *, manages: bool) -> dict[str, Any]:
    """How large its group may be until when, and the checklist with what this person may do about it."""
    now, with_approvals = timezone.now(), booking.state in needed.WITH_APPROVALS
    fixed_at = count_fixed_at(booking.session) if booking.is_live else booking.session.starts_at
    found: dict[str, Any] = {
        "count_fixed_at": fixed_at if with_approvals else None,
        "settle_by": fixed_at if now < fixed_at else booking.session.starts_at,
        "may_resize": manages and is_resizable(booking, fixed_at=fixed_at, now=now),
    }
    if with_approvals and booking.session.starts_at > now:
        found |= _needed(user, booking, checklist_of(booking), manages=manages)
    return found


def _needed(user, booking: Booking, checklist: needed.Checklist, *, manages: bool) -> dict[str, Any]:
    is_open, may_change = booking.state in INCOMPLETE, manages and needed.are_papers_open(checklist)
    own_yes = manages and is_open and policy.approves_by_confirming(user, checklist)
    # The activity of those who stay is asked for when confirming.
    refusal = needed.confirm_refusal(checklist, alternative="said then", own_yes=own_yes, now=timezone.now())
    return {
        "checklist": checklist,
        "papers_open": is_open,
        "may_hand_in": may_change,
        "papers_from": policy.papers_offered(user, checklist) if may_change else None,
        "may_ask_again": manages and needed.ask_again_refusal(checklist) is None,
        "asked_again": not is_open and any(line.row and not line.done for line in checklist.approvals),
        "approved": needed.approved_pupils(checklist),
        "may_read": policy.may_read_papers(user, booking),
        "approvals": [
            (line, bool(line.row) and line.state == "asked" and policy.may_decide(user, line.row))
            for line in checklist.approvals
        ],
        "may_confirm": manages and is_open and refusal is None,
    }
