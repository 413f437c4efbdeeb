"""Pupils of two schools who may be one child."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from programs.duplicates import rules
from programs.duplicates.choices import Ground, PairState
from programs.duplicates.models import PupilPair
from programs.pupils.models import Enrolment, Pupil
from programs.schools.models import School
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import rows_that_move


@dataclass(frozen=True)
class Twin:
    """A pupil who comes and one who is there; without a ``ground`` for doubt they are one child."""

    comes: Pupil
    there: Pupil
    ground: Ground | None

    @property
    def label(self) -> str:
        return str(self.ground.label) if self.ground else ""


def twins_between(source: School, target: School) -> list[Twin]:
    """By name for a person to decide; joined by themselves only where a shared register leaves no doubt."""
    moving = rows_that_move(Pupil, "school", Pupil.MOVES_WITH_SCHOOL, source)
    alike = Q(search_key__in=moving.values("search_key")) | Q(external_id__in=moving.values("external_id"))
    by_name, by_number = defaultdict(list), defaultdict(list)
    for pupil in with_class(target.pupils.filter(alike, merged_into=None, erased_at=None)):
        by_name[pupil.search_key].append(pupil)
        by_number[pupil.external_id].append(pupil)
    found = []
    for pupil in with_class(moving.order_by("sort_key", "pk")):
        others = {other.pk: other for other in (*by_number[pupil.external_id], *by_name[pupil.search_key])}
        found += _twins_of(pupil, list(others.values()))
    return found


def _twins_of(pupil: Pupil, others: list[Pupil]) -> list[Twin]:
    """The one who is the same child, or all who may be."""
    twins = [Twin(pupil, other, rules.ground_of(pupil, other)) for other in others if rules.may_be_one(pupil, other)]
    return [twin for twin in twins if twin.ground is None] or twins


def with_class(pupils: QuerySet[Pupil]) -> QuerySet[Pupil]:
    """Each with the places in classes where they are now, as ``places``."""
    current = Enrolment.objects.in_force().select_related("class_group")
    return pupils.prefetch_related(Prefetch("enrolments", current, to_attr="places"))


# --- Afterwards -----------------------------------------------------------------------------------
def pairs_visible_to(user) -> QuerySet[PupilPair]:
    """Pairs of which both records are at the person's own working schools."""
    mine = {"school__in": roles_of(user).working_school_ids, "erased_at__isnull": True}
    both = {f"{side}__{name}": value for side in ("first", "second") for name, value in mine.items()}
    return PupilPair.objects.filter(**both).select_related(
        "first__school", "second__school", "first__user", "second__user", "merger__source"
    )


def pairs_waiting(pairs: QuerySet[PupilPair]) -> QuerySet[PupilPair]:
    """Those that a person still has to decide: of a record that is in use no longer, nothing is asked."""
    in_use = {"merged_into": None, "erased_at": None}
    living = {f"{side}__{name}": value for side in ("first", "second") for name, value in in_use.items()}
    return pairs.filter(state=PairState.WAITING, merger__undone_at=None, **living)


def pairs_at(school: School) -> QuerySet[PupilPair]:
    return pairs_waiting(PupilPair.objects.filter(second__school=school))


def both_with_class(pair: PupilPair) -> Iterator[Pupil]:
    pupils = with_class(Pupil.objects.filter(pk__in=[pair.first_id, pair.second_id]).select_related("school", "user"))
    by_pk = {pupil.pk: pupil for pupil in pupils}
    yield by_pk[pair.second_id]
    yield by_pk[pair.first_id]


def waiting_by_school(schools: Iterable[School]) -> dict[int, int]:
    """School → the number of pairs that wait for its coordinator."""
    waiting = pairs_waiting(PupilPair.objects.filter(second__school__in=schools)).order_by()
    counted = waiting.values("second__school").annotate(number=Count("pk"))
    return {row["second__school"]: row["number"] for row in counted}
