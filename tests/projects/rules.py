"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.competitions.models import Competition
from programs.projects import rules
from programs.projects.actions import team
from programs.projects.actions.entries import locked_project
from programs.projects.models import TeamInvitation
from programs.projects.queries import entrants_of, missing_in
from tests.projects.make import complete, make_minh, make_project


def calls() -> list[partial]:
    project = locked_project(project_id=complete(make_project()).pk)
    competition = Competition.objects.select_related("rule_set", "school_year").get(pk=project.competition_id)
    now = timezone.now()
    issued = team.issue_code(project_id=project.pk, by=project.created_by, key="rules")
    invitation = TeamInvitation.objects.select_related("invited_by").get(pk=issued.invitation.pk)
    return [
        partial(rules.window_refusal, competition, now=now),
        partial(rules.entry_refusal, competition, entrants_of(competition, [make_minh()])[0], now=now),
        partial(rules.team_refusal, project),
        partial(rules.inviting_refusal, project, team=1, waiting=0, now=now),
        partial(rules.naming_refusal, classmate=True, invited=True),
        partial(rules.leaving_refusal, project, team=1),
        partial(rules.invitation_refusal, invitation, now=now),
        partial(rules.opening_refusal, invitation, 0, now=now),
        partial(rules.joining_refusal, project, entrants_of(competition, [make_minh()])[0], team=2, now=now),
        partial(rules.breach, competition.rule_set, "team", "team_too_big", "Đội quá đông."),
        partial(rules.asks_dates, competition.rule_set),
        partial(rules.time_refusal, competition, now.date(), now.date()),
        partial(rules.field_refusal, competition.rule_set, project.field_id, {project.field_id}),
        partial(rules.quota_refusal, "mentor", 2, competition.rule_set, full=True),
        partial(rules.edit_refusal, project, now=now),
        partial(rules.upload_refusal, recent=0),
        partial(rules.submission_refusal, project, missing_in(project), now=now),
        partial(rules.decision_refusal, project),
        partial(rules.withdrawal_refusal, project, agreed=True, waiting=1),
        partial(rules.keeping_refusal, project, agreed=True),
        partial(rules.taking_out_refusal, project),
    ]
