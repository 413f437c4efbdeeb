"""What waits for a person."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from programs.competitions.choices import CompetitionState
from programs.projects.choices import (
    EDITABLE,
    IN_TEAM,
    WITHDRAWN_BY_TEAM,
    InvitationState,
    MemberState,
    ProjectState,
)
from programs.projects.models import Project, ProjectMember, TeamInvitation
from programs.projects.queries.team import MEMBER_PARTS, about, entrant_of
from programs.projects.queries.visible import PROJECT_PARTS


def invitations_to_answer(user, *, now: datetime) -> QuerySet[TeamInvitation]:
    """What waits on the own desk; not those of teams that can no longer be joined."""
    mine = about(entrant_of(user))
    asked = TeamInvitation.objects.filter(mine) if mine else TeamInvitation.objects.none()
    waiting = asked.filter(state=InvitationState.WAITING, expires_at__gt=now)
    joinable = waiting.filter(
        project__state=ProjectState.DRAFT,
        project__competition__state=CompetitionState.OPEN,
        project__competition__closes_at__gt=now,
    )
    return joinable.select_related("invited_by", "project__competition").order_by("expires_at")


def withdrawals_to_answer(user) -> dict[Project, ProjectMember]:
    """The own projects that a team mate wants to withdraw, with who asked first; the answer of this person is awaited."""
    mine = about(entrant_of(user))
    if mine is None:
        return {}
    members = ProjectMember.objects.filter(state=MemberState.ACCEPTED)
    unanswered = members.filter(mine, withdraws_at=None, project__state__in=WITHDRAWN_BY_TEAM)
    asked = members.filter(withdraws_at__isnull=False, project__in=unanswered.values("project"))
    rows = asked.select_related("project__competition", *MEMBER_PARTS).order_by("-withdraws_at")
    return {row.project: row for row in rows}


def own_projects(user) -> QuerySet[Project]:
    mine = about(entrant_of(user), "members")
    if mine is None:
        return Project.objects.none()
    return (
        Project.objects.filter(mine, members__state__in=IN_TEAM).select_related(*PROJECT_PARTS).order_by("-updated_at")
    )


def projects_to_finish(user, *, now: datetime) -> QuerySet[Project]:
    """The own projects that can still be changed and submitted; a returned one lapses when it no longer can."""
    in_time = Q(state__in=EDITABLE, competition__state=CompetitionState.OPEN, competition__closes_at__gt=now)
    mended = Q(state=ProjectState.RETURNED, competition__state__in=[CompetitionState.OPEN, CompetitionState.CLOSED])
    nothing_opened = Q(competition__closes_at__lte=now, competition__rule_set__open_after_close=[])
    return own_projects(user).filter(in_time | mended).exclude(nothing_opened)
