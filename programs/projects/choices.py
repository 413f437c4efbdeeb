"""States of a project, of its members and invitations, the allowed moves, and the verbs in the log."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "project.create": _("Started the project"),
    "project.edit": _("Changed the project"),
    "project.invite": _("Invited somebody into the team"),
    "project.uninvite": _("Took an invitation into the team back"),
    "project.decline": _("Declined an invitation into the team"),
    "project.join": _("Joined the team"),
    "project.leave": _("Left the team"),
    "project.submit": _("Submitted the project"),
    "project.endorse": _("Endorsed the project"),
    "project.return": _("Returned the project"),
    "project.arrive": _("The files of the submission are complete"),
    "project.incomplete": _("The submission was not complete in time"),
    "project.lapse": _("The project was not approved in time"),
    "project.reopen": _("Reopened the project"),
    "project.restore": _("The reopening ended; the project is again as it was submitted"),
    "project.agree": _("Agreed to withdraw the project"),
    "project.keep": _("No longer wants to withdraw the project"),
    "project.withdraw": _("Withdrew the project"),
}


class ProjectState(TextChoices):
    """``submitted`` waits for approvals; ``endorsed`` has them all and is what the organiser sees.

    ``arriving`` was submitted in time while files were still under way; they have the published minutes of grace.
    ``lapsed`` was submitted, but not approved by the last day for that.
    """

    DRAFT = "draft", _("Draft")
    ARRIVING = "arriving", _("Submitted, files are still arriving")
    SUBMITTED = "submitted", _("Waiting for approval")
    RETURNED = "returned", _("Returned for correction")
    ENDORSED = "endorsed", _("Endorsed and entered")
    ELIGIBLE = "eligible", _("Found eligible")
    INELIGIBLE = "ineligible", _("Not eligible")
    IN_JUDGING = "in_judging", _("Being judged")
    AWARDED = "awarded", _("Awarded")
    NOT_AWARDED = "not_awarded", _("Not awarded")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", pgettext_lazy("project", "Not approved in time")


class MemberState(TextChoices):
    """Who left, or was released because the project left the competition, may enter again until closing."""

    ACCEPTED = "accepted", pgettext_lazy("member of a team", "In the team")
    RELEASED = "released", pgettext_lazy("member of a team", "Free again: the project was withdrawn")
    LEFT = "left", pgettext_lazy("member of a team", "Left")


IN_TEAM = (MemberState.ACCEPTED, MemberState.RELEASED)  # whose project it is, or was when it was withdrawn


class InvitationState(TextChoices):
    """One that waits may be over by its days; nothing is written then."""

    WAITING = "waiting", pgettext_lazy("invitation into a team", "Waiting for an answer")
    ACCEPTED = "accepted", pgettext_lazy("invitation into a team", "Accepted")
    DECLINED = "declined", pgettext_lazy("invitation into a team", "Declined")
    TAKEN_BACK = "taken_back", pgettext_lazy("invitation into a team", "Taken back")


P = ProjectState
EDITABLE = (P.DRAFT, P.RETURNED)
WITHDRAWN_BY_TEAM = (
    P.DRAFT,
    P.ARRIVING,
    P.SUBMITTED,
    P.RETURNED,
    P.ENDORSED,
    P.ELIGIBLE,
)  # afterwards by the organiser
NOT_ENTERED = (*EDITABLE, P.ARRIVING, P.SUBMITTED)
UNFINISHED = (*NOT_ENTERED, P.ENDORSED, P.ELIGIBLE, P.IN_JUDGING)
ALMOST_IN = {P.ARRIVING, P.SUBMITTED, P.ENDORSED}  # where a press of "Submit" may lead, by what is still awaited
PROJECT_MOVES = {
    P.DRAFT: {*ALMOST_IN, P.WITHDRAWN},
    P.ARRIVING: {P.DRAFT, P.RETURNED, P.SUBMITTED, P.ENDORSED, P.WITHDRAWN},
    P.SUBMITTED: {P.ENDORSED, P.RETURNED, P.LAPSED, P.WITHDRAWN},
    P.RETURNED: {*ALMOST_IN, P.LAPSED, P.ELIGIBLE, P.INELIGIBLE, P.WITHDRAWN},
    P.ENDORSED: {P.ELIGIBLE, P.INELIGIBLE, P.RETURNED, P.WITHDRAWN},
    P.ELIGIBLE: {P.IN_JUDGING, P.RETURNED, P.INELIGIBLE, P.WITHDRAWN},
    P.INELIGIBLE: {P.ELIGIBLE, P.RETURNED},
    P.IN_JUDGING: {P.AWARDED, P.NOT_AWARDED, P.WITHDRAWN},
    P.LAPSED: {P.RETURNED, P.SUBMITTED},
    P.AWARDED: set(),
    P.NOT_AWARDED: set(),
    P.WITHDRAWN: set(),
}

REOPENABLE = (P.ENDORSED, P.ELIGIBLE, P.INELIGIBLE, P.LAPSED)  # by the organiser, until judging begins


class ReopeningEnd(TextChoices):
    """How a reopening ended."""

    SUBMITTED = "submitted", pgettext_lazy("end of a reopening", "Submitted again")
    OVER = "over", pgettext_lazy("end of a reopening", "Not submitted by its end")
    APPROVALS = "approvals", pgettext_lazy("end of a reopening", "Only the approvals were asked for again")


# What a reopening may open beside the documents, and the part that a column of the project belongs to.
OPEN_WORDS = {
    "title": pgettext_lazy("of a project", "Title"),
    "kind": _("Type"),
    "field": _("Field"),
    "summary": _("Summary"),
    "supervisor": _("Supervising teacher"),
    "dates": _("The days on which the work began and ended"),
}
PART_OF = {"started_on": "dates", "finished_on": "dates"}
