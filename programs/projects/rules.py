"""Whether a team may enter, change its project and submit it now, and whether the project may move on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from programs.competitions.choices import CompetitionState
from programs.competitions.models import Competition, RuleSet
from programs.core.refusals import Refusal
from programs.projects.choices import EDITABLE, PROJECT_MOVES, ProjectState
from programs.projects.models import Project

UPLOADS_AN_HOUR = 40
ENTERED_ALREADY = Refusal("entered_already", _("Each pupil can enter one project in a competition."))
WRONG_STATE = Refusal("wrong_state", _("This is no longer possible with the project's current status."))


@dataclass(frozen=True)
class Entrant:
    """The facts a rule needs about one pupil who wants to enter."""

    grade: int | None
    has_entered: bool = False


def window_refusal(competition: Competition, *, now: datetime) -> Refusal | None:
    """Only the server's clock counts."""
    if competition.state != CompetitionState.OPEN:
        return Refusal("not_open", _("This competition is not taking entries at the moment."))
    if now < competition.opens_at:
        return Refusal("too_early", _("This competition is not open yet."))
    if now >= competition.closes_at:
        return Refusal("too_late", _("The deadline of this competition has passed."))
    return None


def entry_refusal(competition: Competition, team: Iterable[Entrant], *, now: datetime) -> Refusal | None:
    """Whether this team may enter this competition now."""
    if refusal := window_refusal(competition, now=now):
        return refusal
    team, rule_set = list(team), competition.rule_set
    if len(team) > rule_set.team_max:
        return Refusal("team_too_big", _("The team has more members than the rules allow."), "partner")
    return next((refusal for pupil in team if (refusal := _entrant_refusal(pupil, rule_set))), None)


def _entrant_refusal(pupil: Entrant, rule_set: RuleSet) -> Refusal | None:
    if pupil.grade is None:
        return Refusal(
            "no_class", _("You are not in any class this school year. Ask your teacher to correct the list.")
        )
    if not rule_set.grade_from <= pupil.grade <= rule_set.grade_to:
        return Refusal("wrong_grade", _("This competition is for other grades."))
    return ENTERED_ALREADY if pupil.has_entered else None


def edit_refusal(project: Project, *, now: datetime) -> Refusal | None:
    """A project is frozen from the moment it is submitted until it is returned."""
    if project.state not in EDITABLE:
        return Refusal("frozen", _("The project has been submitted, so it can no longer be changed."))
    return window_refusal(project.competition, now=now)


def upload_refusal(*, recent: int) -> Refusal | None:
    if recent >= UPLOADS_AN_HOUR:
        return Refusal("too_many_uploads", _("You have sent too many files. Wait an hour, then continue."), "upload")
    return None


@dataclass(frozen=True)
class Missing:
    """What a project still lacks before it can be submitted; a list of words for a pupil."""

    title: bool = False
    summary: bool = False
    field: bool = False
    supervisor: bool = False
    image: bool = False
    document: bool = False

    @property
    def words(self) -> list:
        names = {
            "title": _("a title"),
            "summary": _("a summary"),
            "field": _("a field"),
            "supervisor": _("a supervising teacher"),
            "image": _("a picture"),
            "document": _("a report as a PDF"),
        }
        return [label for name, label in names.items() if getattr(self, name)]


def submission_refusal(project: Project, missing: Missing, *, now: datetime) -> Refusal | None:
    if ProjectState.SUBMITTED not in PROJECT_MOVES[ProjectState(project.state)]:
        return WRONG_STATE
    if refusal := window_refusal(project.competition, now=now):
        return refusal
    if missing.words:
        return Refusal("incomplete", _("Something is still missing. Add it, then submit."))
    return None


def decision_refusal(project: Project) -> Refusal | None:
    """The teacher decides once: an endorsed project is the organiser's."""
    return WRONG_STATE if project.state != ProjectState.SUBMITTED else None


def withdrawal_refusal(project: Project) -> Refusal | None:
    return WRONG_STATE if ProjectState.WITHDRAWN not in PROJECT_MOVES[ProjectState(project.state)] else None
