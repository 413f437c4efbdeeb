"""A person's roles in the province."""

from __future__ import annotations

from django.db.models import F, QuerySet

from programs.accounts.models import User
from programs.core.prepared import Prepared
from programs.schools.models import Membership
from programs.schools.rules import Roles


def roles_of(user) -> Roles:
    """The person's roles, in two queries the first time and none afterwards on the same user object."""
    if user is None or not user.is_authenticated:
        return Roles()
    cached = getattr(user, "_roles", None)
    if cached is None:
        cached = user._roles = _read_roles(user)
    return cached


def forget_roles(user) -> None:
    """Make the next ``roles_of`` read again, after an action that changed the person's roles."""
    if hasattr(user, "_roles"):
        del user._roles


def _memberships(user_id: int) -> QuerySet[Membership]:
    # One row for each school that merged into a school of the person's: the same query tells both.
    held = Membership.objects.current().filter(user_id=user_id).select_related("school")
    return held.annotate(merged_id=F("school__merged_from")).order_by("school__sort_key", "role", "pk")


def _person(user_id: int) -> QuerySet[User]:
    person = User.objects.filter(pk=user_id).select_related("pupil__school", "student").order_by()
    return person.annotate(post_role=F("officer_posts__role"), post_area=F("officer_posts__areas"))


# Runs on every signed-in page.
_MEMBERSHIPS, _PERSON = Prepared(_memberships, user_id=-1), Prepared(_person, user_id=-1)


def _read_roles(user) -> Roles:
    held = _MEMBERSHIPS.rows(user_id=user.pk)
    rows = _PERSON.rows(user_id=user.pk)
    posts: dict[str, set[int]] = {}
    for row in rows:
        if row.post_role:
            posts.setdefault(row.post_role, set()).update({row.post_area} - {None})
    pupil = getattr(rows[0], "pupil", None) if rows else None
    return Roles(
        user_id=user.pk,
        memberships=tuple({membership.pk: membership for membership in held}.values()),
        pupil=pupil,
        student=getattr(rows[0], "student", None) if rows else None,
        posts={role: frozenset(areas) for role, areas in posts.items()},
        heritage=frozenset(membership.merged_id for membership in held if membership.merged_id),
    )
