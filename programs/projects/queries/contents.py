"""What a project holds, and what it still lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.competitions.models import RuleSet
from programs.projects.choices import MemberState
from programs.projects.models import Project, ProjectMember
from programs.projects.rules import Lack, asks_dates

# By the key of each project that lacks something; in as many statements for one project as for twenty.
Lacking = Callable[[Collection[Project]], Mapping[int, list[Lack]]]
LACKS: list[Lacking] = []


def lacks(part: Lacking) -> Lacking:
    """Registers what a later wing asks of projects before they can be submitted."""
    LACKS.append(part)
    return part


def missing_in(project: Project) -> list[Lack]:
    """What the project still lacks, of its own and of what later wings ask."""
    return missing_in_each([project])[project.pk]


def missing_in_each(projects: Collection[Project]) -> dict[int, list[Lack]]:
    """The same of many: one answer for the team's page and for the organiser's board."""
    parts = [_own_lacks(projects), *(part(projects) for part in LACKS)]
    return {project.pk: [lack for part in parts for lack in part.get(project.pk, [])] for project in projects}


def _own_lacks(projects: Collection[Project]) -> dict[int, list[Lack]]:
    keys = [project.pk for project in projects]
    seats = ProjectMember.objects.filter(project__in=keys, state=MemberState.ACCEPTED)
    team = Counter(seats.values_list("project", flat=True))
    rules = {project.competition.rule_set_id for project in projects}
    named = RuleSet.fields.through.objects.filter(ruleset__in=rules).values_list("ruleset", flat=True)
    with_fields = set(named.distinct())
    return {
        project.pk: list(_lacks_of(project, team[project.pk], project.competition.rule_set_id in with_fields))
        for project in projects
    }


def _lacks_of(project: Project, team: int, asks_field: bool) -> Iterator[Lack]:
    rule_set = project.competition.rule_set
    wanted = {
        "title": (project.title, _("a title")),
        "summary": (project.summary, _("a summary")),
        "field": (project.field_id or not asks_field, _("a field")),
        "dates": (
            not asks_dates(rule_set) or (project.started_on and project.finished_on),
            _("the days on which the work began and ended"),
        ),
        "team": (team >= rule_set.team_min, _("another member of the team")),
        "supervisor": (project.supervisor_id or not project.school_id, _("a supervising teacher")),
    }
    edit = reverse("project_edit", args=[project.reference])
    pages = {"team": reverse("project_team", args=[project.reference])}
    return (Lack(code, words, pages.get(code, edit)) for code, (there, words) in wanted.items() if not there)
