"""Teams of classmates who can sign in, and the teacher who leads them."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models.functions import Least

from programs.accounts.models import User
from programs.competitions.models import Competition
from programs.core.dates import local_day
from programs.core.models import SchoolYear
from programs.pupils.models import ClassGroup, Enrolment, Pupil
from programs.schools.choices import SchoolRole
from programs.schools.models import Membership
from stem_portal.demo import cast
from stem_portal.demo.cards import open_accounts
from stem_portal.demo.clock import standing_at
from stem_portal.demo.consents import WITHOUT


@dataclass
class Teams:
    """Takes pupils from the classes that have a list; a pupil is taken once. ``keep_free`` enters nothing yet."""

    school_year: SchoolYear
    keep_free: Pupil
    taken: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        listed = ClassGroup.objects.filter(
            school_year=self.school_year, grade__gte=8, enrolments__isnull=False, homeroom_teacher__isnull=False
        )
        listed = listed.select_related("school", "school_year", "homeroom_teacher").distinct().order_by("pk")
        self.home8 = listed.get(school__name=cast.HOME_SCHOOL, name="8A1")
        self.home9 = listed.get(school__name=cast.HOME_SCHOOL, name="9A1")
        self.other8 = listed.get(school__name=cast.OTHER_SCHOOL, name="8A1")
        self.upper = listed.get(school__name=cast.UPPER_SCHOOL, name="11A1")
        featured = [self.home8.pk, self.home9.pk, self.other8.pk, self.upper.pk]
        of_school = {group.school_id: group for group in listed.exclude(pk__in=featured).order_by("-pk")}
        away = sorted(of_school.values(), key=lambda group: group.pk)
        self.away, self.away9 = away[:4], [group for group in away if group.grade >= 9][:4]

    def of(self, group: ClassGroup, size: int, *, for_: Competition, lead: str = "") -> list[Pupil]:
        """The next ``size`` of the class, first whoever has the username ``lead``; they have accounts since it opened."""
        members = Pupil.objects.filter(enrolments__class_group=group, enrolments__ended_on=None).order_by("pk")
        keys = list(members.values_list("pk", flat=True))[:-WITHOUT]
        known = Pupil.objects.filter(user__username__in=[person.key for person in cast.CAST])
        spoken_for = self.taken | {self.keep_free.pk} | set(known.values_list("pk", flat=True))
        chosen = list(members.filter(user__username=lead).values_list("pk", flat=True)) if lead else []
        chosen += [key for key in keys if key not in spoken_for][: size - len(chosen)]
        self.taken |= set(chosen)
        was_in = self._class_then(group, chosen, for_)
        with standing_at(for_.opens_at):
            open_accounts(pupils=chosen, class_group=was_in, by=was_in.homeroom_teacher, key=f"demo-team-{chosen[0]}")
        found = Pupil.objects.select_related("user", "school").in_bulk(chosen)
        return [found[key] for key in chosen]

    def _class_then(self, group: ClassGroup, pupils: list[int], competition: Competition) -> ClassGroup:
        """The class in which they were when the competition opened: in last year's, the same a grade below."""
        places = Enrolment.objects.filter(pupil__in=pupils, class_group=group, ended_on=None)
        opened = local_day(competition.opens_at)
        if competition.school_year_id == group.school_year_id:
            places.update(started_on=Least("started_on", opened))  # where the school year began after that
            return group
        classes = ClassGroup.objects.filter(school_year=competition.school_year, homeroom_teacher__isnull=False)
        earlier = classes.filter(school=group.school_id, grade=group.grade - 1).order_by("name")[0]
        began = min(earlier.school_year.starts_on, opened)
        Enrolment.objects.bulk_create(
            Enrolment(
                pupil_id=place.pupil_id, class_group=earlier, started_on=began, ended_on=max(began, place.started_on)
            )
            for place in places
        )
        return earlier


def mentor_of(group: ClassGroup, place: int = 0) -> User:
    """A teacher of the school: the first, or the next where there are several."""
    teachers = Membership.objects.filter(school=group.school_id, role=SchoolRole.TEACHER, ended_on__isnull=True)
    found = [row.user for row in teachers.select_related("user").order_by("pk")]
    return found[place % len(found)]
