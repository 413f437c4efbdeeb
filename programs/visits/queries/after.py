"""What was said after a visit."""

from __future__ import annotations

from programs.visits.models import Booking, VisitFeedback


def feedback_of(booking: Booking) -> dict:
    """The answers that a group gave, as a form begins with them; empty before."""
    rows = VisitFeedback.objects.filter(booking=booking)
    return rows.values("content", "welcome", "pupils_liked", "comment").first() or {}
