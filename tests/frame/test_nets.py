"""Of two rows that a periodic run has to work on, one is bad: the other is done, and people who run the portal hear."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.approvals.actions import deadlines
from programs.ballots.actions import running
from programs.ballots.models import Ballot
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.claims.actions import chasing
from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.core import jobs, nets, retention
from programs.core.choices import JobState
from programs.core.models import Job, RetentionRule
from programs.core.worker import run_due_jobs
from programs.data_rights.actions import requests
from programs.data_rights.models import DataRequest
from programs.visit_days.actions import reminders
from stem_portal.desk import desk_of
from tests.centres.make import book, make_session
from tests.people import (
    make_administrator,
    make_class,
    make_coordinator,
    make_principal,
    make_pupil,
    make_school,
    make_teacher,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.falls]
LONG_AGO = timedelta(days=400)
Planted = tuple[str, object, ModuleType, str]  # the run, the bad row, and what breaks on it


def two_groups(**facts) -> list[Booking]:
    session = make_session(capacity=80)
    booked = []
    for number in range(2):
        school = make_school(f"Trường THCS Số {number}")
        teacher = make_teacher(f"Lê Văn Tư {number}", school=school)
        make_principal(f"Trần Thị Năm {number}", school=school)  # who decides alone: no authority is waited for
        booked.append(book(session, make_class("8A", school=school), teacher, pupils=8, adults=1))
    Booking.objects.update(**facts)
    return booked


def a_deadline() -> Planted:
    bad, _other = two_groups(papers_due_at=timezone.now() - timedelta(hours=1), warned_at=timezone.now())
    return "visits.deadlines", bad, deadlines, "tell_leader"


def a_reminder() -> Planted:
    bad, _other = two_groups(state=BookingState.CONFIRMED, created_at=timezone.now() - LONG_AGO)
    return "visits.reminders", bad, reminders, "tell_leader"


def a_ballot() -> Planted:
    over = timezone.now() - timedelta(hours=1)
    bad, _other = (
        Ballot.objects.create(
            reference=f"BT-{number}",
            session=make_session(),
            closes_at=over,
            source_date=timezone.localdate() + timedelta(days=1),
        )
        for number in range(2)
    )
    return "visits.ballots", bad, running, "record"


def a_registration() -> Planted:
    bad, _other = (
        SchoolClaim.objects.create(
            school=make_school(f"Trường THCS Số {number}"),
            full_name="Lê Văn Tư",
            position="Hiệu trưởng",
            email=f"tu{number}@example.org",
            phone="0900000000",
            key_hash=f"{number}",
            state=ClaimState.RETURNED,
            decided_at=timezone.now() - LONG_AGO,
        )
        for number in range(2)
    )
    return "claims.registrations", bad, chasing, "record"


def a_request() -> Planted:
    pupil, today = make_pupil(), timezone.localdate()
    make_coordinator(school=pupil.school)
    bad, _other = (
        DataRequest.objects.create(
            reference=f"YC-{number}", kind="access", pupil=pupil, school=pupil.school, requester="guardian",
            answer_by=today, due_on=today + timedelta(days=60),
        )
        for number in range(2)
    )  # fmt: skip
    return "schools.data_requests", bad, requests, "tell_handlers"


def done_in(result: dict[str, int] | int) -> int:
    """How many rows the step did in which the bad one is; of several steps it is the one that ends something."""
    if isinstance(result, dict):
        return result["lapsed"] if "lapsed" in result else result["expired"]
    return result


def breaks_on(bad, works: Callable) -> Callable:
    def act(*rows, **named):
        if bad in [*rows, *named.values()]:
            raise ValueError("Nguyễn Nhật Minh")  # what a message of an error may hold
        return works(*rows, **named)

    return act


@pytest.mark.parametrize("plant", [a_deadline, a_reminder, a_ballot, a_registration, a_request])
def test_one_bad_row_stops_no_other_and_is_reported(plant, monkeypatch, caplog):
    name, bad, module, tool = plant()
    monkeypatch.setattr(module, tool, breaks_on(bad, getattr(module, tool)))
    jobs.enqueue(name, arguments={})
    run_due_jobs()
    job = Job.objects.get(name=name)
    assert (job.state, done_in(job.result)) == (JobState.DONE, 1)
    assert f"#{bad.pk}: ValueError" in job.error
    assert "Minh" not in job.error
    assert f"#{bad.pk} failed" in caplog.text
    assert [job.name in task.title for task in desk_of(make_administrator()).tasks] == [True]


def test_a_row_that_cannot_go_keeps_no_other(monkeypatch, db):
    """Rows are removed by the hundred; where one stands in the way, one by one."""
    ended = timezone.now() - LONG_AGO
    bad, _other = (Job.objects.create(name="test", state=JobState.DONE, finished_at=ended) for _number in range(2))
    rule = retention.RULES["core.finished_jobs"]

    def purge(rows) -> None:
        if rows.filter(pk=bad.pk).exists():
            raise ValueError
        rule.purge(rows)

    monkeypatch.setattr(retention, "RULES", {rule.name: rule.__class__(**(vars(rule) | {"purge": purge}))})
    with nets.noting_what_falls() as fallen:
        assert retention.run() == {rule.name: 1}
    assert list(Job.objects.all()) == [bad]
    assert fallen == [f"retention core.finished_jobs #{bad.pk}: ValueError"]
    assert RetentionRule.objects.get(name=rule.name).last_count == 1


def test_a_step_that_falls_stops_none_after_it(monkeypatch):
    two_groups(papers_due_at=timezone.now() - timedelta(hours=1), warned_at=timezone.now())
    monkeypatch.setattr(deadlines, "_to_ask", breaks_on(None, lambda now: 1 / 0))
    assert deadlines.keep_deadlines()["lapsed"] == 2


def test_what_the_next_run_does_well_is_past():
    ended = {"finished_at": timezone.now(), "state": JobState.DONE}
    Job.objects.create(name="visits.deadlines", error="deadlines lapsed #7: ValueError", **ended)
    assert [job.name for job in jobs.to_look_into()] == ["visits.deadlines"]
    Job.objects.create(name="visits.deadlines", **ended)
    assert not jobs.to_look_into()


def test_a_single_job_that_failed_stays_for_a_week():
    failed = Job.objects.create(
        name="people.erase", error="KeyError: 7", state=JobState.FAILED, finished_at=timezone.now()
    )
    Job.objects.create(name="people.erase", state=JobState.DONE, finished_at=timezone.now())
    assert [job.pk for job in jobs.to_look_into()] == [failed.pk]
    assert not jobs.to_look_into(now=timezone.now() + timedelta(days=8))


def test_only_administrators_hear_of_it_and_can_read_the_run(client):
    job = Job.objects.create(name="test", error="#7: ValueError", state=JobState.FAILED, finished_at=timezone.now())
    hanh, quan = make_user(), make_administrator()
    assert desk_of(hanh).tasks == []
    task = desk_of(quan).tasks[0]
    assert task.url == reverse("admin:core_job_change", args=[job.pk])
    client.force_login(hanh)
    assert client.get(task.url).status_code == 302
    client.force_login(quan)
    assert "#7: ValueError" in client.get(task.url).content.decode()
    assert client.get(reverse("admin:core_job_changelist")).status_code == 200


def test_the_key_of_a_session_is_not_written_down():
    with nets.noting_what_falls() as fallen:
        assert nets.one_by_one("devices", ["s3cr3t"], lambda key: 1 / 0) == 0
    assert fallen == ["devices #?: ZeroDivisionError"]


def test_a_run_that_lost_its_job_ends():
    def lost(row: int) -> None:
        raise jobs.JobLost

    with pytest.raises(jobs.JobLost):
        nets.one_by_one("rows", [1], lost)
