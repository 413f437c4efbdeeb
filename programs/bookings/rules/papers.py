"""Which papers and approvals a visit needs, and whether it may be confirmed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.choices import ApprovalKind, ApprovalState, BookingState
from programs.bookings.models import Booking, BookingApproval, BookingPaper
from programs.bookings.rules.booking import begun_refusal, move_refusal
from programs.centres.choices import PaperKind, VisitRisk
from programs.centres.models import FieldTrip, Session
from programs.core.calendar import TO_ANSWER, WORK_ENDS, WorkingDays, at
from programs.core.choices import Level
from programs.core.refusals import Refusal
from programs.schools.choices import Authority
from programs.schools.models import School

INCOMPLETE = (BookingState.HELD, BookingState.PAPERS_DUE)


@dataclass(frozen=True)
class Consents:
    """What the ledger says of those who may come: the named ones, or else the class."""

    named: bool
    listed: int
    agreed: int
    pupils: int

    @property
    def staying(self) -> int:
        """How many of the booked pupils nobody has agreed for; a class that is not in the portal is not counted."""
        if not self.listed:
            return 0
        return self.listed - self.agreed if self.named else max(0, self.pupils - self.agreed)


@dataclass(frozen=True)
class PaperLine:
    """A paper that the field trip asks for, and what was handed in."""

    kind: str
    paper: BookingPaper | None

    @property
    def label(self) -> str:
        return str(PaperKind(self.kind).label)


@dataclass(frozen=True)
class ApprovalLine:
    """An approval the visit needs and its current state; ``state`` is empty until it is requested."""

    kind: str
    school: School
    row: BookingApproval | None

    @property
    def label(self) -> str:
        return approval_label(self.kind, self.school)

    @property
    def state(self) -> str:
        return self.row.state if self.row else ""

    @property
    def done(self) -> bool:
        return self.state == ApprovalState.APPROVED


def approval_label(kind: str, school: School) -> str:
    """The authority by its name: for upper secondary schools it is the department."""
    if kind == ApprovalKind.WARD and school.authority == Authority.DEPARTMENT:
        return str(Authority.DEPARTMENT.label)
    return str(ApprovalKind(kind).label)


@dataclass(frozen=True)
class Checklist:
    """What a booking has and what it still needs; the page and the rule read the same one."""

    booking: Booking
    risks: tuple[VisitRisk, ...]
    papers: list[PaperLine]
    consents: Consents
    approvals: list[ApprovalLine]

    @property
    def papers_missing(self) -> int:
        return sum(1 for line in self.papers if line.paper is None)

    @property
    def approvals_missing(self) -> int:
        return sum(1 for line in self.approvals if not line.done)

    @property
    def consents_ready(self) -> bool:
        staying = self.consents.staying
        return staying == 0 or (staying < self.consents.pupils and bool(self.booking.alternative))

    @property
    def open_items(self) -> int:
        return self.papers_missing + self.approvals_missing + (0 if self.consents_ready else 1)

    @property
    def reasons(self) -> list[str]:
        """Why more than the school is asked."""
        return [str(VisitRisk(risk).label) for risk in self.risks] if len(self.approvals) > 1 else []

    @property
    def consent_words(self) -> str:
        counted = self.consents
        if not counted.listed:
            return _("The class has no pupils on the portal: the consents are kept at school.")
        words = (
            _("{agreed} of {listed} named pupils") if counted.named else _("{agreed} of {listed} pupils of the class")
        )
        return words.format(agreed=counted.agreed, listed=counted.listed)


def papers_due(session: Session, *, days: WorkingDays, now: datetime) -> datetime:
    """Until when a school completes its papers: the end of the centre's last working day for it.

    Later bookings have until the end of the working day before the session, or until it begins: whoever books in the
    last hours of a deadline is not held to it.
    """
    starts_at = session.starts_at
    for count in (session.field_trip.centre.confirm_days, 1):
        due = at(days.step(timezone.localtime(starts_at).date(), -count), WORK_ENDS)
        if now + TO_ANSWER <= due < starts_at:
            return due
    return starts_at


def lapses(booking: Booking, *, now: datetime) -> bool:
    """Whether the places go back now: only after a warning.

    A group whose session has begun is the centre's to judge, at the door.
    """
    due, warned = booking.papers_due_at, booking.warned_at
    on_time = due is None or warned is None or not due <= now < booking.session.starts_at
    return booking.state in INCOMPLETE and not on_time


def lapse_reason(checklist: Checklist) -> str:
    """What was missing when the time was over."""
    if checklist.papers_missing or not checklist.consents_ready:
        return _("The papers were not complete in time.")
    if missing := [line.label for line in checklist.approvals if not line.done]:
        return _("The papers were complete; an approval was still missing: {names}.").format(names=", ".join(missing))
    return _("The papers were complete, but the school did not confirm the visit in time.")


def paper_refusal(booking: Booking, *, text: str, has_file: bool) -> Refusal | None:
    """Why this paper may not be handed in now."""
    if booking.state not in INCOMPLETE:
        return Refusal("papers_fixed", _("The papers of this booking can no longer be changed."))
    if not text and not has_file:
        return Refusal("paper_empty", _("Write it here, or choose a file."), "text")
    return None


def confirm_refusal(checklist: Checklist, *, alternative: str, own_yes: bool, now: datetime) -> Refusal | None:
    """Why the school may not confirm now: everything on the list must be there.

    ``own_yes``: the person who confirms approves for the school by it.
    """
    booking = checklist.booking
    return (
        begun_refusal(booking.session, now=now)
        or move_refusal(booking, BookingState.CONFIRMED)
        or _papers_missing(checklist.papers_missing)
        or _consents_missing(booking.pupils, checklist.consents.staying, alternative or booking.alternative)
        or _approvals_missing(0 if own_yes else checklist.approvals_missing)
    )


def _papers_missing(number: int) -> Refusal | None:
    if not number:
        return None
    message = ngettext(
        "{count} paper is still missing: submit it on the booking's page.",
        "{count} papers are still missing: submit them on the booking's page.",
        number,
    )
    return Refusal("papers_missing", message.format(count=number))


def _consents_missing(pupils: int, staying: int, alternative: str) -> Refusal | None:
    if staying >= pupils:
        return Refusal("no_consents", _("No one has consent to come yet. Remind the guardians, or cancel the visit."))
    if not staying or alternative:
        return None
    message = ngettext(
        "{count} pupil is staying at school without consent: describe the equivalent activity.",
        "{count} pupils are staying at school without consent: describe the equivalent activity.",
        staying,
    )
    return Refusal("alternative_missing", message.format(count=staying), "alternative")


def _approvals_missing(number: int) -> Refusal | None:
    if not number:
        return None
    return Refusal(
        "approval_missing", _("The visit has not been approved yet. You will get a message as soon as it is.")
    )


ALWAYS = "always"


def risks_of(trip: FieldTrip, *, same_ward: bool, same_city: bool, level: str) -> tuple[VisitRisk, ...]:
    """What makes this visit riskier than one next door; nothing for the nearest and free one."""
    primary = level == Level.PRIMARY
    found = {
        VisitRisk.OTHER_WARD: not same_ward,
        VisitRisk.HIRED_VEHICLE: trip.needs_transport,
        VisitRisk.PAID: trip.price_vnd > 0,
        VisitRisk.PRIMARY: primary,
        VisitRisk.PRIMARY_OUTSIDE_CITY: primary and not same_city,
    }
    return tuple(risk for risk, holds in found.items() if holds)


def approvals_needed(risks: Collection[str], table: Mapping[str, Sequence[str]]) -> tuple[ApprovalKind, ...]:
    """The approvals that ``table`` asks for, the school's own first."""
    asked = {kind for name in (ALWAYS, *risks) for kind in table.get(name, ())}
    return tuple(kind for kind in ApprovalKind if kind in asked)


def to_ask_now(needed: Sequence[str], states: Mapping[str, str]) -> list[str]:
    """Who is asked next: the school's own head first; after a yes, the authorities together."""
    own = [kind for kind in needed if kind == ApprovalKind.PRINCIPAL]
    if any(states.get(kind) != ApprovalState.APPROVED for kind in own):
        return [kind for kind in own if kind not in states]
    return [kind for kind in needed if kind not in states]


def is_approved(needed: Sequence[str], states: Mapping[str, str]) -> bool:
    return all(states.get(kind) == ApprovalState.APPROVED for kind in needed)


def decision_refusal(booking: Booking, approval: BookingApproval, *, approved: bool, reason: str) -> Refusal | None:
    """Why this answer may not be recorded now."""
    if booking.state not in INCOMPLETE or approval.state != ApprovalState.ASKED:
        return Refusal("not_asked", _("No one is waiting for this answer any more."))
    if not approved and not reason:
        return Refusal("reason_missing", _("Say why not, so that the school knows what to change."), "reason")
    return None
