"""Where consents stand. Unknown is closed: what is not found here is not allowed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from programs.schools.choices import ConsentState
from programs.schools.models import Consent, ConsentText, GuardianLink, Pupil
from programs.schools.queries.people import hash_of_token
from programs.schools.rules import consents as rules


# --- Texts --------------------------------------------------------------------------------------
def current_texts(day: date | None = None) -> dict[str, ConsentText]:
    """The text of each purpose that is in force: its newest version that has begun."""
    day = day or timezone.localdate()
    begun = ConsentText.objects.filter(in_force_from__lte=day).order_by("purpose", "version")
    return {text.purpose: text for text in begun}


def _of_current_text(consents: QuerySet[Consent], day: date) -> QuerySet[Consent]:
    newest = ConsentText.objects.filter(purpose=OuterRef("purpose"), in_force_from__lte=day).order_by("-version")
    return consents.filter(text_version=Subquery(newest.values("version")[:1]))


# --- In force -----------------------------------------------------------------------------------
def in_force(pupil_ids: Collection[int], purpose: str, *, day: date | None = None) -> set[int]:
    """Those of ``pupil_ids`` for whom everybody who must has agreed to today's text; one query."""
    day = day or timezone.localdate()
    given = Consent.objects.filter(pupil__in=set(pupil_ids), purpose=purpose, state=ConsentState.GIVEN)
    pupils: dict[int, Pupil] = {}
    givers: dict[int, set[str]] = {}
    for consent in _of_current_text(given, day).select_related("pupil"):
        pupils[consent.pupil_id] = consent.pupil
        givers.setdefault(consent.pupil_id, set()).add(consent.giver)
    return {
        pk
        for pk, pupil in pupils.items()
        if rules.is_in_force(purpose=purpose, pupil=pupil, given_by=givers[pk], day=day)
    }


def publishing_allowed(pupil_ids: Collection[int], purpose: str, *, day: date | None = None) -> set[int]:
    """The pupils whom a public page, a report or a partner may be shown now: ask at every showing, keep no answer."""
    if purpose not in rules.PUBLISHING:
        raise ValueError(f"{purpose} publishes nothing")
    return in_force(pupil_ids, purpose, day=day)


# --- A guardian's link --------------------------------------------------------------------------
def link_with_token(token: str) -> GuardianLink | None:
    """The link of this token whether it still opens or not. People type it: capitals and hyphens do not matter."""
    plain = token.strip().lower().replace("-", "").replace(" ", "")
    links = GuardianLink.objects.select_related("pupil__school")
    return links.filter(token_hash=hash_of_token(plain)).first()


def guardian_for_token(token: str) -> GuardianLink | None:
    """The guardian's link while it opens; None once it expired, was replaced, or the pupil came of age or left."""
    link = link_with_token(token)
    closed = rules.door_refusal(link, now=timezone.now(), today=timezone.localdate())
    return None if closed else link
