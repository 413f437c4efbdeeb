"""Closing sessions, one or all of a day, reopening them, and check-ins that arrived after the closing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from programs.bookings.models import Booking
from programs.bookings.queries import bookings_run_by
from programs.centres.models import Session
from programs.centres.queries import sessions as session_queries
from programs.core.acting import Act
from programs.core.calendar import working_days
from programs.core.dates import clock
from programs.core.gates import not_found_unless
from programs.core.nets import one_by_one
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.visit_days import policy, rules
from programs.visit_days.actions.closing import close_session, reopen_session
from programs.visit_days.actions.marks import decide_late_mark, settle_dispute
from programs.visit_days.forms import CloseDayForm, CloseForm, DayForm, DisputeForm, LateMarkForm, ReopenForm
from programs.visit_days.models import CheckInMark
from programs.visit_days.queries.closing import (
    Settling,
    as_it_would_be,
    finished_sessions,
    late_marks_run_by,
    settled_at_closing,
    settlings,
)
from programs.visit_days.queries.disputes import disputed_in, disputes_in
from programs.visit_days.queries.door import Word, mark_of
from programs.visit_days.views.day import day_url, onward
from programs.visit_days.words import time_span


def _name_of(session: Session) -> str:
    return f"{time_span(session)} · {session.field_trip.local_title} · {session.room.name}"


class CloseSession(Act):
    """Says first what will be recorded for whom, and that it is final for the staff."""

    form_class = CloseForm
    template_name = "visit_days/session_close.html"
    done = _("The session has been closed and its figures finalised.")
    may = staticmethod(policy.may_close)

    def get_target(self, pk: int) -> Session:
        return get_object_or_404(session_queries.sessions_run_by(self.user), pk=pk)

    @cached_property
    def settling(self) -> Settling:
        return settlings([self.target], now=timezone.now())[0]

    def get_initial(self) -> dict[str, Any]:
        return self.settling.doubts.read

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"ask": self.settling.is_early}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        refusal = None
        if self.request.method != "POST":
            refusal = rules.close_refusal(self.target, now=timezone.now())
        days = self.target.field_trip.centre.reopen_days
        return super().get_context_data(each=self.settling, refusal=refusal, reopen_days=days, **kwargs)

    def act(self, form: CloseForm) -> Session:
        return close_session(session_id=self.target.pk, by=self.user, **form.cleaned_data)

    @property
    def back_url(self) -> str:
        return day_url(self.target)


class CloseDay(Act):
    """All finished sessions of a day in one go; each in a transaction of its own, and each answered."""

    form_class = CloseDayForm
    template_name = "visit_days/day_close.html"

    def get_target(self) -> list[Session]:
        not_found_unless(policy.may_see_day(self.user))
        form = DayForm(self.request.GET)
        self.day = (form.cleaned_data["date"] if form.is_valid() else None) or timezone.localdate()
        return list(finished_sessions(self.user, self.day, now=timezone.now()))

    @cached_property
    def settlings(self) -> list[Settling]:
        return settlings(self.target, now=timezone.now())

    def get_form_kwargs(self) -> dict[str, Any]:
        rows = [(each.session.pk, version_of(each.doubts.read), _name_of(each.session)) for each in self.settlings]
        ask = any(each.is_early for each in self.settlings)
        return super().get_form_kwargs() | {"sessions": rows, "ask": ask}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        days = min((each.field_trip.centre.reopen_days for each in self.target), default=0)
        return super().get_context_data(settlings=self.settlings, day=self.day, reopen_days=days, **kwargs)

    def act(self, form: CloseDayForm) -> int:
        """How many were closed; of the others the reason is said, and one that fails does not stop those after it."""
        ticked, sure = form.cleaned_data["sessions"], form.cleaned_data.get("sure", False)
        sessions = [session for session in self.target if session.pk in ticked]
        refused: list[Session] = []

        def close(session: Session) -> bool:
            try:
                close_session(session_id=session.pk, sure=sure, version=ticked[session.pk], by=self.user)
            except Refused as why:
                refused.append(session)
                messages.warning(self.request, f"{_name_of(session)}: {why.refusal.message}")
                return False
            return True

        closed = one_by_one("day_close", sessions, close)
        self._say_failed(gone=len(ticked) - len(sessions), failed=len(sessions) - len(refused) - closed)
        return closed

    def _say_failed(self, *, gone: int, failed: int) -> None:
        if gone:
            message = ngettext(
                "{count} of the ticked sessions is not open any more: a colleague was faster.",
                "{count} of the ticked sessions are not open any more: a colleague was faster.",
                gone,
            )
            messages.info(self.request, message.format(count=gone))
        if failed:
            message = ngettext(
                "{count} session could not be closed because of an error. It stays open; please try again later.",
                "{count} sessions could not be closed because of an error. They stay open; please try again later.",
                failed,
            )
            messages.error(self.request, message.format(count=failed))

    def said(self, closed: int) -> str:
        if not closed:
            return ""
        return ngettext("{count} session has been closed.", "{count} sessions have been closed.", closed).format(
            count=closed
        )

    def way_back(self, closed: int) -> str:
        here = f"{reverse('day_close')}?date={self.day:%Y-%m-%d}"
        return self.back_url if closed else here

    @property
    def back_url(self) -> str:
        return f"{reverse('centre_day')}?date={self.day:%Y-%m-%d}"


class ReopenSession(Act):
    form_class = ReopenForm
    template_name = "visit_days/session_reopen.html"
    done = _("The session is open again. Close it once more when its figures are right.")
    may = staticmethod(policy.may_reopen)

    def get_target(self, pk: int) -> Session:
        return get_object_or_404(session_queries.sessions_run_by(self.user), pk=pk)

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        refusal, now = None, timezone.now()
        days = working_days(now, now)
        if self.request.method != "POST":
            refusal = rules.reopen_refusal(self.target, days=days, now=now)
        return super().get_context_data(
            session=self.target,
            refusal=refusal,
            until=rules.reopen_until(self.target, days=days),
            settled=settled_at_closing(self.target),
            **kwargs,
        )

    def act(self, form: ReopenForm) -> Session:
        return reopen_session(session_id=self.target.pk, by=self.user, **form.cleaned_data)

    @property
    def back_url(self) -> str:
        return day_url(self.target)


class DecideLateMark(Act):
    form_class = LateMarkForm
    template_name = "visit_days/late_mark.html"
    context_object_name = "mark"
    may = staticmethod(policy.may_decide_late)

    def get_target(self, pk: int) -> CheckInMark:
        return get_object_or_404(late_marks_run_by(self.user), pk=pk)

    def instead(self) -> HttpResponse | None:
        """What is decided already is shown on the page of the day, with who decided."""
        refusal = rules.late_mark_refusal(self.target.decision)
        if refusal is None:
            return None
        messages.info(self.request, refusal.message)
        return redirect(self.back_url)

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        booking = self.target.booking
        return super().get_context_data(
            booking=booking,
            session=booking.session,
            noted=mark_of(self.target),
            after=as_it_would_be(self.target),
            **kwargs,
        )

    def act(self, form: LateMarkForm) -> CheckInMark:
        return decide_late_mark(mark_id=self.target.pk, accepted=form.accepted, by=self.user)

    def way_back(self, mark: CheckInMark) -> str:
        """A record that counts now and does not agree with the others asks at once who is right."""
        booking = mark.booking
        if disputed_in([booking]):
            return reverse("dispute", args=[booking.reference])
        return onward(self.user, booking)

    def said(self, mark: CheckInMark) -> str:
        if mark.decision == "accepted":
            return _("{school}: the check-in counts now.").format(school=mark.booking.school)
        return _("{school}: left as it was recorded.").format(school=mark.booking.school)

    @property
    def back_url(self) -> str:
        return day_url(self.target.booking.session)


class SettleDispute(Act):
    """Two phones said different things, and the session was closed before anybody decided."""

    form_class = DisputeForm
    template_name = "visit_days/dispute.html"
    context_object_name = "booking"
    may = staticmethod(policy.may_settle)

    def get_target(self, reference: str) -> Booking:
        return get_object_or_404(bookings_run_by(self.user), reference=reference)

    @cached_property
    def words(self) -> list[Word]:
        return disputes_in([self.target]).get(self.target.pk, [])

    def instead(self) -> HttpResponse | None:
        """While the session is open the page of the group decides; what is decided is shown on the day's page."""
        refusal = rules.dispute_refusal(self.target, disputed=len(self.words))
        if refusal is None:
            return None
        messages.info(self.request, refusal.message)
        if refusal.code == "not_closed":
            return redirect("booking_check_in", reference=self.target.reference)
        return redirect(self.back_url)

    def get_initial(self) -> dict[str, Any]:
        return {"disputed": [word.mark.mark_id for word in self.words]}

    def get_form_kwargs(self) -> dict[str, Any]:
        said = _("What {person} noted at {time}")
        words = [
            (
                word.mark.mark_id,
                said.format(
                    person=word.maker.get_short_name() if word.maker else "–",
                    time=clock(word.mark.made_at),
                ),
            )
            for word in self.words
        ]
        return super().get_form_kwargs() | {"words": words}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(session=self.target.session, words=self.words, **kwargs)

    def act(self, form: DisputeForm) -> Booking:
        version = form.cleaned_data["version"]
        return settle_dispute(booking_id=self.target.pk, mark_id=form.mark_id, version=version, by=self.user)

    def said(self, booking: Booking) -> str:
        return _("{school}: decided what is recorded.").format(school=booking.school)

    def way_back(self, booking: Booking) -> str:
        return onward(self.user, booking)

    @property
    def back_url(self) -> str:
        return day_url(self.target.session)
