"""Who of this wing must have a second factor."""

from django.db.models import Exists, OuterRef, Q

from programs.accounts.second_factor import require_second_factor
from programs.schools.models import Membership, OfficerPost
from programs.schools.rules import COORDINATING


@require_second_factor
def officers() -> Q:
    return Q(Exists(OfficerPost.objects.filter(user=OuterRef("pk"))))


@require_second_factor
def coordinators_and_their_deputies() -> Q:
    return Q(Exists(Membership.objects.current().filter(user=OuterRef("pk"), role__in=COORDINATING)))
