"""Jobs: done once, retried with pauses, recovered when their worker died."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from programs.core import jobs
from programs.core.choices import JobState
from programs.core.models import Job
from programs.core.worker import Worker, run_due_jobs
from tests.database import migrated_file
from tests.people import make_user

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def kind(monkeypatch):
    """Registers a job for one test."""
    monkeypatch.setattr(jobs, "KINDS", dict(jobs.KINDS))
    monkeypatch.setattr(jobs, "PERIODIC", {})

    def register(run, name="test.job", **options):
        return jobs.job(name, **options)(run)

    return register


def due_again(job: Job) -> float:
    return (job.next_run_at - timezone.now()).total_seconds()


@pytest.mark.django_db
def test_a_job_is_done_and_keeps_its_result(kind):
    def count_pupils(progress, school):
        progress(1, 2)
        progress(2)
        return {"school": school}

    kind(count_pupils)
    queued = jobs.enqueue("test.job", arguments={"school": 7})
    assert run_due_jobs() == 1
    queued.refresh_from_db()
    assert (queued.state, queued.result, queued.percent) == (JobState.DONE, {"school": 7}, 100)
    assert run_due_jobs() == 0


@pytest.mark.django_db(transaction=True)
def test_a_job_is_committed_with_the_action_that_enqueued_it(kind):
    kind(lambda progress: None)
    with transaction.atomic():
        jobs.enqueue("test.job", arguments={})
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db
def test_a_failing_job_is_tried_again_with_growing_pauses_and_then_given_up(kind, caplog):
    calls = []

    def fail(progress):
        calls.append(1)
        raise ConnectionError("the store is away")

    kind(fail, max_attempts=3)
    queued = jobs.enqueue("test.job", arguments={})
    with time_machine.travel(timezone.now(), tick=False) as clock:
        run_due_jobs()
        queued.refresh_from_db()
        assert (queued.state, queued.attempts, due_again(queued)) == (JobState.QUEUED, 1, 10)
        run_due_jobs()
        assert len(calls) == 1, "the pause was not kept"
        clock.shift(11)
        run_due_jobs()
        queued.refresh_from_db()
        assert (queued.attempts, due_again(queued)) == (2, 20)
        clock.shift(21)
        run_due_jobs()
    queued.refresh_from_db()
    assert (queued.state, queued.attempts, len(calls)) == (JobState.FAILED, 3, 3)
    assert "the store is away" in queued.error


def test_pauses_grow_to_an_hour_and_no_further():
    assert [jobs.pause_after(number).total_seconds() for number in (1, 2, 3, 20)] == [10, 20, 40, 3600]


@pytest.mark.django_db
def test_the_same_work_is_queued_once(kind):
    kind(lambda progress: None)
    first = jobs.enqueue("test.job", arguments={}, unique_key="freeze:1")
    assert jobs.enqueue("test.job", arguments={}, unique_key="freeze:1") == first
    run_due_jobs()
    assert jobs.enqueue("test.job", arguments={}, unique_key="freeze:1") == first
    assert run_due_jobs() == 0


@pytest.mark.django_db
def test_a_job_that_failed_permanently_starts_again_when_enqueued_again(kind):
    outcomes = [ValueError("no"), None]

    def sometimes(progress):
        if error := outcomes.pop(0):
            raise error

    kind(sometimes, max_attempts=1)
    first = jobs.enqueue("test.job", arguments={}, unique_key="freeze:2")
    run_due_jobs()
    again = jobs.enqueue("test.job", arguments={}, unique_key="freeze:2")
    assert again == first and again.state == JobState.QUEUED
    run_due_jobs()
    first.refresh_from_db()
    assert first.state == JobState.DONE


@pytest.mark.django_db
def test_a_job_for_later_waits(kind):
    kind(lambda progress: None)
    jobs.enqueue("test.job", arguments={}, run_after=timezone.now() + timedelta(hours=1))
    assert run_due_jobs() == 0
    assert jobs.oldest_wait() == timedelta(0)


@pytest.mark.django_db
def test_jobs_bear_that_their_row_or_their_name_is_gone(kind):
    kind(lambda progress: None)
    gone = jobs.enqueue("test.job", arguments={})
    gone.delete()
    unknown = jobs.enqueue("test.job", arguments={})
    Job.objects.filter(pk=unknown.pk).update(name="of.yesterday")
    assert run_due_jobs() == 2
    unknown.refresh_from_db()
    assert unknown.state == JobState.FAILED and "of.yesterday" in unknown.error


@pytest.mark.django_db
def test_a_silent_worker_loses_its_job_and_cannot_write_over_its_successor(kind):
    tried = []

    def slow(progress):
        tried.append(progress)
        if len(tried) == 1:  # this worker sleeps through its patience; another one takes over meanwhile
            Job.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
            assert jobs.reap() == 1
            progress(5, 10)
        progress(1, 10)
        return "second"

    kind(slow)
    queued = jobs.enqueue("test.job", arguments={})
    run_due_jobs()
    queued.refresh_from_db()
    assert len(tried) == 2
    assert (queued.state, queued.attempts, queued.steps_done, queued.result) == (JobState.DONE, 2, 1, "second")


@pytest.mark.django_db
def test_a_job_that_kills_its_worker_every_time_is_given_up(kind):
    kind(lambda progress: None, max_attempts=2)
    queued = jobs.enqueue("test.job", arguments={})
    Job.objects.update(state=JobState.RUNNING, attempts=2, heartbeat_at=timezone.now() - timedelta(hours=1))
    jobs.reap()
    queued.refresh_from_db()
    assert queued.state == JobState.FAILED


@pytest.mark.django_db
def test_a_living_job_is_left_alone(kind):
    kind(lambda progress: None)
    jobs.enqueue("test.job", arguments={})
    Job.objects.update(state=JobState.RUNNING, attempts=1, heartbeat_at=timezone.now())
    assert jobs.reap() == 0


@pytest.mark.django_db
def test_an_entry_taken_by_a_worker_that_died_before_it_claimed_the_job_is_queued_again(kind):
    kind(lambda progress: "done")
    queued = jobs.enqueue("test.job", arguments={})
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now() - timedelta(hours=1))
    assert run_due_jobs() == 0
    assert jobs.reap() == 1
    run_due_jobs()
    queued.refresh_from_db()
    assert queued.state == JobState.DONE


@pytest.mark.django_db
def test_periodic_work_is_queued_once_in_every_slot(kind):
    calls = []
    kind(calls.append, name="test.hourly")
    jobs.PERIODIC["test.hourly"] = timedelta(hours=1)
    noon = timezone.now().replace(minute=0, second=0, microsecond=0)
    with time_machine.travel(noon, tick=False) as clock:
        for _ in range(3):
            jobs.enqueue_periodic()
            run_due_jobs()
        assert len(calls) == 1
        clock.shift(3600)
        jobs.enqueue_periodic()
        run_due_jobs()
    assert len(calls) == 2


@pytest.mark.django_db
def test_periodic_work_that_failed_waits_for_its_next_slot(kind):
    def fail(progress):
        raise ValueError

    kind(fail, name="test.hourly", max_attempts=1)
    jobs.PERIODIC["test.hourly"] = timedelta(hours=1)
    jobs.enqueue_periodic()
    run_due_jobs()
    jobs.enqueue_periodic()
    assert run_due_jobs() == 0


def test_one_failing_sweep_stops_neither_the_others_nor_the_worker(monkeypatch, caplog):
    """The loops run in threads of a worker that has no jobs to do."""
    worker, calls = Worker(), []

    def broken():
        calls.append("broken")
        raise RuntimeError("mail")

    def whole():
        calls.append("whole")
        if calls.count("whole") > 1 and calls.count("broken") > 1:
            worker.stop.set()

    sweeps = {run.__name__: jobs.Sweep(run.__name__, run, timedelta(milliseconds=5)) for run in (broken, whole)}
    monkeypatch.setattr(jobs, "SWEEPS", sweeps)
    monkeypatch.setattr(worker, "round", lambda: False)
    worker.run()
    assert {"broken", "whole"} == set(calls) and "mail" in caplog.text


def test_a_sweep_with_work_left_goes_on_at_once(monkeypatch):
    worker, left = Worker(), [50, 50, 1, 0]

    def sweep() -> int:
        if len(left) == 1:
            worker.stop.set()
        return left.pop(0)

    monkeypatch.setattr(jobs, "SWEEPS", {"post": jobs.Sweep("post", sweep, timedelta(hours=1))})
    monkeypatch.setattr(worker, "round", lambda: False)
    worker.run()
    assert left == []


def test_two_jobs_cannot_have_one_name(kind):
    kind(lambda progress: None)
    with pytest.raises(ValueError, match=r"test\.job"):
        kind(lambda progress: None)


@pytest.mark.django_db
def test_only_the_owner_sees_the_progress(kind, client):
    kind(lambda progress: {"url": "/desk/reports/7/"})
    hanh, lam = make_user("Trần Thị Hạnh"), make_user("Nguyễn Văn Lâm")
    queued = jobs.enqueue("test.job", arguments={}, owner=hanh)
    url = reverse("job_detail", args=[queued.pk])
    assert client.get(url).status_code == 302
    client.force_login(lam)
    assert client.get(url).status_code == 404
    client.force_login(hanh)
    page = client.get(url)
    assert b"data-refresh-seconds" in page.content
    run_due_jobs()
    page = client.get(url)
    assert b"/desk/reports/7/" in page.content and b"data-refresh-seconds" not in page.content


# --- A real worker in a real process ------------------------------------------------------------
PROBE = """
import sys, time
from datetime import timedelta
from programs.core import jobs

@jobs.job("probe.slow", stale_after=timedelta(seconds=1))
def slow(progress, note):
    progress(1, 2)
    with open(note, "a") as file:
        file.write("began\\n")
    if open(note).read().count("began") == 1:
        time.sleep(60)
    with open(note, "a") as file:
        file.write("ended\\n")
    return "whole"
"""


def portal(database: Path, code: str) -> str:
    """Runs ``code`` in a process of its own on a database of its own."""
    run = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{PROBE}\n{code}"],
        cwd=ROOT, env=environment(database), capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return run.stdout


def environment(database: Path) -> dict:
    return os.environ | {"DATABASE_URL": f"sqlite:///{database}", "DJANGO_SETTINGS_MODULE": "tests.settings"}


def start_worker(database: Path, *, first: str = "") -> subprocess.Popen:
    code = "import signal\nfrom programs.core import worker\nworker.CARE_EVERY = 0.2\nworker.PAUSE = 0.1\nw = worker.Worker()\n"
    code += "signal.signal(signal.SIGTERM, lambda *_: w.stop.set())\nw.run()"
    return subprocess.Popen(
        [sys.executable, "-c", f"import django; django.setup()\n{PROBE}\n{first}\n{code}"],
        cwd=ROOT, env=environment(database),
    )  # fmt: skip


def wait_for(condition, seconds: float = 120) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_a_worker_killed_in_the_middle_loses_no_job(tmp_path):
    database, note = tmp_path / "worker.sqlite3", tmp_path / "note"
    migrated_file(database)
    portal(database, f"jobs.enqueue('probe.slow', arguments={{'note': {str(note)!r}}}, unique_key='probe')")
    first = start_worker(database)
    try:
        assert wait_for(note.exists), "the first worker never began"
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    second = start_worker(database)
    try:
        assert wait_for(lambda: "ended" in note.read_text()), "nobody took the job over"
    finally:
        second.terminate()
        assert second.wait(timeout=20) == 0, "SIGTERM did not end the worker gracefully"
    state = portal(
        database,
        "import json; from programs.core.models import Job; j = Job.objects.get(unique_key='probe');"
        "print(json.dumps([j.state, j.attempts, j.result]))",
    )
    assert json.loads(state.splitlines()[-1]) == ["done", 2, "whole"]
    assert note.read_text() == "began\nbegan\nended\n"


def test_a_sign_in_code_leaves_while_a_job_runs_and_a_thousand_letters_wait(tmp_path):
    """The job sleeps for a minute, the letters take the server longer: whoever signs in waits for neither."""
    database, note = tmp_path / "worker.sqlite3", tmp_path / "note"
    migrated_file(database)
    portal(
        database,
        "from django.utils import timezone\nfrom programs.notices.models import Message\n"
        "def letter(number, **lane):\n"
        "    return Message(kind='x', to_address=f'{number}@truong.example.vn', subject='x', body_text='x',\n"
        "                   dedupe_key=str(number), next_attempt_at=timezone.now(), **lane)\n"
        "Message.objects.bulk_create([letter(number) for number in range(1000)])\n"
        f"jobs.enqueue('probe.slow', arguments={{'note': {str(note)!r}}})",
    )
    slow_line = (
        "import time\nfrom django.core.mail.backends.locmem import EmailBackend\n"
        "hand_over = EmailBackend.send_messages\n"
        "EmailBackend.send_messages = lambda self, mails: (time.sleep(0.3), hand_over(self, mails))[1]"
    )
    worker = start_worker(database, first=slow_line)
    state = "import json; from programs.notices.models import Message; print(json.dumps({0}))"
    urgent = state.format("list(Message.objects.filter(urgent=True).values_list('state', flat=True))")
    try:
        assert wait_for(note.exists), "the job never began"
        portal(
            database,
            "from django.db import transaction\nfrom programs.notices.actions import write_message\n"
            "with transaction.atomic():\n"
            "    write_message(kind='account/login_code', to=None, address='hanh@truong.example.vn',\n"
            "                  dedupe_key='code', context={'code': 'ABC-123'})",
        )
        assert wait_for(lambda: json.loads(portal(database, urgent)) == ["sent"]), "the code never left"
        assert "ended" not in note.read_text(), "the job was over: it held nothing up"
        waiting = json.loads(portal(database, state.format("Message.objects.filter(state='pending').count()")))
        assert waiting > 0, "no letter waited any more: the code had no queue to pass"
    finally:
        worker.kill()
        worker.wait()
