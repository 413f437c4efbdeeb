"""Passes: whose group a code is."""

from __future__ import annotations

from programs.core.references import read_code
from programs.visits.queries.visibility import bookings_of_schools, bookings_run_by


def reference_of_pass(user, code: str, *, runs: bool) -> str | None:
    """The reference of the group with this pass: at the person's own centres, or of their own schools."""
    if not user.is_authenticated:
        return None
    bookings = bookings_run_by(user) if runs else bookings_of_schools(user)
    return bookings.filter(pass_code=read_code(code)).values_list("reference", flat=True).first()
