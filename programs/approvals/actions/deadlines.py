"""What happens automatically: approvals are requested, schools warned, places released, head counts finalised.

Each booking is processed in its own transaction under its session's lock and judged again there, so that two workers,
or a second run, change nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone, translation

from programs.approvals.actions.approvals import ask_about_change, ask_approvals, fall_on, give_grace, name_silence
from programs.approvals.actions.group import fall_back, lock_count
from programs.approvals.models import BookingApproval, BookingPaper
from programs.approvals.queries import checklist_of, price_changed, to_fall_on
from programs.approvals.rules.papers import approved_pupils, lapse_reason, lapses
from programs.authorities.choices import ApprovalState
from programs.bookings.actions import guard
from programs.bookings.actions.waiting import expire_offer, move_lists, promote_waiting
from programs.bookings.choices import INCOMPLETE, BookingState
from programs.bookings.emails import answer_link, tell_leader
from programs.bookings.models import Booking
from programs.centres.choices import SessionState
from programs.centres.models import RequiredPaper
from programs.core.audit import record
from programs.core.calendar import WARN_BEFORE, due_once_warned, warning_due, working_days
from programs.core.nets import in_turn, one_by_one

LONGEST_LOCK = timedelta(days=75)  # no centre finalises its counts earlier: a bound for the query, not a rule


def keep_deadlines(*, now: datetime | None = None) -> dict[str, int]:
    """Everything that is due now; the number of each step."""
    now = now or timezone.now()
    steps: dict[str, tuple[Callable[[datetime], QuerySet[Booking]], Callable[[int], bool]]] = {
        "asked": (_to_ask, _ask),
        "fell_on": (lambda now: to_fall_on(now=now), lambda pk: fall_on(booking_id=pk, now=now)),
        "asked_again": (lambda now: price_changed(now=now), _ask_about_price),
        "warned": (_to_warn, lambda pk: warn(booking_id=pk, now=now)),
        "lapsed": (_to_lapse, lambda pk: lapse_booking(booking_id=pk, now=now)),
        "unanswered": (_unanswered, lambda pk: miss_answers(booking_id=pk, now=now)),
        "offers_ended": (_offers_to_end, lambda pk: expire_offer(booking_id=pk, now=now)),
        "counts_fixed": (_to_lock, lambda pk: lock_count(booking_id=pk, now=now)),
    }

    def each(name: str) -> int:
        due, act = steps[name]
        keys: list[int] = list(due(now).order_by("session_id", "pk").values_list("pk", flat=True))
        return one_by_one(f"deadlines {name}", keys, act)

    in_order = {name: partial(each, name) for name in steps} | {"promoted": partial(move_lists, now=now)}
    return in_turn("deadlines", in_order)


def _coming(now: datetime) -> QuerySet[Booking]:
    return Booking.objects.filter(session__starts_at__gt=now, session__state=SessionState.SCHEDULED)


# --- Approvals ----------------------------------------------------------------------------------
def _to_ask(now: datetime) -> QuerySet[Booking]:
    """Bookings that have all their papers, and nobody is asked yet: those whose trip needs none, mostly."""
    asked = BookingApproval.objects.filter(booking=OuterRef("pk"))
    handed_in = BookingPaper.objects.filter(booking=OuterRef(OuterRef("pk")), kind=OuterRef("kind"))
    missing = RequiredPaper.objects.filter(~Exists(handed_in), field_trip=OuterRef("session__field_trip"))
    return _coming(now).filter(~Exists(asked), ~Exists(missing), state__in=INCOMPLETE)


@transaction.atomic
def _ask(booking_id: int) -> bool:
    return bool(ask_approvals(booking=guard.lock_booking(booking_id=booking_id)))


@transaction.atomic
def _ask_about_price(booking_id: int) -> bool:
    return ask_about_change(booking=guard.lock_booking(booking_id=booking_id), by=None)


# --- Warnings: nothing lapses without one --------------------------------------------------------
def _to_warn(now: datetime) -> QuerySet[Booking]:
    due = Q(papers_due_at__lte=now + WARN_BEFORE, state__in=INCOMPLETE)
    ends = Q(offer_expires_at__lte=now + WARN_BEFORE, state=BookingState.OFFERED)
    answers = Q(answers_due_at__lte=now + WARN_BEFORE, state=BookingState.CONFIRMED)
    return _coming(now).filter(due | ends | answers, warned_at=None)


@transaction.atomic
def warn(*, booking_id: int, now: datetime) -> bool:
    """Tell the school, once for a deadline, that papers or answers are due soon, or that its offer ends soon.

    A session that was moved has another deadline: its schools are warned of that one too. Where the warning comes late
    the deadline moves with it.
    """
    booking = guard.lock_booking(booking_id=booking_id)
    due, since = booking.due_at, booking.asked_or_offered_at
    if due is None or booking.warned_at is not None or now < warning_due(since=since, due=due):
        return False
    before = {"state": booking.state, "due": due}
    last = booking.session.starts_at
    due = due_once_warned(since=since, due=due, last=last, days=working_days(now, last), now=now)
    others = {BookingState.OFFERED: "offer_expires_at", BookingState.CONFIRMED: "answers_due_at"}
    deadline = others.get(BookingState(booking.state), "papers_due_at")
    _note_warned(booking, {deadline: due, "warned_at": now})
    record(by=None, action="booking.warn", obj=booking, before=before, after={"state": booking.state, "due": due})
    _tell_warned(booking, due=due, now=now)
    return True


def _note_warned(booking: Booking, changes: dict[str, datetime]) -> None:
    if booking.state == BookingState.HELD:
        guard.move_booking(booking=booking, to=BookingState.PAPERS_DUE, changes=changes)
    else:  # warned of an earlier deadline already, or an offer
        Booking.objects.filter(pk=booking.pk).update(**changes)
        booking.refresh_from_db(fields=[*changes])


def _tell_warned(booking: Booking, *, due: datetime, now: datetime) -> None:
    about: dict[str, Any]
    if booking.state == BookingState.OFFERED:
        kind, about = "booking_offer_ends", {"answer_url": answer_link(booking)}
    elif booking.state == BookingState.CONFIRMED:
        checklist = checklist_of(booking)
        kind, about = "booking_answers_due", {"checklist": checklist, "approved": approved_pupils(checklist)}
    else:
        waits = booking.approvals.filter(state=ApprovalState.ASKED).exists()
        kind, about = "booking_papers_due", {"checklist": checklist_of(booking), "waits": waits}
    occasion = f"{due:%Y%m%d%H%M}"
    tell_leader(kind=kind, booking=booking, now=now, with_calendar=False, occasion=occasion, about=about)


# --- Lapsing ------------------------------------------------------------------------------------
def _to_lapse(now: datetime) -> QuerySet[Booking]:
    return _coming(now).filter(state__in=INCOMPLETE, papers_due_at__lte=now, warned_at__isnull=False)


@transaction.atomic
def lapse_booking(*, booking_id: int, now: datetime) -> bool:
    """Release the places of a booking that was not confirmed, once, and let the waiting list move.

    A visit that waits for nothing but an authority gets more time first, once.
    """
    booking = guard.lock_booking(booking_id=booking_id)
    if not lapses(booking, now=now):
        return False
    if give_grace(booking=booking, checklist=checklist_of(booking), now=now):
        return False
    before = booking.state
    with translation.override(booking.leader.language):
        reason = lapse_reason(checklist_of(booking))
    guard.end_booking(booking=booking, to=BookingState.EXPIRED, reason=reason, now=now)
    record(by=None, action="booking.lapse", obj=booking, before={"state": before}, after={"state": booking.state})
    went_on = bool(promote_waiting(session=booking.session, now=now))
    tell_leader(kind="booking_lapsed", booking=booking, now=now, about={"went_on": went_on})
    return True


# --- A confirmed visit that is asked about again -------------------------------------------------
def _unanswered(now: datetime) -> QuerySet[Booking]:
    """Confirmed visits that lack an answer when it is due; where there was no time for one, that is said at once."""
    due = Q(answers_due_at__lte=now) | Q(answers_due_at__gte=F("session__starts_at"))
    asked = Q(state=BookingState.CONFIRMED, grace_given_at=None, warned_at__isnull=False)
    return _coming(now).filter(due, asked)


@transaction.atomic
def miss_answers(*, booking_id: int, now: datetime) -> bool:
    """An answer is missing when it was due: the group is as large again as it was approved, where only that changed.

    Anything else stays as it is and is named: nothing is cancelled behind a school's back.
    """
    booking = guard.lock_booking(booking_id=booking_id)
    if not _unanswered(now).filter(pk=booking_id).exists():
        return False
    checklist = checklist_of(booking)
    if pupils := approved_pupils(checklist):
        fall_back(booking=booking, pupils=pupils, checklist=checklist, now=now)
    else:
        name_silence(booking=booking, checklist=checklist, now=now)
    return True


# --- Offers and counts --------------------------------------------------------------------------
def _offers_to_end(now: datetime) -> QuerySet[Booking]:
    return Booking.objects.filter(state=BookingState.OFFERED, offer_expires_at__lte=now)


def _to_lock(now: datetime) -> QuerySet[Booking]:
    confirmed = Q(state=BookingState.CONFIRMED, confirmed_pupils=None)
    return _coming(now).filter(confirmed, session__starts_at__lte=now + LONGEST_LOCK)
