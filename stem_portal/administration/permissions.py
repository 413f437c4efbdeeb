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
    does(_("change the portal's tables in the back office"), (Role.ADMINISTRATOR,), "admin:index"),
]
