"""Every job of a person asks again whether they may: between the press and the worker's turn things end.

Each job that has an owner × (school closed, merged, suspended; post ended; account closed). What runs for nobody (the
schedule) has no right that could go; what two people decided goes out whoever of them has left.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.certificates.tasks import PRINT_JOB
from programs.core import jobs
from programs.core.choices import JobState
from programs.core.jobs import enqueue
from programs.core.models import Job
from programs.core.worker import run_due_jobs
from programs.data_rights.actions import erasure
from programs.data_rights.queries import ARCHIVE_JOB
from programs.duplicates.actions.merging import merge_schools
from programs.pupils.models import Pupil
from programs.rosters import queries as roster_queries
from programs.rosters.actions.rosters import APPLY_JOB, PREVIEW_JOB, RECHECK_JOB
from programs.rosters.models import RosterRow
from programs.schools.actions.states import close_school, suspend_school
from programs.schools.choices import ImportState
from programs.schools.models import Membership
from tests import people
from tests.certificates.make import issue, make_visit
from tests.data_rights.make_rights import open_erasure
from tests.rosters.rosters import AN, BINH, CHAU, confirm, latest, match, preview, upload, xlsx

pytestmark = pytest.mark.django_db
REASON = "Theo quyết định của Sở"


@pytest.fixture
def world(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    people.make_year()
    school = people.make_school("Trường THCS Chu Văn An")
    phuc = people.make_coordinator(school=school)
    browser = Client()
    browser.force_login(phuc)
    return SimpleNamespace(
        school=school, phuc=phuc, browser=browser, other=people.make_school("Trường THCS Phú Lợi"),
        officer=people.make_officer("Phan Văn Nam"),
    )  # fmt: skip


# --- What waits for the worker ------------------------------------------------------------------
def a_preview(world) -> None:
    upload(world.browser, world.school, xlsx([AN, BINH, CHAU]))
    match(world.browser, latest(world.school))


def a_recheck(world) -> None:
    roster = preview(world.browser, world.school, xlsx([AN, BINH, CHAU]))
    confirm(world.browser, "roster_check", roster)


def an_import(world) -> None:
    confirm(world.browser, "roster_apply", preview(world.browser, world.school, xlsx([AN, BINH, CHAU])))


def a_print(world) -> None:
    group = people.make_class("8A1", school=world.school)
    booking = make_visit(class_group=group, leader=world.phuc)
    issue(booking)
    enqueue(PRINT_JOB, arguments={"booking": booking.pk}, owner=world.phuc)


def an_archive(world) -> None:
    enqueue(ARCHIVE_JOB, arguments={"user": world.phuc.pk}, owner=world.phuc)


def an_erasure(world) -> None:
    minh = people.make_pupil("Lê Nhật Minh", class_group=people.make_class("8A1", school=world.school))
    request = open_erasure(SimpleNamespace(minh=minh, coordinator=world.phuc))
    erasure.start_erasure(request_id=request.pk, typed=request.reference, by=world.phuc)


# --- What may end meanwhile ---------------------------------------------------------------------
def school_closed(world) -> None:
    close_school(school=world.school, reason=REASON, by=world.officer, key="close")


def school_merged(world) -> None:
    merge_schools(source=world.school, target=world.other, reason=REASON, by=world.officer, key="merge")


def school_suspended(world) -> None:
    suspend_school(school=world.school, reason=REASON, by=world.officer, key="suspend")


def post_ended(world) -> None:
    Membership.objects.filter(user=world.phuc).update(ended_on=timezone.localdate())


def account_closed(world) -> None:
    world.phuc.is_active = False
    world.phuc.save()


ENDS = (school_closed, school_merged, school_suspended, post_ended, account_closed)
WAITS: dict[str, Callable] = {
    PREVIEW_JOB: a_preview, RECHECK_JOB: a_recheck, APPLY_JOB: an_import, PRINT_JOB: a_print, ARCHIVE_JOB: an_archive,
    erasure.ERASE_JOB: an_erasure,
}  # fmt: skip
# The right is not the school's: a person's own data are theirs wherever they work; a suspended school still reads and
# prints; a school that took the other over takes its coordinator and its certificates along.
STILL = {
    ARCHIVE_JOB: {school_closed, school_merged, school_suspended, post_ended},
    PRINT_JOB: {school_merged, school_suspended},
    erasure.ERASE_JOB: {school_merged},
}
NOBODYS = {
    "ballots.send",  # drawn and sent by two people: the result goes out, tests/ballots
    "entries.compare",  # compares two files for the officers: nobody asked for it, and what is found is theirs alone
    "uploads.inspect", "uploads.scan",  # checks; whether the file is still wanted, its purpose says when it takes it
}  # fmt: skip


def test_every_job_of_a_person_is_walked():
    assert jobs.KINDS.keys() - jobs.PERIODIC.keys() - NOBODYS == WAITS.keys()


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
@pytest.mark.parametrize("name", WAITS)
def test_a_job_asks_again_whether_its_owner_may(name, end, world):
    WAITS[name](world)
    waiting = Job.objects.get(name=name, state=JobState.QUEUED)
    before = set(Pupil.objects.values_list("pk", flat=True))
    end(world)
    run_due_jobs()
    waiting.refresh_from_db()
    assert (waiting.state == JobState.DONE) == (end in STILL.get(name, ())), waiting.error
    if waiting.state == JobState.DONE:
        return
    assert waiting.state == JobState.FAILED
    assert set(Pupil.objects.values_list("pk", flat=True)) == before
    assert not Pupil.objects.filter(erased_at__isnull=False)


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_an_import_stops_in_the_middle_and_what_is_done_stays(end, world, monkeypatch):
    """Phúc's right ends after the first of three batches."""
    monkeypatch.setattr(roster_queries, "BATCH", 1)
    an_import(world)
    roster = latest(world.school)
    report = jobs.Progress.__call__

    def end_after_the_first(progress, done, total=None):
        report(progress, done, total)
        if done == 1:
            end(world)

    monkeypatch.setattr(jobs.Progress, "__call__", end_after_the_first)
    run_due_jobs()
    assert [pupil.full_name for pupil in Pupil.objects.all()] == ["Nguyễn Văn An"]
    roster.refresh_from_db()
    if end in (school_closed, school_merged):
        assert (roster.state, roster.file_path) == (ImportState.CANCELLED, "")
        assert not RosterRow.objects.filter(roster=roster, applied_at=None)
    else:
        assert roster.state == ImportState.APPLYING and roster.is_stalled


def test_the_next_coordinator_reads_why_and_goes_on_in_her_own_name(world):
    an_import(world)
    post_ended(world)
    run_due_jobs()
    lan, outsider = Client(), Client()
    lan.force_login(people.make_coordinator("Huỳnh Thị Lan", school=world.school))
    outsider.force_login(people.make_coordinator("Đỗ Văn Lâm", school=world.other))
    roster = latest(world.school)
    address = reverse("roster_detail", args=[roster.reference])
    assert outsider.get(address).status_code == 404
    assert "không còn quyền nhập" in lan.get(address).content.decode()
    confirm(lan, "roster_restart", roster)
    run_due_jobs()
    assert Pupil.objects.count() == 3
    assert latest(world.school).state == ImportState.APPLIED
