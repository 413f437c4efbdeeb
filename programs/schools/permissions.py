"""What each role sees and does with schools, staff, classes and pupils, in words."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, Reach, Role, does, sees

OFFICERS = (Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER)

PERMISSIONS = [
    sees(_("the official list of schools"), EVERYBODY, "school_list", reach=Reach.ALL),
    does(_("register a school that nobody has registered yet"), EVERYBODY, "school_claim", reach=Reach.ALL),
    does(
        _("look at their own registration through its link, and correct it when it was returned"),
        EVERYBODY,
        "claim_status",
        reach=Reach.ALL,
    ),
    does(
        _("join a school's staff through the link of an invitation written to them"),
        EVERYBODY,
        "invitation_accept",
        reach=Reach.ALL,
    ),
    sees(
        _("a school's page: its staff with role and e-mail; no pupil and no class for officers"),
        (*SCHOOL_STAFF, *OFFICERS, Role.STEERING),
        "school_detail",
    ),
    sees(_("the classes with the names of their pupils"), SCHOOL_STAFF, "class_detail"),
    does(
        _("invite staff, withdraw invitations and end roles"),
        (Role.COORDINATOR,),
        "staff_invite",
        "invitation_withdraw",
        "membership_end",
    ),
    does(
        _("invite many at once, give roles, hand over the coordinator's role, add and change classes"),
        (Role.COORDINATOR,),
        "staff_invite_many",
        "membership_role",
        "coordinator_hand_over",
        "class_add",
        "class_edit",
    ),
    sees(
        _("the official list of their area with the state of each school, also as a file"),
        (*OFFICERS, Role.STEERING),
        "school_register",
        "school_register_xlsx",
    ),
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
    does(
        _("bring in the official list of schools from a file"),
        (Role.DEPARTMENT_OFFICER,),
        "school_list_imports",
        "school_list_detail",
        "school_list_columns",
        "school_list_apply",
        "school_list_drop",
    ),
    sees(_("the registrations of schools with who registered them"), OFFICERS, "claim_queue", "claim_detail"),
    does(
        _("verify, return or refuse the registrations of the schools that their office answers for"),
        (Role.WARD_OFFICER,),
        "claim_verify",
        "claim_return",
        "claim_refuse",
    ),
    does(
        _("issue and void the sign-in cards of a class, and its class code; teachers for their own class only"),
        (Role.TEACHER, Role.COORDINATOR),
        "cards_issue",
        "card_void",
        "class_code",
    ),
    does(
        _("open an account with a sign-in card, on the page of its school"),
        EVERYBODY,
        "school_activate",
        "school_activate_password",
        reach=Reach.ALL,
    ),
    does(_("join a class of their school with the code that its teacher shows"), (Role.PUPIL,), "class_join"),
]
