"""What becomes of a project, in words that a pupil understands."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.core.dates import exact_moment, short_moment
from programs.projects.choices import ProjectState
from programs.projects.models import Project, Submission
from programs.projects.pdf import Words as ReceiptWords
from programs.projects.queries.deadlines import files_until, opened_now
from programs.projects.queries.submissions import Sealed, newest_submission
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
    """The five steps from the draft to the result, for the stepper."""
    labels = [_("Draft"), _("Approvals"), _("Files are checked"), _("Judging"), _("Result")]
    if project.state == S.WITHDRAWN:
        return [{"label": _("Withdrawn"), "state": "no", "detail": ""}]
    reached = STEP_OF[S(project.state)]
    steps = []
    for number, label in enumerate(labels):
        state = "done" if number < reached else "now" if number == reached else ""
        steps.append({"label": label, "state": state, "detail": ""})
    if project.state in (S.INELIGIBLE, S.LAPSED):
        steps[reached]["state"] = "no"
    if project.submitted_at and reached:
        steps[0]["detail"] = short_moment(project.submitted_at)
    if project.endorsed_at and reached > 1:
        steps[1]["detail"] = short_moment(project.endorsed_at)
    return steps


def next_words(project: Project, *, member: bool) -> str:
    """What happens next, for the team or another reader."""
    now = timezone.now()
    doors = opened_now(project, now=now)
    if project.is_editable and edit_refusal(project, doors, now=now):
        return _words_when_over(project.state, member=member)
    if not member:
        return _words_for_reader(project.state)
    submission = newest_submission(project) if project.state == S.ARRIVING else None
    until = files_until(project, submission.due_at) if submission else doors.until
    return _words_for_team(project.state, short_moment(until))


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


def _words_for_team(state: str, closes: str) -> str:
    """``closes`` is when their time ends; of what is arriving, the minutes of grace."""
    return {
        S.DRAFT: _("Complete your project and submit it before {closes}.").format(closes=closes),
        S.RETURNED: _("Correct what you are asked for, then submit it again before {closes}.").format(closes=closes),
        S.SUBMITTED: _(
            "Those who must approve your project are reading it now; below you see who they are and until when. You "
            "cannot change anything in the meantime."
        ),
        S.ARRIVING: _(
            "Your project is submitted in time. Its last files may still arrive until {closes}; keep the page with "
            "them open until they are there."
        ).format(closes=closes),
        S.LAPSED: _(
            "The project was not approved by the last day for that, so it is not entered. If you think that is "
            "wrong, ask your teacher to write to the organiser."
        ),
        S.ENDORSED: _("Your project has been entered. After the deadline the organiser checks the files."),
        S.ELIGIBLE: _("The files are in order. Your project is waiting for the judges."),
        S.INELIGIBLE: _(
            "The organiser found that the project does not meet the rules; the reason stands on this page. Your "
            "teacher can write to the organiser."
        ),
        S.IN_JUDGING: _("The judges are reading your project. The results will appear here when they are published."),
        S.AWARDED: _("Congratulations! Your project won an award."),
        S.NOT_AWARDED: _("Your project did not win an award this time. Thank you for taking part, and keep building!"),
        S.WITHDRAWN: _("You withdrew this project. It is no longer taking part."),
    }[S(state)]


def _words_for_reader(state: str) -> str:
    return {
        S.DRAFT: _("The pupils are still working on it."),
        S.RETURNED: _("The pupils are correcting it."),
        S.SUBMITTED: _("It waits for its approvals; below you see whose they are and until when."),
        S.ARRIVING: _("It is submitted; its last files are still arriving."),
        S.LAPSED: _("It was not approved by the last day for that, so it is not entered."),
        S.ENDORSED: _("It has been entered. After the deadline the organiser checks the files."),
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
