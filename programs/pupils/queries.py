"""Who sees which classes and pupils."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, ForeignKey, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import SignInCard, User
from programs.accounts.queries import second_factor_needed
from programs.core.models import SchoolYear
from programs.core.personal import obstacles_to_erasing
from programs.pupils import rules
from programs.pupils.choices import AccountState, Then
from programs.pupils.models import ClassGroup, Enrolment, Joining, Pupil, place_in_force
from programs.pupils.rules import Plan
from programs.schools.models import School
from programs.schools.queries.roles import roles_of


def pupils_of_staff(user) -> QuerySet[Pupil]:
    """The records of the person's own working schools; a merged one leads to the one that stayed."""
    pupils = Pupil.objects.filter(school__in=roles_of(user).working_school_ids, erased_at__isnull=True)
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
    current = Enrolment.objects.in_force().select_related("class_group")
    return pupils.prefetch_related(Prefetch("enrolments", current, to_attr="places"))


def records_alike(pupil: Pupil) -> QuerySet[Pupil]:
    """Records of the same school that may be the same child: the same name, or the same birthday and given name."""
    same_day = Q(birth_date=pupil.birth_date, search_key__endswith=f" {pupil.search_key.split()[-1]}")
    alike = Q(search_key=pupil.search_key) | (same_day if pupil.birth_date else Q(pk__in=[]))
    others = Pupil.objects.filter(alike, school=pupil.school_id, merged_into__isnull=True, erased_at__isnull=True)
    return others.exclude(pk=pupil.pk).order_by("sort_key", "pk")


def belongings() -> list[ForeignKey]:
    """Every column that points at a pupil, in any wing: they all follow a record that is joined to another.

    Not what ``STAYS_WITH_RECORD``: it speaks of the record, not of the child.
    """
    relations: list[Any] = Pupil._meta.get_fields(include_hidden=True)
    columns = [relation.field for relation in relations if relation.one_to_many and relation.auto_created]
    return [column for column in columns if not getattr(column.model, "STAYS_WITH_RECORD", False)]


def key_of(column: ForeignKey) -> str:
    return f"{column.model._meta.label_lower}.{column.name}"


def newest_rows() -> dict[str, int]:
    """The youngest row of every table that points at pupils: what is younger happened after a joining."""
    return {key_of(each): each.model._base_manager.aggregate(last=Max("pk"))["last"] or 0 for each in belongings()}


# By the name of the table: these have no words of their own, and those of the wings above cannot be imported.
LABELS = {
    "enrolment": _("places in classes"),
    "rosterrow": _("rows of imported lists"),
    "consent": _("answers about consent"),
    "rosterentry": _("visits"),
    "visitphotograph_pupils": _("photographs"),
    "projectmember": _("projects"),
}


def belongings_of(pupil: Pupil, *, after: Mapping[str, int] | None = None) -> list[tuple[str, int]]:
    """What is linked to a record, in words, with numbers; ``after`` these rows: what has been linked since."""
    found = []
    for column in belongings():
        rows = column.model._base_manager.filter(**{column.name: pupil})
        if after is not None:
            rows = rows.filter(pk__gt=after.get(key_of(column), 0))
        is_own = column.model._meta.app_config.name.startswith("programs.") and column.model is not Pupil
        if is_own and (number := rows.count()):
            label = LABELS.get(str(column.model._meta.model_name), column.model._meta.verbose_name_plural)
            found.append((str(label), number))
    return found


def joinings_of(pupil: Pupil, *, now: datetime) -> list[Joining]:
    """Records that were joined to this one and can still be parted from it."""
    joinings = joinings_to_part(now).filter(kept=pupil)
    return list(joinings.select_related("dropped", "kept"))


def joinings_to_part(now: datetime) -> QuerySet[Joining]:
    return Joining.objects.filter(parted_at=None, joined_at__gte=now - rules.PARTED_WITHIN)


def joinings_visible_to(user) -> QuerySet[Joining]:
    """Of records that the person's own working schools keep."""
    mine = {"kept__school__in": roles_of(user).working_school_ids, "kept__erased_at__isnull": True}
    return Joining.objects.filter(**mine).select_related("kept__school", "dropped__school")


@dataclass(frozen=True)
class Suggestion:
    """A class of the ending year and what becomes of it; an empty name means that its pupils leave the school."""

    group: ClassGroup
    next_name: str
    leaves: bool
    repeating: tuple[int, ...] = ()
    leaving: tuple[int, ...] = ()


def ending_year_of(school: School) -> SchoolYear | None:
    """The latest school year in which pupils of the school are in a class now."""
    in_class = place_in_force(timezone.localdate(), "classes__enrolments")
    years = SchoolYear.objects.filter(
        in_class, classes__school=school, classes__enrolments__pupil__left_on__isnull=True
    )
    return years.order_by("-starts_on").first()


def year_after(year: SchoolYear | None) -> SchoolYear | None:
    return SchoolYear.objects.filter(starts_on__gt=year.starts_on).order_by("starts_on").first() if year else None


def classes_to_move(school: School, year: SchoolYear | None) -> QuerySet[ClassGroup]:
    """Classes of the year with somebody in them, each with its current places (``places``) and their pupils.

    Not those whom a list of the next year has placed already.
    """
    movable = Q(enrolments__ended_on__isnull=True) | ~Q(enrolments__then="")
    current = in_class_now() & movable
    classes = ClassGroup.objects.filter(school=school, school_year=year)
    classes = classes.select_related("homeroom_teacher", "moves_up_to")
    classes = classes.annotate(pupils=Count("enrolments", filter=current)).filter(pupils__gt=0)
    places = Enrolment.objects.in_force().filter(Q(ended_on=None) | ~Q(then=""), pupil__left_on__isnull=True)
    places = places.select_related("pupil").order_by("pupil__sort_key", "pk")
    return classes.order_by("grade", "name").prefetch_related(Prefetch("enrolments", places, to_attr="places"))


def in_class_now(day: date | None = None) -> Q:
    """Of a class: those of its places that hold on ``day``, of pupils on the roll."""
    return place_in_force(day or timezone.localdate(), "enrolments") & Q(enrolments__pupil__left_on__isnull=True)


def prepared_of(school: School) -> list[ClassGroup]:
    """The classes that are prepared to move up, or to leave the school, on a day to come."""
    classes = ClassGroup.objects.filter(school=school, moves_on__gt=timezone.localdate())
    return list(classes.select_related("moves_up_to").order_by("grade", "name"))


def schools_with_leavers(day: date) -> list[int]:
    """Where pupils are still on the roll whose last place has ended as prepared."""
    over = Enrolment.objects.filter(then=Then.LEAVES, ended_on__lte=day)
    return list(over.order_by("pupil__school").values_list("pupil__school", flat=True).distinct())


def suggestions_for(school: School, classes: list[ClassGroup]) -> list[Suggestion]:
    """What is prepared; where nothing is, the usual."""
    if any(group.moves_on for group in classes):
        coming = dict(Enrolment.objects.to_come().filter(pupil__school=school).values_list("pupil", "class_group"))
        return [_as_prepared(group, coming) for group in classes]
    last = rules.last_grade_of(school.levels.values_list("level", flat=True))
    return [
        Suggestion(
            group=group,
            next_name="" if group.grade >= last else rules.next_class_name(group.name, group.grade),
            leaves=group.grade >= last,
        )
        for group in classes
    ]


def _as_prepared(group: Any, coming: Mapping[int, int]) -> Suggestion:
    up, pupils = group.moves_up_to, [place.pupil_id for place in group.places]
    elsewhere = [pk for pk in pupils if pk in coming and coming[pk] != group.moves_up_to_id]
    return Suggestion(
        group=group,
        next_name=up.name if up else "",
        leaves=up is None,
        repeating=tuple(elsewhere),
        leaving=tuple(pk for pk in pupils if pk not in coming) if up else (),
    )


@dataclass(frozen=True)
class ClassOutlook:
    """What a plan would do with one class."""

    group: ClassGroup
    next_name: str
    moved: int
    repeating: int
    left: int


def outlook(plan: Plan, classes: list[ClassGroup]) -> list[ClassOutlook]:
    """The figures that a person confirms; the action counts the same way on fresh rows."""
    moves = {move.class_id: move for move in plan.moves}
    found = []
    for group in classes:
        pupils = {place.pupil_id for place in group.places}
        leaving, repeating = pupils & plan.leaving, pupils & plan.repeating - plan.leaving
        others = len(pupils) - len(leaving) - len(repeating)
        goes_up = bool(moves[group.pk].next_name)
        found.append(
            ClassOutlook(
                group=group,
                next_name=moves[group.pk].next_name,
                moved=others if goes_up else 0,
                repeating=len(repeating),
                left=len(leaving) + (0 if goes_up else others),
            )
        )
    return found


def classes_visible_to(user) -> QuerySet[ClassGroup]:
    """Classes of the person's own schools; a suspended school reads on, it only may not act."""
    return ClassGroup.objects.filter(school__in=roles_of(user).own_school_ids)


def classes_to_act_for(user) -> QuerySet[ClassGroup]:
    """Classes for which the person may do something now: those of the working schools among them."""
    return ClassGroup.objects.filter(school__in=roles_of(user).working_school_ids)


def pupils_visible_to(user) -> QuerySet[Pupil]:
    """Pupils of the person's own schools, and a pupil's own record. Officers see none."""
    roles = roles_of(user)
    own = Q(pk=roles.pupil.pk) if roles.pupil else Q(pk__in=[])
    return Pupil.objects.filter(Q(school__in=roles.own_school_ids) | own)


def pupils_of_class(class_group: ClassGroup) -> QuerySet[Pupil]:
    """Who is in the class now, by given name in Vietnamese order."""
    now = place_in_force(timezone.localdate(), "enrolments")
    return Pupil.objects.filter(now, enrolments__class_group=class_group, left_on__isnull=True).order_by("sort_key")


def classes_of(school: School, school_year: SchoolYear | None) -> QuerySet[ClassGroup]:
    """The school's classes of a year with the number of pupils now in each."""
    classes = ClassGroup.objects.filter(school=school, school_year=school_year).select_related("homeroom_teacher")
    return classes.annotate(pupils=Count("enrolments", filter=in_class_now())).order_by("grade", "name")


def number_on_roll(school: School) -> int:
    return Pupil.objects.filter(school=school, left_on__isnull=True).count()


@dataclass(frozen=True)
class PupilAccount:
    """A pupil of a class and how far the account has come; ``card_until`` is the open card's last day."""

    pupil: Pupil
    state: AccountState
    card_until: datetime | None

    @property
    def label(self) -> str:
        return self.state.label

    @property
    def is_active(self) -> bool:
        return self.state == AccountState.ACTIVE


def accounts_of(class_group: ClassGroup, *, now: datetime) -> list[PupilAccount]:
    """The pupils of a class, by given name, each with the state of the account; one query."""
    card = SignInCard.objects.open().filter(user=OuterRef("user"), expires_at__gt=now)
    pupils = pupils_of_class(class_group).select_related("user")
    return [_account(pupil) for pupil in pupils.annotate(card_until=Subquery(card.values("expires_at")[:1]))]


def _account(pupil: Pupil) -> PupilAccount:
    return PupilAccount(pupil, _state(pupil), pupil.card_until)


def _state(pupil: Pupil) -> AccountState:
    if pupil.user is None:
        return AccountState.NONE
    if not pupil.user.is_active:
        return AccountState.CLOSED
    if pupil.user.has_usable_password():
        return AccountState.ACTIVE
    return AccountState.WAITING if pupil.card_until else AccountState.LAPSED


def has_office(user: User) -> bool:
    """Whether the account also has another role: people who print cards for a class must not be able to open it."""
    return second_factor_needed(user) or bool(obstacles_to_erasing(user.pk))


def class_now_of(pupil: Pupil) -> ClassGroup | None:
    """The class that the pupil is in, of the latest school year."""
    now = place_in_force(timezone.localdate(), "enrolments")
    current = ClassGroup.objects.filter(now, enrolments__pupil=pupil)
    return current.select_related("homeroom_teacher", "school_year").order_by("-school_year__starts_on", "pk").first()
