"""Who administers the portal now."""

from __future__ import annotations

from django.db.models import QuerySet

from programs.accounts.models import User
from programs.core.permissions import Holders, Role, nowhere
from programs.schools.queries.roles import roles_of


def may_administer(user) -> bool:
    """See every role and its holders, what failed in the background, and the portal as somebody else."""
    return user.is_superuser


def may_read_the_log(user) -> bool:
    """Administrators, and the department's officers for the whole province: they answer for data protection."""
    return may_administer(user) or roles_of(user).is_whole_department


def _administrators() -> QuerySet[User]:
    return User.objects.filter(is_superuser=True).order_by("sort_key", "pk")


HOLDERS = [
    Holders(
        role=Role.ADMINISTRATOR,
        rows=_administrators,
        person="",
        scope=nowhere,
        title=lambda row: Role.ADMINISTRATOR.label,
        since=lambda row: row.date_joined,
    )
]
