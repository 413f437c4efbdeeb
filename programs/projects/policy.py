"""Who may."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, SIGNED_IN, Reach, Role, does, sees

PERMISSIONS = [
    sees(
        _("the competitions with their rules and dates"),
        EVERYBODY,
        "competition_list",
        "competition_detail",
        reach=Reach.ALL,
    ),
    sees(_("the list of projects, containing those within their scope"), SIGNED_IN, "project_list"),
    sees(
        _("projects with their members, files and pictures"),
        (Role.PUPIL, *SCHOOL_STAFF, Role.DEPARTMENT_OFFICER),
        "project_detail",
        "project_file",
        "project_image",
    ),
    does(_("enter a competition"), (Role.PUPIL,), "project_new", reach=Reach.ALL),
    does(
        _("write, submit and withdraw their own project, and attach files to it"),
        (Role.PUPIL,),
        "project_edit",
        "project_attach",
        "project_submit",
        "project_withdraw",
    ),
    does(
        _("endorse the projects of the school, or return them with a reason"),
        (Role.TEACHER, Role.COORDINATOR),
        "project_endorse",
        "project_return",
    ),
]
