"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.utils import timezone

from programs.claims import rules
from programs.claims.choices import ClaimState
from programs.schools.choices import SchoolState


def calls() -> list[partial]:
    now = timezone.now()
    return [
        partial(rules.claim_refusal, SchoolState.ACTIVE, seeks_coordinator=True),
        partial(rules.flood_refusal, is_exhausted=True),
        partial(rules.address_refusal, is_exhausted=True),
        partial(rules.confirmation_refusal, ClaimState.UNCONFIRMED, until=now, now=now),
        partial(rules.letter_refusal, ClaimState.UNCONFIRMED, until=now + timedelta(hours=1), letters=9, now=now),
        partial(rules.reopening_refusal, ClaimState.REFUSED, is_empty=True),
        partial(rules.correction_refusal, ClaimState.SUBMITTED),
        partial(rules.decision_refusal, ClaimState.SUBMITTED, to=ClaimState.VERIFIED),
    ]
