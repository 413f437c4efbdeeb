"""The public list of schools, claiming one, and deciding on a claim."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from programs.accounts.queries import person_with_email
from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.calendar import holidays_between, working_days_between
from programs.core.gates import not_found_unless, signed_in
from programs.core.idempotency import IdempotentFormMixin
from programs.core.refusals import refuse_if
from programs.core.text import clean_text
from programs.core.throttle import Throttle
from programs.schools import policy, rules
from programs.schools.actions import claims
from programs.schools.choices import OPEN_CLAIMS, ClaimState
from programs.schools.forms import (
    ClaimCorrectionForm,
    ClaimForm,
    RefuseForm,
    ReturnForm,
    SchoolSearchForm,
)
from programs.schools.models import School, SchoolClaim
from programs.schools.queries import schools as school_queries
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
    not_found_unless(policy.may_see_claims(request.user))
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
                ("refused", pgettext("school registrations", "Refused and expired")),
                ("all", _("All, including those decided by the wards")),
            )
            if value != "all" or policy.may_see_all_claims(request.user)
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
    claim = _claim_or_404(request.user, pk)
    may_decide = policy.may_decide(request.user, claim)
    context = {
        "claim": claim,
        "may_decide": may_decide and claim.state == ClaimState.SUBMITTED,
        "may_refuse": may_decide and claim.state in OPEN_CLAIMS,
        "is_others": not may_decide,
        "history": history_of(claim),
        "known_account": person_with_email(claim.email),
    }
    return render(request, "schools/claim_detail.html", context)


def _claim_or_404(user, pk: int) -> SchoolClaim:
    claims = school_queries.claims_visible_to(user).select_related("school__ward", "school__cluster", "coordinator")
    return get_object_or_404(claims, pk=pk)


class ClaimAct(Act):
    """What the officer decides about a registration."""

    may = staticmethod(policy.may_decide)
    action: Callable[..., SchoolClaim]

    def get_target(self, pk: int) -> SchoolClaim:
        return _claim_or_404(self.user, pk)

    def act(self, form: IdempotentFormMixin) -> SchoolClaim:
        return self.action(claim=self.target, by=self.user, key=form.key, **form.values)

    @property
    def back_url(self) -> str:
        return reverse("claim_detail", args=[self.target.pk])


class VerifyClaim(ClaimAct):
    form_class = IdempotentFormMixin
    action = staticmethod(claims.verify_claim)
    title = _("Verify this registration?")
    submit = _("Verify the registration")

    @property
    def text(self) -> str:
        claim = self.target
        words = _("{name} ({position}, {email}) becomes the coordinator of {school} and can act for the school.")
        return words.format(name=claim.full_name, position=claim.position, email=claim.email, school=claim.school)

    def said(self, claim: SchoolClaim) -> str:
        return _("Verified. {name} will receive an email with the link to the account.").format(name=claim.full_name)


class ReturnClaim(ClaimAct):
    form_class = ReturnForm
    action = staticmethod(claims.return_claim)
    title = _("Return this registration")
    submit = _("Return with this reason")

    @property
    def text(self) -> str:
        words = _("The school stays reserved for {name}, who can correct the registration and send it again.")
        return words.format(name=self.target.full_name)

    def said(self, claim: SchoolClaim) -> str:
        return _("Returned. {name} will read the reason in an email.").format(name=claim.full_name)


class RefuseClaim(ClaimAct):
    form_class = RefuseForm
    action = staticmethod(claims.refuse_claim)
    title = _("Refuse this registration permanently?")
    text = _(
        "For a registration the school knows nothing about. It can no longer be corrected, and the school can "
        "be registered again."
    )
    submit = _("Refuse permanently")
    danger = True
    done = _("Refused. Someone else can register the school.")


CHECKING = {
    ClaimState.SUBMITTED: "now",
    ClaimState.RETURNED: "no",
    ClaimState.VERIFIED: "done",
    ClaimState.REFUSED: "no",
    ClaimState.EXPIRED: "no",
}
# A ward's office may help some schools in a day; each registration keeps a school from others until it is decided.
REGISTRATIONS = Throttle("school-claim", allowed=6, seconds=24 * 3600)


@require_safe
def school_list(request: HttpRequest) -> HttpResponse:
    """The official list, with what a school's own people can do next."""
    form = SchoolSearchForm(request.GET)
    narrowing = form.narrowing()
    page = Paginator(school_queries.search_schools(**narrowing), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "narrowed": any(narrowing.values())}
    return render(request, "schools/list.html", context)


@method_decorator(follows_moved_schools, name="dispatch")
class RegisterSchool(Act):
    """A form that was sent twice must reach the action, which finds the first registration by its key."""

    public = True
    form_class = ClaimForm
    template_name = "schools/claim.html"
    context_object_name = "school"
    done = _("Your registration has been sent. We have emailed you the link to this page.")

    def get_target(self, code: str) -> School:
        return get_object_or_404(school_queries.public_schools(), code=code)

    def get_context_data(self, **kwargs) -> dict:
        refusal = None if self.request.method == "POST" else school_queries.claim_refusal_of(self.target)
        return super().get_context_data(refusal=refusal, **kwargs)

    def act(self, form: ClaimForm) -> SchoolClaim:
        refuse_if(rules.flood_refusal(is_exhausted=REGISTRATIONS.is_exhausted(self.request)))
        claim = claims.submit_claim(school_id=self.target.pk, key=form.key, **form.typed())
        REGISTRATIONS.count(self.request)
        return claim

    def way_back(self, claim: SchoolClaim) -> str:
        return reverse("claim_status", args=[claim.link_token])


@method_decorator(never_cache, name="dispatch")
class ClaimStatus(Act):
    """The claimant's own page, opened by the link in the letter; a returned registration is corrected here."""

    public = True
    form_class = ClaimCorrectionForm
    template_name = "schools/claim_status.html"
    context_object_name = "claim"
    done = _("Your corrected registration has been sent.")

    def get_target(self, token: str) -> SchoolClaim:
        return not_found_unless(school_queries.claim_with_token(token))

    def get_initial(self) -> dict:
        return _typed_before(self.target)

    def get_context_data(self, **kwargs) -> dict:
        if self.request.method != "POST" and self.target.state != ClaimState.RETURNED:
            kwargs["form"] = None
        return super().get_context_data(steps=_steps(self.target), **kwargs)

    def act(self, form: ClaimCorrectionForm) -> SchoolClaim:
        return claims.correct_claim(claim=self.target, **form.typed())

    def way_back(self, claim: SchoolClaim) -> str:
        return self.request.path


def _typed_before(claim: SchoolClaim) -> dict[str, str]:
    return {name: getattr(claim, name) for name in claims.TYPED}


def _steps(claim: SchoolClaim) -> list[dict]:
    """How far a registration is, for the progress line."""
    verified = claim.state == ClaimState.VERIFIED
    checking = CHECKING[ClaimState(claim.state)]
    return [
        {"label": _("Sent"), "state": "done", "detail": timezone.localtime(claim.created_at).strftime("%d/%m/%Y")},
        {"label": _("Checked by the authority"), "state": checking, "detail": claim.get_state_display()},
        {"label": _("School active on the portal"), "state": "done" if verified else "", "detail": ""},
    ]
