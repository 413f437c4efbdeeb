"""Passes: whose group a code is."""

from __future__ import annotations

from django.db.models import QuerySet

from programs.core.references import read_code
from programs.visits.models import Booking
from programs.visits.queries.visibility import bookings_of_schools, bookings_run_by


def pass_run_by(user, code: str) -> str | None:
    """The reference of the group with this pass, at the person's own centres."""
    return _reference(bookings_run_by(user), code) if user.is_authenticated else None


def pass_seen_by(user, code: str) -> str | None:
    """The reference of the group with this pass, of the schools whose staff the person is."""
    return _reference(bookings_of_schools(user), code) if user.is_authenticated else None


def _reference(bookings: QuerySet[Booking], code: str) -> str | None:
    return bookings.filter(pass_code=read_code(code)).values_list("reference", flat=True).first()
