"""Background tasks of the claims wing."""

from __future__ import annotations

from datetime import timedelta

from programs.claims.actions.chasing import chase_registrations
from programs.core.jobs import Progress, periodic


@periodic("claims.registrations", every=timedelta(hours=6))
def chase(progress: Progress) -> dict[str, int]:
    """Reminds those for whom a registration waits; the steps are safe to run twice."""
    return chase_registrations()
