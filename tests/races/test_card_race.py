"""The coordinator and her deputy print cards for the same class at once: one account a child, one open card."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection  # noqa: F401 - the condition of the mark

from programs.accounts.models import SignInCard, User
from programs.cards import actions
from programs.cards.actions import issue_cards
from programs.pupils.models import Pupil
from programs.schools.choices import SchoolRole
from tests.people import make_class, make_coordinator, make_pupil, make_school, make_staff
from tests.races.test_roster_race import both

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]


def two_sheets(monkeypatch) -> tuple[int, int]:
    """Both read the class before either writes: accounts beyond those of the two people, and open cards."""
    school = make_school()
    phuc, thu = make_coordinator(school=school), make_staff("Lê Thị Thu", SchoolRole.DEPUTY, school=school)
    class_8a1 = make_class("8A1", school=school)
    pupils = [make_pupil(name, class_group=class_8a1).pk for name in ("Nguyễn Nhật Minh", "Lê Bảo Lan")]
    before = User.objects.count()

    meeting, real = Barrier(2), actions.open_account

    def open_account(**named) -> User:
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=1)
        return real(**named)

    monkeypatch.setattr(actions, "open_account", open_account)
    both(lambda by: issue_cards(class_group=class_8a1, pupil_ids=pupils, by=by, key=f"sheet-{by.pk}"), [phuc, thu])
    assert not Pupil.objects.filter(user=None).exists()
    return User.objects.count() - before, SignInCard.objects.open().count()


def test_two_sheets_at_once_open_one_account_a_child_and_the_second_replaces_the_first(monkeypatch):
    assert two_sheets(monkeypatch) == (2, 2)


def test_without_the_lock_a_child_gets_two_accounts(monkeypatch):
    """The negative control: the test above can fail."""
    monkeypatch.setattr(actions, "all_locked", lambda rows: list(rows))
    accounts, _cards = two_sheets(monkeypatch)
    assert accounts > 2
