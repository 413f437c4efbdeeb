"""What a project holds, and what it still lacks."""

from __future__ import annotations

from programs.competitions.choices import SlotKind
from programs.competitions.models import RuleSet
from programs.projects.choices import FileKind
from programs.projects.models import Project, ProjectFile
from programs.projects.queries.team import seats_taken
from programs.projects.rules import Missing, asks_dates

MOST_MB = 20  # where no document of the rules says


def files_of(project: Project) -> dict[str, ProjectFile]:
    return {file.kind: file for file in project.files.all()}


def most_megabytes(rule_set: RuleSet, kind: str) -> int:
    """How large a file may be: what the documents of the rules allow for pictures, or for PDFs."""
    wanted = SlotKind.IMAGE if kind == FileKind.IMAGE else SlotKind.PDF
    sizes = [most for kinds, most in rule_set.slots.values_list("kinds", "most_mb") if wanted in kinds]
    return max(sizes, default=MOST_MB)


def missing_in(project: Project) -> Missing:
    kinds, rule_set = set(project.files.values_list("kind", flat=True)), project.competition.rule_set
    return Missing(
        title=not project.title,
        summary=not project.summary,
        field=project.field_id is None and rule_set.fields.exists(),
        dates=asks_dates(rule_set) and None in (project.started_on, project.finished_on),
        team=len(seats_taken(project)) < rule_set.team_min,
        supervisor=project.supervisor_id is None,
        image=FileKind.IMAGE not in kinds,
        document=FileKind.DOCUMENT not in kinds,
    )
