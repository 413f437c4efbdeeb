"""Whether a school may be moved, renamed or handed over now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from programs.accounts.models import User
from programs.core.choices import Level
from programs.core.refusals import Refusal
from programs.schools.choices import (
    SCHOOL_MOVES,
    Authority,
    ImportState,
    OfficeRole,
    SchoolRole,
    SchoolState,
)
from programs.schools.models import Invitation, Membership, School

NO_INVITATION = Refusal(
    "invitation_missing", _("This invitation does not exist. Check that the whole link was copied.")
)
INVITED_ROLES = (SchoolRole.TEACHER, SchoolRole.DEPUTY, SchoolRole.PRINCIPAL)


def invitation_refusal(*, role: str, is_member: bool, is_invited: bool) -> Refusal | None:
    if role not in INVITED_ROLES:
        return Refusal("role_not_invited", _("A coordinator is appointed through the school's registration."), "role")
    if is_member:
        return Refusal("already_member", _("This person already has this role in your school."), "email")
    if is_invited:
        return Refusal("already_invited", _("This address already has an open invitation for this role."), "email")
    return None


def acceptance_refusal(invitation: Invitation, *, now: datetime) -> Refusal | None:
    """Why an invitation's link no longer opens anything."""
    if invitation.accepted_at:
        return Refusal("invitation_used", _("This invitation has already been accepted. You can sign in."))
    if invitation.withdrawn_at:
        return Refusal("invitation_withdrawn", _("The school has withdrawn this invitation."))
    if invitation.expires_at <= now:
        return Refusal("invitation_expired", _("This invitation has expired. Ask the school to invite you again."))
    if not invitation.school.is_working:
        return Refusal("school_not_working", _("This school cannot add staff on the portal at the moment."))
    return None


def acceptor_refusal(*, acceptor: User | None, owner: User | None) -> Refusal | None:
    """``acceptor`` is signed in, None for a visitor; the invited address is ``owner``'s, one of several perhaps."""
    if owner and not owner.is_active:
        message = _("The account with this address is closed. Ask the school for another invitation.")
        return Refusal("account_closed", message)
    if acceptor is None:
        message = _("This address already has an account. Sign in first, then accept the invitation.")
        return Refusal("sign_in_first", message) if owner else None
    if owner is None:
        message = _(
            "You are signed in, but this is not an address of your account. If it is yours too, add it under “Email "
            "addresses”, then open this link again. Otherwise sign out first."
        )
        return Refusal("not_your_address", message)
    if owner.pk != acceptor.pk:
        message = _("You are signed in with another account. Sign out, then open the link from the email again.")
        return Refusal("other_account", message)
    return None


# A school that takes over another is either active or still unclaimed on the list.
MAY_TAKE_OVER = (SchoolState.INVITED, SchoolState.VERIFIED, SchoolState.ACTIVE)


def move_refusal(state: str, *, to: str) -> Refusal | None:
    if to in SCHOOL_MOVES[SchoolState(state)]:
        return None
    if state == SchoolState.CLAIMED:
        return Refusal("claim_open", _("A registration of this school is waiting for a decision. Decide it first."))
    return Refusal("wrong_state", _("This is no longer possible: check the current status of the school."))


def rename_refusal(*, before: str, after: str) -> Refusal | None:
    if before == after:
        return Refusal("same_name", _("The school already has this name."), "name")
    return None


def code_refusal(*, before: str, after: str, is_taken: bool) -> Refusal | None:
    if before == after:
        return Refusal("same_code", _("The school already has this code."), "code")
    if is_taken:
        return Refusal("code_taken", _("Another school has or had this code."), "code")
    return None


def merge_refusal(*, source: School, target: School) -> Refusal | None:
    """Whether ``source`` may become part of ``target`` now."""
    if source.pk == target.pk:
        return Refusal("same_school", _("A school cannot become part of itself."))
    if target.state == SchoolState.CLAIMED:
        return Refusal(
            "claim_open", _("A registration of the school taking over is waiting for a decision. Decide it first.")
        )
    if target.state not in MAY_TAKE_OVER:
        return Refusal("target_not_working", _("The school taking over must be active, or unclaimed on the list."))
    return move_refusal(source.state, to=SchoolState.MERGED)


def list_refusal(state: str) -> Refusal | None:
    if state in (ImportState.UPLOADED, ImportState.READY):
        return None
    return Refusal("wrong_state", _("This list has already been applied or discarded. Upload it again."))


def successor_refusal(*, is_staff: bool, is_same: bool) -> Refusal | None:
    if is_same:
        return Refusal("same_person", _("This person is already the coordinator."), "to")
    if not is_staff:
        return Refusal("not_staff", _("Only a member of the school's staff can become its coordinator."), "to")
    return None


def deputy_refusal(*, is_taken: bool) -> Refusal | None:
    if not is_taken:
        return None
    return Refusal("deputy_taken", _("The school already has a deputy coordinator, and it can only have one."), "role")


class OwnRecord(Protocol):
    """A person's own row in a school's register of pupils."""

    pk: int
    school_id: int
    school: School


class OwnStudies(Protocol):
    """What a university student says of the own studies."""

    pk: int
    institution: str


@dataclass(frozen=True)
class Roles:
    """A person's roles in the province: a plain value, so that rules need no query."""

    user_id: int | None = None
    memberships: tuple[Membership, ...] = ()
    pupil: OwnRecord | None = None
    student: OwnStudies | None = None
    posts: dict[str, frozenset[int]] = field(default_factory=dict)  # office role -> areas, empty for all
    heritage: frozenset[int] = frozenset()  # schools that have merged into one of the person's own

    @property
    def schools(self) -> list[School]:
        """Each school in which the person holds a role now, once."""
        return list({membership.school_id: membership.school for membership in self.memberships}.values())

    @property
    def working_schools(self) -> list[School]:
        return [school for school in self.schools if school.is_working]

    @property
    def own_school_ids(self) -> set[int]:
        return {membership.school_id for membership in self.memberships}

    @property
    def school_ids(self) -> set[int]:
        """Schools whose records the person may read: their own, and those merged into them."""
        return self.own_school_ids | self.heritage

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
    def is_whole_department(self) -> bool:
        """A post of the department without areas: what is one for the whole province is theirs alone."""
        return self.posts.get(OfficeRole.DEPARTMENT) == frozenset()

    @property
    def is_ward_officer(self) -> bool:
        return OfficeRole.WARD in self.posts

    @property
    def is_officer(self) -> bool:
        return bool(self.posts)


def role_refusal(
    roles: Roles, membership: Membership, *, role: str, has_role: bool, deputy_taken: bool
) -> Refusal | None:
    if membership.ended_on:
        return Refusal("role_ended", _("You cannot change this role."))
    if role not in INVITED_ROLES:
        return Refusal(
            "role_not_given", _("The coordinator's role cannot be changed here; it has to be handed over."), "role"
        )
    if role == membership.role:
        return Refusal("same_role", _("This person already has this role."), "role")
    if role == SchoolRole.DEPUTY and SchoolRole.COORDINATOR not in roles.roles_at(membership.school):
        return Refusal("not_allowed", _("Only the coordinator can choose the deputy."), "role")
    if has_role:
        return Refusal("already_member", _("This person already has this role in addition."), "role")
    return deputy_refusal(is_taken=deputy_taken) if role == SchoolRole.DEPUTY else None


def ending_refusal(membership: Membership, *, is_replaced: bool) -> Refusal | None:
    """Ending twice is harmless; but who ends a role that was exchanged meanwhile does not end what the person is now."""
    if membership.ended_on is None or not is_replaced:
        return None
    message = _("This person has been given another role meanwhile. Look at the list of staff, and end that one.")
    return Refusal("role_changed", message)


COORDINATING = (SchoolRole.COORDINATOR, SchoolRole.DEPUTY)
LEADING = (*COORDINATING, SchoolRole.PRINCIPAL)  # who answers for a school
DEPARTMENT_LEVELS = frozenset({Level.UPPER_SECONDARY, Level.CONTINUING})


def authority_of(levels: Iterable[str]) -> Authority:
    """The authority follows the highest level: the ward up to lower secondary, the department above."""
    return Authority.DEPARTMENT if DEPARTMENT_LEVELS & set(levels) else Authority.WARD
