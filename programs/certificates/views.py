from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.storage import storages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from programs.bookings.forms import RosterForm
from programs.bookings.models import Booking
from programs.bookings.queries import bookings_visible_to, listed
from programs.bookings.views.bookings import BookingAct
from programs.certificates import actions, policy, queries
from programs.certificates.choices import CertificateState, RevocationReason
from programs.certificates.forms import IssueForm, RevokeAbsentForm, RevokeForm, VerifyForm
from programs.certificates.models import Certificate
from programs.certificates.pdf import render as render_pdf
from programs.certificates.pdf import sheet_of
from programs.certificates.rules import issuing_refusal, list_after_refusal, shows_name
from programs.certificates.tasks import PRINT_JOB
from programs.core.acting import Act
from programs.core.calendar import working_days
from programs.core.choices import JobState
from programs.core.finding import keep_search, search_of
from programs.core.gates import not_found_unless, signed_in
from programs.core.jobs import enqueue
from programs.core.text import clean_text
from programs.core.throttle import Throttle
from programs.pupils.models import Pupil
from programs.pupils.queries import pupils_of_class
from programs.schools.queries.roles import roles_of
from programs.visit_days.rules import reopen_until

PAGE_SIZE = 25
GUESSES = Throttle("certificate-verify-failed", allowed=20, seconds=600)
LARGE_BATCH = 200  # more pages than this are printed in the background


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def certificate_list(request: HttpRequest) -> HttpResponse:
    """Certificates, or what a search sent by POST finds among them."""
    search = search_of(request)
    reference = clean_text(request.GET.get("booking", ""))[:12].upper()
    certificates = queries.searched(queries.certificates_visible_to(request.user), search.text).select_related(
        "booking"
    )
    booking = None
    if reference:
        booking = get_object_or_404(bookings_visible_to(request.user), reference=reference)
        certificates = certificates.filter(booking=booking)
    if request.method == "POST":
        return keep_search(request)
    page = Paginator(certificates.order_by("-held_on", "sort_key", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "search": search,
        "booking": booking,
        "own": roles_of(request.user).pupil is not None,
        "to_certify": [] if reference or search.text else queries.bookings_to_certify(request.user)[:5],
        "may_issue": bool(booking) and policy.may_issue(request.user, booking),
    }
    return render(request, "certificates/list.html", context)


class IssueCertificates(Act):
    form_class = IssueForm
    template_name = "certificates/issue.html"
    context_object_name = "booking"
    may = staticmethod(policy.may_issue)

    def get_target(self, reference: str) -> Booking:
        return get_object_or_404(bookings_visible_to(self.user), reference=reference)

    def get_context_data(self, **kwargs) -> dict:
        plan = queries.plan_of(self.target)
        return super().get_context_data(plan=plan, refusal=issuing_refusal(self.target, plan), **kwargs)

    def act(self, form: IssueForm) -> list[Certificate]:
        return actions.issue_certificates(booking_id=self.target.pk, by=self.user, key=form.key, **form.values)

    def said(self, issued: list[Certificate]) -> str:
        if not issued:
            return _("Every pupil who came already has a certificate; nothing was issued twice.")
        count = len(issued)
        return ngettext("{count} certificate was issued.", "{count} certificates were issued.", count).format(
            count=count
        )

    @property
    def back_url(self) -> str:
        return _list_of(self.target)


class RevokeAbsent(Act):
    """After a correction: whose certificates are in doubt, and what to do about them."""

    form_class = RevokeAbsentForm
    template_name = "certificates/revoke_absent.html"
    context_object_name = "booking"
    may = staticmethod(policy.may_issue)

    def get_target(self, reference: str) -> Booking:
        return get_object_or_404(bookings_visible_to(self.user), reference=reference)

    @cached_property
    def certificates(self) -> list[Certificate]:
        return list(queries.certificates_in_doubt(self.target))

    def instead(self) -> HttpResponse | None:
        if self.certificates:
            return None
        messages.info(self.request, _("All certificates of this visit belong to pupils who came."))
        return redirect(self.back_url)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"certificates": self.certificates}

    def act(self, form: RevokeAbsentForm) -> list[Certificate]:
        return actions.revoke_of_absent(booking_id=self.target.pk, serials=form.cleaned_data["serials"], by=self.user)

    def said(self, revoked: list[Certificate]) -> str:
        count = len(revoked)
        return ngettext("{count} certificate was revoked.", "{count} certificates were revoked.", count).format(
            count=count
        )

    @property
    def back_url(self) -> str:
        return _list_of(self.target)


class RevokeCertificate(Act):
    form_class = RevokeForm
    template_name = "certificates/revoke.html"
    context_object_name = "certificate"
    may = staticmethod(policy.may_revoke)
    done = _("The certificate has been revoked. From now on, anyone who checks its code will see this.")

    def get_target(self, serial: str) -> Certificate:
        seen = queries.certificates_visible_to(self.user)
        return get_object_or_404(seen.select_related("booking__session__field_trip", "booking__school"), serial=serial)

    def get_initial(self) -> dict:
        in_doubt = queries.certificates_in_doubt(self.target.booking).filter(pk=self.target.pk)
        return {"reason": RevocationReason.ABSENT} if in_doubt.exists() else {}

    def act(self, form: RevokeForm) -> Certificate:
        return actions.revoke_certificate(serial=self.target.serial, by=self.user, **form.cleaned_data)

    @property
    def back_url(self) -> str:
        return _list_of(self.target.booking)


def _list_of(booking: Booking) -> str:
    return reverse("certificate_list", query={"booking": booking.reference})


@signed_in
@require_GET
def certificate_pdf(request: HttpRequest, serial: str) -> HttpResponse:
    valid = queries.certificates_visible_to(request.user).filter(state=CertificateState.ISSUED)
    certificate = get_object_or_404(valid.exclude(printed_name=""), serial=serial)
    name = f"{certificate.serial} {certificate.printed_name}.pdf"
    return _pdf(HttpResponse(render_pdf([sheet_of(certificate)])), name)


@signed_in
@require_GET
def certificates_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    booking = get_object_or_404(bookings_visible_to(request.user), reference=reference)
    seen = queries.certificates_visible_to(request.user)
    certificates = queries.certificates_of(booking).filter(pk__in=seen.values("pk"))
    count = certificates.count()
    if not count:
        raise Http404
    name = _("Certificates {reference}").format(reference=booking.reference) + ".pdf"
    if count > LARGE_BATCH:
        return _printed_in_background(request, booking, count, name)
    return _pdf(HttpResponse(render_pdf(sheet_of(row) for row in certificates)), name)


@require_safe
def certificate_verify_form(request: HttpRequest) -> HttpResponse:
    form = VerifyForm(request.GET or None)
    if form.is_valid():
        return redirect("certificate_verify", code=form.cleaned_data["code"])
    return _public(render(request, "certificates/verify_form.html", {"form": form}))


@require_safe
def certificate_verify(request: HttpRequest, code: str) -> HttpResponse:
    """Every failure gets the same answer, whatever was wrong with the code."""
    if GUESSES.is_exhausted(request):
        return _public(render(request, "certificates/verify_limited.html", status=429))
    certificate = queries.find_by_code(code)
    if certificate is None:
        GUESSES.count(request)
        return _public(render(request, "certificates/verify_failed.html", {"form": VerifyForm()}, status=404))
    withheld = queries.is_name_withheld(certificate)
    names = shows_name(certificate, is_withheld=withheld)
    context = {"certificate": certificate, "names": names, "withheld": withheld and certificate.is_valid}
    return _public(render(request, "certificates/verified.html", context))


def _printed_in_background(request: HttpRequest, booking: Booking, count: int, name: str) -> HttpResponse:
    newest = queries.newest_id_of(booking)
    job = enqueue(
        PRINT_JOB,
        arguments={"booking": booking.pk},
        owner=request.user,
        unique_key=f"certificates:{booking.pk}:{count}:{newest}",
    )
    if job.state == JobState.DONE:
        return _pdf(FileResponse(storages["private"].open(job.result["key"])), name)
    return render(request, "certificates/printing.html", {"job": job, "booking": booking, "count": count})


def _pdf(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Type"] = "application/pdf"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def _public(response: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines and caches: a certificate can be revoked at any moment."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response


class ListWhoCame(BookingAct):
    form_class = RosterForm
    template_name = "certificates/booking_came.html"
    may = staticmethod(policy.may_list_after)
    done = _("The list of participants has been saved.")

    def instead(self) -> None:
        not_found_unless(self.target.unannounced and self.target.class_group_id)

    @cached_property
    def pupils(self) -> list[Pupil]:
        return list(pupils_of_class(self.target.class_group))

    def get_initial(self) -> dict[str, list[int]]:
        return listed(self.target)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"pupils": self.pupils, "most": self.target.arrived_pupils or 0}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        now, refusal = timezone.now(), None
        days = working_days(now, now)
        if self.request.method != "POST":
            nobody = {"named": 0, "foreign": 0, "without_consent": 0, "used": self.target.certificates.exists()}
            refusal = list_after_refusal(self.target, **nobody, days=days, now=now)
        until = reopen_until(self.target.session, days=days)
        return super().get_context_data(pupils=self.pupils, refusal=refusal, until=until, **kwargs)

    def act(self, form: RosterForm) -> Booking:
        return actions.list_who_came(booking_id=self.target.pk, by=self.user, **form.cleaned_data)
