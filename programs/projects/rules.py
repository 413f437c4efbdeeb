"""Who may enter, edit and endorse, and whether it may happen now. Plain values in; no clock, no query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from programs.competitions.choices import CompetitionState
from programs.core.refusals import Refusal
from programs.projects.choices import EDITABLE, PROJECT_MOVES, ProjectState
from programs.schools.models import School
from programs.schools.rules import Roles

UPLOADS_AN_HOUR = 40


@dataclass(frozen=True)
class Window:
    """When a competition takes entries, and the server's clock."""

    state: str
    opens_at: datetime
    closes_at: datetime
    now: datetime


@dataclass(frozen=True)
class Entrant:
    """The facts a rule needs about one pupil who wants to enter."""

    grade: int | None
    school_working: bool
    has_entered: bool = False


@dataclass(frozen=True)
class Entry:
    window: Window
    grade_from: int
    grade_to: int
    team_max: int
    team: tuple[Entrant, ...]


def can_enter(roles: Roles) -> bool:
    """Pupils enter by themselves: nobody else can enter for them."""
    return roles.pupil is not None and roles.pupil.school.is_working


def can_edit(*, is_member: bool) -> bool:
    return is_member


def can_endorse(roles: Roles, *, supervisor_id: int | None, school: School) -> bool:
    """The supervising teacher, while at the school, or the school's coordinator."""
    if not school.is_working or not roles.is_staff_of(school):
        return False
    return roles.user_id == supervisor_id or roles.coordinates(school)


def window_refusal(window: Window) -> Refusal | None:
    """Only the server's clock counts."""
    if window.state != CompetitionState.OPEN:
        return Refusal("not_open", _("This competition is not taking entries at the moment."))
    if window.now < window.opens_at:
        return Refusal("too_early", _("This competition is not open yet."))
    if window.now >= window.closes_at:
        return Refusal("too_late", _("The deadline of this competition has passed."))
    return None


def entry_refusal(entry: Entry) -> Refusal | None:
    """Whether this team may enter this competition now."""
    if refusal := window_refusal(entry.window):
        return refusal
    if len(entry.team) > entry.team_max:
        return Refusal("team_too_big", _("The team has more members than the rules allow."), "partner")
    return next((refusal for pupil in entry.team if (refusal := _entrant_refusal(entry, pupil))), None)


def _entrant_refusal(entry: Entry, pupil: Entrant) -> Refusal | None:
    if not pupil.school_working:
        return Refusal(
            "school_not_working", _("Your school has not been verified on this portal yet. Ask your teacher.")
        )
    if pupil.grade is None:
        return Refusal(
            "no_class", _("You are not in any class this school year. Ask your teacher to correct the list.")
        )
    if not entry.grade_from <= pupil.grade <= entry.grade_to:
        return Refusal("wrong_grade", _("This competition is for other grades."))
    if pupil.has_entered:
        return Refusal("entered_already", _("Each pupil can enter one project in a competition."))
    return None


def edit_refusal(*, state: str, window: Window) -> Refusal | None:
    """A project is frozen from the moment it is submitted until it is returned."""
    if state not in EDITABLE:
        return Refusal("frozen", _("The project has been submitted, so it can no longer be changed."))
    return window_refusal(window)


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


def submission_refusal(*, missing: Missing, state: str, window: Window) -> Refusal | None:
    if refusal := move_refusal(state=state, target=ProjectState.SUBMITTED) or window_refusal(window):
        return refusal
    if missing.words:
        return Refusal("incomplete", _("Something is still missing. Add it, then submit."))
    return None


def move_refusal(*, state: str, target: str) -> Refusal | None:
    if target not in PROJECT_MOVES[ProjectState(state)]:
        return Refusal("wrong_state", _("This is no longer possible with the project's current status."))
    return None
