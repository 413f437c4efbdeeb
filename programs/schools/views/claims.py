"""The public list of schools, claiming one, and deciding on a claim."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from programs.core.audit import history_of
from programs.core.calendar import holidays_between, working_days_between
from programs.core.gates import not_found_unless, signed_in
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if, show_refusal
from programs.core.text import clean_text
from programs.core.throttle import Throttle
from programs.schools import rules
from programs.schools.actions import claims
from programs.schools.choices import OPEN_CLAIMS, ClaimState
from programs.schools.forms.registration import (
    ClaimCorrectionForm,
    ClaimForm,
    ConfirmForm,
    RefuseForm,
    ReturnForm,
    SchoolSearchForm,
)
from programs.schools.models import SchoolClaim
from programs.schools.queries import roles as role_queries
from programs.schools.queries import schools as school_queries
from programs.schools.queries import staff as staff_queries
from programs.schools.rules import Waiting
from programs.schools.views.states import follows_moved_schools

PAGE_SIZE = 20
TABS = {
    "open": OPEN_CLAIMS,
    "done": (ClaimState.VERIFIED,),
    "refused": (ClaimState.REFUSED, ClaimState.EXPIRED),
    "all": (),
}


@signed_in
@require_GET
def claim_queue(request: HttpRequest) -> HttpResponse:
    """What waits for this officer's own authority first; the department may also look at the wards' ones."""
    standing = role_queries.standing_of(request.user)
    not_found_unless(standing.is_department or standing.is_ward_officer)
    tab = request.GET.get("show", "")
    tab = tab if tab in TABS else "open"
    text = clean_text(request.GET.get("q", ""))[:100]
    whose = school_queries.claims_visible_to if tab == "all" else school_queries.claims_to_decide
    claims = school_queries.claims_with_text(whose(request.user), text)
    if states := TABS[tab]:
        claims = claims.filter(state__in=states)
    # What waits: the oldest first. What is done: the latest first.
    order = ("sent_at", "pk") if tab == "open" else ("-sent_at", "-pk")
    claims = claims.prefetch_related("school__levels").order_by(*order)
    page = Paginator(claims, PAGE_SIZE).get_page(request.GET.get("page"))
    _tell_age(page.object_list)
    context = {
        "page_obj": page,
        "tab": tab,
        "text": text,
        "tabs": [
            (value, label)
            for value, label in (
                ("open", pgettext("school registrations", "Open")),
                ("done", pgettext("school registrations", "Verified")),
                ("refused", pgettext("school registrations", "Refused and ended")),
                ("all", _("All, also those of the wards")),
            )
            if value != "all" or standing.is_department
        ],
    }
    return render(request, "schools/claim_queue.html", context)


def _tell_age(claims) -> None:
    """How many working days each has waited, and whether that is longer than it should."""
    waiting = Waiting.from_settings(settings.JURISDICTION)
    sent = [timezone.localdate(claim.sent_at) for claim in claims]
    today = timezone.localdate()
    off = holidays_between(min(sent), today) if sent else set()
    for claim, day in zip(claims, sent, strict=True):
        claim.age = working_days_between(day, today, off=off)
        claim.is_late = claim.state == ClaimState.SUBMITTED and claim.age > waiting.remind_authority_after


@signed_in
@require_GET
def claim_detail(request: HttpRequest, pk: int) -> HttpResponse:
    claim = _claim_or_404(request, pk)
    may_decide = _may_decide(request, claim)
    context = {
        "claim": claim,
        "may_decide": may_decide and claim.state == ClaimState.SUBMITTED,
        "may_refuse": may_decide and claim.state in OPEN_CLAIMS,
        "is_others": not may_decide,
        "history": history_of(claim),
        "known_account": staff_queries.person_with_email(claim.email),
    }
    return render(request, "schools/claim_detail.html", context)


def _claim_or_404(request: HttpRequest, pk: int) -> SchoolClaim:
    claims = school_queries.claims_visible_to(request.user).select_related(
        "school__ward", "school__cluster", "coordinator"
    )
    return get_object_or_404(claims, pk=pk)


def _may_decide(request: HttpRequest, claim: SchoolClaim) -> bool:
    return school_queries.claims_to_decide(request.user).filter(pk=claim.pk).exists()


def _claim_to_decide(request: HttpRequest, pk: int) -> SchoolClaim:
    claim = _claim_or_404(request, pk)
    must(_may_decide(request, claim))
    return claim


def _decide(request: HttpRequest, claim: SchoolClaim, form, act, words: dict, done: str) -> HttpResponse:
    """Ask for confirmation and whatever else ``form`` wants (a reason), do it once, say that it is done."""
    if form.is_bound and form.is_valid():
        asked = dict(form.cleaned_data)
        key = asked.pop("idempotency_key")
        try:
            act(claim=claim, by=request.user, key=key, **asked)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, done)
            return redirect("claim_detail", pk=claim.pk)
    context = {**words, "form": form, "back_url": reverse("claim_detail", args=[claim.pk])}
    return render(request, "components/confirm.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def claim_verify(request: HttpRequest, pk: int) -> HttpResponse:
    claim = _claim_to_decide(request, pk)
    words = {
        "title": _("Verify this registration?"),
        "text": _(
            "{name} ({position}, {email}) becomes the coordinator of {school} and can act for the school."
        ).format(name=claim.full_name, position=claim.position, email=claim.email, school=claim.school),
        "submit": _("Verify the registration"),
    }
    done = _("Verified. {name} receives the link to the account by e-mail.").format(name=claim.full_name)
    return _decide(request, claim, ConfirmForm(request.POST or None), claims.verify_claim, words, done)


@signed_in
@require_http_methods(["GET", "POST"])
def claim_return(request: HttpRequest, pk: int) -> HttpResponse:
    claim = _claim_to_decide(request, pk)
    words = {
        "title": _("Return this registration"),
        "text": _("The school stays reserved for {name}, who can correct the registration and send it again.").format(
            name=claim.full_name
        ),
        "submit": _("Return with this reason"),
    }
    done = _("Returned. {name} reads the reason by e-mail.").format(name=claim.full_name)
    return _decide(request, claim, ReturnForm(request.POST or None), claims.return_claim, words, done)


@signed_in
@require_http_methods(["GET", "POST"])
def claim_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    claim = _claim_to_decide(request, pk)
    words = {
        "title": _("Refuse this registration for good?"),
        "text": _(
            "For a registration that the school knows nothing of. It cannot be corrected any more, "
            "and the school is free to be registered again."
        ),
        "submit": _("Refuse for good"),
        "danger": True,
    }
    done = _("Refused. The school can be registered by somebody else.")
    return _decide(request, claim, RefuseForm(request.POST or None), claims.refuse_claim, words, done)


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
    page = Paginator(school_queries.search_schools(**narrowing), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "narrowed": any(narrowing.values())}
    return render(request, "schools/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@follows_moved_schools
def school_claim(request: HttpRequest, code: str) -> HttpResponse:
    school = get_object_or_404(school_queries.public_schools(), code=code)
    form = ClaimForm(request.POST or None)
    # A form that was sent twice must reach the action, which finds the first registration by its key.
    if form.is_bound and form.is_valid():
        try:
            refuse_if(rules.flood_refusal(is_exhausted=REGISTRATIONS.is_exhausted(request)))
            claim = claims.submit_claim(school_id=school.pk, key=form.cleaned_data["idempotency_key"], **form.typed())
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            REGISTRATIONS.count(request)
            messages.success(request, _("Your registration was sent. We have e-mailed you the link to this page."))
            return redirect("claim_status", token=claim.link_token)
    context = {
        "school": school,
        "form": form,
        "refusal": None if form.is_bound else school_queries.claim_refusal_of(school),
    }
    return render(request, "schools/claim.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim_status(request: HttpRequest, token: str) -> HttpResponse:
    """The claimant's own page, opened by the link in the letter; a returned registration is corrected here."""
    claim = not_found_unless(school_queries.claim_with_token(token))
    form = None
    if claim.state == ClaimState.RETURNED or request.method == "POST":
        form = ClaimCorrectionForm(request.POST or None, initial=_typed_before(claim))
    if form and form.is_bound and form.is_valid():
        try:
            claims.correct_claim(claim=claim, **form.typed())
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
