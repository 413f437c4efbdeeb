"""A person says whether two pupils are one child."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.duplicates.choices import Answer, PairState
from programs.duplicates.models import PupilPair
from programs.duplicates.policy import may_decide_pair
from programs.duplicates.rules import pair_refusal, reopen_refusal
from programs.pupils.actions.joining import join, lock_both
from programs.pupils.models import Joining
from programs.pupils.rules import merge_refusal


@transaction.atomic
def decide_pair(*, pair: PupilPair, answer: str, account: int | None, by: User) -> PupilPair:
    """One child, whose records are joined, or two. ``account`` as in ``merge_pupils``.

    Raises PermissionDenied, and ``Refused``: ``pair_decided``, and what ``merge_pupils`` refuses.
    """
    fresh = _locked(pair)
    must(may_decide_pair(by, pair))
    refuse_if(pair_refusal(fresh))
    if answer == Answer.APART:
        _tell_apart(fresh, by=by)
    else:
        _join(fresh, answer=answer, account=account, by=by)
    return fresh


def _locked(pair: PupilPair) -> PupilPair:
    return PupilPair.objects.select_for_update().get(pk=pair.pk)


def _join(pair: PupilPair, *, answer: str, account: int | None, by: User) -> None:
    stays, goes = pair.second_id, pair.first_id
    if answer == Answer.FIRST:
        stays, goes = goes, stays
    kept, dropped = lock_both(keep_id=stays, drop_id=goes)
    refuse_if(merge_refusal(kept, dropped, account))
    _settle(pair, PairState.SAME, by=by, joining=join(kept=kept, dropped=dropped, by=by, account=account))


def _tell_apart(pair: PupilPair, *, by: User) -> None:
    _settle(pair, PairState.APART, by=by)
    for pupil, other in ((pair.first, pair.second_id), (pair.second, pair.first_id)):
        record(by=by, action="pupil.tell_apart", obj=pupil, after={"other": other})


def _settle(pair: PupilPair, state: PairState, *, by: User | None, joining: Joining | None = None) -> None:
    pair.state, pair.joining, pair.decided_by, pair.decided_at = state, joining, by, timezone.now()
    pair.save(update_fields=["state", "joining", "decided_by", "decided_at"])


@transaction.atomic
def reopen_pair(*, pair: PupilPair, by: User) -> PupilPair:
    """Ask again about two pupils of whom somebody had said that they are two children.

    Raises PermissionDenied, and ``Refused("not_apart")``.
    """
    fresh = _locked(pair)
    must(may_decide_pair(by, pair))
    refuse_if(reopen_refusal(fresh))
    fresh.state, fresh.decided_by, fresh.decided_at = PairState.WAITING, None, None
    fresh.save(update_fields=["state", "decided_by", "decided_at"])
    record(by=by, action="pupil.pair_reopen", obj=fresh.second, after={"other": fresh.first_id})
    return fresh
