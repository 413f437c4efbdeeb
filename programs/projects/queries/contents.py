"""What a project holds, and what it still lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.competitions.choices import SlotKind
from programs.competitions.models import RuleSet
from programs.projects.choices import FileKind
from programs.projects.models import Project, ProjectFile
from programs.projects.queries.submissions import SEALS, Seal, Sealer, under_way
from programs.projects.queries.team import seats_taken
from programs.projects.rules import Lack, asks_dates

MOST_MB = 20  # where no document of the rules says


def files_of(project: Project) -> dict[str, ProjectFile]:
    return {file.kind: file for file in project.files.all()}


def most_megabytes(rule_set: RuleSet, kind: str) -> int:
    """How large a file may be: what the documents of the rules allow for pictures, or for PDFs."""
    wanted = SlotKind.IMAGE if kind == FileKind.IMAGE else SlotKind.PDF
    sizes = [most for kinds, most in rule_set.slots.values_list("kinds", "most_mb") if wanted in kinds]
    return max(sizes, default=MOST_MB)


def _seals(project: Project) -> Iterator[Seal]:
    return (Seal(file.kind, file.sha256, file.uploaded_at) for file in project.files.order_by("kind"))


# Until the documents have a wing of their own.
SEALS["documents"] = Sealer(_seals, lambda _project, code: str(FileKind(code).label))

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
    kinds, rule_set = set(project.files.values_list("kind", flat=True)), project.competition.rule_set
    wanted = {
        "title": (project.title, _("a title")),
        "summary": (project.summary, _("a summary")),
        "field": (project.field_id or not rule_set.fields.exists(), _("a field")),
        "dates": (
            not asks_dates(rule_set) or (project.started_on and project.finished_on),
            _("the days on which the work began and ended"),
        ),
        "team": (len(seats_taken(project)) >= rule_set.team_min, _("another member of the team")),
        "supervisor": (project.supervisor_id, _("a supervising teacher")),
        "image": (FileKind.IMAGE in kinds, _("a picture")),
        "document": (FileKind.DOCUMENT in kinds, _("a report as a PDF")),
    }
    comes = under_way(project, since=timezone.now()).coming > 0
    edit = reverse("project_edit", args=[project.reference])
    pages = {"team": reverse("project_team", args=[project.reference])}
    return (
        Lack(code, words, pages.get(code, edit), on_its_way=comes and code in FileKind.values)
        for code, (there, words) in wanted.items()
        if not there
    )
