"""Two guardians gave different answers; a paper says how they settled it."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.consents import policy, rules
from programs.consents.actions.consents import is_alone, lock_pupil, stand
from programs.consents.choices import ConsentChannel
from programs.consents.models import Consent, Signature
from programs.consents.queries.answers import ledger
from programs.core.audit import Code, record
from programs.core.policy import must
from programs.core.private_files import forget_file, keep_file
from programs.core.refusals import refuse_if
from programs.uploads.reading.cleaning import CleanFile


def settle(*, consent_id: int, answer: str, signed_on: date, scan: CleanFile, reason: str, by: User) -> Consent:
    """Record the paper that ends a disagreement: from its day on both guardians are taken to have said ``answer``.

    Each of them can change it again on their own page. The same twice is refused.
    Raises PermissionDenied, and ``Refused``: what ``rules.settling_refusal`` says.
    """
    path = keep_file(ContentFile(scan.data), folder="consents", ending=f".{scan.extension}")
    kept = (path, hashlib.sha256(scan.data).hexdigest())
    try:
        return _settle(consent_id=consent_id, answer=answer, signed_on=signed_on, scan=kept, reason=reason, by=by)
    except BaseException:
        forget_file(path)
        raise


@transaction.atomic
def _settle(*, consent_id: int, answer: str, signed_on: date, scan: tuple[str, str], reason: str, by: User) -> Consent:
    asked = Consent.objects.get(pk=consent_id)
    pupil = lock_pupil(pupil_id=asked.pupil_id)
    must(policy.may_settle(by, pupil))
    asked.refresh_from_db()
    lines = ledger(pupil, purpose=asked.purpose, giver=asked.giver)
    refuse_if(rules.settling_refusal(asked, lines, signed_on=signed_on, today=timezone.localdate()))
    words = rules.last_words(lines).values()
    noon = min(timezone.now(), timezone.make_aware(datetime.combine(signed_on, time(12))))
    at = max(noon, *(word.signed_at + timedelta(microseconds=1) for word in words))
    for word in words:
        line = Signature(
            pupil=pupil, purpose=asked.purpose, text_version=asked.text_version, giver=asked.giver, said=answer,
            signed_at=at, name=word.name, relation=word.relation, channel=ConsentChannel.PAPER, evidence_path=scan[0],
            evidence_hash=scan[1], school=pupil.school, recorded_by=by,
            settles=True,
        )  # fmt: skip
        line.save()
    before = {"state": asked.state}
    stand(consent=asked, line=line, alone=is_alone(pupil=pupil, purpose=asked.purpose))
    after = {"state": asked.state, "evidence": Code(asked.evidence_hash)}
    record(by=by, action="consent.settle", obj=asked, before=before, after=after, reason=reason)
    return asked
