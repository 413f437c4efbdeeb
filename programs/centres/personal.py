"""Posts in centres: told and erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.centres.models import Blackout, CentreStaff
from programs.core.personal import Text, stands_in_the_way
from programs.core.personal_tables import Kind, erased, told

told(
    CentreStaff,
    Kind(
        code="centre_posts",
        label=_("Roles at centres"),
        purpose=_("They determine what you can see and do."),
        source=_("The centre's manager."),
        kept=_("As long as the account exists: what was done in a role must remain traceable."),
    ),
    "centre",
    "role",
    ("until", _("Until"), "ended_on"),
)


erased(CentreStaff, kept=_("Bookings and roles at centres"))
erased(Blackout, masked=(_("Reasons why a centre is closed on some days"), _("The name is removed from the reason.")))


@stands_in_the_way
def current_post(user_id: int) -> Text | None:
    if CentreStaff.objects.current().filter(user=user_id).exists():
        return _("This person still works at a centre: end that role first.")
    return None
