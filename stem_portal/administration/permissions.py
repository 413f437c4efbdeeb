"""What each role sees and does beside the wings, in words."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SIGNED_IN, Reach, Role, does, sees

PERMISSIONS = [
    sees(_("their desk: what is waiting for them today"), SIGNED_IN, "desk", reach=Reach.OWN),
    sees(
        _("a page of their own with their visits, projects and certificates, and what is waiting for them"),
        (Role.PUPIL,),
        "me",
    ),
    sees(_("the progress of long tasks they started"), SIGNED_IN, "job_detail", reach=Reach.OWN),
    sees(
        _("what each role means, who holds it, and a spreadsheet for reviewing all roles"),
        (Role.ADMINISTRATOR,),
        "role_list",
        "role_detail",
        "person_roles",
        "role_review_xlsx",
    ),
    does(
        _("view the portal as another person, with a reason, for 30 minutes, without changing anything"),
        (Role.ADMINISTRATOR,),
        "view_as_start",
        "view_as_end",
    ),
    does(
        _("close and reopen accounts, replace an email address, make and unmake administrators, each with a reason"),
        (Role.ADMINISTRATOR,),
        "account_close",
        "account_reopen",
        "account_address",
        "administrator_make",
        "administrator_unmake",
    ),
    does(
        _("appoint and remove officers of the wards, the department and the steering committee, with a reason"),
        (Role.ADMINISTRATOR,),
        "officer_appoint",
        "officer_remove",
    ),
    does(
        _("keep the calendar: days off, school years and their terms"),
        (Role.ADMINISTRATOR,),
        "calendar_page",
        "holiday_add",
        "holiday_change",
        "holiday_remove",
        "year_add",
        "year_change",
    ),
    does(
        _("look things up in the audit log: who did what, to what and when, without any text that somebody typed"),
        (Role.ADMINISTRATOR, Role.DEPARTMENT_OFFICER),
        "audit_log",
        reach=Reach.ALL,
    ),
    does(_("change the portal's tables in the back office"), (Role.ADMINISTRATOR,), "admin:index"),
]
