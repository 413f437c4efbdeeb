"""What a submission holds, what it still waits for, and who must approve it: the registries that later wings fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from programs.accounts.models import User
from programs.core.audit import Code
from programs.core.dates import exact_moment
from programs.projects.models import Project, Submission
from programs.projects.queries.deadlines import files_until


# --- What is sealed -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Seal:
    """A document as it was submitted: its code, the SHA-256 of what was sent, and when it had come."""

    code: str
    sha256: str
    arrived_at: datetime


@dataclass(frozen=True)
class Sealer:
    """``seals(project)`` is called when a project is submitted; ``label(project, code)`` says what a code is."""

    seals: Callable[[Project], Iterable[Seal]]
    label: Callable[[Project, str], str]


SEALS: dict[str, Sealer] = {}  # by the kind of what is sealed, such as "documents"


def sealed_now(project: Project) -> dict[str, Any]:
    """What a submission keeps: {"documents": {"report": {"sha256": …, "arrived": …}}}."""
    return {
        kind: {
            seal.code: {"sha256": seal.sha256, "arrived": seal.arrived_at.isoformat()} for seal in sealer.seals(project)
        }
        for kind, sealer in SEALS.items()
    }


def arrived_at(submission: Submission) -> datetime:
    """When the last byte of what it holds had come, or "Submit" was pressed, whichever was later."""
    arrivals = [seal["arrived"] for seals in submission.seals.values() for seal in seals.values()]
    return max([submission.pressed_at, *map(datetime.fromisoformat, arrivals)])


def sealed_codes(project: Project) -> list[Code]:
    """The hashes of the newest submission, for the log."""
    submission = newest_submission(project)
    parts = submission.seals.values() if submission else []
    digests = [f"{code}:{seal['sha256']}" for part in parts for code, seal in part.items()]
    return [Code(digest) for digest in digests]


@dataclass(frozen=True)
class Sealed:
    """A line of the receipt."""

    label: str
    sha256: str
    arrived: str
    in_grace: bool


def seals_of(submission: Submission) -> list[Sealed]:
    lines = []
    for kind, seals in submission.seals.items():
        for code, seal in seals.items():
            arrived = datetime.fromisoformat(seal["arrived"])
            label = SEALS[kind].label(submission.project, code) if kind in SEALS else code
            in_grace = submission.pressed_at < submission.due_at < arrived
            lines.append(Sealed(label, seal["sha256"], exact_moment(arrived), in_grace))
    return lines


def newest_submission(project: Project) -> Submission | None:
    return project.submissions.order_by("-number").first()


def receipt_of(project: Project) -> Submission | None:
    """What was last submitted whole."""
    return project.submissions.filter(complete_at__isnull=False).order_by("-number").first()


# --- What it waits for ----------------------------------------------------------------------------
@dataclass(frozen=True)
class OnTheWay:
    """Files of a project: how many are being sent, until when the last one, how many are checked, how many failed."""

    sent: int = 0
    checked: int = 0
    failed: int = 0
    until: datetime | None = None

    def __add__(self, other: OnTheWay) -> OnTheWay:
        sums = (self.sent + other.sent, self.checked + other.checked, self.failed + other.failed)
        return OnTheWay(*sums, max(filter(None, [self.until, other.until]), default=None))

    @property
    def coming(self) -> int:
        return self.sent + self.checked


UNDER_WAY: list[Callable[[Project, datetime], OnTheWay]] = []  # (project, since); called under the project's lock


def under_way(project: Project, *, since: datetime) -> OnTheWay:
    return sum((part(project, since) for part in UNDER_WAY), OnTheWay())


def arrives_until(project: Project, due_at: datetime) -> datetime:
    """Until when what is under way may come: an upload's own time may end before the minutes of grace do."""
    grace, ends = files_until(project, due_at), under_way(project, since=due_at).until
    return min(grace, ends) if ends else grace


# --- Who must approve it --------------------------------------------------------------------------
APPROVALS: list[Callable[[Project], bool]] = []  # whether a project needs any
AWAITED: list[Callable[[Project], list[User]]] = []  # who has not approved and may do so now


def asks_approval(project: Project) -> bool:
    return any(part(project) for part in APPROVALS)


def awaited(project: Project) -> list[User]:
    return list(dict.fromkeys(person for part in AWAITED for person in part(project)))


# --- What a reopening that ended without a submission brings back ---------------------------------
RESTORES: list[Callable[[Project, Submission], None]] = []
