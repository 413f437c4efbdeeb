"""A session as everybody sees it, and booking it."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programs.bookings import policy
from programs.bookings.actions.booking import book_session
from programs.bookings.forms import BookingForm
from programs.bookings.models import Booking
from programs.bookings.queries import booking
from programs.bookings.queries import bookings as booking_queries
from programs.bookings.queries.booking import OTHER_WAYS, other_way_of
from programs.bookings.rules import booking as booking_rules
from programs.bookings.rules.booking import mode_refusal
from programs.centres.models import Session
from programs.centres.queries import sessions as session_queries
from programs.centres.queries.finding import next_chances
from programs.centres.queries.sessions import ratio_of_session, shown_ratios
from programs.core.gates import not_found_unless, signed_in
from programs.core.policy import must
from programs.core.refusals import Refusal, Refused, show_refusal
from programs.schools.queries.roles import roles_of


def _refusal_now(session: Session, ballot: Model | None = None) -> Refusal | None:
    """Why the session takes no booking now, or no entry where its places are drawn."""
    trip, now = session.field_trip, timezone.now()
    refusal = booking_rules.session_refusal(
        now=now,
        opens_at=now if ballot else session.booking_opens_at,
        closes_at=session.starts_at if ballot else session.booking_closes_at,
        starts_at=session.starts_at,
        session_state=session.state,
        offered=trip.is_active and trip.centre.is_active,
    )
    if ballot:
        return refusal or OTHER_WAYS[session.mode].refusal(ballot, now=now)
    return refusal or mode_refusal(session.mode)


@require_safe
def session_detail(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(session_queries.sessions_visible_to(request.user), pk=pk)
    own = (
        booking_queries.bookings_of_schools(request.user).filter(session=session).live()
        if request.user.is_authenticated
        else []
    )
    ballot = other_way_of(session)
    context = {
        "session": session,
        "trip": session.field_trip,
        "centre": session.field_trip.centre,
        "ballot": ballot,
        "refusal": _refusal_now(session, ballot),
        "own_bookings": list(own),
        "may_book": policy.may_book(request.user),
        "next_chance": next_chances([session], seats=None, now=timezone.now()).get(session.pk),
        "ratios": shown_ratios(session.field_trip),
    }
    return render(request, "bookings/session_detail.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_book(request: HttpRequest, pk: int) -> HttpResponse:
    session = booking.session_to_book(request.user, pk, key=request.POST.get("idempotency_key", ""))
    not_found_unless(session is not None)
    if other_way_of(session):
        return redirect("session_enter", session.pk)
    if _comes_too_late(request, session):
        return _full(request, session)
    must(bool(roles_of(request.user).working_schools))
    if request.method == "POST" and "draft" in request.POST:
        return _keep_draft(request, session)
    classes = booking.classes_for_booking(request.user, session)
    form = BookingForm(
        request.POST or None,
        classes=classes,
        ratio_of=partial(ratio_of_session, session),
        largest=session.largest_group,
        initial=_first_guess(request, session, classes),
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _booked(request, _book(request, session, form))
        except Refused as refused:
            show_refusal(form, refused.refusal)
            session.refresh_from_db(fields=["seats_taken", "state"])
    return _booking_page(request, session, form)


def _booking_page(request: HttpRequest, session: Session, form: BookingForm) -> HttpResponse:
    now, opens_at = timezone.now(), booking.opening_for(session, roles_of(request.user).working_schools)
    refusal = _refusal_now(session) or booking_rules.cluster_refusal(now=now, opens_at=opens_at)
    context = {
        "session": session,
        "trip": session.field_trip,
        "centre": session.field_trip.centre,
        "form": form,
        "classes": form.classes,
        "refusal": refusal,
        "may_draft": refusal is not None and refusal.code == "not_open_yet",
        "has_draft": _draft_name(session) in request.session,
        "now": now,
        "opens_at": opens_at,
        "title": _("Book this session") if session.seats_left else _("Join the waiting list"),
    }
    return render(request, "bookings/session_book.html", context)


def _draft_name(session: Session) -> str:
    return f"booking-draft-{session.pk}"


def _keep_draft(request: HttpRequest, session: Session) -> HttpResponse:
    """Keep what was typed before the opening in the session, so that one press is enough when booking opens."""
    fields = [name for name in BookingForm.base_fields if name != "idempotency_key"]
    request.session[_draft_name(session)] = {name: request.POST.get(name, "")[:1000] for name in fields}
    messages.success(request, _("The draft is kept until you sign out. When booking opens, check it and send it."))
    return redirect("session_book", session.pk)


def _comes_too_late(request: HttpRequest, session: Session) -> bool:
    """Whether a first request for places meets a session without any: in a rush most do, and deserve a quick answer."""
    return (
        request.method == "POST"
        and not session.seats_left
        and not session.earlier_reference
        and not request.POST.get("wait_if_full")
        and _refusal_now(session) is None
    )


def _full(request: HttpRequest, session: Session) -> HttpResponse:
    """Show what to do next and keep everything that was typed: one press joins the waiting list."""
    context = {
        "session": session,
        "trip": session.field_trip,
        "refusal": booking_rules.full_refusal(seats_left=0),
        "typed": [(name, request.POST.get(name, "")) for name in BookingForm.base_fields if name != "wait_if_full"],
    }
    return render(request, "bookings/session_full.html", context)


def _first_guess(request: HttpRequest, session: Session, classes: list) -> dict:
    """The requested class, or the person's own, with the number of pupils who may come and the adults they need."""
    if draft := request.session.get(_draft_name(session)):
        return draft
    asked = request.GET.get("class", "")
    own = [each for each in classes if each.homeroom_teacher_id == request.user.pk]
    own.sort(key=lambda each: -each.pupil_count)  # a class without its pupils says least
    chosen = next((each for each in classes if str(each.pk) == asked), None)
    chosen = chosen or next(iter(own or (classes if len(classes) == 1 else [])), None)
    guess: dict = {"wait_if_full": session.seats_left == 0}
    if chosen:
        guess["class_group"] = chosen.pk
        if chosen.pupil_count:
            guess["pupils"] = min(chosen.pupil_count, session.largest_group)
            ratio = ratio_of_session(session, chosen.grade)
            guess["adults"] = booking_rules.adults_needed(guess["pupils"], ratio)
    return guess


def _book(request: HttpRequest, session: Session, form: BookingForm) -> Booking:
    data = form.cleaned_data
    return book_session(
        session=session,
        group=form.group,
        wait_if_full=data["wait_if_full"],
        by=request.user,
        key=data["idempotency_key"],
    )


def _booked(request: HttpRequest, booking: Booking) -> HttpResponse:
    if booking.holds_seats:
        message = _("Your places are held. Reference: {reference}.")
    else:
        message = _("You are on the waiting list. Reference: {reference}.")
    messages.success(request, message.format(reference=booking.reference))
    request.session.pop(_draft_name(booking.session), None)
    return redirect("booking_detail", booking.reference)
