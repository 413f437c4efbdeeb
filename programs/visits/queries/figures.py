"""Figures of visits."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Sum

from programs.core.models import Term
from programs.visits.models import Booking
from programs.visits.queries.sessions import day_begins


def pupils_in_term(schools: set[int], term: Term) -> dict[str, int]:
    """Pupils of ``schools`` who came to a session in ``term``, and how many of them were girls."""
    figures = (
        Booking.objects.came()
        .filter(
            school__in=schools,
            session__starts_at__gte=day_begins(term.starts_on),
            session__starts_at__lt=day_begins(term.ends_on + timedelta(days=1)),
        )
        .aggregate(pupils=Sum("arrived_pupils"), girls=Sum("arrived_girls"))
    )
    return {name: value or 0 for name, value in figures.items()}
