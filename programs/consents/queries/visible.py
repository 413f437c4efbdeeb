"""Who sees what: pupils, consents, scans, and the link behind a token."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from programs.consents import rules
from programs.consents.models import Consent, GuardianLink, Signature
from programs.core.text import fold
from programs.pupils.models import Pupil
from programs.schools.models import School
from programs.schools.queries.roles import roles_of
from programs.schools.queries.staff import hash_of_token


def pupils_asked_by(user) -> QuerySet[Pupil]:
    """The pupils whose consents the person collects: those of the schools whose staff they are."""
    return Pupil.objects.filter(school__in=roles_of(user).own_school_ids).select_related("school")


def consents_seen_by(user) -> QuerySet[Consent]:
    return Consent.objects.filter(pupil__in=pupils_asked_by(user)).select_related("pupil__school")


def scans_seen_by(user) -> QuerySet[Signature]:
    """Evidence belongs to the school that took it, or that took this school over: it stays there when a pupil moves."""
    own = roles_of(user).own_school_ids
    taken = Signature.objects.filter(Q(school__in=own) | Q(school__merged_into__in=own)).exclude(evidence_path="")
    return taken.select_related("pupil__school", "school__merged_into")


def scans_of_movers(school: School, *, name: str = "") -> QuerySet[Signature]:
    """The forms that ``school`` took from pupils who are at another school now, newest first: one line a form."""
    taken = Signature.objects.filter(Q(school=school) | Q(school__merged_into=school)).exclude(evidence_path="")
    away = taken.exclude(pupil__school=school).exclude(pupil__school__merged_into=school)
    earlier = Signature.objects.filter(
        pupil=OuterRef("pupil"), evidence_path=OuterRef("evidence_path"), pk__lt=OuterRef("pk")
    )
    forms = away.filter(~Exists(earlier)).select_related("pupil", "recorded_by").order_by("-signed_at", "-pk")
    return forms.filter(pupil__search_key__contains=fold(name)) if name else forms


def link_with_token(token: str) -> GuardianLink | None:
    """The link of this token whether it still opens or not. People type it, in whichever way."""
    links = GuardianLink.objects.select_related("pupil__school")
    return links.filter(token_hash=hash_of_token(rules.plain_token(token))).first()


def guardian_for_token(token: str) -> GuardianLink | None:
    """The guardian's link while it opens; None once it expired, was replaced, or the pupil came of age or left."""
    link = link_with_token(token)
    closed = rules.door_refusal(link, now=timezone.now(), today=timezone.localdate())
    return None if closed else link
