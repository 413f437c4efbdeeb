"""Two people start an import of one school at once; two schools take in one released pupil at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from programs.core.refusals import Refused
from programs.core.worker import run_due_jobs
from programs.pupils.models import Pupil
from programs.rosters.actions import apply as apply_actions
from programs.rosters.actions import rosters as actions
from programs.rosters.models import RosterImport
from programs.schools.choices import ImportState
from programs.schools.models import School
from tests.people import make_coordinator, make_school, make_year
from tests.rosters.rosters import AN, BINH, CHAU, xlsx

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]
MAPPING = {"1": "external_id", "2": "full_name", "3": "birth_date", "4": "gender", "5": "class_name"}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }


def ready(school: School, by, rows: list[list]) -> RosterImport:
    """A preview of these rows, waiting to be started."""
    key = f"{school.pk}-{rows[0][0]}"
    roster = actions.upload_roster(
        school=school, school_year=make_year(), upload=ContentFile(xlsx(rows), name="a.xlsx"), file_name="a.xlsx",
        source="CSDL ngành", class_group=None, once_more=False, by=by, key=key,
    )  # fmt: skip
    actions.map_roster(
        roster=roster, sheet="Sheet", header_line=1, mapping=MAPPING, other_sheets=[], dropped_columns=[], title_case=False, mode="rest",
        by=by, key=key,
    )  # fmt: skip
    run_due_jobs()
    return RosterImport.objects.get(pk=roster.pk)


def both(act, jobs: list) -> list:
    """``act(job)`` for two jobs on two connections, together."""

    def run(job):
        try:
            return act(job)
        except Refused as refused:
            return refused.refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, jobs))


def start_both(monkeypatch) -> list:
    """Two imports of one school are started; both wait for each other after looking whether another one runs."""
    school = make_school()
    phuc = make_coordinator(school=school)
    rosters = [ready(school, phuc, [row]) for row in (AN, BINH)]
    meeting, real = Barrier(2), actions._start

    def start(roster, *arguments, **named):
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=1.5)
        return real(roster, *arguments, **named)

    monkeypatch.setattr(actions, "_start", start)
    return both(lambda roster: actions.start_roster(roster=roster, by=phuc, key=str(roster.pk)) and "started", rosters)


def test_one_of_two_imports_starts(monkeypatch):
    answers = start_both(monkeypatch)
    assert sorted(answers) == ["other_import", "started"]
    assert RosterImport.objects.filter(state=ImportState.APPLYING).count() == 1


def test_without_the_lock_both_start(monkeypatch):
    """The negative control: the test above can fail."""
    monkeypatch.setattr(actions, "lock_school", lambda school_id: School.objects.get(pk=school_id))
    assert start_both(monkeypatch) == ["started", "started"]


def test_a_released_pupil_goes_to_one_of_two_schools():
    old = make_school("Trường THCS Trần Đại Nghĩa")
    pupil = Pupil.objects.create(
        school=old,
        full_name=AN[1],
        birth_date="2012-09-05",
        external_id=AN[0],
        source="CSDL ngành",
        left_on="2026-09-01",
    )
    rosters = []
    for name, other in (("Trường THCS Số 1", BINH), ("Trường THCS Số 2", CHAU)):
        school = make_school(name)
        by = make_coordinator(f"Lê Văn {name[-1]}", school=school)
        roster = ready(school, by, [AN, other])
        rosters.append(actions.start_roster(roster=roster, by=by, key="s"))

    def apply(roster: RosterImport) -> None:
        apply_actions.apply_roster(roster_id=roster.pk, job_id=roster.job_id, progress=lambda *_numbers: None)

    both(apply, rosters)
    assert Pupil.objects.filter(external_id=AN[0]).count() == 1
    pupil.refresh_from_db()
    assert pupil.school in [roster.school for roster in rosters]
    assert pupil.left_on is None
    waiting = [roster for roster in rosters if roster.rows.filter(line=2, applied_at=None).exists()]
    assert len(waiting) == 1
