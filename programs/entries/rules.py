"""Whether an entry may be found eligible or not now, when a team is reminded, and when a look changes something."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from programs.competitions.choices import CompetitionState
from programs.competitions.models import Competition
from programs.core.refusals import Refusal
from programs.entries.choices import Finding, Verdict
from programs.entries.models import Similarity
from programs.projects.choices import PROJECT_MOVES, ProjectState
from programs.projects.models import Project

REMIND_BEFORE = timedelta(days=3)
CHECKED = (ProjectState.ENDORSED, ProjectState.ELIGIBLE, ProjectState.INELIGIBLE)


def check_refusal(project: Project, found: str, reason: str, *, kin: bool, read: bool) -> Refusal | None:
    """Entries are checked until judging begins; a finding is changed only with a reason, and never by kin.

    ``read`` is whether what was found last was on the page.
    """
    if kin:
        words = _("A member's guardian has your name. Let a colleague check this entry.")
        return Refusal("kin", words)
    if not read:
        words = _("A colleague has checked this entry meanwhile. Read below what was found, then decide.")
        return Refusal("other_finding", words)
    if project.state not in CHECKED or found not in PROJECT_MOVES[ProjectState(project.state)]:
        return Refusal("wrong_state", _("This entry cannot be found so at the moment."))
    if project.competition.state not in (CompetitionState.OPEN, CompetitionState.CLOSED):
        return Refusal("judging_began", _("Judging has begun, so eligibility is settled."))
    if not reason and (found == Finding.INELIGIBLE or project.state != ProjectState.ENDORSED):
        return Refusal("no_reason", _("Say why: the team and its teacher read it exactly as you write it."), "reason")
    return None


def is_reminded(competition: Competition, *, now: datetime) -> bool:
    """Teams that have not submitted are reminded in the last three days."""
    return competition.state == CompetitionState.OPEN and now < competition.closes_at <= now + REMIND_BEFORE


def look_refusal(similarity: Similarity, verdict: str, note: str) -> Refusal | None:
    """Each of the two is done once, and never without saying why."""
    if (similarity.set_aside_at is not None) == (verdict == Verdict.SET_ASIDE):
        words = _("A colleague has done this a moment ago. Read what was noted before you go on.")
        return Refusal("done_already", words)
    if not note:
        return Refusal("no_note", _("Say what you saw: a colleague may ask next year."), "note")
    return None
