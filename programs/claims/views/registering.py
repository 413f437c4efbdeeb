"""Registering a school, and the claimant's own page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
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
# A ward's office may help some schools in a day; each registration is a letter to an address that nobody proved.
REGISTRATIONS = Throttle("school-claim", allowed=6, seconds=24 * 3600)
LETTERS = Throttle("school-claim-letter", allowed=5, seconds=24 * 3600, everywhere=True)


@method_decorator(follows_moved_schools, name="dispatch")
class RegisterSchool(Act):
    """A form that was sent twice must reach the action, which finds the first registration by its key."""

    public = True
    form_class = ClaimForm
    template_name = "claims/claim.html"
    context_object_name = "school"
    done = _("Almost done: open the letter that we have just sent you, and confirm your address.")

    def get_target(self, code: str) -> School:
        return get_object_or_404(public_schools(), code=code)

    def get_context_data(self, **kwargs) -> dict:
        refusal = None if self.request.method == "POST" else queries.claim_refusal_of(self.target)
        return super().get_context_data(refusal=refusal, **kwargs)

    def act(self, form: ClaimForm) -> SchoolClaim:
        if queries.claim_of_form(form.key):  # a form that was sent twice writes no second letter
            return registering.submit_claim(school_id=self.target.pk, key=form.key, **form.typed())
        refuse_if(rules.flood_refusal(is_exhausted=REGISTRATIONS.is_exhausted(self.request)))
        letters = _letters_to(form.typed()["email"])
        refuse_if(rules.address_refusal(is_exhausted=LETTERS.is_exhausted(self.request, at=letters)))
        claim = registering.submit_claim(school_id=self.target.pk, key=form.key, **form.typed())
        REGISTRATIONS.count(self.request)
        LETTERS.count(self.request, at=letters)
        return claim

    def way_back(self, claim: SchoolClaim) -> str:
        return reverse("claim_waiting", args=[claim.waiting_token])


def _letters_to(address: str) -> str:
    """Under what letters to an address are counted: the address itself is kept in no cache."""
    return salted_hmac("programs.claims.letters", address, algorithm="sha256").hexdigest()


@method_decorator(never_cache, name="dispatch")
class ClaimWaiting(Act):
    """Where whoever filled in the form waits for the letter, and may ask for it once more."""

    public = True
    template_name = "claims/waiting.html"
    context_object_name = "claim"
    done = _("We have sent the letter again.")

    def get_target(self, token: str) -> SchoolClaim:
        return not_found_unless(queries.claim_waiting_with_token(token))

    def get_context_data(self, **kwargs) -> dict:
        claim = self.target
        known = {"until": claim.confirm_until, "now": timezone.now()}
        closed = rules.confirmation_refusal(claim.state, **known)
        enough = rules.letter_refusal(claim.state, letters=claim.letters, **known)
        return super().get_context_data(closed=closed, enough=enough, **kwargs)

    def act(self, form) -> SchoolClaim:
        letters = _letters_to(self.target.email)
        refuse_if(rules.address_refusal(is_exhausted=LETTERS.is_exhausted(self.request, at=letters)))
        claim = registering.send_letter_again(claim=self.target)
        LETTERS.count(self.request, at=letters)
        return claim

    def way_back(self, claim: SchoolClaim) -> str:
        return self.request.path


@method_decorator(never_cache, name="dispatch")
class ConfirmClaim(Act):
    """Behind the link of the letter. Opening it changes nothing: programs that check mail open links too."""

    public = True
    template_name = "claims/confirm.html"
    context_object_name = "claim"
    done = _("Thank you. Your registration has been sent, and we have emailed you the link to this page.")

    def get_target(self, token: str) -> SchoolClaim:
        return not_found_unless(queries.claim_to_confirm_with_token(token))

    def instead(self) -> HttpResponse | None:
        if self.target.state == ClaimState.UNCONFIRMED:
            return None
        return redirect(self.way_back(self.target))

    def get_context_data(self, **kwargs) -> dict:
        claim = self.target
        late = rules.confirmation_refusal(claim.state, until=claim.confirm_until, now=timezone.now())
        return super().get_context_data(late=late, taken=queries.claim_refusal_of(claim.school), **kwargs)

    def act(self, form) -> SchoolClaim:
        return registering.confirm_claim(claim=self.target)

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
    return {name: getattr(claim, name) for name in registering.CORRECTED}


def _steps(claim: SchoolClaim) -> list[dict]:
    """How far a registration is, for the progress line."""
    verified = claim.state == ClaimState.VERIFIED
    checking = CHECKING[ClaimState(claim.state)]
    return [
        {"label": _("Sent"), "state": "done", "detail": timezone.localtime(claim.sent_at).strftime("%d/%m/%Y")},
        {"label": _("Checked by the authority"), "state": checking, "detail": claim.get_state_display()},
        {"label": _("School active on the portal"), "state": "done" if verified else "", "detail": ""},
    ]
