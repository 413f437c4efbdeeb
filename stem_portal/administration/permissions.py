"""What each role sees and does beside the wings, in words."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SIGNED_IN, Reach, Role, does, sees

PERMISSIONS = [
    sees(_("their desk: what waits for them today"), SIGNED_IN, "desk", reach=Reach.OWN),
    sees(
        _("a page of their own: their visits, projects and certificates, and what waits for them"), (Role.PUPIL,), "me"
    ),
    sees(_("the progress of the long acts that they began"), SIGNED_IN, "job_detail", reach=Reach.OWN),
    sees(
        _("what each role means, who holds it, and the review of all roles as a spreadsheet"),
        (Role.ADMINISTRATOR,),
        "role_list",
        "role_detail",
        "person_roles",
        "role_review_xlsx",
    ),
    does(
        _("look at the portal as another person, with a reason, for 30 minutes, without changing anything"),
        (Role.ADMINISTRATOR,),
        "view_as_start",
        "view_as_end",
    ),
    does(_("change the tables of the portal in the back office"), (Role.ADMINISTRATOR,), "admin:index"),
]
