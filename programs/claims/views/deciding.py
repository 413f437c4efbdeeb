"""What waits for an officer, and deciding on a registration."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from programs.accounts.queries import person_with_email
from programs.claims import policy, queries
from programs.claims.actions import deciding
from programs.claims.choices import ENDED_CLAIMS, OPEN_CLAIMS, ClaimState
from programs.claims.forms import RefuseForm, ReopenForm, ReturnForm
from programs.claims.models import SchoolClaim
from programs.claims.rules import Waiting
from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.calendar import holidays_between, working_days_between
from programs.core.finding import keep_search, search_of
from programs.core.gates import not_found_unless, signed_in
from programs.core.idempotency import IdempotentFormMixin

PAGE_SIZE = 20
TABS = {
    "open": OPEN_CLAIMS,
    "done": (ClaimState.VERIFIED,),
    "refused": ENDED_CLAIMS,
    "all": (),
}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def claim_queue(request: HttpRequest) -> HttpResponse:
    """What waits for this officer's own authority first; the department may also look at the wards' ones."""
    not_found_unless(policy.may_see_claims(request.user))
    tab = show if (show := request.GET.get("show")) in TABS else "open"
    if request.method == "POST":
        return keep_search(request)
    whose = queries.claims_visible_to if tab == "all" else queries.claims_to_decide
    claims = queries.claims_with_text(whose(request.user), search_of(request).text)
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
        "search": search_of(request),
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
    return render(request, "claims/claim_queue.html", context)


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
        "may_reopen": may_decide and claim.state in ENDED_CLAIMS and bool(claim.email),
        "is_others": not may_decide,
        "history": history_of(claim),
        "known_account": person_with_email(claim.email),
    }
    return render(request, "claims/claim_detail.html", context)


def _claim_or_404(user, pk: int) -> SchoolClaim:
    claims = queries.claims_visible_to(user).select_related("school__ward", "school__cluster", "coordinator")
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
    action = staticmethod(deciding.verify_claim)
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
    action = staticmethod(deciding.return_claim)
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
    action = staticmethod(deciding.refuse_claim)
    title = _("Refuse this registration?")
    text = _(
        "For a registration the school knows nothing about. The person cannot correct it any more, and the school can "
        "be registered again. If it turns out to be a mistake, you can reopen it as long as the school is free."
    )
    submit = _("Refuse the registration")
    danger = True
    done = _("Refused. Someone else can register the school.")


class ReopenClaim(ClaimAct):
    form_class = ReopenForm
    action = staticmethod(deciding.reopen_claim)
    title = _("Reopen this registration?")
    text = _("It waits for your decision again and holds the school; the person who registered is told by email.")
    submit = _("Reopen the registration")
    done = _("Reopened. The registration waits for your decision.")
