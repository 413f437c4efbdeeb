"""Two colleagues change one role at the same moment; three forms ask the same about one person at once."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection  # noqa: F401 - named in skipif

from programs.data_rights.actions import requests
from programs.data_rights.choices import Requester, RequestKind
from programs.data_rights.models import DataRequest
from programs.schools.actions import staff
from programs.schools.choices import SchoolRole
from programs.schools.models import Membership, School
from tests.people import make_coordinator, make_school, make_teacher
from tests.races.test_roster_race import both

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]


def meet_after(monkeypatch, module, name: str) -> None:
    """Both wait for each other once they have called ``module.name``, if both come that far."""
    meeting, real = Barrier(2), getattr(module, name)

    def wait(*arguments, **named):
        found = real(*arguments, **named)
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=1.5)
        return found

    monkeypatch.setattr(module, name, wait)


def end_and_change(monkeypatch) -> tuple[list[str], list[str]]:
    """One ends cô Hạnh's role, the other makes her principal: what they were told, and the roles that she has."""
    school = make_school()
    phuc, hanh = make_coordinator(school=school), make_teacher("Trần Thị Hạnh", school=school)
    membership = Membership.objects.select_related("school", "user").get(user=hanh)
    meet_after(monkeypatch, staff, "may_end_membership")
    meet_after(monkeypatch, staff, "may_change_role")

    def act(job: str) -> str:
        if job == "end":
            return staff.end_membership(membership=membership, by=phuc).role
        return staff.change_role(membership=membership, role=SchoolRole.PRINCIPAL, by=phuc, key="c").role

    told = sorted(both(act, ["end", "change"]))
    return told, list(Membership.objects.current().filter(user=hanh).values_list("role", flat=True))


def test_who_was_ended_is_not_principal_a_moment_later(monkeypatch):
    told, roles = end_and_change(monkeypatch)
    assert (told, roles) in [
        (["role_ended", SchoolRole.TEACHER], []),
        ([SchoolRole.PRINCIPAL, "role_changed"], [SchoolRole.PRINCIPAL]),
    ]


def test_without_the_schools_lock_both_succeed(monkeypatch):
    """The negative control: she was told that her role ended, and is principal."""
    monkeypatch.setattr(staff, "_lock", lambda school_id: School.objects.get(pk=school_id))
    assert end_and_change(monkeypatch) == ([SchoolRole.PRINCIPAL, SchoolRole.TEACHER], [SchoolRole.PRINCIPAL])


def ask_twice(monkeypatch) -> int:
    """The same question about one person in two tabs; how many requests are open afterwards."""
    lam = make_teacher("Đỗ Văn Lâm")
    meet_after(monkeypatch, requests.queries, "has_same_open")

    def ask(key: str) -> str:
        return requests.ask(
            kind=RequestKind.ACCESS, pupil=None, person=lam, requester=Requester.PERSON, requester_name="", text="",
            by=lam, key=key,
        ).state  # fmt: skip

    both(ask, ["one", "two"])
    return DataRequest.objects.count()


def test_one_question_about_one_person_is_open_once(monkeypatch):
    assert ask_twice(monkeypatch) == 1


def test_without_the_persons_lock_it_is_open_twice(monkeypatch):
    """The negative control: the test above can fail."""
    monkeypatch.setattr(requests, "_lock_asker", lambda **_who: None)
    assert ask_twice(monkeypatch) == 2
