"""Who may act on sessions and bookings. Plain values in; no clock, no query."""

from __future__ import annotations

from collections.abc import Iterable

from programs.schools.choices import SchoolRole
from programs.schools.rules import can_act_for


def can_book_for(standing, school) -> bool:
    """Whether this person may book places for ``school``."""
    return can_act_for(standing, school)


def can_manage_booking(standing, *, user_id: int, leader_id: int, school) -> bool:
    """The group's leader, and who coordinates or heads the school; colleagues may look but not touch."""
    if not can_act_for(standing, school):
        return False
    leads_school = standing.coordinates(school) or SchoolRole.PRINCIPAL in standing.roles_at(school)
    return user_id == leader_id or leads_school


def can_run_centre(centre_ids: Iterable[int], centre_id: int) -> bool:
    """Whether a person of these centres may check in and close at ``centre_id``."""
    return centre_id in set(centre_ids)


def can_write_needs(*, user_id: int, leader_id: int) -> bool:
    """Access and medical needs are written by the group's leader alone."""
    return user_id == leader_id


def can_read_needs(*, user_id: int, leader_id: int, runs_centre: bool) -> bool:
    """They are for the host, and for the leader who wrote them: not for colleagues and officers."""
    return runs_centre or can_write_needs(user_id=user_id, leader_id=leader_id)
