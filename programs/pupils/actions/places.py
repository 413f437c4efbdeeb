"""Places in classes begin and end here, whoever moves a pupil: a list, a class code, the end of a school year.

A class that is prepared to move up takes along whoever comes into it before. All of it runs inside the caller's
transaction, under the caller's lock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from programs.pupils.choices import Then
from programs.pupils.models import ClassGroup, Enrolment


def end_places(*, pupils: Collection[Any] | QuerySet, on: date) -> list[int]:
    """These pupils are in no class from ``on`` on, and in none later; the places of today that ended.

    What was prepared to follow an earlier place is overruled: nobody leaves the school by it any more.
    """
    places = Enrolment.objects.filter(pupil__in=pupils)
    places.to_come().delete()
    places.exclude(then="").update(then="")
    ending = list(places.not_over().values_list("pk", flat=True))
    Enrolment.objects.filter(pk__in=ending).update(ended_on=on, then="")
    return ending


def place(*, wanted: Mapping[int, ClassGroup]) -> None:
    """Put each pupil (by number) into a class, out of any other: today, or when the year of the class begins."""
    today = timezone.localdate()
    by_day: dict[date, list[int]] = {}
    for pupil_id, group in wanted.items():
        by_day.setdefault(max(today, group.school_year.starts_on), []).append(pupil_id)
    for day, pupil_ids in by_day.items():
        end_places(pupils=pupil_ids, on=day)
    made = Enrolment.objects.bulk_create(
        Enrolment(pupil_id=pupil_id, class_group=group, started_on=max(today, group.school_year.starts_on))
        for pupil_id, group in wanted.items()
    )
    follow_class(place_ids=[each.pk for each in made])


def reopen(*, place_ids: Collection[int]) -> None:
    """Places that ended hold again, as long as their class does."""
    Enrolment.objects.filter(pk__in=place_ids).update(ended_on=None, then="")
    follow_class(place_ids=place_ids)


def follow_class(*, place_ids: Collection[int]) -> None:
    """Where the class of an open place is prepared to move up, its pupil goes along."""
    open_places = Enrolment.objects.filter(pk__in=place_ids, ended_on=None)
    prepared = open_places.filter(class_group__moves_on__gt=timezone.localdate()).select_related("class_group")
    by_class: dict[int, list[Enrolment]] = {}
    for each in prepared:
        by_class.setdefault(each.class_group_id, []).append(each)
    for places in by_class.values():
        group = places[0].class_group
        if group.moves_on:
            move_on(places=places, to=group.moves_up_to_id, on=group.moves_on)


def stay(*, places: QuerySet[Enrolment]) -> None:
    """Nothing is prepared any more for whoever is in these places: they go along with their class, if it moves up."""
    found = list(places.filter(ended_on__gt=timezone.localdate()).values_list("pk", flat=True))
    Enrolment.objects.to_come().filter(pupil__in=Enrolment.objects.filter(pk__in=found).values("pupil")).delete()
    reopen(place_ids=found)


def move_on(*, places: Collection[Enrolment], to: int | None, on: date) -> None:
    """From ``on`` on, the pupils of these places are in the class ``to``; without one they leave the school."""
    then = Then.LEAVES if to is None else Then.MOVES
    Enrolment.objects.filter(pk__in=[each.pk for each in places]).update(ended_on=on, then=then)
    if to is not None:
        pupil_ids = sorted(each.pupil_id for each in places)
        Enrolment.objects.bulk_create(
            Enrolment(pupil_id=pupil_id, class_group_id=to, started_on=on) for pupil_id in pupil_ids
        )
