"""What is allowed now. Unknown means no: what is not found here is not allowed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from programs.consents import rules
from programs.consents.choices import NO, ConsentPurpose, ConsentState
from programs.consents.models import Consent, ConsentText
from programs.pupils.models import Pupil


def current_texts(day: date | None = None) -> dict[str, ConsentText]:
    """The text of each purpose that is in force: its newest version that has begun."""
    day = day or timezone.localdate()
    begun = {text.purpose: text for text in ConsentText.objects.filter(in_force_from__lte=day).order_by("version")}
    return {purpose: begun[purpose] for purpose in ConsentPurpose.values if purpose in begun}


def last_said(consents: QuerySet[Consent], day: date) -> QuerySet[Consent]:
    """Each yes to the current text, and each no to whatever text; the newest of a giver comes last."""
    newest = ConsentText.objects.filter(purpose=OuterRef("purpose"), in_force_from__lte=day).order_by("-version")
    to_current = Q(state=ConsentState.GIVEN, text_version=Subquery(newest.values("version")[:1]))
    return consents.filter(to_current | Q(state__in=NO)).order_by("text_version")


def in_force(pupil_ids: Collection[int], purpose: str, *, day: date | None = None) -> set[int]:
    """Those of ``pupil_ids`` with all required consents to the current text; one query."""
    day = day or timezone.localdate()
    pupils: dict[int, Pupil] = {}
    said: dict[int, dict[str, Consent]] = {}
    asked = Consent.objects.filter(pupil__in=set(pupil_ids), purpose=purpose)
    for consent in last_said(asked, day).select_related("pupil"):
        pupils[consent.pupil_id] = consent.pupil
        said.setdefault(consent.pupil_id, {})[consent.giver] = consent
    return {
        pk for pk, pupil in pupils.items() if rules.is_in_force(purpose=purpose, pupil=pupil, said=said[pk], day=day)
    }


def publishing_allowed(pupil_ids: Collection[int], purpose: str, *, day: date | None = None) -> set[int]:
    """The pupils whom a public page, a report or a partner may be shown now: ask at every showing, keep no answer."""
    if purpose not in rules.PUBLISHING:
        raise ValueError(f"{purpose} publishes nothing")
    return in_force(pupil_ids, purpose, day=day)
