"""Pages that need no account: the official list, a registration, an invitation."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from programs.core.gates import not_found_unless
from programs.core.refusals import Refused, refuse_if, show_refusal
from programs.core.throttle import Throttle
from programs.schools import actions, queries, rules
from programs.schools.choices import ClaimState
from programs.schools.forms import ClaimCorrectionForm, ClaimForm, ConfirmForm, NewMemberForm, SchoolSearchForm
from programs.schools.models import Invitation, SchoolClaim
from programs.schools.views.moved import follows_moved_schools

PAGE_SIZE = 20
CHECKING = {
    ClaimState.SUBMITTED: "now",
    ClaimState.RETURNED: "no",
    ClaimState.VERIFIED: "done",
    ClaimState.REFUSED: "no",
    ClaimState.EXPIRED: "no",
}
# A ward's office may help several schools in one morning; a flood of invented registrations is something else.
REGISTRATIONS = Throttle("school-claim", allowed=20, seconds=3600)


@require_safe
def school_list(request: HttpRequest) -> HttpResponse:
    """The official list, with what a school's own people can do next."""
    form = SchoolSearchForm(request.GET)
    narrowing = form.narrowing()
    page = Paginator(queries.search_schools(**narrowing), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "narrowed": any(narrowing.values())}
    return render(request, "schools/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@follows_moved_schools
def school_claim(request: HttpRequest, code: str) -> HttpResponse:
    school = get_object_or_404(queries.public_schools(), code=code)
    form = ClaimForm(request.POST or None)
    # A form that was sent twice must reach the action, which finds the first registration by its key.
    if form.is_bound and form.is_valid():
        try:
            refuse_if(rules.flood_refusal(is_exhausted=REGISTRATIONS.is_exhausted(request)))
            claim = actions.submit_claim(school_id=school.pk, key=form.cleaned_data["idempotency_key"], **form.typed())
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            REGISTRATIONS.count(request)
            messages.success(request, _("Your registration was sent. We have e-mailed you the link to this page."))
            return redirect("claim_status", token=claim.link_token)
    context = {"school": school, "form": form, "refusal": None if form.is_bound else queries.claim_refusal_of(school)}
    return render(request, "schools/claim.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim_status(request: HttpRequest, token: str) -> HttpResponse:
    """The claimant's own page, opened by the link in the letter; a returned registration is corrected here."""
    claim = not_found_unless(queries.claim_with_token(token))
    form = None
    if claim.state == ClaimState.RETURNED or request.method == "POST":
        form = ClaimCorrectionForm(request.POST or None, initial=_typed_before(claim))
    if form and form.is_bound and form.is_valid():
        try:
            actions.correct_claim(claim=claim, **form.typed())
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Your corrected registration was sent."))
            return redirect("claim_status", token=token)
    context = {"claim": claim, "form": form, "steps": _steps(claim)}
    return render(request, "schools/claim_status.html", context)


def _typed_before(claim: SchoolClaim) -> dict[str, str]:
    return {name: getattr(claim, name) for name in ("full_name", "position", "email", "phone", "message")}


def _steps(claim: SchoolClaim) -> list[dict]:
    """How far a registration is, for the progress line."""
    verified = claim.state == ClaimState.VERIFIED
    checking = CHECKING[ClaimState(claim.state)]
    return [
        {"label": _("Sent"), "state": "done", "detail": timezone.localtime(claim.created_at).strftime("%d/%m/%Y")},
        {"label": _("Checked by the authority"), "state": checking, "detail": claim.get_state_display()},
        {"label": _("School at work in the portal"), "state": "done" if verified else "", "detail": ""},
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing; only the button joins the school."""
    invitation = queries.invitation_with_token(token)
    refusal = rules.acceptance_refusal(invitation, now=timezone.now())
    if refusal:
        status = 404 if invitation is None else 410
        return render(request, "schools/invitation_closed.html", {"refusal": refusal}, status=status)
    user = request.user if request.user.is_authenticated else None
    acceptor = rules.acceptor_refusal(
        invited=invitation.email,
        signed_in=user.email or "" if user else None,
        is_known=queries.person_with_email(invitation.email) is not None,
    )
    if acceptor:
        context = {"invitation": invitation, "refusal": acceptor, "here": request.path}
        return render(request, "schools/invitation_other.html", context)
    return _join(request, invitation, token)


def _join(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    is_known = request.user.is_authenticated
    if is_known:
        form = ConfirmForm(request.POST or None)
    else:
        form = NewMemberForm(request.POST or None, email=invitation.email, initial={"full_name": invitation.full_name})
    if form.is_bound and form.is_valid():
        try:
            actions.accept_invitation(
                token=token,
                user=request.user if is_known else None,
                full_name=form.cleaned_data.get("full_name", ""),
                password=form.cleaned_data.get("password", ""),
                language=get_language(),
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            return _after_joining(request, invitation, is_known)
    return render(request, "schools/invitation.html", {"invitation": invitation, "form": form, "is_known": is_known})


def _after_joining(request: HttpRequest, invitation: Invitation, is_known: bool) -> HttpResponse:
    if is_known:
        messages.success(request, _("You now belong to {school}.").format(school=invitation.school))
        return redirect("desk")
    messages.success(request, _("Your account is ready. Sign in with {email}.").format(email=invitation.email))
    return redirect(f"{reverse('account_login')}?next={reverse('desk')}")
