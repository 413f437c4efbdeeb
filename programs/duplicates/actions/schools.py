"""Two schools that look alike are told apart."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.policy import must
from programs.duplicates.policy import may_tell_apart
from programs.schools.models import School, SchoolsApart


@transaction.atomic
def tell_apart(*, one: School, other: School, by: User) -> None:
    """Record that two similar schools are different; repeating it changes nothing. Raises PermissionDenied."""
    must(may_tell_apart(by, one, other))
    first, second = sorted((one, other), key=lambda school: school.pk)
    _pair, is_new = SchoolsApart.objects.get_or_create(
        first=first, second=second, defaults={"decided_by": by, "decided_at": timezone.now()}
    )
    if is_new:
        for school, twin in ((first, second), (second, first)):
            record(by=by, action="school.tell_apart", obj=school, after={"other": twin.pk})
