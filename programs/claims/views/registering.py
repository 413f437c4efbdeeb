"""Registering a school, and the claimant's own page."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from programs.claims import queries, rules
from programs.claims.actions import registering
from programs.claims.choices import ClaimState
from programs.claims.forms import ClaimCorrectionForm, ClaimForm
from programs.claims.models import SchoolClaim
from programs.core.acting import Act
from programs.core.gates import not_found_unless
from programs.core.refusals import refuse_if
from programs.core.throttle import Throttle
from programs.schools.models import School
from programs.schools.queries.schools import public_schools
from programs.schools.views.states import follows_moved_schools

CHECKING = {
    ClaimState.SUBMITTED: "now",
    ClaimState.RETURNED: "no",
    ClaimState.VERIFIED: "done",
    ClaimState.REFUSED: "no",
    ClaimState.EXPIRED: "no",
}
# A ward's office may help some schools in a day; each registration keeps a school from others until it is decided.
REGISTRATIONS = Throttle("school-claim", allowed=6, seconds=24 * 3600)


@method_decorator(follows_moved_schools, name="dispatch")
class RegisterSchool(Act):
    """A form that was sent twice must reach the action, which finds the first registration by its key."""

    public = True
    form_class = ClaimForm
    template_name = "claims/claim.html"
    context_object_name = "school"
    done = _("Your registration has been sent. We have emailed you the link to this page.")

    def get_target(self, code: str) -> School:
        return get_object_or_404(public_schools(), code=code)

    def get_context_data(self, **kwargs) -> dict:
        refusal = None if self.request.method == "POST" else queries.claim_refusal_of(self.target)
        return super().get_context_data(refusal=refusal, **kwargs)

    def act(self, form: ClaimForm) -> SchoolClaim:
        refuse_if(rules.flood_refusal(is_exhausted=REGISTRATIONS.is_exhausted(self.request)))
        claim = registering.submit_claim(school_id=self.target.pk, key=form.key, **form.typed())
        REGISTRATIONS.count(self.request)
        return claim

    def way_back(self, claim: SchoolClaim) -> str:
        return reverse("claim_status", args=[claim.link_token])


@method_decorator(never_cache, name="dispatch")
class ClaimStatus(Act):
    """The claimant's own page, opened by the link in the letter; a returned registration is corrected here."""

    public = True
    form_class = ClaimCorrectionForm
    template_name = "claims/claim_status.html"
    context_object_name = "claim"
    done = _("Your corrected registration has been sent.")

    def get_target(self, token: str) -> SchoolClaim:
        return not_found_unless(queries.claim_with_token(token))

    def get_initial(self) -> dict:
        return _typed_before(self.target)

    def get_context_data(self, **kwargs) -> dict:
        if self.request.method != "POST" and self.target.state != ClaimState.RETURNED:
            kwargs["form"] = None
        return super().get_context_data(steps=_steps(self.target), **kwargs)

    def act(self, form: ClaimCorrectionForm) -> SchoolClaim:
        return registering.correct_claim(claim=self.target, **form.typed())

    def way_back(self, claim: SchoolClaim) -> str:
        return self.request.path


def _typed_before(claim: SchoolClaim) -> dict[str, str]:
    return {name: getattr(claim, name) for name in registering.TYPED}


def _steps(claim: SchoolClaim) -> list[dict]:
    """How far a registration is, for the progress line."""
    verified = claim.state == ClaimState.VERIFIED
    checking = CHECKING[ClaimState(claim.state)]
    return [
        {"label": _("Sent"), "state": "done", "detail": timezone.localtime(claim.created_at).strftime("%d/%m/%Y")},
        {"label": _("Checked by the authority"), "state": checking, "detail": claim.get_state_display()},
        {"label": _("School active on the portal"), "state": "done" if verified else "", "detail": ""},
    ]
