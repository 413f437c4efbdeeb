"""What the organiser compares when an entry is checked: the rules beside what the project shows."""

from __future__ import annotations

from django.utils.translation import gettext as _

from programs.competitions.models import RuleSet
from programs.documents.queries import current_files
from programs.endorsements.queries import approvals_of, kinds_of
from programs.entries.queries import Entered, Fact, changed_since, numbers_twice, team_of
from programs.projects.models import Project
from programs.projects.queries.contents import missing_in
from programs.projects.queries.submissions import receipt_of
from programs.projects.rules import field_refusal, time_refusal


def facts_of(project: Project) -> list[Fact]:
    """Every rule that the portal can compare by itself; whether it holds is said, nothing is decided."""
    rule_set = project.competition.rule_set
    team = team_of(project)
    shown = ", ".join(f"{member.name} ({member.studies or member.grade or '?'})" for member in team)
    fields = set(rule_set.fields.values_list("pk", flat=True))
    time = time_refusal(project.competition, project.started_on, project.finished_on)
    strange = field_refusal(rule_set, project.field_id, fields)
    lacks = missing_in(project)
    kinds, given = kinds_of(project), approvals_of(receipt_of(project))
    return [
        Fact(_("Members, with grade or studies"), shown, all(_may_enter(rule_set, member) for member in team)),
        *_numbers(project),
        Fact(_("Size of the team"), str(len(team)), rule_set.team_min <= len(team) <= rule_set.team_max),
        Fact(_("Field"), project.field.local_name if project.field else "–", strange is None),
        Fact(_("Time of the work"), time.message if time else _("within the rules"), time is None),
        Fact(_("Documents and statements"), ", ".join(lack.words for lack in lacks) or _("all there"), not lacks),
        Fact(_("Pages"), _pages(project), True),
        Fact(_("Approvals"), ", ".join(str(kind.label) for kind in kinds if kind in given), set(kinds) <= set(given)),
    ]


def _may_enter(rule_set: RuleSet, member: Entered) -> bool:
    """Whether a student's number is right, a person compares."""
    if member.studies:
        return rule_set.students
    return member.grade is not None and rule_set.grade_from <= member.grade <= rule_set.grade_to


def _numbers(project: Project) -> list[Fact]:
    """Who studies signed up alone: nobody has compared the numbers before the organiser does."""
    if not any(member.studies for member in team_of(project)):
        return []
    found = [
        *(_("stated anew after submitting: {name}").format(name=name) for name in changed_since(project)),
        *(
            _("stated in {reference} too: {number}").format(reference=ref, number=no)
            for ref, no in numbers_twice(project)
        ),
    ]
    return [Fact(_("Student numbers"), "; ".join(found) or _("as when it was submitted; in no other entry"), not found)]


def _pages(project: Project) -> str:
    lines = [f"{file.document.slot.local_name}: {file.pages}" for file in current_files(project) if file.pages]
    return "; ".join(lines) or "–"
