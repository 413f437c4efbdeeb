"""Consents and links of guardians: told, erased, purged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePath

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.consents.choices import ConsentState
from programs.consents.models import Consent, GuardianLink, Signature
from programs.core.personal import StoredFile, Subject, hands_over, stored_file
from programs.core.personal_tables import Kind, erased, own_rows, told
from programs.core.retention import retention_rule

told(
    Consent,
    Kind(
        code="consents",
        label=_("Consents"),
        purpose=_("Evidence of what was allowed, and from when it no longer is."),
        source=_("The pupil and the guardian; for a paper form, the school."),
        kept="schools.pupils",
    ),
    ("purpose", _("Purpose"), "purpose"),
    ("text_version", _("Version of the text"), "text_version"),
    ("giver", _("Who was asked"), "giver"),
    ("state", _("Status"), "state"),
    "given_by=given_by_name",
    "relation",
    "channel",
    ("asked", _("Asked"), "asked_at"),
    ("given", _("Given"), "given_at"),
    ("withdrawn", _("Withdrawn"), "withdrawn_at"),
    order="purpose",
)


told(
    Signature,
    Kind(
        code="signatures",
        label=_("Answers about consents, one by one"),
        purpose=_("Evidence of what was allowed, and from when it no longer is."),
        source=_("The pupil and the guardian; for a paper form, the school."),
        kept="schools.pupils",
    ),
    ("purpose", _("Purpose"), "purpose"),
    ("text_version", _("Version of the text"), "text_version"),
    ("giver", _("Who was asked"), "giver"),
    ("answer", _("Answer"), "said"),
    ("signed", _("Signed"), "signed_at"),
    "given_by=name",
    "relation",
    "channel",
    ("scan", _("Scan of the paper form"), "evidence_path"),
    order="signed_at",
)


@hands_over
def consent_forms(subject: Subject) -> Iterator[StoredFile]:
    """The signed forms, but no scan that shows other families' forms too: the school hands those over on paper."""
    shared = Signature.objects.exclude(pupil__in=subject.pupil_ids).values("evidence_path")
    rows = own_rows(Signature, subject).exclude(evidence_path="").exclude(evidence_path__in=shared)
    for path, purpose in rows.values_list("evidence_path", "purpose").distinct():
        yield stored_file("consents", f"{purpose}{PurePath(path).suffix}", path)


told(
    GuardianLink,
    Kind(
        code="guardian_links",
        label=_("Links given to a guardian"),
        purpose=_("Lets a guardian see the pupil's consents and data without an account."),
        source=_("The school."),
        kept="schools.guardian_links",
    ),
    ("guardian", _("Guardian"), "guardian_name"),
    "relation",
    ("made", _("Created"), "created_at"),
    ("expires", _("Expires"), "expires_at"),
    ("first_used", _("First used"), "first_used_at"),
    ("voided", _("Voided"), "voided_at"),
    order="-created_at",
)


def withdraw(consents: QuerySet[Consent]) -> None:
    now = timezone.now()
    given = consents.filter(state=ConsentState.GIVEN)
    given.update(state=ConsentState.WITHDRAWN, withdrawn_at=now, changed_at=now)


erased(
    Consent,
    before=withdraw,
    unless_done=Q(state=ConsentState.GIVEN),
    loses=(
        _("Consents"),
        _(
            "The names of those who gave them are deleted; each consent counts as withdrawn. "
            "That they existed is part of the evidence."
        ),
    ),
)


erased(
    Signature,
    loses=(
        _("Answers about consents, one by one"),
        _("Names and scanned forms are deleted; what was said and when is part of the evidence."),
    ),
)


erased(GuardianLink, removed=(_("Links given to a guardian"), _("They no longer open anything.")))


@retention_rule(
    "schools.guardian_links",
    label=_("Guardians' links that have expired or were voided"),
    days=90,
    basis=_("They no longer open anything; what was done through them is recorded in the consents."),
)
def lapsed_guardian_links(limit: datetime) -> QuerySet[GuardianLink]:
    return GuardianLink.objects.filter(Q(expires_at__lt=limit) | Q(voided_at__lt=limit))
