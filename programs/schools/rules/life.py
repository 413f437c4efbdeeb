"""What may happen in the life of a school: renamed, given another code, suspended, closed, merged."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.refusals import Refusal
from programs.schools.choices import SCHOOL_MOVES, Authority, SchoolState
from programs.schools.models import School
from programs.schools.rules.standing import Standing

# A school that takes another one over is either at work or still free on the list.
MAY_TAKE_OVER = (SchoolState.INVITED, SchoolState.VERIFIED, SchoolState.ACTIVE)


def can_keep_school(standing: Standing, school: School) -> bool:
    """The department keeps the whole list; a ward its own schools. Whether it lies in their area: ``queries.life.keeps``."""
    return standing.is_department or (standing.is_ward_officer and school.authority == Authority.WARD)


def move_refusal(state: str, *, to: str) -> Refusal | None:
    if to in SCHOOL_MOVES[SchoolState(state)]:
        return None
    if state == SchoolState.CLAIMED:
        return Refusal("claim_open", _("A registration of this school waits for a decision. Decide it first."))
    return Refusal("wrong_state", _("This is no longer possible: look at the present state of the school."))


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
            "claim_open", _("A registration of the school that takes over waits for a decision. Decide it first.")
        )
    if target.state not in MAY_TAKE_OVER:
        return Refusal("target_not_working", _("The school that takes over must be at work, or free on the list."))
    return move_refusal(source.state, to=SchoolState.MERGED)
