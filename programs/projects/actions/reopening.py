"""The organiser opens a project that was in: with a reason, for a part of it, until a moment."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.projects.actions.entries import locked_project
from programs.projects.actions.moving import move
from programs.projects.actions.quotas import let_go, take_places
from programs.projects.choices import MemberState, ProjectState, ReopeningEnd
from programs.projects.emails import tell
from programs.projects.models import Project, Reopening
from programs.projects.policy import may_reopen
from programs.projects.queries.deadlines import working_days_after
from programs.projects.queries.submissions import RESTORES, awaited, receipt_of
from programs.projects.queries.team import people_of
from programs.projects.rules import reopening_refusal


@transaction.atomic
def reopen_project(*, project_id: int, reason: str, scope: list[str], ends_at: datetime, by: User) -> Project:
    """The team may change ``scope`` until ``ends_at`` and submits again; what is not, is again as it was.

    With an empty scope a project that was not approved in time is only put before its approvers again.
    Raises PermissionDenied, and ``Refused``: ``wrong_state``, ``judging_began``, ``ends_too_early``,
    ``nothing_opened``, ``entered_another``, ``school_full``, ``mentor_full``.
    """
    now, project = timezone.now(), locked_project(project_id=project_id)
    must(may_reopen(by, project))
    refuse_if(reopening_refusal(project, scope, ends_at, now=now))
    before, days = project.state, project.competition.rule_set.endorse_days
    if before == ProjectState.LAPSED:
        _call_back(project)
    reopening = Reopening.objects.create(
        project=project, by=by, reason=reason, scope=scope, came_from=before, ends_at=ends_at
    )
    if scope:
        until = working_days_after(ends_at, days)
        move(project=project, to=ProjectState.RETURNED, return_reason=reason, endorse_until=until)
    else:
        end_reopening(reopening=reopening, how=ReopeningEnd.APPROVALS)
        move(project=project, to=ProjectState.SUBMITTED, endorse_until=ends_at)
    after = {"state": project.state, "scope": [Code(code) for code in scope], "until": ends_at.isoformat()}
    record(by=by, action="project.reopen", obj=project, before={"state": before}, after=after, reason=reason)
    people = people_of(project) if scope else [*people_of(project), *awaited(project)]
    tell(project, "project_reopened", dict.fromkeys(people), reason=reason, until=ends_at, only_approvals=not scope)
    return project


@transaction.atomic
def close_reopening(*, reopening_id: int, now: datetime) -> bool:
    """Its end has come and nothing was submitted: the project is again as it was, words, files and state."""
    project_id = Reopening.objects.values_list("project", flat=True).get(pk=reopening_id)
    project = locked_project(project_id=project_id)
    reopening = Reopening.objects.get(pk=reopening_id)
    if reopening.ended_at or reopening.ends_at > now or project.state != ProjectState.RETURNED:
        return False
    submission = receipt_of(project)
    words = submission.columns if submission else {}
    if submission:
        for restore in RESTORES:
            restore(project, submission)
    end_reopening(reopening=reopening, how=ReopeningEnd.OVER)
    move(project=project, to=reopening.came_from, return_reason="", **words)
    if project.state == ProjectState.LAPSED:
        let_go(projects=[project])
    record(by=None, action="project.restore", obj=project, after={"state": project.state})
    tell(project, "project_restored", people_of(project))
    return True


def end_reopening(*, reopening: Reopening, how: ReopeningEnd) -> None:
    """Note that it is over. The caller holds the project's lock."""
    reopening.ended_at, reopening.ended_how = timezone.now(), how
    reopening.save(update_fields=["ended_at", "ended_how"])


def resume_reopening(*, project: Project, since: datetime) -> None:
    """The submission of ``since`` did not become whole: what the organiser had opened is open again, until its end.

    The caller holds the project's lock.
    """
    used = project.reopenings.filter(ended_how=ReopeningEnd.SUBMITTED, ended_at__gte=since)
    used.update(ended_at=None, ended_how="")


def _call_back(project: Project) -> None:
    """The members that were set free, and the places. Raises ``Refused``: ``entered_another``, those of the quotas."""
    try:
        with transaction.atomic():
            project.members.filter(state=MemberState.RELEASED).update(state=MemberState.ACCEPTED)
    except IntegrityError as error:
        words = _("A member of this team has entered this competition with another project meanwhile.")
        raise Refused.because("entered_another", words) from error
    take_places(project=project)
