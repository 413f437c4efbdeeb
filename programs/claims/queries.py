"""Who sees which registrations; why a school cannot be registered."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from programs.claims.choices import OPEN_CLAIMS, ClaimState
from programs.claims.models import CONFIRMING, LINK, WAITING, SchoolClaim
from programs.claims.rules import claim_refusal
from programs.core.refusals import Refusal
from programs.schools.choices import Authority, OfficeRole
from programs.schools.models import School
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import matching, scope_of, seeks_coordinator


def claims_visible_to(user) -> QuerySet[SchoolClaim]:
    """Confirmed registrations of schools in the scope of a ward or department officer; viewers see no persons."""
    roles = roles_of(user)
    scope = Q(pk__in=[])
    for role, area_ids in roles.posts.items():
        if role != OfficeRole.STEERING:
            scope |= scope_of(role, area_ids)
    confirmed = SchoolClaim.objects.exclude(state=ClaimState.UNCONFIRMED)
    return confirmed.filter(school__in=School.objects.filter(scope)).select_related("school__ward")


def claims_to_decide(user) -> QuerySet[SchoolClaim]:
    """Those of them that this officer's own authority answers for: each post decides in its own areas only."""
    posts, answered_for = roles_of(user).posts, Q(pk__in=[])
    for role, authority in ((OfficeRole.DEPARTMENT, Authority.DEPARTMENT), (OfficeRole.WARD, Authority.WARD)):
        if role in posts:
            answered_for |= Q(authority=authority) & scope_of(role, posts[role])
    return claims_visible_to(user).filter(school__in=School.objects.filter(answered_for))


def claim_refusal_of(school: School) -> Refusal | None:
    """Why this school cannot be registered now."""
    seeks = School.objects.filter(seeks_coordinator(), pk=school.pk).exists()
    is_claimed = seeks and SchoolClaim.objects.filter(school=school, state__in=OPEN_CLAIMS).exists()
    return claim_refusal(school.state, seeks_coordinator=seeks, is_claimed=is_claimed)


def claims_with_text(claims: QuerySet[SchoolClaim], text: str) -> QuerySet[SchoolClaim]:
    """Registrations of schools that match ``text``, or of a person or address that does."""
    if not text:
        return claims
    schools = matching(School.objects.all(), text).values("pk")
    return claims.filter(Q(school__in=schools) | Q(full_name__icontains=text) | Q(email__icontains=text))


def hash_of_key(key: str) -> str:
    return salted_hmac("programs.claims.form", key, algorithm="sha256").hexdigest()


def claim_of_form(key: str) -> SchoolClaim | None:
    """The registration that came with this form, if it was sent before."""
    return SchoolClaim.objects.filter(key_hash=hash_of_key(key)).first()


def claim_with_token(token: str) -> SchoolClaim | None:
    """The confirmed registration behind the claimant's own link; None for a link that nobody was given."""
    claim = _signed(LINK, token)
    return claim if claim and claim.state != ClaimState.UNCONFIRMED else None


def claim_waiting_with_token(token: str) -> SchoolClaim | None:
    """The registration for whose letter somebody waits."""
    return _not_emptied(_signed(WAITING, token))


def claim_to_confirm_with_token(token: str) -> SchoolClaim | None:
    """The registration that the link of the letter sends."""
    return _not_emptied(_signed(CONFIRMING, token))


def _not_emptied(claim: SchoolClaim | None) -> SchoolClaim | None:
    """Whose data was erased before the letter was opened has sent nothing."""
    return claim if claim and (claim.email or claim.state != ClaimState.UNCONFIRMED) else None


def _signed(signer: Signer, token: str) -> SchoolClaim | None:
    try:
        pk = signer.unsign(token)
    except BadSignature:
        return None
    return SchoolClaim.objects.select_related("school__ward").filter(pk=pk).first()
