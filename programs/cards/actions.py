"""Pupils without email get a card, and open their account with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.actions import issue_card, open_account, use_card, void_cards
from programs.accounts.models import User
from programs.cards.policy import may_issue_cards, may_join_class
from programs.cards.queries import class_with_code, pupil_of_card, usable_card
from programs.cards.rules import (
    CARD_OPENS_NOTHING,
    CLASS_CODE_LENGTH,
    CLASS_CODE_OPENS_NOTHING,
    card_expiry,
    issue_refusal,
    joining_refusal,
)
from programs.core.audit import record
from programs.core.calendar import current_school_year
from programs.core.idempotency import once
from programs.core.locking import all_locked, locked
from programs.core.paper import refuse_unprintable
from programs.core.policy import must
from programs.core.references import TYPED_ALPHABET, random_code, under_free_code
from programs.core.refusals import Refused, refuse_if
from programs.pupils.actions.places import place
from programs.pupils.models import ClassGroup, Enrolment, Pupil
from programs.pupils.queries import has_office, pupils_of_class
from programs.schools.models import School
from programs.schools.queries.roles import forget_roles


@dataclass(frozen=True)
class IssuedCard:
    """A card with its plain-text code, which exists only here and on the printed paper."""

    pupil: Pupil
    username: str
    code: str


@dataclass(frozen=True)
class IssuedCards:
    class_group: ClassGroup
    expires_at: datetime
    cards: list[IssuedCard]


def _already_made(**_arguments) -> IssuedCards:
    raise Refused.because(
        "sheet_made",
        _(
            "This sheet was created a moment ago and is in your browser's downloads. If it did not arrive, "
            "create it again: the new codes then replace the first ones."
        ),
    )


@transaction.atomic
@once("cards.issue", again=_already_made)
def issue_cards(*, class_group: ClassGroup, pupil_ids: Collection[int], by: User, key: str) -> IssuedCards:
    """Issue new cards for these pupils of the class, creating missing accounts; earlier open cards become invalid.

    Raises PermissionDenied, and ``Refused``: ``nobody_chosen``, ``not_in_class``, ``account_closed``,
    ``unprintable``, ``account_in_office`` and ``sheet_made`` for a form sent twice, because the codes of the first time
    are not stored anywhere.
    """
    class_group = ClassGroup.objects.select_related("school").get(pk=class_group.pk)
    must(may_issue_cards(by, class_group))
    # The pupils' rows are the lock: of two sheets made at once, the second replaces the first.
    chosen = pupils_of_class(class_group).filter(pk__in=pupil_ids).select_related("user")
    pupils = all_locked(chosen)
    refuse_if(
        issue_refusal(
            chosen=len(set(pupil_ids)),
            found=len(pupils),
            closed=[pupil.full_name for pupil in pupils if pupil.user and not pupil.user.is_active],
            in_office=[pupil.full_name for pupil in pupils if pupil.user and has_office(pupil.user)],
        )
    )
    for text in (class_group.school.name, class_group.name, *(pupil.full_name for pupil in pupils)):
        refuse_unprintable(text)
    expires_at = card_expiry(timezone.now())
    cards = [_issue_one(pupil=pupil, by=by, expires_at=expires_at) for pupil in pupils]
    record(by=by, action="cards.issue", obj=class_group, after={"cards": len(cards)})
    return IssuedCards(class_group, expires_at, cards)


def _issue_one(*, pupil: Pupil, by: User, expires_at: datetime) -> IssuedCard:
    if pupil.user is None:
        pupil.user = open_account(full_name=pupil.full_name, given_name=pupil.given_name, by=by)
        pupil.save(update_fields=["user"])
    _card, code = issue_card(user=pupil.user, by=by, expires_at=expires_at)
    return IssuedCard(pupil, pupil.user.username, code)


@transaction.atomic
def void_card(*, class_group: ClassGroup, pupil: Pupil, by: User, reason: str = "") -> None:
    """Void a pupil's open card; repeating this changes nothing. Raises PermissionDenied."""
    must(may_issue_cards(by, class_group))
    if pupil.user is not None:
        void_cards(user=pupil.user, by=by, reason=reason)


@transaction.atomic
def activate_account(*, school: School, card_id: int, password: str) -> User:
    """Set the password of a card's holder; the card is used up, other sessions end.

    Raises ``Refused("card_opens_nothing")``: used, voided, expired, or of another school.
    """
    card = usable_card(card_id, now=timezone.now())
    user = use_card(card_id=card.pk, password=password) if card and pupil_of_card(school, card) else None
    if user is None:
        raise Refused(CARD_OPENS_NOTHING)
    return user


@transaction.atomic
@once("class.code", returns=ClassGroup)
def set_class_code(*, class_group: ClassGroup, on: bool, by: User, key: str) -> ClassGroup:
    """Set a new code for the class, or none; the previous one stops working. Raises PermissionDenied."""
    fresh = locked(ClassGroup.objects.select_related("school"), pk=class_group.pk)
    must(may_issue_cards(by, fresh))
    before = {"on": fresh.join_code is not None}
    if on:
        under_free_code(ClassGroup, "join_code", _new_class_code, lambda code: _set_code(fresh, code))
    else:
        _set_code(fresh, None)
    record(by=by, action="class.code", obj=fresh, before=before, after={"on": on})
    return fresh


def _new_class_code() -> str:
    return random_code(CLASS_CODE_LENGTH, alphabet=TYPED_ALPHABET)


def _set_code(class_group: ClassGroup, code: str | None) -> None:
    class_group.join_code = code
    class_group.save(update_fields=["join_code"])


@transaction.atomic
@once("class.join", returns=ClassGroup)
def join_class(*, code: str, by: User, key: str) -> ClassGroup:
    """Enrol the signed-in pupil in the class with this code; a place in another class of the year ends today.

    Raises PermissionDenied, and ``Refused``: ``not_a_pupil``, ``class_code_opens_nothing``.
    """
    must(may_join_class(by))
    # The pupil's row is the lock: two codes typed at once end in one class.
    pupil = locked(Pupil.objects.select_related("school"), user=by)
    class_group, today = class_with_code(code), timezone.localdate()
    if class_group is None:
        raise Refused(CLASS_CODE_OPENS_NOTHING)
    year = current_school_year(today)
    refuse_if(joining_refusal(pupil, class_group, year))
    places = Enrolment.objects.in_force(today).filter(pupil=pupil, class_group__school_year=year)
    if places.filter(class_group=class_group).exists():
        return class_group
    left = list(places.values_list("class_group_id", flat=True))
    place(wanted={pupil.pk: class_group})
    forget_roles(by)
    record(by=by, action="class.join", obj=pupil, before={"classes": left}, after={"class": class_group.pk})
    return class_group
