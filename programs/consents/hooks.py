"""What becomes of consents when two records of one child are joined."""

from __future__ import annotations

from django.utils import timezone

from programs.consents.choices import ConsentState
from programs.consents.models import Consent
from programs.pupils.hooks import when_pupils_merge
from programs.pupils.models import Pupil


@when_pupils_merge
def keep_refusals(kept: Pupil, dropped: Pupil) -> None:
    """Where the two records disagree about a consent, the more careful one holds."""
    now = timezone.now()
    stopped = Consent.objects.filter(pupil=dropped, state__in=[ConsentState.WITHDRAWN, ConsentState.REFUSED])
    for consent in stopped:
        same = Consent.objects.filter(
            pupil=kept, purpose=consent.purpose, text_version=consent.text_version, giver=consent.giver
        )
        same.filter(state=ConsentState.GIVEN).update(state=ConsentState.WITHDRAWN, withdrawn_at=now, changed_at=now)
