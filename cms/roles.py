"""Who holds the roles of the website now."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db.models import Prefetch, QuerySet

from programs.accounts.models import User
from programs.core.permissions import Holders, Role, nowhere


def _people() -> QuerySet[User]:
    """Everyone in a group that may enter Wagtail."""
    inside = Group.objects.filter(permissions__codename="access_admin")
    people = User.objects.filter(groups__in=inside).distinct()
    return people.prefetch_related(Prefetch("groups", queryset=inside.order_by("name"))).order_by("sort_key", "pk")


def _groups(person: User) -> str:
    return ", ".join(group.name for group in person.groups.all())


HOLDERS = [
    Holders(role=Role.EDITOR, rows=_people, person="", scope=nowhere, title=_groups, since=lambda row: None),
]
