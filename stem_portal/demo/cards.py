"""Cô Hạnh's class 8A1 with sign-in cards in every state."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from programs.accounts.actions import set_active
from programs.accounts.models import SignInCard, User
from programs.cards.actions import issue_cards, set_class_code, void_card
from programs.cards.rules import CARD_LASTS
from programs.pupils.models import ClassGroup, Pupil
from programs.pupils.queries import class_now_of, pupils_of_class
from stem_portal.demo.schools import demo_password_hash

SIGN_IN, NOT_USED, TOO_LATE, VOIDED, FORGOT, CLOSED = 9, 8, 3, 1, 1, 1  # pupils in each state; the rest have no card


def build_cards(*, people: dict[str, User], minh: Pupil, now: datetime) -> None:
    hanh, class_group = people["hanh"], class_now_of(minh)
    others = list(pupils_of_class(class_group).exclude(pk=minh.pk).filter(user__isnull=True))
    groups = []
    for size in (SIGN_IN, NOT_USED, TOO_LATE, VOIDED, FORGOT, CLOSED):
        groups.append(others[:size])
        others = others[size:]
    sign_in, _not_used, too_late, voided, forgot, closed = groups
    with_card = [pupil for group in groups for pupil in group]
    _issue(with_card, by=hanh, class_group=class_group, key="demo-cards")
    _activate([*sign_in, *forgot, *closed], now=now)
    long_ago = now - CARD_LASTS - timedelta(days=4)
    SignInCard.objects.filter(user__pupil__in=too_late).update(issued_at=long_ago, expires_at=long_ago + CARD_LASTS)
    for pupil in Pupil.objects.filter(pk__in=[pupil.pk for pupil in voided]):
        void_card(class_group=class_group, pupil=pupil, by=hanh, reason="Mất thẻ")
    for user in User.objects.filter(pupil__in=closed):
        set_active(user=user, active=False, by=people["bao"], reason="Gia đình đề nghị")
    _issue(forgot, by=hanh, class_group=class_group, key="demo-forgotten")
    set_class_code(class_group=class_group, on=True, by=hanh, key="demo-class-code")


def open_accounts(*, pupils: list[int], class_group: ClassGroup, by: User, key: str) -> None:
    """Pupils without an account get theirs with a card, and use it at once."""
    without = list(Pupil.objects.filter(pk__in=pupils, user__isnull=True))
    if without:
        _issue(without, by=by, class_group=class_group, key=key)
        _activate(without, now=timezone.now())


def _issue(pupils: list[Pupil], *, by: User, class_group: ClassGroup, key: str) -> None:
    issue_cards(class_group=class_group, pupil_ids=[pupil.pk for pupil in pupils], by=by, key=key)


def _activate(pupils: list[Pupil], *, now: datetime) -> None:
    """They all chose the demonstration's password, and were here on different days."""
    password = demo_password_hash()
    for number, user in enumerate(User.objects.filter(pupil__in=pupils).order_by("pk")):
        SignInCard.objects.filter(user=user).update(used_at=timezone.now())
        user.password, user.last_login = password, now - timedelta(days=number, hours=2)
        user.save(update_fields=["password", "last_login"])
