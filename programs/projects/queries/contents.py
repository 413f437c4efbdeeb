"""What a project holds, and what it still lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.projects.models import Project
from programs.projects.queries.team import seats_taken
from programs.projects.rules import Lack, asks_dates

Lacking = Callable[[Project], Iterable[Lack]]
LACKS: list[Lacking] = []


def lacks(part: Lacking) -> Lacking:
    """Registers what a later wing asks of a project before it can be submitted."""
    LACKS.append(part)
    return part


def missing_in(project: Project) -> list[Lack]:
    """What the project still lacks, of its own and of what later wings ask."""
    return [*_own_lacks(project), *(lack for part in LACKS for lack in part(project))]


def _own_lacks(project: Project) -> Iterator[Lack]:
    rule_set = project.competition.rule_set
    wanted = {
        "title": (project.title, _("a title")),
        "summary": (project.summary, _("a summary")),
        "field": (project.field_id or not rule_set.fields.exists(), _("a field")),
        "dates": (
            not asks_dates(rule_set) or (project.started_on and project.finished_on),
            _("the days on which the work began and ended"),
        ),
        "team": (len(seats_taken(project)) >= rule_set.team_min, _("another member of the team")),
        "supervisor": (project.supervisor_id or not project.school_id, _("a supervising teacher")),
    }
    edit = reverse("project_edit", args=[project.reference])
    pages = {"team": reverse("project_team", args=[project.reference])}
    return (Lack(code, words, pages.get(code, edit)) for code, (there, words) in wanted.items() if not there)
