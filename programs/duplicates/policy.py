"""Who may."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import Role, does

OFFICERS = (Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER)

PERMISSIONS = [
    does(
        _("rename, renumber, suspend, close and merge the schools that they keep, and replace a coordinator"),
        OFFICERS,
        "school_twins",
        "school_tell_apart",
        "school_rename",
        "school_recode",
        "school_suspend",
        "school_resume",
        "school_close",
        "school_merge",
        "coordinator_replace",
    ),
]
