"""CASES M04: a pupil with certificates, projects, messages and audit rows is forgotten; the totals stay."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.core.management import call_command
from django.db.models import Count, Q, Sum
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from programs.accounts.personal import is_erased
from programs.bookings.models import Booking, RosterEntry
from programs.certificates.models import Certificate
from programs.consents.models import Consent
from programs.core.refusals import Refused
from programs.core.worker import run_due_jobs
from programs.data_rights.actions import erasure
from programs.documents.queries import current_files
from programs.notices.models import Message
from programs.projects.models import Project
from programs.pupils.models import Enrolment, Pupil
from programs.pupils.personal import FORMER_PUPIL
from programs.rosters.queries import roll_around
from programs.rosters.rules import ERASED, judge
from programs.schools.queries.roles import forget_roles
from tests import people
from tests.data_rights.make_rights import NAME, TRACES, minh_and_his_traces, open_erasure, stored_traces, traces

pytestmark = pytest.mark.django_db


@pytest.fixture
def private(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    return storages["private"]


@pytest.fixture
def world(private):
    return minh_and_his_traces()


def erase_now(world, django_capture_on_commit_callbacks, request=None):
    request = request or open_erasure(world)
    with django_capture_on_commit_callbacks(execute=True):
        erasure.start_erasure(request_id=request.pk, typed=request.reference, by=world.coordinator)
        run_due_jobs()
    request.refresh_from_db()
    return request


def totals(school) -> dict:
    """What reports and desks count."""
    group = Q(enrolments__ended_on__isnull=True)
    return {
        "bookings": Booking.objects.filter(school=school).aggregate(
            Count("pk"), Sum("arrived_pupils"), Sum("arrived_girls")
        ),
        "named": RosterEntry.objects.filter(booking__school=school).count(),
        "certificates": Certificate.objects.filter(school=school, state="issued").count(),
        "projects": Project.objects.filter(school=school).count(),
        "team": Project.objects.filter(school=school).aggregate(Count("members")),
        "pupils": Pupil.objects.filter(school=school).filter(group).count(),
        "boys": Pupil.objects.filter(school=school, gender="m").count(),
        "in_class": Enrolment.objects.filter(class_group__school=school, ended_on__isnull=True).count(),
        "consents": Consent.objects.filter(pupil__school=school).count(),
    }


def test_the_scan_for_traces_finds_them_before(world):
    """The control: what the next test finds nowhere is in many tables now."""
    tables = {line.split()[0] for line in traces()}
    assert {
        "pupils.Pupil", "accounts.User", "consents.Consent", "consents.GuardianLink", "rosters.RosterRow",
        "bookings.Booking", "certificates.Certificate", "projects.Project", "documents.ProjectFile", "notices.Message",
        "data_rights.DataRequest", "core.ActReason", "admin.LogEntry",
    } <= tables  # fmt: skip
    assert "wagtailcore.ModelLogEntry" not in tables
    assert stored_traces()


def test_nothing_of_him_is_left_anywhere(world, private, django_capture_on_commit_callbacks):
    before = totals(world.school)
    request = erase_now(world, django_capture_on_commit_callbacks)
    assert request.state == "done"
    left = [line for line in traces() if not line.startswith(f"certificates.Certificate {world.award.pk}:")]
    assert left == []
    assert stored_traces() == []
    assert totals(world.school) == before
    for key in (world.scan, world.sheet, world.printed, *world.alone_keys):
        assert not private.exists(key)


def test_the_row_keeps_its_number_and_the_class_its_count(world, django_capture_on_commit_callbacks):
    erase_now(world, django_capture_on_commit_callbacks)
    minh = Pupil.objects.get(pk=world.minh.pk)
    assert (minh.full_name, minh.birth_date, minh.gender, minh.user) == (FORMER_PUPIL, None, "m", None)
    assert minh.erased_at and minh.external_id.startswith("erased-")
    world.minh.user.refresh_from_db()
    assert is_erased(world.minh.user) and not world.minh.user.is_active
    assert not world.minh.user.has_usable_password()
    assert Consent.objects.get(pupil=minh).state == "withdrawn"


def test_an_account_that_was_emptied_opens_no_page(world, django_capture_on_commit_callbacks):
    browser = Client()
    browser.force_login(world.minh.user)
    assert browser.get(reverse("message_list")).status_code == 200
    erase_now(world, django_capture_on_commit_callbacks)
    assert browser.get(reverse("message_list")).status_code == 302


def test_the_team_keeps_its_project_and_file(world, private, django_capture_on_commit_callbacks):
    erase_now(world, django_capture_on_commit_callbacks)
    world.team.refresh_from_db()
    assert (world.team.title, world.team.state) == ("Chậu cây tự tưới", "draft")
    assert "Bảo" in world.team.summary
    assert private.exists(world.team_file.storage_key)
    world.alone.refresh_from_db()
    assert (world.alone.state, current_files(world.alone).count()) == ("withdrawn", 0)


def test_a_certificate_keeps_its_number_and_loses_its_name(world, client, django_capture_on_commit_callbacks):
    erase_now(world, django_capture_on_commit_callbacks)
    page = client.get(reverse("certificate_verify", args=[world.certificate.verify_code])).content.decode()
    assert world.certificate.serial in page
    assert NAME not in page
    assert "Không tìm thấy" not in page


def test_the_name_on_an_award_is_held_by_law_and_shown_to_nobody(world, client, django_capture_on_commit_callbacks):
    erase_now(world, django_capture_on_commit_callbacks)
    world.award.refresh_from_db()
    assert world.award.printed_name == NAME
    page = client.get(reverse("certificate_verify", args=[world.award.verify_code])).content.decode()
    assert NAME not in page
    assert world.award.serial in page


def test_no_certificate_is_issued_to_a_row_without_a_name(world, django_capture_on_commit_callbacks):
    from programs.certificates.queries import plan_of

    Certificate.objects.filter(pupil=world.minh).delete()
    erase_now(world, django_capture_on_commit_callbacks)
    plan = plan_of(world.booking)
    assert world.minh.pk not in [entry.pupil_id for entry in plan.to_issue]


def test_messages_to_others_stay_without_the_name(world, django_capture_on_commit_callbacks):
    mine = Message.objects.get(dedupe_key="m1")
    erase_now(world, django_capture_on_commit_callbacks)
    mine.refresh_from_db()
    assert "Em […], […]" in mine.body_text
    assert not Message.objects.filter(recipient=world.minh.user).exists()


def test_the_audit_log_records_the_action_and_names_nobody(world, django_capture_on_commit_callbacks):
    erase_now(world, django_capture_on_commit_callbacks)
    entry = ModelLogEntry.objects.filter(action="person.erase", object_id=str(world.minh.pk)).first()
    assert entry.user == world.coordinator
    assert entry.data["after"]["counts"]["pseudonymised"] > 3
    assert not [line for line in traces() if line.startswith("wagtailcore.ModelLogEntry")]


def test_a_second_run_changes_nothing(world, django_capture_on_commit_callbacks):
    request = erase_now(world, django_capture_on_commit_callbacks)
    rows = ModelLogEntry.objects.count()
    assert erasure.erase(request_id=request.pk, by=world.coordinator) == {"counts": {}}
    assert ModelLogEntry.objects.count() == rows


def test_the_dry_run_says_what_is_deleted_and_kept_and_changes_nothing(world):
    request = open_erasure(world)
    before = traces()
    outlook = erasure.outlook(request=request)
    outcomes = {str(line.label): line.outcome for line in outlook.lines}
    assert {"removed", "pseudonymised", "kept"} == set(outcomes.values())
    assert all(line.why for line in outlook.lines)
    assert traces() == before


def test_the_reference_must_be_copied_by_hand(world):
    request = open_erasure(world)
    with pytest.raises(Refused) as refused:
        erasure.start_erasure(request_id=request.pk, typed="xóa", by=world.coordinator)
    assert refused.value.refusal.code == "typed"
    assert Pupil.objects.get(pk=world.minh.pk).full_name == NAME


def test_thay_lam_cannot_erase(world):
    request = open_erasure(world)
    with pytest.raises(PermissionDenied):
        erasure.start_erasure(request_id=request.pk, typed=request.reference, by=people.make_outsider())


# --- Teachers -----------------------------------------------------------------------------------
def test_a_teacher_at_work_is_not_erased(world):
    request = open_erasure(world, person=world.hanh)
    with pytest.raises(Refused) as refused:
        erasure.start_erasure(request_id=request.pk, typed=request.reference, by=world.coordinator)
    assert refused.value.refusal.code == "has_role"


def test_a_former_teachers_acts_stay_without_the_name(world, django_capture_on_commit_callbacks):
    world.hanh.memberships.update(ended_on="2026-06-01")
    forget_roles(world.hanh)
    officer = people.make_officer()
    request = open_erasure(world, person=world.hanh, by=officer)
    email = world.hanh.email
    with django_capture_on_commit_callbacks(execute=True):
        erasure.start_erasure(request_id=request.pk, typed=request.reference, by=officer)
        run_due_jobs()
    world.hanh.refresh_from_db()
    assert is_erased(world.hanh)
    assert traces(["Hồ Thị Ngọc Hạnh", email, "0912 345 678", "+84912345678"]) == []
    booking = Booking.objects.get(pk=world.booking.pk)
    assert (booking.leader_id, booking.contact_phone) == (world.hanh.pk, "")
    assert Project.objects.get(pk=world.team.pk).supervisor_id == world.hanh.pk


# --- After a backup was restored ----------------------------------------------------------------
def test_a_restored_backup_is_erased_again(world, private, django_capture_on_commit_callbacks, capsys):
    """The row comes back as it was; the list outside the database knows it."""
    old = {field.attname: getattr(world.minh, field.attname) for field in Pupil._meta.concrete_fields}
    username = world.minh.user.username
    erase_now(world, django_capture_on_commit_callbacks)
    Pupil.objects.filter(pk=world.minh.pk).update(**old)
    type(world.minh.user).objects.filter(pk=world.minh.user.pk).update(
        username=username, full_name=NAME, is_active=True
    )
    call_command("erase_again")
    assert Pupil.objects.get(pk=world.minh.pk).full_name == FORMER_PUPIL
    assert [line for line in traces([NAME]) if "Certificate" not in line] == []
    assert "forgotten again" in capsys.readouterr().out


def test_the_list_contains_no_name(world, private, django_capture_on_commit_callbacks):
    erase_now(world, django_capture_on_commit_callbacks)
    assert [line for line in stored_traces() if line.startswith("erasures")] == []


def test_after_a_restore_the_same_number_may_be_another_child(world, private, django_capture_on_commit_callbacks):
    erase_now(world, django_capture_on_commit_callbacks)
    Pupil.objects.filter(pk=world.minh.pk).update(full_name="Lê Văn Tám", external_id="999", erased_at=None)
    call_command("erase_again")
    assert Pupil.objects.get(pk=world.minh.pk).full_name == "Lê Văn Tám"


def test_a_refused_erasure_is_not_carried_out_by_a_restore(world, private):
    """The coordinator's post ends between confirming and the worker's turn."""
    request = open_erasure(world)
    erasure.start_erasure(request_id=request.pk, typed=request.reference, by=world.coordinator)
    world.coordinator.memberships.update(ended_on="2026-06-01")
    run_due_jobs()
    call_command("erase_again")
    assert Pupil.objects.get(pk=world.minh.pk).full_name == NAME
    assert not private.exists(f"{erasure.FOLDER}/{request.reference}.json")


def test_the_next_import_can_recognise_who_was_erased(world, django_capture_on_commit_callbacks):
    line = {"full_name": NAME, "external_id": world.minh.external_id, "birth_date": "2012-05-05", "class_name": "8A1"}
    around = {"source": world.minh.source, "year_id": world.group.school_year_id}
    judged = {"source": world.minh.source, "year": world.group.school_year, "today": timezone.localdate()}
    erase_now(world, django_capture_on_commit_callbacks)
    roll = roll_around([line], school_id=world.school.pk, **around)
    assert judge(line, [], roll=roll, **judged).question == ERASED
    another = line | {"external_id": "7408999999"}
    assert (
        judge(another, [], roll=roll_around([another], school_id=world.school.pk, **around), **judged).outcome == "add"
    )


# --- O05 ----------------------------------------------------------------------------------------
def test_the_servers_log_names_nobody(world, caplog, django_capture_on_commit_callbacks):
    """Reading, asking and erasing, capturing everything the portal's loggers would write."""
    caplog.set_level("INFO")
    browser = Client()
    browser.force_login(world.minh.user)
    browser.get(reverse("my_data"))
    browser.post(reverse("my_data_ask"), {"kind": "correct", "text": f"Em là {NAME}", "idempotency_key": "k"})
    browser.get(reverse("pupil_data", args=[world.minh.pk]))  # not his to open: a refused request is logged
    erase_now(world, django_capture_on_commit_callbacks)
    assert "pupils" in caplog.text
    assert not [word for word in TRACES if word in caplog.text]
