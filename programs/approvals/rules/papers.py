"""Which papers and approvals a visit needs, and whether it may be confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.approvals.models import BookingApproval, BookingPaper
from programs.authorities.choices import ApprovalState, AskedAgain
from programs.authorities.rules import ApprovalLine, is_in_school, names_of_late
from programs.bookings.choices import INCOMPLETE, BookingState
from programs.bookings.models import Booking
from programs.bookings.rules.booking import begun_refusal, move_refusal
from programs.centres.choices import PaperKind, VisitRisk
from programs.centres.models import Session
from programs.core.calendar import TO_ANSWER, WORK_ENDS, WorkingDays, at
from programs.core.refusals import Refusal
from programs.core.versions import version_of

WITH_APPROVALS = (*INCOMPLETE, BookingState.CONFIRMED)  # a confirmed group is asked about again when it changes
AFTER_CHANGE = (AskedAgain.GROUP, AskedAgain.DAY, AskedAgain.PRICE)


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
class Checklist:
    """What a booking has and what it still needs; the page and the rule read the same one."""

    booking: Booking
    risks: tuple[VisitRisk, ...]
    papers: list[PaperLine]
    consents: Consents
    approvals: list[ApprovalLine]

    @property
    def kinds_missing(self) -> list[str]:
        return [line.kind for line in self.papers if line.paper is None]

    @property
    def papers_missing(self) -> int:
        return len(self.kinds_missing)

    @property
    def approvals_missing(self) -> int:
        return sum(1 for line in self.approvals if not line.done)

    @property
    def waits_for(self) -> list[ApprovalLine]:
        """Those who were asked and have not answered."""
        return [line for line in self.approvals if line.state == ApprovalState.ASKED]

    @property
    def sent_back(self) -> list[ApprovalLine]:
        return [line for line in self.approvals if line.state == ApprovalState.RETURNED]

    @property
    def late(self) -> str:
        """By name, whose turn it is: those who are asked, and the school where something was sent back to it."""
        return names_of_late(self.approvals, self.booking.school)

    @property
    def asked_again_why(self) -> str:
        """What changed since the approvals were given that are missing now."""
        return ", ".join(dict.fromkeys(line.row.get_asked_again_display() for line in self.approvals if line.again))

    @property
    def consents_ready(self) -> bool:
        staying = self.consents.staying
        return staying == 0 or (staying < self.consents.pupils and bool(self.booking.alternative))

    @property
    def open_items(self) -> int:
        return self.papers_missing + self.approvals_missing + (0 if self.consents_ready else 1)

    @property
    def only_answers_missing(self) -> bool:
        return 0 < self.approvals_missing == self.open_items and not self.sent_back

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


def lapses(booking: Booking, *, now: datetime) -> bool:
    """Whether the places go back now: only after a warning.

    A group whose session has begun is the centre's to judge, at the door.
    """
    due, warned = booking.papers_due_at, booking.warned_at
    on_time = due is None or warned is None or not due <= now < booking.session.starts_at
    return booking.state in INCOMPLETE and not on_time


def waits_for_authority(approval: BookingApproval | None) -> bool:
    """Whether somebody outside the school is asked and has not answered."""
    return approval is not None and approval.state == ApprovalState.ASKED and not is_in_school(approval.office)


def only_authority_missing(checklist: Checklist) -> bool:
    """Whether the school has done its part, and a ward or the department has not answered."""
    asked = [line for line in checklist.waits_for if waits_for_authority(line.row)]
    ours = len(asked) < checklist.approvals_missing  # a yes of the school's own head, or something to mend
    has_consents = checklist.consents.staying < checklist.consents.pupils
    return bool(asked) and not ours and not checklist.papers_missing and has_consents


def grace_ends(session: Session, *, end: datetime, days: WorkingDays, now: datetime) -> datetime:
    """Never later than the last afternoon before the session, unless that is over: then the door decides."""
    eve = timezone.localtime(session.starts_at).date() - timedelta(days=1)
    last = days.last_by_day(at(eve, WORK_ENDS))
    return min(end, last if now + TO_ANSWER <= last else session.starts_at)


def lapse_reason(checklist: Checklist) -> str:
    """Why the places go back, with the name of whoever did not answer."""
    if checklist.papers_missing:
        return _("The papers were not complete in time.")
    if checklist.sent_back:
        return _("The visit was sent back to be mended, and no approval was requested again in time.")
    if checklist.waits_for:
        names = ", ".join(line.whom for line in checklist.waits_for)
        return _("The papers were complete, but there was no answer in time from: {who}.").format(who=names)
    return _("The school did not confirm the visit in time.")


def are_papers_open(checklist: Checklist) -> bool:
    """Until the visit is confirmed; then only what somebody sent back."""
    state = checklist.booking.state
    return state in INCOMPLETE or (state == BookingState.CONFIRMED and bool(checklist.sent_back))


def paper_refusal(checklist: Checklist, *, text: str, has_file: bool) -> Refusal | None:
    """Why this paper may not be handed in now."""
    if are_papers_open(checklist) and not text and not has_file:
        return Refusal("paper_empty", _("Write it here, or choose a file."), "text")
    return _papers_fixed(checklist)


def _papers_fixed(checklist: Checklist) -> Refusal | None:
    fixed = Refusal("papers_fixed", _("The papers of this booking can no longer be changed."))
    return None if are_papers_open(checklist) else fixed


def taking_refusal(
    checklist: Checklist, papers: list[BookingPaper], *, copied: list[BookingPaper] | None = None
) -> Refusal | None:
    """Why ``papers`` of another booking may not be taken over now; ``copied``: those read before, for their files."""
    if fixed := _papers_fixed(checklist):
        return fixed
    if not papers:
        return Refusal("nothing_to_take", _("That class has nothing that is still missing here."))
    changed_meanwhile = Refusal("changed_meanwhile", _("These papers changed just now. Please look again."))
    return None if copied in (None, papers) else changed_meanwhile


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


def basis_of(booking: Booking) -> dict[str, Any]:
    """What a yes is said to: with more pupils, another day or another price it is another visit."""
    session = booking.session
    day, price = timezone.localtime(session.starts_at).date(), session.field_trip.price_vnd
    return {"pupils": booking.size_now["pupils"], "visit_day": day, "price_vnd": price}


def seen_mark(booking: Booking) -> str:
    """A mark of the visit as the page of an approval shows it: an answer is to what was read."""
    return version_of(basis_of(booking))


def touched(approval: BookingApproval, booking: Booking) -> AskedAgain | None:
    """What changed since this answer was given so that it has to be asked for again."""
    answered = approval.state in (ApprovalState.APPROVED, ApprovalState.RETURNED)
    return changed(approval, booking) if answered else None


def changed(approval: BookingApproval, booking: Booking) -> AskedAgain | None:
    """What is different from the visit that was answered; None where the answer covers it."""
    now = basis_of(booking)
    if approval.visit_day not in (None, now["visit_day"]):
        return AskedAgain.DAY
    if approval.price_vnd not in (None, now["price_vnd"]):
        return AskedAgain.PRICE
    return AskedAgain.GROUP if approval.pupils is not None and now["pupils"] > approval.pupils else None


# --- A confirmed visit that is asked about again -------------------------------------------------
def gave_yes(approval: BookingApproval) -> bool:
    """Whether the row, asked again because the visit changed, still keeps what the earlier yes was said to."""
    asked = approval.state == ApprovalState.ASKED and approval.asked_again in AFTER_CHANGE
    return asked and approval.pupils is not None


def approved_pupils(checklist: Checklist) -> int | None:
    """The number that everybody who is asked again said yes to, where nothing but the number changed since."""
    rows = [line.row for line in checklist.approvals if not line.done]
    given = [row for row in rows if row and gave_yes(row) and changed(row, checklist.booking) == AskedAgain.GROUP]
    return min(row.pupils or 0 for row in given) if given and len(given) == len(rows) else None


def answer_until(approval: BookingApproval, booking: Booking) -> datetime:
    """Until when an answer is expected, whichever comes first."""
    return min(filter(None, (approval.answer_by, booking.due_at, booking.session.starts_at)))


def decision_refusal(
    booking: Booking, approval: BookingApproval, *, answer: str, reason: str, same: bool
) -> Refusal | None:
    """Why this answer may not be recorded now. ``same``: the visit is still the one that was read."""
    if booking.state not in WITH_APPROVALS or approval.state != ApprovalState.ASKED:
        return Refusal("not_asked", _("No one is waiting for this answer any more."))
    if not same:
        message = _("The group, the day or the price changed while you were reading. Please look again, then decide.")
        return Refusal("changed_meanwhile", message)
    if answer != ApprovalState.APPROVED and not reason:
        return Refusal("reason_missing", _("Say why not, so that the school knows what to change."), "reason")
    return None


def ask_again_refusal(checklist: Checklist) -> Refusal | None:
    """Why nobody can be asked again now."""
    if checklist.booking.state in WITH_APPROVALS and checklist.sent_back:
        return None
    return Refusal("nothing_sent_back", _("Nothing was sent back: no one needs to be asked again."))
