"""Who of this wing must have a second factor."""

from django.db.models import Exists, OuterRef, Q

from programs.accounts.second_factor import require_second_factor
from programs.visits.choices import CentreRole
from programs.visits.models import CentreStaff


@require_second_factor
def centre_managers() -> Q:
    posts = CentreStaff.objects.filter(user=OuterRef("pk"), role=CentreRole.MANAGER, ended_on__isnull=True)
    return Q(Exists(posts))
