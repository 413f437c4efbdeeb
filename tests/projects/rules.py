"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.competitions.models import Competition
from programs.projects.actions import team
from programs.projects.actions.entries import locked_project
from programs.projects.models import TeamInvitation
from programs.projects.queries.contents import missing_in
from programs.projects.queries.deadlines import opened_now
from programs.projects.queries.entering import entrants_of
from programs.projects.rules import (
    asks_dates,
    breach,
    edit_refusal,
    entry_refusal,
    field_refusal,
    holding_up,
    invitation_refusal,
    inviting_refusal,
    joining_refusal,
    keeping_refusal,
    leaving_refusal,
    naming_refusal,
    opened,
    opening_refusal,
    quota_refusal,
    reopening_refusal,
    submission_refusal,
    taking_out_refusal,
    team_refusal,
    time_refusal,
    window_refusal,
    withdrawal_refusal,
)
from tests.projects.make import complete, make_minh, make_project


def calls() -> list[partial]:
    project = locked_project(project_id=complete(make_project()).pk)
    competition = Competition.objects.select_related("rule_set", "school_year").get(pk=project.competition_id)
    now = timezone.now()
    doors = opened_now(project, now=now)
    issued = team.issue_code(project_id=project.pk, by=project.created_by, key="rules")
    invitation = TeamInvitation.objects.select_related("invited_by").get(pk=issued.invitation.pk)
    return [
        partial(window_refusal, competition, now=now),
        partial(entry_refusal, competition, entrants_of(competition, [make_minh()])[0], now=now),
        partial(team_refusal, project),
        partial(inviting_refusal, project, team=1, waiting=0, now=now),
        partial(naming_refusal, classmate=True, invited=True),
        partial(leaving_refusal, project, team=1),
        partial(invitation_refusal, invitation, now=now),
        partial(opening_refusal, invitation, is_others=True, now=now),
        partial(joining_refusal, project, entrants_of(competition, [make_minh()])[0], team=2, now=now),
        partial(breach, competition.rule_set, "team", "team_too_big", "Đội quá đông."),
        partial(asks_dates, competition.rule_set),
        partial(time_refusal, competition, now.date(), now.date()),
        partial(field_refusal, competition.rule_set, project.field_id, {project.field_id}),
        partial(quota_refusal, "mentor", 2, competition.rule_set, full=True),
        partial(edit_refusal, project, doors, now=now),
        partial(holding_up, missing_in(project)),
        partial(submission_refusal, project, doors, missing_in(project), now=now),
        partial(opened, project, None, endorse_by=now, now=now),
        partial(reopening_refusal, project, ["title"], now, now=now),
        partial(withdrawal_refusal, project, agreed=True, waiting=1),
        partial(keeping_refusal, project, agreed=True),
        partial(taking_out_refusal, project),
    ]
