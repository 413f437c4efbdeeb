"""Whether two records are one child, and whether a merger may be undone now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from programs.core.refusals import Refusal
from programs.duplicates.choices import Ground, PairState
from programs.duplicates.models import PupilPair, SchoolMerger
from programs.pupils.models import Pupil
from programs.pupils.rules import same_birthday, same_child, same_number
from programs.schools.models import School

UNDONE_WITHIN = timedelta(days=14)  # after that, too much has grown together
SOURCE_LENGTH = 60


def can_be_undone_until(moment: datetime) -> datetime:
    return moment + UNDONE_WITHIN


def undo_refusal(merger: SchoolMerger, *, source: School, target: School, now: datetime) -> Refusal | None:
    """``already_undone``, ``too_late``, ``moved_on``, ``not_working``."""
    if merger.undone_at:
        return Refusal("already_undone", _("This merger has already been undone."))
    if now > can_be_undone_until(merger.merged_at):
        return Refusal(
            "too_late",
            _("Two weeks have passed, so the merger can no longer be undone. Put the school on the list as a new one."),
        )
    if target.merged_into_id:
        return Refusal("moved_on", _("The school that took over has itself been merged since. Undo that merger first."))
    if source.merged_into_id != target.pk or not (target.is_working or target.state == merger.target_was):
        return Refusal(
            "not_working",
            _("The school that took over is not active, so nothing can be moved out of it. End its suspension first."),
        )
    return None


def may_be_one(one: Pupil, other: Pupil) -> bool:
    """A number agrees only within a shared register; a name only while the birthdays do not speak against it."""
    if same_number(one, other):
        return True
    days = {one.birth_date, other.birth_date} - {None}
    return one.search_key == other.search_key and len(days) < 2


def ground_of(one: Pupil, other: Pupil) -> Ground | None:
    """Why two records that may be one child are not joined without a person; None: there is no doubt."""
    if same_child(one, other):
        return Ground.ACCOUNTS if one.user_id and other.user_id else None
    if same_number(one, other):
        return Ground.NUMBER
    return Ground.NAME_DAY if same_birthday(one, other) else Ground.NAME


def pair_refusal(pair: PupilPair) -> Refusal | None:
    """``pair_decided``."""
    if pair.state != PairState.WAITING:
        return Refusal("pair_decided", _("Somebody has decided about these two in the meantime. Open the list again."))
    return None


def reopen_refusal(pair: PupilPair) -> Refusal | None:
    """``not_apart``."""
    if pair.state != PairState.APART:
        return Refusal("not_apart", _("Nobody has said that these are two children, so there is nothing to reopen."))
    return None


def source_of_former_school(source: str, code: str) -> str:
    """A list of the school ``code`` of before the merger: no shared register any more, and nobody else's numbers."""
    ending = f" · {code}"
    return source[: SOURCE_LENGTH - len(ending)] + ending
