"""Lists of other schools that wait for a pupil go on when the pupil leaves."""

from __future__ import annotations

from programs.pupils.hooks import when_pupils_leave
from programs.pupils.models import Pupil
from programs.rosters import emails
from programs.rosters.queries import rosters_waiting_for


@when_pupils_leave
def tell_waiting_schools(pupils: list[Pupil]) -> None:
    """Schools whose lists wait for one of ``pupils`` are told."""
    for roster in rosters_waiting_for(pupils):
        emails.pupils_released(roster=roster)
