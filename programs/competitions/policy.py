"""The department writes the rules and runs the competitions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import EVERYBODY, Reach, Role, does, sees
from programs.schools.queries.roles import roles_of


def may_run_competitions(user, _target=None) -> bool:
    return roles_of(user).is_department


PERMISSIONS = [
    sees(_("the published rules of competitions"), EVERYBODY, "rule_set_detail", reach=Reach.ALL),
    sees(
        _("the versions of all rules, and the competitions that are being prepared"),
        (Role.DEPARTMENT_OFFICER,),
        "rule_set_list",
        "competition_board",
        "competition_manage",
    ),
    does(
        _("write a new version of the rules of a competition, and publish it"),
        (Role.DEPARTMENT_OFFICER,),
        "rule_set_copy",
        "rule_set_edit",
        "rule_set_publish",
        "rule_set_drop",
        "rule_part_add",
        "rule_part_change",
        "rule_part_remove",
    ),
    does(
        _("prepare competitions, and open, extend and close them"),
        (Role.DEPARTMENT_OFFICER,),
        "competition_new",
        "competition_edit",
        "competition_dates",
        "competition_open",
        "competition_close",
    ),
]
