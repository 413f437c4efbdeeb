"""Who may, and whether it may happen now. Plain values in; no clock, no query."""

from programs.schools.rules.registration import (
    INVITED_ROLES,
    acceptance_refusal,
    acceptor_refusal,
    claim_refusal,
    correction_refusal,
    decision_refusal,
    flood_refusal,
    invitation_refusal,
)
from programs.schools.rules.standing import (
    COORDINATING,
    DEPARTMENT_LEVELS,
    Standing,
    authority_of,
    can_act_for,
    can_coordinate,
    can_end_membership,
)

__all__ = [
    "COORDINATING",
    "DEPARTMENT_LEVELS",
    "INVITED_ROLES",
    "Standing",
    "acceptance_refusal",
    "acceptor_refusal",
    "authority_of",
    "can_act_for",
    "can_coordinate",
    "can_end_membership",
    "claim_refusal",
    "correction_refusal",
    "decision_refusal",
    "flood_refusal",
    "invitation_refusal",
]
