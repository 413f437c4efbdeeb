"""Each role approves for itself: the mentor, whoever leads the school, the safety committee."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.competitions.models import Competition
from programs.core.permissions import SIGNED_IN, Reach, Role, does, sees
from programs.endorsements.models import SafetyMember
from programs.endorsements.queries import asked_for, kinds_of
from programs.projects.models import Project
from programs.projects.queries.team import is_member
from programs.schools.queries.roles import roles_of


def may_approve(user, project: Project, kind: str) -> bool:
    """Whoever this approval falls to now."""
    return kind in kinds_of(project) and user in asked_for(project, kind).people


def may_state(user, project: Project) -> bool:
    """Each member for himself or herself."""
    return is_member(user, project)


def may_name(user, _target: Competition | SafetyMember) -> bool:
    """The organiser."""
    return roles_of(user).is_department


PERMISSIONS = [
    sees(_("which projects wait for their approval"), SIGNED_IN, "endorsement_queue", reach=Reach.OWN),
    does(
        _("approve or return projects as their mentor"),
        (Role.TEACHER,),
        "endorse_mentor",
        "return_mentor",
    ),
    does(
        _("approve or return projects for the school (the ward or the department does where nobody there can)"),
        (Role.COORDINATOR, Role.PRINCIPAL),
        "endorse_school",
        "return_school",
    ),
    does(
        _("approve or return risky projects, when the organiser named them for the safety committee"),
        (Role.JUDGE,),
        "endorse_safety",
        "return_safety",
        reach=Reach.ALL,
    ),
    does(_("state that the work on their project is honest"), (Role.PUPIL, Role.STUDENT), "project_statement"),
    does(
        _("name the safety committee of a competition, and end a membership"),
        (Role.DEPARTMENT_OFFICER,),
        "safety_committee",
        "safety_end",
    ),
]
