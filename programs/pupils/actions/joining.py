"""Two records of one child are joined, and parted again within some days.

There is one way to join, whoever decides: the coordinator on the page of a pupil or of a likely pair, or the merger
of two schools for a child whom a shared register names in both.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from programs.accounts.actions import end_sessions
from programs.accounts.models import User
from programs.core.audit import record
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.pupils import rules
from programs.pupils.actions.places import end_places, reopen
from programs.pupils.hooks import MERGING, PARTING
from programs.pupils.models import Enrolment, Joining, Pupil
from programs.pupils.policy import may_keep_pupil
from programs.pupils.queries import belongings, has_office, key_of, newest_rows


@dataclass
class Parts:
    """What joining did, as ``Joining.parts`` keeps it: numbers only."""

    kept: dict[str, Any] = field(default_factory=dict)  # the record as it was: left_on, user
    dropped: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)  # column → the rows that moved
    newest: dict[str, int] = field(default_factory=dict)  # column → the youngest row of its table then
    places: list[int] = field(default_factory=list)  # places in a class that ended
    closed: int | None = None  # the account that was closed


@transaction.atomic
@once("pupil.merge", returns=Pupil)
def merge_pupils(*, keep: Pupil, drop: Pupil, by: User, key: str, account: int | None = None) -> Pupil:
    """Merge ``drop`` into ``keep``: all belongings move, and the address of ``drop`` leads there.

    Nothing is deleted: anything both have (the same visit, the same competition) stays with the old record.
    ``account`` is the one with which the child signs in where both records have one.
    Raises PermissionDenied, and ``Refused``: ``same_record``, ``other_school``, ``already_merged``,
    ``which_account``.
    """
    kept, dropped = lock_both(keep_id=keep.pk, drop_id=drop.pk)
    must(may_keep_pupil(by, keep))
    refuse_if(rules.merge_refusal(kept, dropped, account))
    join(kept=kept, dropped=dropped, by=by, account=account)
    return kept


def lock_both(*, keep_id: int, drop_id: int) -> tuple[Pupil, Pupil]:
    """Both records, locked in the order of their keys."""
    both = Pupil.objects.select_for_update().filter(pk__in=[keep_id, drop_id]).order_by("pk")
    rows = {pupil.pk: pupil for pupil in both}
    return rows[keep_id], rows.get(drop_id, rows[keep_id])


def join(*, kept: Pupil, dropped: Pupil, by: User, account: int | None = None) -> Joining:
    """Join two locked records; the caller has asked who may, and whether."""
    parts = Parts(kept=_state(kept), dropped=_state(dropped), newest=newest_rows())
    _leave_second_class(kept, dropped, parts)
    for follow in MERGING:
        follow(kept, dropped)
    for column in belongings():
        if moved := _repoint(column, kept, dropped):
            parts.rows[key_of(column)] = moved
    _close(kept, dropped, account, parts)
    joining = Joining.objects.create(kept=kept, dropped=dropped, parts=asdict(parts), joined_by=by)
    numbers = {key: len(rows) for key, rows in parts.rows.items()}
    record(by=by, action="pupil.merge", obj=kept, after={"merged": dropped.pk, "moved": numbers})
    record(by=by, action="pupil.merge", obj=dropped, after={"into": kept.pk})
    return joining


def _state(pupil: Pupil) -> dict[str, Any]:
    return {"left_on": pupil.left_on.isoformat() if pupil.left_on else None, "user": pupil.user_id}


def _repoint(column: models.ForeignKey, kept: Pupil, dropped: Pupil) -> list[int]:
    rows = column.model._base_manager.filter(**{column.name: dropped})
    keys = list(rows.values_list("pk", flat=True))
    try:
        with transaction.atomic():
            rows.update(**{column.name: kept})
    except IntegrityError:
        return [pk for pk in keys if _repoint_one(column, pk, kept)]
    return keys


def _repoint_one(column: models.ForeignKey, pk: int, kept: Pupil) -> int:
    """Repoint one row; if the kept record already has the same (the same visit), the old row stays where it is."""
    try:
        with transaction.atomic():
            return column.model._base_manager.filter(pk=pk).update(**{column.name: kept})
    except IntegrityError:
        return 0


def _leave_second_class(kept: Pupil, dropped: Pupil, parts: Parts) -> None:
    """A child is in one class only: the place of the record merged away ends."""
    if Enrolment.objects.not_over().filter(pupil=kept).exists():
        parts.places = end_places(pupils=[dropped], on=timezone.localdate())


def _close(kept: Pupil, dropped: Pupil, account: int | None, parts: Parts) -> None:
    """The child has one record, one account and, if either says so, is on the roll."""
    mine, other = kept.user, dropped.user
    if mine and other and account == other.pk:
        mine, other = other, mine
    stays, closes = (mine, other) if mine else (other, None)
    if dropped.left_on is None:
        kept.left_on = None
    dropped.merged_into, dropped.user = kept, None
    dropped.left_on = dropped.left_on or timezone.localdate()
    dropped.save(update_fields=["merged_into", "user", "left_on"])
    kept.user = stays
    kept.save(update_fields=["user", "left_on"])
    if closes and closes.is_active and not has_office(closes):  # one with another role is not the school's to close
        User.objects.filter(pk=closes.pk).update(is_active=False)
        end_sessions(user=closes)
        parts.closed = closes.pk


# --- Two again ------------------------------------------------------------------------------------
@transaction.atomic
def part_pupils(*, joining: Joining, reason: str, by: User) -> Joining:
    """Part two joined records: what moved goes back, what happened since stays with the record that was kept.

    A consent that the joining stopped stays stopped: only who gave it may give it again.
    Raises PermissionDenied, and ``Refused``: ``already_parted``, ``too_late``, ``erased``, ``joined_on``.
    """
    kept, dropped = lock_both(keep_id=joining.kept_id, drop_id=joining.dropped_id)
    must(may_keep_pupil(by, joining.kept))
    fresh = Joining.objects.select_for_update().get(pk=joining.pk)
    refuse_if(rules.part_refusal(fresh, kept, dropped, now=timezone.now()))
    part(joining=fresh, kept=kept, dropped=dropped, by=by, reason=reason)
    return fresh


def part(*, joining: Joining, kept: Pupil, dropped: Pupil, by: User, reason: str) -> None:
    """Part two locked records; the caller has asked who may, and whether.

    Where the record that was kept has since been joined on to a third one, what goes back is taken from there.
    """
    parts = Parts(**joining.parts)
    holder = Pupil.objects.select_for_update().get(pk=kept.merged_into_id) if kept.merged_into_id else kept
    for column in belongings():
        rows = column.model._base_manager.filter(
            pk__in=parts.rows.get(key_of(column), []), **{f"{column.name}__in": [kept, holder]}
        )
        rows.update(**{column.name: dropped})
    _go_on(holder, dropped)
    _give_accounts_back(kept, dropped, parts, holder=holder)
    _return_to_roll(kept, dropped, parts)
    if holder is not kept:
        holder.save(update_fields=["user"])
    joining.parted_at, joining.parted_by = timezone.now(), by
    joining.save(update_fields=["parted_at", "parted_by"])
    for follow in PARTING:
        follow(kept, dropped)
    record(by=by, action="pupil.part", obj=kept, after={"from": dropped.pk}, reason=reason)
    record(by=by, action="pupil.part", obj=dropped, after={"from": kept.pk}, reason=reason)


def _go_on(holder: Pupil, dropped: Pupil) -> None:
    """What was prepared since for a place that goes back goes with it."""
    mine, theirs = (Enrolment.objects.filter(pupil=each) for each in (dropped, holder))
    place = mine.in_force().filter(ended_on__gt=timezone.localdate()).first()
    if place and place.ended_on and not mine.to_come().exists() and not theirs.in_force().exists():
        theirs.to_come().filter(started_on=place.ended_on).update(pupil=dropped)


def _give_accounts_back(kept: Pupil, dropped: Pupil, parts: Parts, *, holder: Pupil) -> None:
    """Each record gets the account that it had; one opened since stays with the record that holds all now."""
    mine, other = parts.kept["user"], parts.dropped["user"]
    free = Q(pupil=None) | Q(pupil__in=[kept, dropped, holder])
    there = set(User.objects.filter(free, pk__in=[pk for pk in (mine, other) if pk]).values_list("pk", flat=True))
    dropped.user_id = other if other in there else None
    Pupil.objects.filter(pk=holder.pk).update(user=None)  # an account has one record: first none, then each its own
    if holder is kept:
        opened_since = kept.user_id if kept.user_id not in (mine, other) else None
        kept.user_id = opened_since or (mine if mine in there else None)
    elif holder.user_id == dropped.user_id:
        holder.user = None
    reopened = User.objects.filter(pk__in=there & {parts.closed, *_closed_since(kept, dropped)})
    reopened.update(is_active=True)


def _closed_since(kept: Pupil, dropped: Pupil) -> set[int]:
    """The account that goes back, where a later joining of the kept record closed it."""
    later = Joining.objects.filter(dropped=kept, parted_at=None, parts__closed=dropped.user_id)
    return {dropped.user_id} if dropped.user_id and later.exists() else set()


def _return_to_roll(kept: Pupil, dropped: Pupil, parts: Parts) -> None:
    """As the two stood on the roll; whom the school has marked as left since stays so."""
    was_left = {name: _day(state["left_on"]) for name, state in (("kept", parts.kept), ("dropped", parts.dropped))}
    kept.left_on = kept.left_on or was_left["kept"]
    dropped.left_on, dropped.merged_into = was_left["dropped"], None
    dropped.save(update_fields=["user", "left_on", "merged_into"])
    kept.save(update_fields=["user", "left_on"])
    if dropped.left_on is None:
        mine = Enrolment.objects.filter(pk__in=parts.places, pupil=dropped)
        reopen(place_ids=list(mine.values_list("pk", flat=True)))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
