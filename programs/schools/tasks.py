"""Background tasks of the schools wing."""

from __future__ import annotations

from datetime import timedelta

from programs.core.jobs import Progress, periodic
from programs.schools.actions.claims import chase_registrations


@periodic("schools.registrations", every=timedelta(hours=6))
def chase(progress: Progress) -> dict[str, int]:
    """Reminds those for whom a registration waits; the steps are safe to run twice."""
    return chase_registrations()
