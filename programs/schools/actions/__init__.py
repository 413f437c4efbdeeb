"""The verbs of the schools wing, one file per activity."""

from programs.schools.actions.claims import correct_claim, refuse_claim, return_claim, submit_claim, verify_claim
from programs.schools.actions.imports import import_areas
from programs.schools.actions.lists import ImportResult, import_schools
from programs.schools.actions.staff import accept_invitation, end_membership, invite_staff, withdraw_invitation

__all__ = [
    "ImportResult",
    "accept_invitation",
    "correct_claim",
    "end_membership",
    "import_areas",
    "import_schools",
    "invite_staff",
    "refuse_claim",
    "return_claim",
    "submit_claim",
    "verify_claim",
    "withdraw_invitation",
]
