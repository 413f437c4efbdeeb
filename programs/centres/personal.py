"""Posts in centres: told and erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.centres.models import CentreStaff
from programs.core.personal import Text, stands_in_the_way
from programs.core.personal_tables import Kind, erased, told

told(
    CentreStaff,
    Kind(
        code="centre_posts",
        label=_("Posts in centres"),
        purpose=_("They decide what you may see and do."),
        source=_("The centre's manager."),
        kept=_("As long as the account exists: what was done in a role must stay traceable."),
    ),
    "centre",
    "role",
    ("until", _("Until"), "ended_on"),
)


erased(CentreStaff, kept=_("Bookings and posts in centres"))


@stands_in_the_way
def current_post(user_id: int) -> Text | None:
    if CentreStaff.objects.filter(user=user_id, ended_on__isnull=True).exists():
        return _("The person still works for a centre: end the post first.")
    return None
