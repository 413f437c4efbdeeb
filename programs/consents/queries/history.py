"""What proves a consent, and everything that happened to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry

from programs.consents import rules
from programs.consents.choices import ConsentChannel, ConsentState
from programs.consents.models import Consent, ConsentText, GuardianLink, Signature
from programs.consents.queries.answers import cards_of
from programs.core.audit import history_of
from programs.core.models import ActReason
from programs.pupils.models import Pupil
from programs.schools.models import Membership
from programs.schools.queries.roles import roles_of


def proof_holds(consent: Consent) -> bool | None:
    """Whether the evidence of an online consent still matches; None for paper, where the scan is the evidence."""
    if consent.channel == ConsentChannel.PAPER:
        return None
    text = ConsentText.objects.filter(purpose=consent.purpose, version=consent.text_version).first()
    act = history_of(consent).filter(action="consent.give").first()
    if text is None or act is None or consent.given_at is None:
        return False
    after = act.data["after"]
    how = {"door": after["door"], "language": after["language"], "at": consent.given_at, "by": consent}
    computed = rules.evidence_hash(consent, text, answer=ConsentState.GIVEN, **how)
    return computed == consent.evidence_hash == after["evidence"]


def mark_fresh_accounts(pupil: Pupil, answers: Iterable[Consent]) -> None:
    """Give the pupil's own answers of a just opened account their ``card``: who printed it could have used it."""
    fresh = [consent for consent in answers if consent.fresh_card and consent.given_at]
    cards = cards_of(pupil) if fresh else []
    for consent in fresh:
        consent.card = rules.fresh_card(cards, at=consent.given_at)


def lines_by_consent(pupil: Pupil, user) -> Mapping[tuple[str, str, int], list[Signature]]:
    """The ledger line by line, newest first, by (purpose, giver, version), as the person's school may read it."""
    own = roles_of(user).own_school_ids
    found: dict[tuple[str, str, int], list[Signature]] = defaultdict(list)
    for line in pupil.signatures.select_related("recorded_by", "school").order_by("-signed_at", "-pk"):
        line.is_ours = line.school_id is None or line.school_id in own or line.school.merged_into_id in own
        found[line.purpose, line.giver, line.text_version].append(line)
    return found


@dataclass(frozen=True)
class Event:
    """One line of a pupil's history, as the timeline shows it."""

    timestamp: datetime
    message: str
    user: object
    reason: ActReason | None


def history_of_pupil(pupil: Pupil) -> list[Event]:
    """Every move of the pupil's consents and of their guardians' links, newest first."""
    consents = {str(row.pk): row for row in Consent.objects.filter(pupil=pupil)}
    links = [str(pk) for pk in GuardianLink.objects.filter(pupil=pupil).values_list("pk", flat=True)]
    ours = set(Membership.objects.filter(school=pupil.school_id).values_list("user", flat=True)) | {pupil.user_id}
    found = [_event(entry, consents, ours) for entry in _entries(Consent, consents)]
    found += [_event(entry, {}, ours) for entry in _entries(GuardianLink, links)]
    return sorted(found, key=lambda event: event.timestamp, reverse=True)


def _entries(model: type, pks: Collection[str]):
    entries = ModelLogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), object_id__in=pks)
    return entries.select_related("user", "reason")


def _event(entry: ModelLogEntry, consents: Mapping[str, Consent], ours: Collection[int | None]) -> Event:
    """People of another school, where the pupil was before, are not named, nor what they wrote."""
    consent = consents.get(entry.object_id)
    message = str(entry.message)
    if consent:
        message = f"{message}: {consent.get_purpose_display()} ({consent.get_giver_display()})"
    if entry.user_id and str(entry.data.get("after", {}).get("door", "")).startswith("link:"):
        signed_in = _("{act} · by link, in a browser where somebody was signed in")
        return Event(entry.timestamp, signed_in.format(act=message), None, None)
    if entry.user_id and entry.user_id not in ours:
        return Event(entry.timestamp, _("{act} (at another school)").format(act=message), None, None)
    return Event(entry.timestamp, message, entry.user, getattr(entry, "reason", None))
