"""Until when a project may be changed, and until when it must be approved."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from programs.competitions.models import Competition
from programs.core.calendar import DAY_BEGINS, WorkingDays, add_working_days, at, holidays_between
from programs.core.dates import local_day
from programs.projects.choices import ProjectState
from programs.projects.models import Project, Reopening
from programs.projects.rules import Opened, opened


def working_days_after(moment: datetime, count: int) -> datetime:
    """The same time of the day, ``count`` working days of offices later."""
    local = timezone.localtime(moment)
    return at(add_working_days(local.date(), count), local.time()) if count else moment


def endorse_by(competition: Competition) -> datetime:
    """The last moment at which projects of the competition are approved."""
    return working_days_after(competition.closes_at, competition.rule_set.endorse_days)


def approve_by(project: Project) -> datetime:
    """The same for one project: later where the organiser reopened it."""
    regular = endorse_by(project.competition)
    return max(regular, project.endorse_until) if project.endorse_until else regular


def warns_from(moment: datetime) -> datetime:
    """The morning of the working day before ``moment``."""
    day = local_day(moment)
    off = holidays_between(day - timedelta(days=40), day)
    return at(WorkingDays(off).step(day, -1), DAY_BEGINS)


def files_until(project: Project, due_at: datetime) -> datetime:
    """Until when files that were begun before the deadline ``due_at`` may arrive: the minutes of grace of the rules."""
    return due_at + timedelta(minutes=project.competition.rule_set.grace_minutes)


def open_reopening(project: Project) -> Reopening | None:
    return project.reopenings.filter(ended_at__isnull=True).first()


def opened_now(project: Project, *, now: datetime) -> Opened:
    """What of this project its team may change and submit, and until when."""
    competition = project.competition
    matters = project.state == ProjectState.RETURNED and now >= competition.closes_at
    last = approve_by(project) if matters else competition.closes_at  # days off are read only where they count
    reopening = open_reopening(project) if project.state == ProjectState.RETURNED else None
    return opened(project, reopening, endorse_by=last, now=now)


# --- What the sweep looks at ----------------------------------------------------------------------
def arriving() -> QuerySet[Project]:
    return Project.objects.filter(state=ProjectState.ARRIVING).order_by("pk")


def to_approve(*, now: datetime) -> QuerySet[Project]:
    """Projects of competitions that are closed, submitted or returned: they may lapse, or are warned."""
    waiting = Project.objects.filter(
        state__in=[ProjectState.SUBMITTED, ProjectState.RETURNED], competition__closes_at__lte=now + timedelta(days=1)
    )
    return waiting.select_related("competition__rule_set").order_by("pk")


def reopenings_over(*, now: datetime) -> QuerySet[Reopening]:
    """Of projects that are still with their team: what was withdrawn meanwhile stays so."""
    over = Reopening.objects.filter(ended_at__isnull=True, ends_at__lte=now, project__state=ProjectState.RETURNED)
    return over.order_by("pk")
