"""What a booking needs before it is confirmed: its papers, its approvals, the right size."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from programs.bookings import policy
from programs.bookings.actions.approvals import decide_approval
from programs.bookings.actions.group import change_group, locks_at
from programs.bookings.actions.papers import hand_in_paper
from programs.bookings.choices import BookingState
from programs.bookings.forms import DecisionForm, GroupForm, PaperForm
from programs.bookings.models import Booking
from programs.bookings.policy import may_decide, may_read_papers
from programs.bookings.queries.bookings import bookings_visible_to
from programs.bookings.queries.papers import approval_label, approvals_visible_to, checklist_of, papers_visible_to
from programs.bookings.rules.group import may_resize
from programs.bookings.rules.papers import DECIDABLE, INCOMPLETE
from programs.centres.choices import PaperKind
from programs.centres.queries.sessions import pupils_per_adult
from programs.core.gates import not_found_unless, signed_in
from programs.core.policy import must
from programs.core.private_files import private_response
from programs.core.refusals import Refused, show_refusal
from programs.schools.queries.roles import roles_of


def managed_booking(request: HttpRequest, reference: str) -> Booking:
    """A booking that the person may see (else 404) and manages (else 403)."""
    booking = get_object_or_404(bookings_visible_to(request.user), reference=reference)
    must(
        policy.can_manage_booking(
            roles_of(request.user), user_id=request.user.pk, leader_id=booking.leader_id, school=booking.school
        )
    )
    return booking


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def booking_paper(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    booking = managed_booking(request, reference)
    not_found_unless(kind in PaperKind.values)
    paper = booking.papers.filter(kind=kind).first()
    form = PaperForm(request.POST or None, request.FILES or None, initial={"text": paper.text if paper else ""})
    if request.method == "POST" and form.is_valid():
        try:
            hand_in_paper(
                booking_id=booking.pk,
                kind=kind,
                text=form.cleaned_data["text"],
                upload=form.cleaned_data["upload"],
                by=request.user,
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Submitted: {paper}.").format(paper=PaperKind(kind).label))
            return redirect("booking_detail", reference)
    context = {
        "booking": booking,
        "paper": paper,
        "label": PaperKind(kind).label,
        "form": form,
        "may_change": booking.state in INCOMPLETE,
        "was_approved": booking.approvals.filter(decided_at__isnull=False).exists(),
    }
    return render(request, "bookings/booking_paper.html", context)


@signed_in
@require_GET
def paper_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as a download: never shown inside the portal's own pages."""
    paper = get_object_or_404(papers_visible_to(request.user).exclude(storage_key=""), pk=pk)
    return private_response(paper.storage_key, name=paper.file_name)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def approval_decide(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    approval = get_object_or_404(approvals_visible_to(request.user), pk=pk, kind=kind)
    booking = bookings_visible_to(request.user).select_related("school__ward").get(pk=approval.booking_id)
    must(may_decide(request.user, booking, approval.kind))
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        approved = form.cleaned_data["decision"] == "approve"
        try:
            decide_approval(
                approval_id=approval.pk, approved=approved, reason=form.cleaned_data["reason"], by=request.user
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            words = _("Visit {reference} has been approved.") if approved else _("Visit {reference} has been refused.")
            messages.success(request, words.format(reference=booking.reference))
            return redirect("booking_detail", booking.reference)
    context = {
        "approval": approval,
        "label": approval_label(approval.kind, booking.school),
        "booking": booking,
        "session": booking.session,
        "trip": booking.session.field_trip,
        "centre": booking.session.field_trip.centre,
        "checklist": checklist_of(booking),
        "may_read": may_read_papers(request.user, booking),
        "form": form,
        "is_open": approval.state == "asked" and booking.state in DECIDABLE,
    }
    return render(request, "bookings/approval_decide.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def booking_resize(request: HttpRequest, reference: str) -> HttpResponse:
    booking = managed_booking(request, reference)
    session = booking.session
    trip = session.field_trip
    ratio = pupils_per_adult(trip, booking.class_group.grade if booking.class_group else trip.grade_from)
    form = GroupForm(request.POST or None, pupils_per_adult=ratio, initial=_size_now(booking))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            change_group(
                booking_id=booking.pk,
                pupils=data["pupils"],
                adults=data["adults"],
                girls=data["girls"],
                by=request.user,
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The size of the group has been changed."))
            return redirect("booking_detail", reference)
    fixed_at = locks_at(session=session)
    context = {
        "booking": booking,
        "session": session,
        "form": form,
        "fixed_at": fixed_at,
        "confirmed": booking.state == BookingState.CONFIRMED,
        "may_resize": may_resize(
            state=booking.state, now=timezone.now(), starts_at=session.starts_at, locks_at=fixed_at
        ),
        "back_url": reverse("booking_detail", args=[reference]),
    }
    return render(request, "bookings/booking_resize.html", context)


def _size_now(booking: Booking) -> dict:
    confirmed = booking.confirmed_pupils is not None
    return {
        "pupils": booking.confirmed_pupils if confirmed else booking.pupils,
        "adults": booking.confirmed_adults if confirmed else booking.adults,
        "girls": booking.girls,
    }
