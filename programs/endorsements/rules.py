"""Whether a submission may be approved, returned or stated about now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from programs.core.dates import exact_moment
from programs.core.refusals import Refusal
from programs.projects.choices import EDITABLE, ProjectState
from programs.projects.models import Project


def approval_refusal(
    project: Project, kind: str, *, read: bool, decided: Collection[str], own: bool, last: datetime, now: datetime
) -> Refusal | None:
    """Whether this role may decide about the submission that is in; ``read`` is whether it is the one on the page.

    ``decided`` are the roles that have decided about it, ``own`` whether this person is among them.
    """
    if project.state != ProjectState.SUBMITTED:
        return Refusal("wrong_state", _("This project does not wait for approval at the moment."))
    if not read:
        return Refusal("other_submission", _("The team has submitted again meanwhile. Read what is new, then decide."))
    if kind in decided:
        return Refusal("decided", _("This has been decided already, perhaps by a colleague a moment ago."))
    if own:
        words = _("You have approved this project in another role. Somebody else must give this approval.")
        return Refusal("second_approval", words)
    if now >= last:
        words = _("The last moment for approvals was {last}; the organiser can open the project again.")
        return Refusal("too_late", words.format(last=exact_moment(last)))
    return None


def is_complete(wanted: Collection[str], given: Collection[str]) -> bool:
    return set(wanted) <= set(given)


def statement_refusal(project: Project, *, stated: bool, read: int, newest: int) -> Refusal | None:
    """``read`` is the version of the text that was on the page."""
    if stated:
        return Refusal("stated", _("You have stated this already."))
    if project.state not in EDITABLE:
        return Refusal("frozen", _("The project has been submitted, so nothing is stated about it now."))
    return text_refusal(read=read, newest=newest)


def text_refusal(*, read: int, newest: int) -> Refusal | None:
    if read == newest:
        return None
    return Refusal("other_text", _("The text has changed since you opened this page. Read the new one, then decide."))


def naming_refusal(*, is_member: bool) -> Refusal | None:
    if is_member:
        return Refusal("named", _("This person is in the safety committee already."), "person")
    return None
