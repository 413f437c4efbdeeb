"""Who may bring in a school's lists of pupils."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import Role, does
from programs.pupils.policy import may_keep_roll
from programs.rosters.models import RosterImport


def may_import(user, roster: RosterImport) -> bool:
    return may_keep_roll(user, roster.school)


PERMISSIONS = [
    does(
        _("upload lists of pupils, review them row by row, and import or cancel them"),
        (Role.COORDINATOR,),
        "roster_list",
        "roster_new",
        "roster_map",
        "roster_detail",
        "roster_decide",
        "roster_apply",
        "roster_drop",
        "roster_check",
        "roster_restart",
        "roster_left_out",
        "roster_missing",
        "roster_asked",
    ),
]
