"""Whether a team may enter, change its project and submit it now, and whether the project may move on."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programs.competitions.choices import CompetitionState
from programs.competitions.models import Competition, RuleSet
from programs.core.dates import exact_moment, short_moment
from programs.core.refusals import Refusal
from programs.projects.choices import (
    EDITABLE,
    PART_OF,
    REOPENABLE,
    WITHDRAWN_BY_TEAM,
    InvitationState,
    ProjectState,
)
from programs.projects.models import Project, Reopening, TeamInvitation
from programs.students.rules import HAS_ROLE

MOST_WAITING = 10  # invitations of one team
INVITATION_LASTS = timedelta(days=7)
ENTERED_ALREADY = Refusal(
    "entered_already",
    gettext_lazy("Everybody can enter one project in a competition. To join another, leave or withdraw yours first."),
)
SEAT_TAKEN = Refusal("seat_taken", gettext_lazy("Somebody joined this team at the same moment. Try again."), "code")
NO_SUCH_CODE = Refusal(
    "no_such_code", gettext_lazy("There is no invitation with this code. Compare it letter by letter."), "code"
)
WRONG_STATE = Refusal("wrong_state", gettext_lazy("This is no longer possible with the project's current status."))


@dataclass(frozen=True)
class Entrant:
    """The facts a rule needs about one person who wants to enter."""

    grade: int | None
    has_entered: bool = False
    levels: frozenset[str] = frozenset()  # of the pupil's school; empty where nobody wrote them down
    school: int | None = None
    is_student: bool = False  # of a university or college: no class, no school
    institution: str = ""  # of a student
    has_role: bool = False  # a student who works for a school, a centre or an authority meanwhile


def window_refusal(competition: Competition, *, now: datetime) -> Refusal | None:
    """Only the server's clock counts."""
    if competition.state != CompetitionState.OPEN:
        return Refusal("not_open", _("This competition is not taking entries at the moment."))
    if now < competition.opens_at:
        return Refusal("too_early", _("This competition is not open yet."))
    if now >= competition.closes_at:
        return Refusal("too_late", _("The deadline of this competition has passed."))
    return None


def entry_refusal(competition: Competition, entrant: Entrant, *, now: datetime) -> Refusal | None:
    """Whether this person may enter this competition now."""
    return window_refusal(competition, now=now) or _entrant_refusal(entrant, competition.rule_set)


def breach(rule_set: RuleSet, part: str, code: str, words: str, field: str | None = None) -> Refusal:
    """A rule of the competition that is not kept, with where it is written."""
    source = rule_set.source_of(part)
    return Refusal(code, f"{words} ({source})" if source else words, field)


def _entrant_refusal(entrant: Entrant, rule_set: RuleSet) -> Refusal | None:
    refusal = _student_refusal(entrant, rule_set) if entrant.is_student else _pupil_refusal(entrant, rule_set)
    return refusal or (ENTERED_ALREADY if entrant.has_entered else None)


def _student_refusal(student: Entrant, rule_set: RuleSet) -> Refusal | None:
    if student.has_role:
        return HAS_ROLE
    if rule_set.students:
        return None
    return breach(rule_set, "who", "no_students", _("This competition is for pupils of schools."))


def _pupil_refusal(pupil: Entrant, rule_set: RuleSet) -> Refusal | None:
    if not rule_set.pupils:
        return breach(rule_set, "who", "no_pupils", _("This competition is for students of universities and colleges."))
    if pupil.grade is None:
        return Refusal(
            "no_class", _("You are not in any class this school year. Ask your teacher to correct the list.")
        )
    if not rule_set.grade_from <= pupil.grade <= rule_set.grade_to:
        words = _("This competition is for grades {first} to {last}.").format(
            first=rule_set.grade_from, last=rule_set.grade_to
        )
        return breach(rule_set, "who", "wrong_grade", words)
    if rule_set.levels and pupil.levels and not pupil.levels & set(rule_set.levels):
        return breach(rule_set, "who", "wrong_level", _("This competition is for schools of another level."))
    return None


# --- The team -----------------------------------------------------------------------------------
def team_refusal(project: Project) -> Refusal | None:
    """The list of members is open until the project is submitted for the first time."""
    if project.state == ProjectState.DRAFT:
        return None
    return Refusal("team_locked", _("The project has been submitted, so its team can no longer be changed."))


def inviting_refusal(project: Project, *, team: int, waiting: int, now: datetime) -> Refusal | None:
    """Whether this team of ``team`` members, with ``waiting`` open invitations, may invite one more."""
    if refusal := team_refusal(project) or window_refusal(project.competition, now=now):
        return refusal
    if refusal := _size_refusal(project.competition.rule_set, team):
        return refusal
    if waiting >= MOST_WAITING:
        return Refusal("too_many_waiting", _("Too many invitations are waiting. Take one back, then invite again."))
    return None


def naming_refusal(*, classmate: bool, invited: bool) -> Refusal | None:
    """Whether this pupil may be invited by name."""
    if not classmate:
        return Refusal("not_classmate", _("Only classmates can be invited by name. Give anybody else a code."), "pupil")
    if invited:
        return Refusal("invited_already", _("This classmate has been invited and has not answered yet."), "pupil")
    return None


def leaving_refusal(project: Project, *, team: int) -> Refusal | None:
    if refusal := team_refusal(project):
        return refusal
    return None if team > 1 else Refusal("alone", _("You are the only member. Withdraw the project instead."))


def invitation_refusal(invitation: TeamInvitation, *, now: datetime) -> Refusal | None:
    """Whether it still waits for an answer; says what to do where it does not."""
    name = invitation.invited_by.full_name
    words = {
        InvitationState.ACCEPTED: _(
            "This invitation has been used; each one is for one person. Ask {name} for another."
        ),
        InvitationState.DECLINED: _("This invitation was declined. Ask {name} for another if you want to join."),
        InvitationState.TAKEN_BACK: _("This invitation was taken back. Ask {name} for another if you want to join."),
    }
    if invitation.state in words:
        return Refusal(invitation.state, words[InvitationState(invitation.state)].format(name=name), "code")
    if now >= invitation.expires_at:
        over = _("This invitation ended on {moment}. Ask {name} for a new one.")
        return Refusal("invitation_over", over.format(moment=short_moment(invitation.expires_at), name=name), "code")
    return None


def opening_refusal(invitation: TeamInvitation, *, is_others: bool, now: datetime) -> Refusal | None:
    """Whether the code that was typed leads this person to an invitation."""
    if is_others:
        words = _("Somebody else has used this code; each one is for one person. Ask {name} for another.")
        return Refusal("used", words.format(name=invitation.invited_by.full_name), "code")
    return invitation_refusal(invitation, now=now)


def joining_refusal(project: Project, entrant: Entrant, *, team: int, now: datetime) -> Refusal | None:
    """Whether this person may join this team of ``team`` members now."""
    competition = project.competition
    refusal = window_refusal(competition, now=now) or _closed_refusal(project)
    refusal = refusal or _entrant_refusal(entrant, competition.rule_set)
    if not refusal and (full := _size_refusal(competition.rule_set, team)):
        words = _("{full} You can begin a project of your own, or join another team.")
        refusal = replace(full, message=words.format(full=full.message))
    if not refusal and competition.rule_set.same_school and _is_of_another(project, entrant):
        words = _("All members of a team must be of one school.")
        refusal = breach(competition.rule_set, "team", "other_school", words)
    return replace(refusal, field="code") if refusal else None


def _is_of_another(project: Project, entrant: Entrant) -> bool:
    """School, or institution where the team is one of adults."""
    return (entrant.school, entrant.institution) != (project.school_id, project.institution)


def _closed_refusal(project: Project) -> Refusal | None:
    if project.state == ProjectState.DRAFT:
        return None
    if project.state == ProjectState.WITHDRAWN:
        return Refusal("withdrawn", _("This project was withdrawn. You can begin one of your own until the deadline."))
    words = _("This team has submitted its project, so nobody can join any more. You can begin one of your own.")
    return Refusal("team_locked", words)


def _size_refusal(rule_set: RuleSet, team: int) -> Refusal | None:
    if team < rule_set.team_max:
        return None
    words = ngettext(
        "The rules allow {count} member in a team, so this team is full.",
        "The rules allow up to {count} members in a team, so this team is full.",
        rule_set.team_max,
    )
    return breach(rule_set, "team", "team_full", words.format(count=rule_set.team_max))


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


# --- What is open now ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Opened:
    """What of a project may be changed, and until when; without a ``scope`` it is everything."""

    until: datetime
    scope: frozenset[str] | None = None

    def allows(self, part: str) -> bool:
        """``part``: a column of the words, or the code of a document."""
        return self.scope is None or PART_OF.get(part, part) in self.scope

    def refusal(self, *, now: datetime, part: str = "") -> Refusal | None:
        if now >= self.until:
            words = _("The deadline was {deadline}; the server received this at {received}.")
            return Refusal("too_late", words.format(deadline=exact_moment(self.until), received=exact_moment(now)))
        if part and not self.allows(part):
            return Refusal("not_opened", _("This part cannot be changed any more; the page says what is open."), part)
        return None


def opened(project: Project, reopening: Reopening | None, *, endorse_by: datetime, now: datetime) -> Opened:
    """The one answer to what the team may change and submit, while the project is with the team."""
    competition = project.competition
    if reopening:
        return Opened(reopening.ends_at, frozenset(reopening.scope))
    mended = frozenset(competition.rule_set.open_after_close)
    if now >= competition.closes_at and project.state == ProjectState.RETURNED and mended:
        return Opened(endorse_by, mended)
    return Opened(competition.closes_at)


def edit_refusal(project: Project, doors: Opened, *, now: datetime, part: str = "") -> Refusal | None:
    """A project is frozen from the moment it is submitted until it is returned, or reopened by the organiser."""
    if project.state not in EDITABLE:
        return Refusal("frozen", _("The project has been submitted, so it can no longer be changed."))
    over = now >= project.competition.closes_at  # what is open then is said by the doors alone
    waits = None if over else window_refusal(project.competition, now=now)
    if project.competition.state not in (CompetitionState.OPEN, CompetitionState.CLOSED):
        waits = window_refusal(project.competition, now=now)
    return waits or doors.refusal(now=now, part=part)


def reopening_refusal(project: Project, scope: Collection[str], ends_at: datetime, *, now: datetime) -> Refusal | None:
    """Whether the organiser may open ``scope`` of this project until ``ends_at``."""
    if project.state not in REOPENABLE:
        return WRONG_STATE
    if project.competition.state not in (CompetitionState.OPEN, CompetitionState.CLOSED):
        return Refusal("judging_began", _("Judging has begun, so nothing can be reopened any more."))
    if ends_at <= now:
        return Refusal("ends_too_early", _("Choose a moment that is still to come."), "ends_at")
    if not scope and project.state != ProjectState.LAPSED:
        return Refusal("nothing_opened", _("Choose what the team may change."), "scope")
    return None


@dataclass(frozen=True)
class Lack:
    """Something that a project needs before it can be submitted, and the address where a member adds it."""

    code: str
    words: str
    url: str = ""
    on_its_way: bool = False  # a file that is being sent: submitting need not wait for it


def holding_up(missing: Collection[Lack]) -> list[Lack]:
    """What must be there before "Submit" is pressed."""
    return [lack for lack in missing if not lack.on_its_way]


def submission_refusal(project: Project, doors: Opened, missing: Collection[Lack], *, now: datetime) -> Refusal | None:
    if project.state not in EDITABLE:
        return WRONG_STATE
    if refusal := edit_refusal(project, doors, now=now):
        return refusal
    if holding_up(missing):
        return Refusal("incomplete", _("Something is still missing. Add it, then submit."))
    return None


def withdrawal_refusal(project: Project, *, agreed: bool, waiting: int) -> Refusal | None:
    """Whether a member may agree to withdraw the project, while ``waiting`` of the others have not agreed."""
    if project.state == ProjectState.IN_JUDGING:
        words = _(
            "Judging has begun, so only the organiser can withdraw the project. Ask your teacher to write to them."
        )
        return Refusal("judging_began", words)
    if project.state not in WITHDRAWN_BY_TEAM:
        return WRONG_STATE
    if agreed and waiting:
        words = _("You have agreed already. The project is withdrawn when everybody in the team has agreed.")
        return Refusal("agreed_already", words)
    return None


def keeping_refusal(project: Project, *, agreed: bool) -> Refusal | None:
    return None if agreed and project.state in WITHDRAWN_BY_TEAM else WRONG_STATE


def taking_out_refusal(project: Project) -> Refusal | None:
    """The organiser withdraws what is being judged; before that it is the team's own decision."""
    return None if project.state == ProjectState.IN_JUDGING else WRONG_STATE
