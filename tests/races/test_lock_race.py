"""Somebody waits for a row while it is given to another parent: it is still there, and stands under the new one.

In each wing that reads a locked row together with others. The negative control locks all of them in one statement, as
it was once: PostgreSQL then loses the row, or gives it without its parent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from programs.accounts import actions as accounts
from programs.ballots.actions import running as ballots
from programs.ballots.models import Ballot
from programs.bookings.actions.booking import cancel_booking
from programs.cards import actions as cards
from programs.centres.actions import locks
from programs.centres.models import Room
from programs.consents.actions import consents, links
from programs.core.refusals import Refused
from programs.data_rights.actions import requests
from programs.data_rights.models import DataRequest
from programs.pupils.models import Pupil
from programs.reviews import actions as reviews
from programs.rosters import queries as rosters
from programs.schools.actions import staff
from programs.schools.models import Membership
from tests.centres.make import book, make_session
from tests.people import (
    make_class,
    make_coordinator,
    make_officer,
    make_pupil,
    make_school,
    make_teacher,
    make_user,
    make_year,
)

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]


@pytest.fixture(autouse=True)
def _locks_on_bare_rows():
    """The negative controls lock as it must not be done: the guard of all other tests is off here."""


def joined(rows, *, no_key: bool = False, **lookup):
    return rows.select_for_update(no_key=no_key, of=("self",)).get(**lookup)


def all_joined(rows, *, no_key: bool = False) -> list:
    return list(rows.select_for_update(no_key=no_key, of=("self",)))


@dataclass
class Contest:
    """``row`` gets another ``parent`` while ``act`` waits for it; ``act`` answers with a row that has this parent."""

    where: ModuleType  # that locks
    row: Model
    parent: str
    becomes: Model
    act: Callable[[], Any]

    def run(self) -> Any:
        """The parent that the act saw; None if it lost the row, or the parent."""
        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                type(self.row)._base_manager.filter(pk=self.row.pk).update(**{self.parent: self.becomes})
                answer = pool.submit(self._act)
                wait_for_somebody_who_waits()
            return answer.result(timeout=20)

    def _act(self) -> Any:
        try:
            return getattr(self.act(), self.parent)
        except (ObjectDoesNotExist, Refused):  # of two pupils' links: nobody is asked
            return None
        finally:
            connection.close()


# Here: another process of the suite has its own database in the same cluster.
SOMEBODY_WAITS = (
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
)


def wait_for_somebody_who_waits() -> None:
    until = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(SOMEBODY_WAITS)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("The act did not wait: it takes no lock.")


# --- Who waits for what -------------------------------------------------------------------------
def session_moves_to_another_room() -> Contest:
    session = make_session()
    room = Room.objects.create(centre=session.field_trip.centre, name="Xưởng", capacity=60)
    return Contest(locks, session, "room", room, lambda: in_transaction(locks.lock_session, session_id=session.pk))


def group_cancels_while_its_session_moves() -> Contest:
    contest = session_moves_to_another_room()
    hanh = make_teacher(school=make_school())
    booking = book(contest.row, make_class(school=make_school()), hanh, pupils=8, adults=1)
    contest.act = lambda: cancel_booking(booking_id=booking.pk, reason="Bận", by=hanh).session
    return contest


def ballot_changes_its_session() -> Contest:
    first, other = make_session(), make_session()
    ballot = Ballot.objects.create(
        reference="BT-1", session=first, closes_at=timezone.now(), source_date=timezone.localdate()
    )
    return Contest(ballots, ballot, "session", other, lambda: in_transaction(ballots.lock_ballot, ballot_id=ballot.pk))


def guardian_answers_while_the_pupil_changes_school() -> Contest:
    pupil, other = make_pupil(), make_school("Trường THCS Khác")
    return Contest(consents, pupil, "school", other, lambda: in_transaction(consents.lock_pupil, pupil_id=pupil.pk))


def link_is_made_while_the_pupil_changes_school() -> Contest:
    pupil, other = make_pupil(birth_date=date(2014, 9, 5)), make_school("Trường THCS Khác")
    vu = make_coordinator("Lê Văn Vũ", school=other)

    def act() -> Pupil:
        return links.issue_links(pupils=[pupil], by=vu, key="k")[0].link.pupil

    return Contest(links, pupil, "school", other, act)


def class_gets_its_code_while_its_school_is_merged() -> Contest:
    group, other = make_class(), make_school("Trường THCS Khác")
    vu = make_coordinator("Lê Văn Vũ", school=other)
    return Contest(
        cards, group, "school", other, lambda: cards.set_class_code(class_group=group, on=True, by=vu, key="k")
    )


def card_is_used_while_its_account_is_merged() -> Contest:
    an, minh = make_user("Lê Văn An"), make_user("Lê Văn Minh")
    expires_at = timezone.now() + timedelta(days=1)
    card, _code = in_transaction(accounts.issue_card, user=an, by=an, expires_at=expires_at)

    def act() -> SimpleNamespace:
        return SimpleNamespace(user=accounts.use_card(card_id=card.pk, password="mat-khau-dai-2026"))

    return Contest(accounts, card, "user", minh, act)


def request_is_handled_while_its_pupil_is_merged() -> Contest:
    pupil = make_pupil()
    kept = make_pupil("Lê Văn Minh", school=pupil.school)
    today = timezone.localdate()
    request = DataRequest.objects.create(
        reference="YC-1", kind="access", pupil=pupil, school=pupil.school, requester="guardian", answer_by=today,
        due_on=today,
    )  # fmt: skip
    act = partial(in_transaction, requests.locked_request, request_id=request.pk)
    return Contest(requests, request, "pupil", kept, act)


def teacher_leaves_while_the_school_is_merged() -> Contest:
    old, other = make_school(), make_school("Trường THCS Khác")
    teacher = make_teacher(school=old)
    vu = make_coordinator("Lê Văn Vũ", school=other)
    row = Membership.objects.get(user=teacher, school=old)
    return Contest(staff, row, "school", other, lambda: staff.end_membership(membership=row, by=vu))


def report_is_frozen_while_its_term_moves() -> Contest:
    year, other = make_year(date(2024, 10, 1)), make_year(date(2023, 10, 1))
    term, thu = year.terms.get(number=1), make_officer()
    other.terms.filter(number=1).delete()
    return Contest(
        reviews, term, "school_year", other, lambda: reviews.freeze_report(term_id=term.pk, by=thu, key="k").term
    )


def import_finds_a_pupil_who_is_merged() -> Contest:
    school = make_school()
    pupil = make_pupil(school=school, external_id="0101")
    kept = make_pupil("Lê Văn Minh", school=school)
    lines, year = [{"external_id": "0101", "full_name": pupil.full_name}], make_year()

    def act() -> SimpleNamespace:
        with transaction.atomic():
            roll = rosters.roll_around(lines, school_id=school.pk, source="test", year_id=year.pk, lock=True)
        found = roll.here["0101"][0].pk
        return SimpleNamespace(merged_into=kept if found == kept.pk else None)

    return Contest(rosters, pupil, "merged_into", kept, act)


def in_transaction(act: Callable, **arguments) -> Any:
    with transaction.atomic():
        return act(**arguments)


CONTESTS = [
    session_moves_to_another_room,
    group_cancels_while_its_session_moves,
    ballot_changes_its_session,
    guardian_answers_while_the_pupil_changes_school,
    link_is_made_while_the_pupil_changes_school,
    class_gets_its_code_while_its_school_is_merged,
    card_is_used_while_its_account_is_merged,
    request_is_handled_while_its_pupil_is_merged,
    teacher_leaves_while_the_school_is_merged,
    report_is_frozen_while_its_term_moves,
    import_finds_a_pupil_who_is_merged,
]


@pytest.mark.parametrize("prepare", CONTESTS)
def test_whoever_waited_finds_the_row_under_its_new_parent(prepare):
    contest = prepare()
    assert contest.run() == contest.becomes


@pytest.mark.parametrize("prepare", CONTESTS)
def test_locked_together_with_its_parent_the_row_or_the_parent_is_lost(prepare, monkeypatch):
    """The negative control."""
    contest = prepare()
    for name, wide in (("locked", joined), ("all_locked", all_joined)):
        monkeypatch.setattr(contest.where, name, wide, raising=False)
    assert contest.run() is None
