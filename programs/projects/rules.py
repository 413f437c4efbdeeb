"""Whether a team may enter, change its project and submit it now, and whether the project may move on."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programs.competitions.choices import CompetitionState
from programs.competitions.models import Competition, RuleSet
from programs.core.refusals import Refusal
from programs.projects.choices import EDITABLE, PROJECT_MOVES, ProjectState
from programs.projects.models import Project

UPLOADS_AN_HOUR = 40
ENTERED_ALREADY = Refusal("entered_already", gettext_lazy("Each pupil can enter one project in a competition."))
WRONG_STATE = Refusal("wrong_state", gettext_lazy("This is no longer possible with the project's current status."))


@dataclass(frozen=True)
class Entrant:
    """The facts a rule needs about one pupil who wants to enter."""

    grade: int | None
    has_entered: bool = False
    levels: frozenset[str] = frozenset()  # of the pupil's school; empty where nobody wrote them down


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
        words = ngettext(
            "The rules allow {count} member in a team.", "The rules allow up to {count} members in a team.",
            rule_set.team_max,
        )  # fmt: skip
        return breach(rule_set, "team", "team_too_big", words.format(count=rule_set.team_max), "partner")
    return next((refusal for pupil in team if (refusal := _entrant_refusal(pupil, rule_set))), None)


def breach(rule_set: RuleSet, part: str, code: str, words: str, field: str | None = None) -> Refusal:
    """A rule of the competition that is not kept, with where it is written."""
    source = rule_set.source_of(part)
    return Refusal(code, f"{words} ({source})" if source else words, field)


def _entrant_refusal(pupil: Entrant, rule_set: RuleSet) -> Refusal | None:
    if pupil.grade is None:
        return Refusal(
            "no_class", _("You are not in any class this school year. Ask your teacher to correct the list.")
        )
    if not (rule_set.pupils and rule_set.grade_from <= pupil.grade <= rule_set.grade_to):
        words = _("This competition is for grades {first} to {last}.").format(
            first=rule_set.grade_from, last=rule_set.grade_to
        )
        return breach(rule_set, "who", "wrong_grade", words)
    if rule_set.levels and pupil.levels and not pupil.levels & set(rule_set.levels):
        return breach(rule_set, "who", "wrong_level", _("This competition is for schools of another level."))
    return ENTERED_ALREADY if pupil.has_entered else None


# --- What the rules say about the work ----------------------------------------------------------
def asks_dates(rule_set: RuleSet) -> bool:
    """Whether the rules limit when the work was done."""
    return any(
        limit is not None for limit in (rule_set.months_most, rule_set.starts_years_before, rule_set.ends_days_before)
    )


def time_refusal(competition: Competition, began: date | None, ended: date | None) -> Refusal | None:
    """Whether the work was done within the time that the rules allow."""
    rule_set, day = competition.rule_set, competition.reference_day
    if began and ended and ended < began:
        return Refusal("ends_before", _("The work ended before it began. Check both days."), "finished_on")
    years, days, months = rule_set.starts_years_before, rule_set.ends_days_before, rule_set.months_most
    if began and years is not None and began < (earliest := date(day.year - years, 1, 1)):
        words = _("Work may begin on {day} at the earliest.").format(day=f"{earliest:%d/%m/%Y}")
        return breach(rule_set, "time", "began_too_early", words, "started_on")
    if ended and days is not None and ended > (latest := day - timedelta(days=days)):
        words = _("Work must end on {day} at the latest.").format(day=f"{latest:%d/%m/%Y}")
        return breach(rule_set, "time", "ended_too_late", words, "finished_on")
    if began and ended and months and ended >= _months_after(began, months):
        words = ngettext("Work may take {count} month.", "Work may take up to {count} months in a row.", months)
        return breach(rule_set, "time", "too_long", words.format(count=months), "finished_on")
    return None


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, min(day.day, monthrange(day.year + year, month + 1)[1]))


def field_refusal(rule_set: RuleSet, chosen: int | None, fields: Collection[int]) -> Refusal | None:
    """``fields`` are the keys of those that the rules name."""
    if chosen is not None and chosen not in fields:
        return breach(rule_set, "fields", "strange_field", _("The rules do not name this field."), "field")
    return None


def quota_refusal(part: str, most: int, rule_set: RuleSet, *, full: bool) -> Refusal | None:
    """Whether the school, or the mentor, has as many projects in as the rules allow."""
    if not full:
        return None
    if part == "mentor":
        words = ngettext(
            "This teacher already leads {count} project that was submitted this school year. Choose another.",
            "This teacher already leads {count} projects that were submitted this school year. Choose another.",
            most,
        )
        return breach(rule_set, part, "mentor_full", words.format(count=most), "supervisor")
    words = ngettext(
        "Your school has already submitted {count} project, as many as the rules allow. Ask your teacher.",
        "Your school has already submitted {count} projects, as many as the rules allow. Ask your teacher.",
        most,
    )
    return breach(rule_set, part, "school_full", words.format(count=most))


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
    dates: bool = False
    team: bool = False
    supervisor: bool = False
    image: bool = False
    document: bool = False

    @property
    def words(self) -> list:
        names = {
            "title": _("a title"),
            "summary": _("a summary"),
            "field": _("a field"),
            "dates": _("the days on which the work began and ended"),
            "team": _("another member of the team"),
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
