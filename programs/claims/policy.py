"""Who may register a school, and who decides on a registration."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.claims.models import SchoolClaim
from programs.claims.queries import claims_to_decide
from programs.core.permissions import EVERYBODY, Reach, Role, does, sees
from programs.schools.policy import OFFICERS, may_keep_schools
from programs.schools.queries.roles import roles_of

PERMISSIONS = [
    does(_("register a school that nobody has registered yet"), EVERYBODY, "school_claim", reach=Reach.ALL),
    does(
        _("confirm the address of their registration through the link in the letter, or have the letter sent again"),
        EVERYBODY,
        "claim_waiting",
        "claim_confirm",
        reach=Reach.ALL,
    ),
    does(
        _("view their own registration through its link, and correct it if it was returned"),
        EVERYBODY,
        "claim_status",
        reach=Reach.ALL,
    ),
    sees(_("the registrations of schools and who registered them"), OFFICERS, "claim_queue", "claim_detail"),
    does(
        _("verify, return, refuse or reopen the registrations of the schools their office is responsible for"),
        (Role.WARD_OFFICER,),
        "claim_verify",
        "claim_return",
        "claim_refuse",
        "claim_reopen",
    ),
]


def may_see_claims(user) -> bool:
    """Those who keep schools."""
    return may_keep_schools(user)


def may_see_all_claims(user) -> bool:
    """The department alone also looks at what the wards decided."""
    return roles_of(user).is_department


def may_decide(user, claim: SchoolClaim) -> bool:
    """The authority that answers for the school."""
    return claims_to_decide(user).filter(pk=claim.pk).exists()
