"""What schools put on a person's desk, and what waits at one school."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.desk import DeskLink, DeskStat, DeskTask
from programs.schools import policy
from programs.schools.models import Invitation, School
from programs.schools.queries import roles as role_queries
from programs.schools.queries import schools as school_queries
from programs.schools.queries import staff as staff_queries
from programs.schools.rules import Roles


def tasks(user) -> list[DeskTask]:
    roles = role_queries.roles_of(user)
    return _staff_missing(roles) + _invitations_expired(roles)


def _staff_missing(roles: Roles) -> list[DeskTask]:
    """A new coordinator's first step."""
    alone = staff_queries.schools_without_teachers(roles)
    return [
        DeskTask(
            title=_("Invite the teachers of {school}").format(school=school),
            detail=_("Teachers book visits and enter projects; nobody has been invited yet."),
            url=reverse("staff_invite", args=[school.code]),
            action=_("Invite"),
            weight=40,
        )
        for school in alone
    ]


def _invitations_expired(roles: Roles) -> list[DeskTask]:
    return [
        DeskTask(
            title=_("The invitation to {name} has expired").format(name=invitation.full_name),
            detail=_("{email}, {school}").format(email=invitation.email, school=invitation.school),
            url=reverse("school_detail", args=[invitation.school.code]),
            action=_("View"),
            weight=70,
        )
        for invitation in staff_queries.expired_invitations(roles, now=timezone.now())[:3]
    ]


def stats(user) -> list[DeskStat]:
    if not policy.may_see_register(user):
        return []
    figures = school_queries.registration_figures(user)
    registered = _("{count} of {total}").format(count=figures["working"], total=figures["total"])
    return [DeskStat(registered, _("schools registered"), reverse("school_register"))]


def links(user) -> list[DeskLink]:
    roles = role_queries.roles_of(user)
    found = []
    for school in roles.working_schools:
        label = _("My school") if len(roles.working_schools) == 1 else school.name
        found.append(DeskLink(label, reverse("school_detail", args=[school.code]), weight=30))
    if policy.may_see_register(user):
        found.append(DeskLink(_("Schools"), reverse("school_register"), weight=21))
    return found


PagePart = Callable[[School, dict], dict]
Waiting = Callable[[School, dict, date], list[DeskTask]]

PAGE_PARTS: list[PagePart] = []
WAITING: list[Waiting] = []


def adds_to_school_page(part: PagePart) -> PagePart:
    """Registers ``part(school, page)``: what the school's own staff see besides its people; more for ``page``."""
    PAGE_PARTS.append(part)
    return part


def waits_at_school(find: Waiting) -> Waiting:
    """Registers ``find(school, page, today)``: what waits for the coordinator; ``page`` is what was read already."""
    WAITING.append(find)
    return find


def parts_of(school: School, page: dict) -> dict:
    """What the wings above add to the page of ``school``."""
    return {name: value for part in PAGE_PARTS for name, value in part(school, page).items()}


def waiting_at(school: School, page: dict, *, today: date, now: datetime) -> list[DeskTask]:
    """What waits for the coordinator of ``school``, expired invitations first."""
    found = [task for find in WAITING for task in find(school, page, today)]
    return [*_expired(page["invitations"], now), *found]


def _expired(invitations: list[Invitation], now: datetime) -> list[DeskTask]:
    expired = [each for each in invitations if each.expires_at <= now]
    if not expired:
        return []
    words = ngettext("{count} invitation has expired", "{count} invitations have expired", len(expired))
    return [
        DeskTask(
            title=words.format(count=len(expired)),
            detail=", ".join(each.full_name for each in expired[:3]),
            url="#invitations",
            action=_("View"),
        )
    ]
