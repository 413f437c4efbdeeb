"""Who may act on sessions and bookings, and whether it may happen now. Plain values in; no clock, no query."""

from programs.visits.rules.booking import (
    BookingFacts,
    EarlierBooking,
    SchoolFacts,
    adults_needed,
    booking_refusal,
    changed_refusal,
    cluster_refusal,
    full_refusal,
    group_refusal,
    moment_text,
    school_refusal,
    session_refusal,
)
from programs.visits.rules.day import (
    CheckInFacts,
    check_in_refusal,
    close_refusal,
    fate_at_closing,
    may_check_in,
    may_close,
    no_show_refusal,
)
from programs.visits.rules.life import (
    cancel_refusal,
    may_cancel,
    may_edit_roster,
    move_refusal,
    roster_refusal,
)
from programs.visits.rules.standing import can_book_for, can_manage_booking, can_read_needs, can_run_centre
from programs.visits.rules.waiting import promotable

__all__ = [
    "BookingFacts",
    "CheckInFacts",
    "EarlierBooking",
    "SchoolFacts",
    "adults_needed",
    "booking_refusal",
    "can_book_for",
    "can_manage_booking",
    "can_read_needs",
    "can_run_centre",
    "cancel_refusal",
    "changed_refusal",
    "check_in_refusal",
    "close_refusal",
    "cluster_refusal",
    "fate_at_closing",
    "full_refusal",
    "group_refusal",
    "may_cancel",
    "may_check_in",
    "may_close",
    "may_edit_roster",
    "moment_text",
    "move_refusal",
    "no_show_refusal",
    "promotable",
    "roster_refusal",
    "school_refusal",
    "session_refusal",
]
