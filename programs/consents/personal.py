"""Consents and links of guardians: told, erased, purged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePath

from django.core.files.storage import storages
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as translation_gettext_lazy

from programs.consents.choices import ConsentState
from programs.consents.models import Consent, GuardianLink
from programs.core.audit import reasons_of
from programs.core.personal import (
    Erasure,
    Fact,
    Section,
    StoredFile,
    Subject,
    delete_files,
    forgets,
    hands_over,
    rows_of,
    stored_file,
    tells,
)
from programs.core.retention import kept_for, retention_rule


@tells("consents.Consent")
def consents(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="consents",
        label=_("Consents"),
        purpose=_("Proof of what was allowed, and from when it no longer is."),
        source=_("The pupil and the guardian; for a paper form, the school."),
        kept=kept_for("schools.pupils"),
        rows=rows_of(Consent.objects.filter(pupil__in=subject.pupil_ids).order_by("purpose", "pk"), _of_consent),
    )


def _of_consent(row: Consent) -> list[Fact]:
    return [
        Fact("purpose", _("Purpose"), row.get_purpose_display()),
        Fact("text_version", _("Version of the text"), row.text_version),
        Fact("giver", _("Who was asked"), row.get_giver_display()),
        Fact("state", _("State"), row.get_state_display()),
        Fact("given_by", _("Given by"), row.given_by_name),
        Fact("relation", _("Relation to the pupil"), row.relation),
        Fact("channel", _("Way"), row.get_channel_display() if row.channel else None),
        Fact("asked", _("Asked"), row.asked_at),
        Fact("given", _("Given"), row.given_at),
        Fact("withdrawn", _("Withdrawn"), row.withdrawn_at),
        Fact("scan", _("Scan of the paper form"), bool(row.evidence_path)),
    ]


@hands_over
def consent_forms(subject: Subject) -> Iterator[StoredFile]:
    """The signed forms, but no scan that shows other families' forms too: the school hands those over on paper."""
    shared = Consent.objects.exclude(pupil__in=subject.pupil_ids).values("evidence_path")
    rows = Consent.objects.filter(pupil__in=subject.pupil_ids).exclude(evidence_path="")
    rows = rows.exclude(evidence_path__in=shared)
    for path, purpose in rows.values_list("evidence_path", "purpose").distinct():
        yield stored_file("consents", f"{purpose}{PurePath(path).suffix}", path)


@tells("consents.GuardianLink")
def guardian_links(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="guardian_links",
        label=_("Links given to a guardian"),
        purpose=_("A guardian's door to the pupil's consents and data, without an account."),
        source=_("The school."),
        kept=kept_for("schools.guardian_links"),
        rows=rows_of(GuardianLink.objects.filter(pupil__in=subject.pupil_ids), _of_link),
    )


def _of_link(row: GuardianLink) -> list[Fact]:
    return [
        Fact("guardian", _("Guardian"), row.guardian_name),
        Fact("relation", _("Relation to the pupil"), row.relation),
        Fact("made", _("Made"), row.created_at),
        Fact("expires", _("Expires"), row.expires_at),
        Fact("first_used", _("First used"), row.first_used_at),
        Fact("voided", _("Voided"), row.voided_at),
    ]


@forgets("consents.Consent", "consents.GuardianLink")
def forget_consents(subject: Subject) -> Iterator[Erasure]:
    consents = Consent.objects.filter(pupil__in=subject.pupil_ids)
    named = consents.exclude(given_by_name="", relation="", evidence_path="") | consents.filter(
        state=ConsentState.GIVEN
    )
    keys = list(named.values_list("pk", flat=True))
    yield Erasure(
        label=_("Consents"),
        count=len(keys),
        outcome=Erasure.PSEUDONYMISED,
        why=_(
            "Who gave them and the scanned forms go; each counts as withdrawn. That they existed is part of the proof."
        ),
        carry_out=lambda: _empty_consents(keys),
    )
    links = GuardianLink.objects.filter(pupil__in=subject.pupil_ids)
    yield Erasure(
        label=_("Links given to a guardian"),
        count=links.count(),
        outcome=Erasure.REMOVED,
        why=_("They open nothing any more."),
        carry_out=links.delete,
    )


def _empty_consents(keys: list[int]) -> None:
    consents = Consent.objects.filter(pk__in=keys)
    paths = set(consents.exclude(evidence_path="").values_list("evidence_path", flat=True))
    now = timezone.now()
    given = consents.filter(state=ConsentState.GIVEN)
    given.update(state=ConsentState.WITHDRAWN, withdrawn_at=now, changed_at=now)
    consents.update(given_by_name="", relation="", evidence_path="")
    reasons_of(consents).delete()
    # One scan may prove the consents of a whole class: it goes when nobody's consent rests on it any more.
    shared = set(Consent.objects.filter(evidence_path__in=paths).values_list("evidence_path", flat=True))
    delete_files(storages["private"], paths - shared)


@retention_rule(
    "schools.guardian_links",
    label=translation_gettext_lazy("Guardians' links that expired or were voided"),
    days=90,
    basis=translation_gettext_lazy("They open nothing any more; what was done through them stands in the consents."),
)
def lapsed_guardian_links(limit: datetime) -> QuerySet[GuardianLink]:
    return GuardianLink.objects.filter(Q(expires_at__lt=limit) | Q(voided_at__lt=limit))
