"""What becomes of a project, in words that a pupil understands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.core.dates import exact_moment, short_moment
from programs.projects.choices import OPEN_WORDS, UNFINISHED, ProjectState
from programs.projects.models import Project, Submission
from programs.projects.pdf import Words as ReceiptWords
from programs.projects.queries.deadlines import approve_by, open_reopening, opened_now
from programs.projects.queries.submissions import Sealed, arrives_until, newest_submission
from programs.projects.queries.team import members_of
from programs.projects.rules import edit_refusal

S = ProjectState
# How far a project has come: the number of the step that is being taken now.
STEP_OF = {
    S.DRAFT: 0,
    S.RETURNED: 0,
    S.ARRIVING: 0,
    S.SUBMITTED: 1,
    S.LAPSED: 1,
    S.ENDORSED: 2,
    S.INELIGIBLE: 2,
    S.ELIGIBLE: 3,
    S.IN_JUDGING: 3,
    S.NOT_AWARDED: 5,
    S.AWARDED: 5,
}


def steps_of(project: Project) -> list[dict]:
    """The five steps from the draft to the result, for the stepper; a withdrawn project shows how far it came."""
    first = {S.DRAFT: _("Draft"), S.RETURNED: _("Correction"), S.ARRIVING: _("Last files")}
    labels = [_("Approvals"), _("Files are checked"), _("Judging"), _("Result")]
    labels = [first.get(S(project.state), _("Submitted")), *labels]
    came = [project.submitted_at, project.endorsed_at]
    if project.state == S.WITHDRAWN:
        done = [_step(label, "done", moment) for label, moment in zip(labels, came, strict=False) if moment]
        return [*done, _step(_("Withdrawn"), "no")]
    reached = STEP_OF[S(project.state)]
    moments = [*came[:reached], *[None] * len(labels)]
    states = ["done"] * reached + ["now"] + [""] * len(labels)
    if project.state in (S.INELIGIBLE, S.LAPSED):
        states[reached] = "no"
    return [_step(*parts) for parts in zip(labels, states, moments, strict=False)]


def _step(label: str, state: str, moment: datetime | None = None) -> dict:
    return {"label": label, "state": state, "detail": short_moment(moment) if moment else ""}


@dataclass(frozen=True)
class Next:
    """What happens next, as the page shows it; of what is over, how it ended."""

    title: str
    text: str
    look: str = "info"
    icon: str = "info"


LOOK_OF = {
    S.DRAFT: ("info", "edit"),
    S.RETURNED: ("info", "edit"),
    S.ARRIVING: ("info", "hourglass"),
    S.SUBMITTED: ("info", "hourglass"),
    S.ENDORSED: ("ok", "check"),
    S.ELIGIBLE: ("ok", "check"),
    S.IN_JUDGING: ("info", "star"),
    S.AWARDED: ("award", "trophy"),
    S.NOT_AWARDED: ("info", "star"),
    S.INELIGIBLE: ("no", "warning"),
    S.LAPSED: ("no", "warning"),
    S.WITHDRAWN: ("info", "info"),
}


def next_of(project: Project, *, member: bool) -> Next:
    text = next_words(project, member=member)
    if project.state in UNFINISHED:
        return Next(_("What happens next"), text, *LOOK_OF[S(project.state)])
    return Next(project.award or project.get_state_display(), text, *LOOK_OF[S(project.state)])


def parts_of(project: Project, codes: Iterable[str]) -> str:
    """What is open of a project, by the names of its words and documents."""
    slots = {slot.code: slot.local_name for slot in project.competition.rule_set.slots.all()}
    return ", ".join(str(OPEN_WORDS.get(code, slots.get(code, code))) for code in codes)


def correction_of(project: Project) -> dict[str, Any]:
    """Of a project that is to be corrected: whether the organiser opened it, and what of it is open, and until when."""
    if project.state != S.RETURNED:
        return {}
    now = timezone.now()
    doors = opened_now(project, now=now)
    parts = parts_of(project, sorted(doors.scope)) if doors.scope and now < doors.until else ""
    return {"reopening": open_reopening(project), "open_parts": parts, "open_until": doors.until}


def next_words(project: Project, *, member: bool) -> str:
    """What happens next, for the team or another reader."""
    now = timezone.now()
    doors = opened_now(project, now=now)
    if project.is_editable and edit_refusal(project, doors, now=now):
        return _words_when_over(project.state, member=member)
    if project.state == S.ENDORSED and now >= project.competition.closes_at:
        return _("The project has been entered. The organiser is checking the files now.")
    if project.state == S.ELIGIBLE and (held_on := project.competition.held_on):
        words = _("The files are in order; the project is waiting for the judges. The day of the contest is {day}.")
        return words.format(day=f"{held_on:%d/%m/%Y}")
    words = _words_for_team(project.state) if member else _words_for_reader(project.state)
    return words.format(until=short_moment(_until(project, doors.until)))


def _until(project: Project, closes: datetime) -> datetime:
    """When the time of whoever moves next ends: the approvers', that of the last files, the team's."""
    if project.state == S.SUBMITTED:
        return approve_by(project)
    submission = newest_submission(project) if project.state == S.ARRIVING else None
    return arrives_until(project, submission.due_at) if submission else closes


def _words_when_over(state: str, *, member: bool) -> str:
    """Of a project that is with its team, which cannot change it any more."""
    if state == S.DRAFT and not member:
        return _("It was not submitted in time.")
    if state == S.DRAFT:
        return _(
            "Entries are closed, and this project was not submitted, so it does not take part. Your text and your "
            "files stay here."
        )
    return _(
        "It can no longer be corrected: the time for that is over. If it must be mended, the teacher can ask the "
        "organiser to open it."
    )


def _words_for_team(state: str) -> str:
    return {
        S.DRAFT: _("Complete your project and submit it before {until}."),
        S.RETURNED: _("Correct what you are asked for, then submit it again before {until}."),
        S.SUBMITTED: _(
            "Your project is being read; every approval is needed by {until}. You cannot change anything in the meantime."
        ),
        S.ARRIVING: _(
            "Your project is submitted in time. Its last files may still arrive until {until}; keep the page with "
            "them open until they are there."
        ),
        S.LAPSED: _(
            "The project was not approved by the last day for that, so it is not entered. If you think that is "
            "wrong, ask your teacher to write to the organiser."
        ),
        S.ENDORSED: _("Your project has been entered. After {until} the organiser checks the files."),
        S.ELIGIBLE: _("The files are in order. Your project is waiting for the judges."),
        S.INELIGIBLE: _(
            "The organiser found that the project does not meet the rules. If you think that is wrong, ask your teacher "
            "to write to the organiser."
        ),
        S.IN_JUDGING: _("The judges are reading your project. The results will appear here when they are published."),
        S.AWARDED: _("Congratulations! Your project won an award."),
        S.NOT_AWARDED: _("Your project did not win an award this time. Thank you for taking part, and keep building!"),
        S.WITHDRAWN: _("You withdrew this project. It is no longer taking part."),
    }[S(state)]


def _words_for_reader(state: str) -> str:
    return {
        S.DRAFT: _("The pupils are still working on it. They can submit it until {until}."),
        S.RETURNED: _("The pupils are correcting it. They can submit it again until {until}."),
        S.SUBMITTED: _("It is being read; every approval is needed by {until}."),
        S.ARRIVING: _("It is submitted; its last files may still arrive until {until}."),
        S.LAPSED: _("It was not approved by the last day for that, so it is not entered."),
        S.ENDORSED: _("It has been entered. After {until} the organiser checks the files."),
        S.ELIGIBLE: _("The files are in order; it is waiting for the judges."),
        S.INELIGIBLE: _("It does not meet the rules."),
        S.IN_JUDGING: _("It is being judged."),
        S.AWARDED: _("It won an award."),
        S.NOT_AWARDED: _("It did not win an award."),
        S.WITHDRAWN: _("The pupils withdrew it."),
    }[S(state)]


def receipt_words(submission: Submission, seals: list[Sealed]) -> ReceiptWords:
    """The receipt of a submission, for the page and for paper."""
    project = submission.project
    members = ", ".join(person.full_name for person in members_of(project))
    facts = [
        (_("Project"), submission.title),
        (_("Reference"), project.reference),
        (_("Competition"), project.competition.local_name),
        (_("Team"), members),
        (_("School"), project.school.name if project.school else ""),
        (_("University or college"), project.institution),
        (_("Supervising teacher"), submission.supervisor.full_name if submission.supervisor else ""),
        (_("Submitted"), exact_moment(submission.pressed_at)),
        (_("Everything there"), exact_moment(submission.arrived_at) if submission.arrived_at else ""),
        (_("Deadline"), exact_moment(submission.due_at)),
        (_("Submission"), str(submission.number)),
    ]
    came, late = _("Arrived {moment}"), _("Arrived {moment}, in the minutes of grace after the deadline")
    documents = [
        (seal.label, (late if seal.in_grace else came).format(moment=seal.arrived), f"SHA-256 {seal.sha256}")
        for seal in seals
    ]
    return ReceiptWords(
        language=get_language() or "vi",
        portal=settings.JURISDICTION["portal_name"],
        title=_("Receipt of a submission"),
        mark=project.reference,
        facts=[(label, value) for label, value in facts if value],
        heading=_("What was submitted"),
        documents=documents,
        closing=_(
            "A hash (SHA-256) is the fingerprint of a file: whoever computes it from the same file gets the same "
            "signs. That is how it can be proved later that nothing was exchanged."
        ),
    )
