"""Sign-in cards and class codes: how far each pupil has got, and what a code opens."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Count, Q, Subquery

from programs.accounts.models import SignInCard
from programs.accounts.queries import card_with_code
from programs.core.models import SchoolYear
from programs.core.references import read_code
from programs.pupils.models import ClassGroup, Pupil
from programs.pupils.queries import has_office, in_class_now
from programs.schools.models import School
from programs.schools.queries.roles import roles_of


def card_at_school(school: School, typed: str, *, now: datetime) -> tuple[SignInCard, Pupil] | None:
    """The card that this code opens on this school's page, and whose it is; None says not why."""
    card = card_with_code(typed, now=now)
    pupil = pupil_of_card(school, card) if card else None
    return (card, pupil) if pupil else None


def pupil_of_card(school: School, card: SignInCard) -> Pupil | None:
    if has_office(card.user):
        return None
    pupils = Pupil.objects.filter(user=card.user_id, school=school, left_on__isnull=True, erased_at__isnull=True)
    return pupils.first() if school.is_working else None


def usable_card(pk: int | None, *, now: datetime) -> SignInCard | None:
    return SignInCard.objects.usable(now).select_related("user").filter(pk=pk).first()


def class_with_code(typed: str) -> ClassGroup | None:
    code = read_code(typed)
    return ClassGroup.objects.select_related("school").filter(join_code=code).first() if code else None


def classes_without_cards(user, *, day: date) -> list[ClassGroup]:
    """The homeroom classes of this school year in which pupils have no account yet, with how many."""
    schools = roles_of(user).working_school_ids
    if not schools:
        return []
    open_year = SchoolYear.objects.filter(starts_on__lte=day).order_by("-starts_on").values("pk")[:1]
    waiting = in_class_now(day) & Q(enrolments__pupil__user__isnull=True)
    classes = ClassGroup.objects.filter(homeroom_teacher=user, school__in=schools, school_year=Subquery(open_year))
    counted = classes.annotate(without_card=Count("enrolments", filter=waiting))
    return list(counted.filter(without_card__gt=0).order_by("grade", "name"))
