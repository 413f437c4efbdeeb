"""Expired data is deleted at night; a dry run counts it and names nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from programs.certificates.models import Certificate
from programs.claims.models import SchoolClaim
from programs.consents.models import GuardianLink
from programs.core import jobs, retention
from programs.core.models import Job, RetentionRule
from programs.core.worker import run_due_jobs
from programs.data_rights.models import DataRequest
from programs.notices.models import Message
from programs.pupils.models import Pupil
from programs.pupils.personal import FORMER_PUPIL
from programs.rosters.models import RosterImport, RosterRow
from programs.schools.models import Invitation
from tests import people
from tests.data_rights.make_rights import NAME, minh_and_his_traces, traces

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    return minh_and_his_traces()


def after(days: int):
    return timezone.now() + timedelta(days=days)


def test_every_rule_says_what_and_why_and_has_days():
    assert len(retention.RULES) >= 18
    for rule in retention.RULES.values():
        assert rule.label and rule.basis and rule.days >= 1


def test_a_rule_is_off_only_where_the_law_is_unclear():
    rows = retention.rule_rows()
    assert {name for name, row in rows.items() if not row.is_active} == {
        name for name, rule in retention.RULES.items() if rule.doubt
    }


def test_nothing_is_due_on_the_day_itself(world):
    assert {row.rule.name: row.count for row in retention.outlook() if row.count} == {}


def test_a_dry_run_counts_and_changes_nothing(world, capsys):
    before = traces()
    with time_machine.travel(after(800)):
        due = {row.rule.name for row in retention.outlook() if row.count}
        call_command("retention", "--dry-run")
    assert {"schools.roster_rows", "schools.roster_files", "notices.bodies", "accounts.devices"} <= due
    told = capsys.readouterr().out
    assert "schools.roster_rows" in told
    assert not any(word in told for word in (NAME, "Minh", world.minh.external_id))
    assert traces() == before


def test_each_rule_removes_what_it_says(world, django_capture_on_commit_callbacks):
    Invitation.objects.create(
        school=world.school, email="a@example.vn", full_name="Ai", token_hash="t" * 64, expires_at=timezone.now()
    )
    claim = SchoolClaim.objects.create(
        school=people.make_school("Trường THCS Xa"), full_name="Đinh Thị Thu", position="Phó", email="t@example.vn",
        phone="+84912345678", state="refused", key_hash="k" * 64, decided_at=timezone.now(),
    )  # fmt: skip
    Message.objects.update(state="sent")
    with time_machine.travel(after(500)), django_capture_on_commit_callbacks(execute=True):
        retention.run()
    assert not RosterRow.objects.exists()
    assert not storages["private"].exists(world.sheet)
    assert RosterImport.objects.get().file_path == ""
    assert not GuardianLink.objects.exists()
    assert not Invitation.objects.exists()
    assert not UserSession.objects.exists()
    assert not Job.objects.exclude(state="queued").exists()
    assert not storages["private"].exists(world.printed)
    assert not Message.objects.exclude(body_text="").exists()
    assert Message.objects.exclude(subject="").exists()
    claim.refresh_from_db()
    assert (claim.email, claim.state) == ("", "refused")
    world.booking.refresh_from_db()
    assert (world.booking.needs, world.booking.contact_phone) == ("", "")
    assert Pupil.objects.get(pk=world.minh.pk).full_name == NAME  # has not left


def test_a_message_that_waits_to_be_sent_is_not_wiped(world):
    with time_machine.travel(after(500)):
        retention.run()
    assert Message.objects.filter(recipient=world.hanh, state="pending").exclude(body_text="").exists()


def test_a_former_pupil_is_forgotten_and_keeps_the_certificate(world, django_capture_on_commit_callbacks):
    Pupil.objects.filter(pk=world.minh.pk).update(left_on=timezone.localdate())
    DataRequest.objects.update(state="done", done_at=timezone.now())
    with time_machine.travel(after(700)):
        retention.run()
    assert Pupil.objects.get(pk=world.minh.pk).full_name == NAME
    with time_machine.travel(after(740)), django_capture_on_commit_callbacks(execute=True):
        retention.run()
    assert Pupil.objects.get(pk=world.minh.pk).full_name == FORMER_PUPIL
    assert Certificate.objects.get(pk=world.certificate.pk).printed_name == NAME
    assert {line.split()[0] for line in traces()} == {"certificates.Certificate"}
    page = Client().get(reverse("certificate_verify", args=[world.certificate.verify_code])).content.decode()
    assert NAME in page


def test_a_record_waits_for_the_end_of_a_request(world):
    Pupil.objects.filter(pk=world.minh.pk).update(left_on=timezone.localdate())
    with time_machine.travel(after(800)):
        retention.run()
    assert Pupil.objects.get(pk=world.minh.pk).full_name == NAME


def test_an_account_with_another_role_outlives_the_pupils_record(world):
    """Minh has become a teacher of his old school."""
    world.school.memberships.create(user=world.minh.user, role="teacher")
    Pupil.objects.filter(pk=world.minh.pk).update(left_on=timezone.localdate())
    DataRequest.objects.update(state="done", done_at=timezone.now())
    with time_machine.travel(after(800)):
        retention.run()
    assert Pupil.objects.get(pk=world.minh.pk).full_name == FORMER_PUPIL
    world.minh.user.refresh_from_db()
    assert world.minh.user.is_active and world.minh.user.full_name == NAME


def test_a_rule_that_is_off_removes_nothing(world):
    retention.rule_rows()
    RetentionRule.objects.update(is_active=False)
    with time_machine.travel(after(800)):
        assert retention.run() == {}
    assert RosterRow.objects.exists()


def test_the_operators_days_count(world):
    retention.rule_rows()
    RetentionRule.objects.filter(name="schools.roster_rows").update(days=400)
    with time_machine.travel(after(399)):
        retention.run()
    assert RosterRow.objects.exists()
    with time_machine.travel(after(402)):
        retention.run()
    assert not RosterRow.objects.exists()


def test_more_rows_than_one_batch_go_in_several(world, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    roster = RosterImport.objects.get()
    RosterRow.objects.bulk_create(RosterRow(roster=roster, line=100 + n, outcome="add") for n in range(5))
    with time_machine.travel(after(40)):
        assert retention.run()["schools.roster_rows"] == 6
    assert RetentionRule.objects.get(name="schools.roster_rows").last_count == 6


@pytest.mark.falls
def test_one_broken_rule_stops_no_other(world, monkeypatch, caplog):
    def broken(limit):
        raise RuntimeError("no such column")

    rule = retention.RULES["accounts.devices"]
    monkeypatch.setitem(retention.RULES, "accounts.devices", rule.__class__(**(vars(rule) | {"due": broken})))
    with time_machine.travel(after(40)):
        assert "schools.roster_rows" in retention.run()
    assert "accounts.devices failed" in caplog.text


@pytest.mark.parametrize(("clock", "runs"), [("02:10", True), ("14:10", False)])
def test_the_worker_runs_them_at_night(world, clock, runs):
    retention.rule_rows()
    day = timezone.localdate() + timedelta(days=40)
    hour, minute = map(int, clock.split(":"))
    moment = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, hour, minute))
    RetentionRule.objects.update(last_run_at=moment - timedelta(hours=20))
    with time_machine.travel(moment, tick=False):
        jobs.enqueue("core.retention", arguments={})
        run_due_jobs()
    assert RosterRow.objects.exists() is not runs


def test_finished_jobs_are_deleted_with_their_files(world):
    key = storages["private"].save("certificates/x.pdf", ContentFile(b"%PDF"))
    Job.objects.create(name="certificates.print", state="done", finished_at=timezone.now(), result={"key": key})
    running = Job.objects.create(name="certificates.print", state="running")
    with time_machine.travel(after(31)):
        retention.run()
    assert Job.objects.filter(state="done").count() == 0
    assert Job.objects.filter(pk=running.pk).exists()


# --- The back office ----------------------------------------------------------------------------
def test_the_dry_run_page_is_for_administrators_and_names_nobody(world):
    url = reverse("admin:retention_dry_run")
    officer = Client()
    officer.force_login(people.make_officer())
    assert officer.get(url).status_code == 302
    admin = Client()
    admin.force_login(people.make_administrator())
    with time_machine.travel(after(800)):
        admin.force_login(people.make_administrator("Quản Trị Hai"))
        page = admin.get(url).content.decode()
    assert "RosterRow" not in page
    assert not any(word in page for word in (NAME, world.minh.external_id, "Phan Thị Bích Thủy"))


def test_changing_a_rule_is_written_down(world):
    admin = Client()
    admin.force_login(people.make_administrator())
    assert admin.get(reverse("admin:core_retentionrule_changelist")).status_code == 200
    row = RetentionRule.objects.get(name="schools.roster_rows")
    url = reverse("admin:core_retentionrule_change", args=[row.pk])
    assert admin.post(url, {"days": "60", "is_active": "on"}).status_code == 302
    row.refresh_from_db()
    assert row.days == 60
    entry = ModelLogEntry.objects.get(action="retention.change")
    assert (entry.data["before"]["days"], entry.data["after"]["days"]) == (30, 60)
