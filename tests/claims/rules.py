"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from programs.claims import rules
from programs.claims.choices import ClaimState
from programs.schools.choices import SchoolState


def calls() -> list[partial]:
    return [
        partial(rules.claim_refusal, SchoolState.ACTIVE, seeks_coordinator=True),
        partial(rules.flood_refusal, is_exhausted=True),
        partial(rules.correction_refusal, ClaimState.SUBMITTED),
        partial(rules.decision_refusal, ClaimState.SUBMITTED, to=ClaimState.VERIFIED),
    ]
