"""One pupil as the school's staff see them: the register's facts, the classes over the years, records alike."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from programs.schools.models import Enrolment, Pupil, School
from programs.schools.queries.standing import standing_of


def pupils_of_staff(user) -> QuerySet[Pupil]:
    """The records of the person's own working schools; a merged one leads to the one that stayed."""
    pupils = Pupil.objects.filter(school__in=standing_of(user).working_school_ids, erased_at__isnull=True)
    return pupils.select_related("school", "merged_into", "user")


def classes_over_the_years(pupil: Pupil) -> list[Enrolment]:
    places = Enrolment.objects.filter(pupil=pupil).select_related(
        "class_group__school", "class_group__school_year", "class_group__homeroom_teacher"
    )
    return list(places.order_by("-class_group__school_year__starts_on", "-started_on", "-pk"))


def pupils_on_roll(school: School) -> QuerySet[Pupil]:
    """The school's pupils as they are now, each child once."""
    return Pupil.objects.filter(school=school, left_on=None, merged_into=None, erased_at=None)


def with_places(pupils: QuerySet[Pupil]) -> QuerySet[Pupil]:
    """Each with the classes in which they are now, as ``places``."""
    current = Enrolment.objects.filter(ended_on__isnull=True).select_related("class_group")
    return pupils.prefetch_related(Prefetch("enrolments", current, to_attr="places"))


def records_alike(pupil: Pupil) -> QuerySet[Pupil]:
    """Records of the same school that may be the same child: the same name, or the same birthday and given name."""
    same_day = Q(birth_date=pupil.birth_date, search_key__endswith=f" {pupil.search_key.split()[-1]}")
    alike = Q(search_key=pupil.search_key) | (same_day if pupil.birth_date else Q(pk__in=[]))
    others = Pupil.objects.filter(alike, school=pupil.school_id, merged_into__isnull=True, erased_at__isnull=True)
    return others.exclude(pk=pupil.pk).order_by("sort_key", "pk")


def belongings_of(pupil: Pupil) -> list[tuple[str, int]]:
    """What hangs on a record, in words, with numbers: what would follow it into another one."""
    found = []
    for relation in Pupil._meta.get_fields(include_hidden=True):
        if relation.one_to_many and relation.auto_created and relation.related_model._meta.app_label == "programs":
            number = relation.related_model._base_manager.filter(**{relation.field.name: pupil}).count()
            if number and relation.related_model is not Pupil:
                found.append((str(relation.related_model._meta.verbose_name_plural), number))
    return found
