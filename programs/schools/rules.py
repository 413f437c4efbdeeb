"""Who may, and whether it may happen now. Plain values in; no clock, no query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from programs.core.choices import Level
from programs.core.refusals import Refusal
from programs.schools.choices import Authority, ClaimState, OfficeRole, SchoolRole, SchoolState
from programs.schools.models import Invitation, Membership, Pupil, School

COORDINATING = (SchoolRole.COORDINATOR, SchoolRole.DEPUTY)
INVITED_ROLES = (SchoolRole.TEACHER, SchoolRole.DEPUTY, SchoolRole.PRINCIPAL)
DEPARTMENT_LEVELS = frozenset({Level.UPPER_SECONDARY, Level.CONTINUING})


@dataclass(frozen=True)
class Standing:
    """What a person is in the province: a plain value, so that rules can judge it without a query."""

    user_id: int | None = None
    memberships: tuple[Membership, ...] = ()
    pupil: Pupil | None = None
    posts: dict[str, frozenset[int]] = field(default_factory=dict)  # office role -> areas, empty for all

    @property
    def schools(self) -> list[School]:
        """Each school in which the person holds a role now, once."""
        return list({membership.school_id: membership.school for membership in self.memberships}.values())

    @property
    def working_schools(self) -> list[School]:
        return [school for school in self.schools if school.is_working]

    @property
    def school_ids(self) -> set[int]:
        return {membership.school_id for membership in self.memberships}

    @property
    def working_school_ids(self) -> set[int]:
        return {school.pk for school in self.working_schools}

    def schools_as(self, *roles: str) -> list[School]:
        held = {m.school_id: m.school for m in self.memberships if m.role in roles}
        return list(held.values())

    def roles_at(self, school: School) -> set[str]:
        return {membership.role for membership in self.memberships if membership.school_id == school.pk}

    def is_staff_of(self, school: School) -> bool:
        return bool(self.roles_at(school))

    def is_teacher_at(self, school: School) -> bool:
        return SchoolRole.TEACHER in self.roles_at(school)

    def coordinates(self, school: School) -> bool:
        """Coordinator or deputy of ``school``."""
        return bool(self.roles_at(school) & set(COORDINATING))

    @property
    def is_school_staff(self) -> bool:
        return bool(self.memberships)

    @property
    def is_department(self) -> bool:
        return OfficeRole.DEPARTMENT in self.posts

    @property
    def is_ward_officer(self) -> bool:
        return OfficeRole.WARD in self.posts

    @property
    def is_steering(self) -> bool:
        return OfficeRole.STEERING in self.posts

    @property
    def is_officer(self) -> bool:
        return bool(self.posts)

    @property
    def area_ids(self) -> frozenset[int] | None:
        """The areas an officer answers for; None means the whole jurisdiction."""
        if any(not areas and role != OfficeRole.WARD for role, areas in self.posts.items()):
            return None
        return frozenset().union(*self.posts.values())


def authority_of(levels: Iterable[str]) -> Authority:
    """The authority follows the highest level: the ward up to lower secondary, the department above."""
    return Authority.DEPARTMENT if DEPARTMENT_LEVELS & set(levels) else Authority.WARD


def can_act_for(standing: Standing, school: School) -> bool:
    """Any current member of staff, once the school's authority has verified it."""
    return school.is_working and standing.is_staff_of(school)


def can_coordinate(standing: Standing, school: School) -> bool:
    """Coordinator or deputy of a working school: invites, ends memberships, approves."""
    return school.is_working and standing.coordinates(school)


def can_decide_claim(standing: Standing, school: School) -> bool:
    """The ward answers for primary and lower secondary schools, the department for the others."""
    if school.authority == Authority.DEPARTMENT:
        return standing.is_department
    return standing.is_ward_officer


def can_end_membership(standing: Standing, membership: Membership) -> bool:
    """Coordinator and deputy end teachers and principals; only the coordinator a deputy; nobody the coordinator."""
    if membership.role == SchoolRole.COORDINATOR or not can_coordinate(standing, membership.school):
        return False
    if membership.role == SchoolRole.DEPUTY:
        return SchoolRole.COORDINATOR in standing.roles_at(membership.school)
    return True


# --- Whether it may happen now -------------------------------------------------------------------
def claim_refusal(state: str) -> Refusal | None:
    """Why a school in ``state`` cannot be registered."""
    if state == SchoolState.INVITED:
        return None
    if state == SchoolState.CLAIMED:
        return Refusal(
            "claim_open",
            _(
                "Somebody has already registered this school, and its authority is checking that registration. "
                "If this is a surprise to you, please tell the authority."
            ),
        )
    if state in (SchoolState.CLOSED, SchoolState.MERGED):
        return Refusal("school_closed", _("This school is closed or has become part of another one."))
    return Refusal(
        "already_registered",
        _("This school is already registered. Ask its coordinator to invite you."),
    )


def flood_refusal(*, is_exhausted: bool) -> Refusal | None:
    if not is_exhausted:
        return None
    return Refusal(
        "too_many_claims",
        _("Very many registrations came from your network within an hour. Nothing is lost: wait, then send it again."),
    )


def correction_refusal(state: str) -> Refusal | None:
    if state == ClaimState.RETURNED:
        return None
    if state == ClaimState.VERIFIED:
        return Refusal("claim_decided", _("This registration was already verified. Please sign in."))
    if state == ClaimState.REFUSED:
        return Refusal("claim_refused", _("This registration was refused and cannot be changed any more."))
    return Refusal("claim_waiting", _("This registration is waiting for the authority and cannot be changed now."))


def decision_refusal(state: str, *, to: str) -> Refusal | None:
    """A returned registration waits for the claimant, but an invented one must not block its school for ever."""
    if state == ClaimState.SUBMITTED or (state == ClaimState.RETURNED and to == ClaimState.REFUSED):
        return None
    return Refusal("claim_decided", _("This registration was already decided. Look at its history below."))


def invitation_refusal(*, may: bool, role: str, is_member: bool, is_invited: bool) -> Refusal | None:
    if not may:
        return Refusal("not_allowed", _("Only the school's coordinator may do this."))
    if role not in INVITED_ROLES:
        return Refusal("role_not_invited", _("A coordinator comes through the school's registration."), "role")
    if is_member:
        return Refusal("already_member", _("This person already has this role in your school."), "email")
    if is_invited:
        return Refusal("already_invited", _("This address already has an open invitation to this role."), "email")
    return None


def acceptance_refusal(invitation: Invitation | None, *, now: datetime) -> Refusal | None:
    """Why an invitation's link no longer opens anything."""
    if invitation is None:
        return Refusal("invitation_missing", _("This invitation does not exist. Check that the whole link was copied."))
    if invitation.accepted_at:
        return Refusal("invitation_used", _("This invitation was already accepted. You can sign in."))
    if invitation.withdrawn_at:
        return Refusal("invitation_withdrawn", _("The school has withdrawn this invitation."))
    if invitation.expires_at <= now:
        return Refusal("invitation_expired", _("This invitation has expired. Ask the school to invite you again."))
    if not invitation.school.is_working:
        return Refusal("school_not_working", _("This school cannot take on staff in the portal at the moment."))
    return None


def acceptor_refusal(*, invited: str, signed_in: str | None, is_known: bool) -> Refusal | None:
    """``signed_in`` is the address of the signed-in account, None for a visitor."""
    if signed_in is None:
        message = _("This address already has an account. Sign in first, then accept the invitation.")
        return Refusal("sign_in_first", message) if is_known else None
    if signed_in.lower() != invited.lower():
        message = _("You are signed in with another account. Sign out, then open the link from the letter again.")
        return Refusal("other_account", message)
    return None
