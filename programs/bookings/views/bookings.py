"""A school's bookings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from programs.bookings import policy
from programs.bookings import queries as booking_queries
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.actions.group import set_roster, tell_needs
from programs.bookings.choices import BOOKING_GROUP_LABELS, BOOKING_GROUPS, CAME, LIVE, BookingState
from programs.bookings.forms import CancelForm, NeedsForm, RosterForm
from programs.bookings.hooks import PAGE_PARTS
from programs.bookings.ical import CALENDAR_TYPE, calendar_entry, calendar_name
from programs.bookings.models import Booking
from programs.bookings.queries import bookings_visible_to, listed, standing_of, waiting_place
from programs.bookings.rules import booking as rules
from programs.bookings.rules.waiting import left_refusal
from programs.bookings.words import parts_of, too_large_words
from programs.centres.words import policy_words
from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.gates import in_person, not_found_unless, signed_in
from programs.core.idempotency import new_key
from programs.pupils.models import Pupil
from programs.pupils.queries import pupils_of_class
from programs.schools.queries.roles import roles_of

PER_PAGE = 20
ENDED = BOOKING_GROUPS["ended"]


@signed_in
@require_safe
def booking_list(request: HttpRequest) -> HttpResponse:
    seen = bookings_visible_to(request.user)
    classes = list(booking_queries.classes_with(seen, request.user)) if roles_of(request.user).school_ids else []
    chosen = next((each for each in classes if str(each.pk) == request.GET.get("class")), None)
    bookings = seen.filter(class_group=chosen) if chosen else seen
    sizes = booking_queries.group_sizes(bookings)
    asked = request.GET.get("state", "")
    group = asked if asked in BOOKING_GROUP_LABELS else ""
    page = Paginator(booking_queries.in_group(bookings, group), PER_PAGE).get_page(request.GET.get("page"))
    tabs = [("", _("All"), sum(sizes.values()))]
    tabs += [(name, label, sizes[name]) for name, label in BOOKING_GROUP_LABELS.items()]
    context = {
        "page": page,
        "group": group,
        "tabs": tabs,
        "classes": classes,
        "chosen": chosen,
        "may_book": policy.may_book(request.user),
        "several_schools": len(roles_of(request.user).school_ids) != 1,
    }
    return render(request, "bookings/booking_list.html", context)


@signed_in
@require_safe
def booking_detail(request: HttpRequest, reference: str) -> HttpResponse:
    user, now = request.user, timezone.now()
    booking = get_object_or_404(bookings_visible_to(user), reference=reference)
    session = booking.session
    manages, receives = policy.may_manage(user, booking), policy.may_receive(user, booking)
    is_staff = roles_of(user).is_staff_of(booking.school)
    roster = list(booking_queries.roster_of(booking)) if is_staff or receives else []
    staying = booking_queries.without_consent(booking) if roster and booking.is_live else set()
    context = {
        "booking": booking,
        **parts_of(session),
        "roster": roster,
        "staying": [entry.pupil for entry in roster if entry.pupil_id in staying],
        "may_collect": bool(booking.class_group_id) and policy.may_book_for(user, booking.school),
        **state_of_booking(user, booking, manages=manages),
        "steps": _steps(booking),
        **(_others(user, booking, now=now) if manages and booking.state in ENDED else {}),
        "manages": manages,
        "reads_needs": in_person(request) and policy.may_read_needs(user, booking),
        "may_write_needs": in_person(request)
        and policy.may_write_needs(user, booking)
        and rules.needs_refusal(booking) is None,
        "may_cancel": policy.may_cancel(user, booking) and rules.cancel_refusal(booking, now=now) is None,
        "may_edit_roster": manages and bool(booking.class_group_id) and booking.is_live,
        "may_check_in": receives
        and rules.is_check_in_open(
            state=booking.state, session_state=session.state, now=now, starts_at=session.starts_at
        ),
        "runs": receives,
        "has_pass": is_staff and booking.state in rules.HAS_PASS,
        "may_answer": manages
        and rules.is_feedback_open(state=booking.state, now=now, ended_at=booking.ended_at or session.ends_at),
        "has_photographs": rules.takes_photographs(booking),
        "may_add_photographs": (manages or receives) and rules.takes_photographs(booking),
        "may_except": booking.state == BookingState.WAITLISTED and policy.may_make_exception(user, booking),
        "history": list(history_of(booking)),
    }
    return render(request, "bookings/booking_detail.html", context)


def _others(user, booking: Booking, *, now: datetime) -> dict[str, Any]:
    """What else the group of a booking that came to nothing may book, with one press each."""
    said = {"class_group": booking.class_group_id, **booking.size, "note": booking.note}
    said["contact_phone"] = booking.contact_phone
    if policy.may_read_needs(user, booking):
        said["needs"] = booking.needs
    sessions = booking_queries.others_to_book(booking, now=now)
    return {"ended": True, "others": [(session, new_key()) for session in sessions], "typed": list(said.items())}


def _steps(booking: Booking) -> list[dict]:
    """The three steps of a visit; none once it ended otherwise."""
    if not (booking.holds_seats or booking.state in CAME or booking.is_live):
        return []
    confirmed = booking.state in (BookingState.CONFIRMED, *CAME)
    held = booking.holds_seats or booking.state in CAME
    done = [held, confirmed, booking.state in CAME]
    labels = [_("Places held"), _("Confirmed by the school"), _("Visited")]
    current = done.index(False) if False in done else None
    return [
        {"label": label, "state": "done" if over else ("now" if number == current else "")}
        for number, (label, over) in enumerate(zip(labels, done, strict=True))
    ]


class BookingAct(Act):
    """What is done with a booking, from its page and back to it; by those who manage it, unless it says who else."""

    context_object_name = "booking"
    may = staticmethod(policy.may_manage)

    def get_target(self, reference: str) -> Booking:
        return get_object_or_404(bookings_visible_to(self.user), reference=reference)

    @property
    def back_url(self) -> str:
        return reverse("booking_detail", args=[self.target.reference])

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(**parts_of(self.target.session), **kwargs)


class CancelBooking(BookingAct):
    form_class = CancelForm
    text = gettext_lazy(
        "If a group is waiting, the places go to it at once. This cannot be undone; you would have to book again."
    )
    submit = gettext_lazy("Cancel the booking")
    danger = True
    may = staticmethod(policy.may_cancel)

    @property
    def title(self) -> str:
        return _("Cancel booking {reference}?").format(reference=self.target.reference)

    def act(self, form: CancelForm) -> Booking:
        return cancel_booking(booking_id=self.target.pk, by=self.user, **form.cleaned_data)

    def said(self, booking: Booking) -> str:
        return _("Booking {reference} has been cancelled.").format(reference=booking.reference)


class NameParticipants(BookingAct):
    form_class = RosterForm
    template_name = "bookings/booking_roster.html"
    done = gettext_lazy("The list of participants has been saved.")

    def instead(self) -> None:
        not_found_unless(self.target.class_group_id)

    @cached_property
    def pupils(self) -> list[Pupil]:
        return list(pupils_of_class(self.target.class_group))

    def get_initial(self) -> dict[str, list[int]]:
        return listed(self.target)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"pupils": self.pupils, "most": self.target.pupils}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        context = super().get_context_data(pupils=self.pupils, may_edit=self.target.is_live, **kwargs)
        return context | {"is_new": not context["form"].initial}

    def act(self, form: RosterForm) -> Booking:
        return set_roster(booking_id=self.target.pk, by=self.user, **form.cleaned_data)


class BookingNeeds(BookingAct):
    """The leader tells the centre about needs that came up after booking; nobody in between can read them."""

    form_class = NeedsForm
    title = gettext_lazy("What should the centre prepare?")
    submit = gettext_lazy("Tell the centre")
    done = gettext_lazy("The centre can read it from now on.")

    def may(self, user, booking: Booking) -> bool:
        return policy.may_write_needs(user, booking) and in_person(self.request)

    def get_initial(self) -> dict[str, str]:
        return {"needs": self.target.needs}

    def act(self, form: NeedsForm) -> Booking:
        return tell_needs(booking_id=self.target.pk, by=self.user, **form.cleaned_data)


@signed_in
@require_safe
def booking_calendar(request: HttpRequest, reference: str) -> HttpResponse:
    booking = get_object_or_404(bookings_visible_to(request.user), reference=reference)
    not_found_unless(booking.state != BookingState.WAITLISTED)
    url = settings.SITE_URL + reverse("booking_detail", args=[reference])
    response = HttpResponse(calendar_entry(booking, url=url, stamp=timezone.now()), content_type=CALENDAR_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{calendar_name(booking)}"'
    return response


# --- How far a booking is ------------------------------------------------------------------------


@dataclass(frozen=True)
class HeadCount:
    """One of the three counts; None where nothing is known yet."""

    label: str
    pupils: int | None
    girls: int | None
    adults: int | None

    @property
    def boys(self) -> int | None:
        return None if self.pupils is None or self.girls is None else self.pupils - self.girls


def head_counts(booking: Booking) -> list[HeadCount]:
    """Booked, confirmed, arrived. The girls are said once, for the newer of the first two counts."""
    stated = booking.confirmed_pupils is not None
    girls = booking.girls
    return [
        HeadCount(_("Booked"), booking.pupils, None if stated else girls, booking.adults),
        HeadCount(_("Confirmed"), booking.confirmed_pupils, girls if stated else None, booking.confirmed_adults),
        HeadCount(_("Arrived"), booking.arrived_pupils, booking.arrived_girls, booking.arrived_adults),
    ]


def state_of_booking(user, booking: Booking, *, manages: bool) -> dict[str, Any]:
    """The waiting list or the offer, the checklist with what this person may do about it, and the head counts."""
    session, now = booking.session, timezone.now()
    found: dict[str, Any] = {
        "waiting_place": waiting_place(booking),
        "offered": booking.state == BookingState.OFFERED,
        "policy": policy_words(session),
        "too_large": too_large_words(booking, session) if booking.state == BookingState.WAITLISTED else "",
        **line_words(booking, now=now),
        "counts": head_counts(booking) if booking.state in (*LIVE, *CAME) else [],
    }
    for part in PAGE_PARTS:
        found |= part(user, booking, manages=manages)
    return found


def line_words(booking: Booking, *, now: datetime) -> dict[str, Any]:
    """Why a group that waits has no places yet, and whether it may take what is left now that its list is over."""
    if booking.state != BookingState.WAITLISTED:
        return {}
    standing = standing_of(booking.session, now=now)
    waits = next((each for each, _words in standing.line if each == booking), booking)
    waits.session = booking.session
    takes_left = left_refusal(waits, over=standing.over, now=now) is None
    return {"standing": standing.of(booking), "over": standing.over, "takes_left": takes_left}
