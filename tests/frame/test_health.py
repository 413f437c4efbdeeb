"""Health: what the watching machines ask."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from programs.core.models import Job
from stem_portal import health


@pytest.mark.django_db
def test_a_sound_portal_is_ready_and_leaves_no_file(client):
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "database": "ok", "storage": "ok", "queue": "ok"},
    )
    assert storages["private"].listdir("health")[1] == []
    assert "no-cache" in answer.headers["Cache-Control"]


def test_it_lives_without_asking_the_database(client):
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.post("/health/live").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["database", "storage", "queue"])
def test_what_is_broken_is_named_without_its_reason(client, monkeypatch, broken, caplog):
    def fail() -> bool:
        raise ConnectionError("password=hunter2 host=10.0.0.3")

    monkeypatch.setitem(health.PROBES, broken, fail)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()[broken] == "failed" and answer.json()["status"] == "failed"
    assert "hunter2" not in answer.content.decode()


@pytest.mark.django_db
def test_a_queue_without_a_worker_is_not_ready(client):
    Job.objects.create(name="x", next_run_at=timezone.now() - timedelta(minutes=11))
    assert client.get("/health/ready").json()["queue"] == "failed"
    Job.objects.update(next_run_at=timezone.now() + timedelta(hours=1))
    assert client.get("/health/ready").json()["queue"] == "ok"
