"""Sign-in cards and class codes: who has come how far, and what a code opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, OuterRef, Q, Subquery

from programs.accounts.cards import card_with_code
from programs.accounts.models import SignInCard, User
from programs.accounts.second_factor import second_factor_needed
from programs.core.models import SchoolYear
from programs.core.personal import obstacles_to_erasing
from programs.core.references import read_code
from programs.schools.choices import AccountState
from programs.schools.models import ClassGroup, Pupil, School
from programs.schools.queries.people import pupils_of_class
from programs.schools.queries.standing import standing_of


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


def card_at_school(school: School, typed: str, *, now: datetime) -> tuple[SignInCard, Pupil] | None:
    """The card that this code opens on this school's page, and whose it is; None says not why."""
    card = card_with_code(typed, now=now)
    pupil = pupil_of_card(school, card) if card else None
    return (card, pupil) if pupil else None


def has_office(user: User) -> bool:
    """Whether the account is somebody's in another role too: whoever prints cards for a class must not open it."""
    return second_factor_needed(user) or bool(obstacles_to_erasing(user.pk))


def pupil_of_card(school: School, card: SignInCard) -> Pupil | None:
    if has_office(card.user):
        return None
    pupils = Pupil.objects.filter(user=card.user_id, school=school, left_on__isnull=True, erased_at__isnull=True)
    return pupils.first() if school.is_working else None


def usable_card(pk: int | None, *, now: datetime) -> SignInCard | None:
    return SignInCard.objects.usable(now).select_related("user").filter(pk=pk).first()


def class_now_of(pupil: Pupil) -> ClassGroup | None:
    """The class that the pupil is in, of the latest school year."""
    current = ClassGroup.objects.filter(enrolments__pupil=pupil, enrolments__ended_on__isnull=True)
    return current.select_related("homeroom_teacher", "school_year").order_by("-school_year__starts_on", "pk").first()


def class_with_code(typed: str) -> ClassGroup | None:
    code = read_code(typed)
    return ClassGroup.objects.select_related("school").filter(join_code=code).first() if code else None


def classes_without_cards(user, *, day: date) -> list[ClassGroup]:
    """The homeroom classes of this school year in which pupils have no account yet, with how many."""
    schools = standing_of(user).working_school_ids
    if not schools:
        return []
    open_year = SchoolYear.objects.filter(starts_on__lte=day).order_by("-starts_on").values("pk")[:1]
    waiting = Q(
        enrolments__ended_on__isnull=True, enrolments__pupil__left_on__isnull=True, enrolments__pupil__user__isnull=True
    )
    classes = ClassGroup.objects.filter(homeroom_teacher=user, school__in=schools, school_year=Subquery(open_year))
    counted = classes.annotate(without_card=Count("enrolments", filter=waiting))
    return list(counted.filter(without_card__gt=0).order_by("grade", "name"))
