"""The organiser looks at its entries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import Role, does, sees
from programs.entries.models import Similarity
from programs.entries.queries import kin_among
from programs.projects.models import Project
from programs.projects.queries.team import is_member
from programs.schools.queries.roles import roles_of


def may_see_board(user, _target: object = None) -> bool:
    return roles_of(user).is_department


def may_check(user, project: Project) -> bool:
    """The organiser, but nobody decides about the own project."""
    return roles_of(user).is_department and not is_member(user, project)


def may_look(user, similarity: Similarity) -> bool:
    """An officer, unless either entry is the own, or a member's guardian has the officer's name."""
    projects = [each.project_id for each in similarity.prints]
    return roles_of(user).is_department and not kin_among(user, projects)


PERMISSIONS = [
    sees(
        _("the entries of a competition by field, school and status, with what is alike"),
        (Role.DEPARTMENT_OFFICER,),
        "entry_board",
        "entry_export",
        "entry_unfinished",
    ),
    sees(
        _("which files of different entries are the same or alike, and which cannot be compared by their text"),
        (Role.DEPARTMENT_OFFICER,),
        "entry_similar",
    ),
    does(
        _("set two similar files aside after a look, with a note, and put them back on the list"),
        (Role.DEPARTMENT_OFFICER,),
        "similarity_aside",
        "similarity_reopen",
    ),
    does(_("find entries eligible or not, with a reason"), (Role.DEPARTMENT_OFFICER,), "entry_check"),
]
