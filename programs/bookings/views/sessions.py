"""A session as everybody sees it, and booking it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.bookings import policy, queries
from programs.bookings.actions.booking import book_session
from programs.bookings.forms import BookingForm
from programs.bookings.hooks import OTHER_WAYS, other_way_of
from programs.bookings.models import Booking
from programs.bookings.queries import bookings_of_schools
from programs.bookings.rules import booking as rules
from programs.bookings.words import parts_of
from programs.centres.models import Session
from programs.centres.queries import sessions as session_queries
from programs.centres.queries.finding import next_chances
from programs.centres.queries.sessions import ratio_of_session, shown_ratios
from programs.core.acting import Act
from programs.core.gates import not_found_unless
from programs.core.idempotency import KEY
from programs.core.policy import must
from programs.core.refusals import Refusal, Refused
from programs.pupils.models import ClassGroup
from programs.schools.queries.roles import roles_of


def _refusal_now(session: Session, ballot: Model | None = None) -> Refusal | None:
    """Why the session takes no booking now, or no entry where its places are drawn."""
    now = timezone.now()
    if ballot:
        refusal = rules.session_refusal(session, now=now, opens_at=now, closes_at=session.starts_at)
        return refusal or OTHER_WAYS[session.mode].refusal(ballot, now=now)
    refusal = rules.session_refusal(session, now=now) or rules.mode_refusal(session)
    if refusal is None and not session.seats_left and queries.list_is_over(session, now=now):
        return rules.full_refusal(seats_left=0, over=True)
    return refusal


@require_safe
def session_detail(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(session_queries.sessions_visible_to(request.user), pk=pk)
    known = request.user.is_authenticated
    own = bookings_of_schools(request.user).filter(session=session).live() if known else []
    ballot = other_way_of(session)
    context = {
        **parts_of(session),
        "ballot": ballot,
        "refusal": _refusal_now(session, ballot),
        "own_bookings": list(own),
        "may_book": policy.may_book(request.user),
        "next_chance": next_chances([session], seats=None, now=timezone.now()).get(session.pk),
        "ratios": shown_ratios(session.field_trip),
    }
    return render(request, "bookings/session_detail.html", context)


class BookSession(Act):
    """A drawn session leads to its draw, and most of those who come too late in a rush get a quick answer."""

    form_class = BookingForm
    template_name = "bookings/session_book.html"
    context_object_name = "session"

    def get_target(self, pk: int) -> Session:
        return not_found_unless(queries.session_to_book(self.user, pk, key=self.request.POST.get(KEY, "")))

    def instead(self) -> HttpResponse | None:
        if other_way_of(self.target):
            return redirect("session_enter", self.target.pk)
        if self.comes_too_late:
            return self.full()
        must(policy.may_book(self.user))
        return self.keep_draft() if "draft" in self.request.POST else None

    @property
    def comes_too_late(self) -> bool:
        """Whether a first request for places meets a session without any."""
        session, request = self.target, self.request
        return (
            request.method == "POST"
            and not session.seats_left
            and not session.earlier_reference
            and not request.POST.get("wait_if_full")
            and _refusal_now(session) is None
        )

    def full(self) -> HttpResponse:
        """Show what to do next and keep everything that was typed: one press joins the waiting list."""
        typed = [(name, self.request.POST.get(name, "")) for name in BookingForm.base_fields if name != "wait_if_full"]
        context = {**parts_of(self.target), "refusal": rules.full_refusal(seats_left=0), "typed": typed}
        return render(self.request, "bookings/session_full.html", context)

    # --- Before the opening ----------------------------------------------------------------------
    @property
    def draft_name(self) -> str:
        return f"booking-draft-{self.target.pk}"

    def keep_draft(self) -> HttpResponse:
        """Keep what was typed before the opening in the session, so that one press is enough when booking opens."""
        fields = [name for name in BookingForm.base_fields if name != KEY]
        self.request.session[self.draft_name] = {name: self.request.POST.get(name, "")[:1000] for name in fields}
        text = _("The draft is kept until you sign out. When booking opens, check it and send it.")
        messages.success(self.request, text)
        return redirect("session_book", self.target.pk)

    # --- The form --------------------------------------------------------------------------------
    @cached_property
    def classes(self) -> list[ClassGroup]:
        return queries.classes_for_booking(self.user, self.target)

    def get_form_kwargs(self) -> dict[str, Any]:
        session = self.target
        of_session = {"ratio_of": partial(ratio_of_session, session), "largest": session.largest_group}
        return super().get_form_kwargs() | {"classes": self.classes, **of_session}

    def get_initial(self) -> dict[str, Any]:
        """The requested class, or the person's own, with the number of pupils who may come and the adults they need."""
        session = self.target
        if draft := self.request.session.get(self.draft_name):
            return draft
        guess: dict[str, Any] = {"wait_if_full": session.seats_left == 0}
        guess["contact_phone"] = queries.last_phone_of(self.user)  # not the needs: they are another class's
        if chosen := self.likely_class:
            guess["class_group"] = chosen.pk
            if chosen.pupil_count:
                guess["pupils"] = min(chosen.pupil_count, session.largest_group)
                guess["adults"] = rules.adults_needed(guess["pupils"], ratio_of_session(session, chosen.grade))
        return guess

    @property
    def likely_class(self) -> ClassGroup | None:
        asked, classes = self.request.GET.get("class", ""), self.classes
        own = [each for each in classes if each.homeroom_teacher_id == self.user.pk]
        own.sort(key=lambda each: -each.pupil_count)  # a class without its pupils says least
        chosen = next((each for each in classes if str(each.pk) == asked), None)
        return chosen or next(iter(own or (classes if len(classes) == 1 else [])), None)

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        session, now = self.target, timezone.now()
        opens_at = session_queries.opening_for(session, roles_of(self.user).working_schools)
        refusal = _refusal_now(session) or rules.cluster_refusal(now=now, opens_at=opens_at)
        return super().get_context_data(
            **parts_of(session),
            classes=self.classes,
            refusal=refusal,
            may_draft=refusal is not None and refusal.code == "not_open_yet",
            has_draft=self.draft_name in self.request.session,
            now=now,
            opens_at=opens_at,
            **kwargs,
        )

    @property
    def title(self) -> str:
        return _("Book this session") if self.target.seats_left else _("Join the waiting list")

    # --- Booking ---------------------------------------------------------------------------------
    def act(self, form: BookingForm) -> Booking:
        wait_if_full = form.cleaned_data["wait_if_full"]
        return book_session(
            session=self.target, group=form.group, wait_if_full=wait_if_full, by=self.user, key=form.key
        )

    def refused(self, form: BookingForm, refused: Refused) -> HttpResponse:
        self.target.refresh_from_db(fields=["seats_taken", "state"])
        return super().refused(form, refused)

    def said(self, booking: Booking) -> str:
        if booking.holds_seats:
            message = _("Your places are held. Reference: {reference}.")
        else:
            message = _("You are on the waiting list. Reference: {reference}.")
        return message.format(reference=booking.reference)

    def way_back(self, booking: Booking) -> str:
        return reverse("booking_detail", args=[booking.reference])

    def answer(self, booking: Booking) -> HttpResponse:
        self.request.session.pop(self.draft_name, None)
        return super().answer(booking)
