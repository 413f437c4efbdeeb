"""What becomes of consents when two records of one child are joined, and parted again."""

from __future__ import annotations

from django.utils import timezone

from programs.consents.choices import NO, ConsentState
from programs.consents.models import Consent, Signature
from programs.pupils.hooks import when_pupils_merge, when_pupils_part
from programs.pupils.models import Joining, Pupil


@when_pupils_merge
def keep_refusals(kept: Pupil, dropped: Pupil) -> None:
    """Where the two records disagree about a purpose, a no holds, whatever version of the text it was said to."""
    noes = {pupil.pk: _noes_of(pupil) for pupil in (kept, dropped)}
    for pupil, other in ((kept, dropped), (dropped, kept)):
        for purpose, giver in noes[other.pk]:
            _stop(pupil, purpose=purpose, giver=giver)


def _noes_of(pupil: Pupil) -> set[tuple[str, str]]:
    """(purpose, giver) of which the last word about this record is a no."""
    said = Consent.objects.filter(pupil=pupil).exclude(state__in=[ConsentState.ASKED, ConsentState.EXPIRED])
    last = {(row.purpose, row.giver): row.state for row in said.order_by("changed_at", "text_version", "pk")}
    return {asked for asked, state in last.items() if state in NO}


@when_pupils_part
def stop_what_was_said_of_both(kept: Pupil, dropped: Pupil) -> None:
    """Whatever was said while the two were one may have been said of either child: for neither it is a yes."""
    joining = Joining.objects.filter(kept=kept, dropped=dropped).latest("parted_at")
    kept = kept.merged_into or kept  # joined on to a third record since
    since = Signature.objects.filter(pupil=kept, recorded_at__gt=joining.joined_at)
    for purpose, giver, version in set(since.values_list("purpose", "giver", "text_version")):
        for pupil in (kept, dropped):
            Consent.objects.get_or_create(pupil=pupil, purpose=purpose, text_version=version, giver=giver)
            _stop(pupil, purpose=purpose, giver=giver)


def _stop(pupil: Pupil, *, purpose: str, giver: str) -> None:
    now = timezone.now()
    rows = Consent.objects.filter(pupil=pupil, purpose=purpose, giver=giver)
    if newest := rows.order_by("-text_version").first():
        Signature.objects.create(
            pupil=pupil, purpose=purpose, giver=giver, text_version=newest.text_version, said=ConsentState.REFUSED,
            signed_at=now,
        )  # fmt: skip
    open_ones = rows.filter(state__in=[ConsentState.ASKED, ConsentState.EXPIRED])
    open_ones.update(state=ConsentState.REFUSED, changed_at=now)
    given = rows.filter(state=ConsentState.GIVEN)
    given.update(state=ConsentState.WITHDRAWN, withdrawn_at=now, changed_at=now)
