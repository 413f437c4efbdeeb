"""A group's pass: the page and the paper that the leader shows, and what its QR code opens."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.bookings import queries as booking_queries
from programs.bookings.models import Booking
from programs.bookings.rules.booking import HAS_PASS
from programs.bookings.words import group_name
from programs.core.dates import long_date
from programs.core.gates import not_found_unless, signed_in
from programs.core.paper import dark_runs, qr_matrix
from programs.visit_days.pdf import Pass, render_pass
from programs.visit_days.policy import may_show_pass
from programs.visit_days.queries.day import pass_run_by, pass_seen_by
from programs.visit_days.words import expected_adults, expected_pupils, time_span


def _booking(request: HttpRequest, reference: str) -> Booking:
    """For the staff of the group's school, while the group is expected or was there."""
    booking = get_object_or_404(booking_queries.bookings_visible_to(request.user), reference=reference)
    not_found_unless(may_show_pass(request.user, booking))
    not_found_unless(booking.state in HAS_PASS)
    return booking


def _address(booking: Booking) -> str:
    """Always the Vietnamese address: the shortest, and any phone finds its language after it."""
    return f"{settings.SITE_URL}/pass/{booking.pass_code}/"


def _people(booking: Booking) -> str:
    pupils, adults = expected_pupils(booking), expected_adults(booking)
    return ", ".join(
        [
            ngettext("{count} pupil", "{count} pupils", pupils).format(count=pupils),
            ngettext("{count} adult", "{count} adults", adults).format(count=adults),
        ]
    )


def _facts(booking: Booking) -> list[tuple[str, str]]:
    session = booking.session
    centre = session.field_trip.centre
    return [
        (_("Field trip"), session.field_trip.local_title),
        (_("Day"), long_date(session.starts_at)),
        (_("Time"), time_span(session)),
        (_("Place"), f"{centre.local_name}, {session.room.name}"),
        (_("Group"), _people(booking)),
    ]


@signed_in
@require_safe
def booking_pass(request: HttpRequest, reference: str) -> HttpResponse:
    booking = _booking(request, reference)
    matrix = qr_matrix(_address(booking))
    rows = [
        {"x": start + 4, "y": number + 4, "width": length}
        for number, row in enumerate(matrix)
        for start, length in dark_runs(row)
    ]
    context = {
        "booking": booking,
        "group": group_name(booking),
        "facts": _facts(booking),
        "rows": rows,
        "size": len(matrix) + 8,
    }
    return render(request, "visit_days/booking_pass.html", context)


@signed_in
@require_safe
def booking_pass_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    booking = _booking(request, reference)
    words = Pass(
        language=get_language(),
        title=_("Pass of group {reference}").format(reference=booking.reference),
        portal=settings.JURISDICTION["portal_name"],
        heading=_("Group pass"),
        group=group_name(booking),
        facts=_facts(booking),
        reference=booking.reference,
        how=_("Show this page at the entrance: one scan checks in the whole group."),
        url=_address(booking),
    )
    response = HttpResponse(render_pass(words), content_type="application/pdf")
    name = f"{booking.reference}.pdf"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def pass_open(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR code opens: the check-in for the centre, the pass for the school, and nothing for anyone else.

    The page does not reveal whether a code exists.
    """
    if reference := pass_run_by(request.user, code):
        return redirect("booking_check_in", reference)
    if reference := pass_seen_by(request.user, code):
        return redirect("booking_pass", reference)
    response = render(request, "visit_days/pass_open.html", {"next": reverse("pass_open", args=[code])})
    response["X-Robots-Tag"] = "noindex"
    return response
