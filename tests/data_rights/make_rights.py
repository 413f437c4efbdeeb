"""Em Minh with everything that the portal can store about a pupil, and a scan of the whole database for traces."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models, transaction
from django.utils import timezone

from programs.accounts.models import SignInCard
from programs.bookings.models import Booking, GroupColumns, RosterEntry
from programs.certificates.models import Certificate
from programs.consents.models import Consent, GuardianLink, Signature
from programs.core import jobs
from programs.core.audit import record
from programs.core.emptying import masked_columns
from programs.data_rights.actions import requests
from programs.data_rights.choices import Requester
from programs.data_rights.models import DataRequest
from programs.documents.queries import current_files
from programs.notices.actions import write_message
from programs.notices.models import Message
from programs.projects.models import ProjectMember
from programs.pupils.models import Pupil
from programs.rosters.models import RosterImport, RosterRow
from programs.schools.choices import ImportState
from tests import people
from tests.certificates.make import issue, make_visit
from tests.projects.make import attach, jpeg, make_competition, make_minh, make_project, pdf

NAME = "Nguyễn Nhật Minh"
GUARDIAN = "Phan Thị Bích Thủy"
PHONE = "+84912000777"
IDENTIFIER = "7408123456"
# Every spelling in which a trace of him could remain.
TRACES = [NAME, NAME.upper(), GUARDIAN, PHONE, "0912 000 777", IDENTIFIER, "nguyen nhat minh", "nhat-minh"]


def minh_and_his_traces(*, outsiders: bool = True) -> SimpleNamespace:
    """Minh of class 8A1 with an account, guardian, consents, spreadsheet line, visit, certificates, projects, messages."""
    school = people.make_school()
    coordinator = people.make_coordinator(school=school)
    hanh = people.make_teacher("Hồ Thị Ngọc Hạnh", school=school)
    group = people.make_class("8A1", school=school, pupils=2)
    minh = make_minh(
        class_group=group, full_name=NAME, birth_date=date(2012, 5, 5), gender="m", external_id=IDENTIFIER,
        guardian_name=GUARDIAN, guardian_phone=PHONE,
    )  # fmt: skip
    minh.user.username = "nhat-minh-8a1"
    minh.user.save()
    world = SimpleNamespace(school=school, coordinator=coordinator, hanh=hanh, group=group, minh=minh)
    _account(world)
    _papers(world)
    _visit(world)
    _projects(world)
    _messages(world)
    return world


def _account(world) -> None:
    user, now = world.minh.user, timezone.now()
    SignInCard.objects.create(user=user, code_hash="c" * 64, issued_by=world.hanh, expires_at=now + timedelta(days=9))
    UserSession.objects.create(user=user, ip="10.0.0.7", session_key="s" * 32, user_agent="Minh's phone")
    LogEntry.objects.create(
        user=world.coordinator, content_type=ContentType.objects.get_for_model(Pupil), object_id=str(world.minh.pk),
        object_repr=NAME, action_flag=CHANGE, change_message="",
    )  # fmt: skip


def _papers(world) -> None:
    private, now = storages["private"], timezone.now()
    world.scan = private.save("consents/scan.pdf", ContentFile(b"%PDF scan"))
    world.sheet = private.save("rosters/8a1.xlsx", ContentFile(f"{NAME};{PHONE}".encode()))
    Consent.objects.create(
        pupil=world.minh, purpose="showcase", giver="guardian", state="given", given_by_name=GUARDIAN, relation="mẹ",
        channel="paper", evidence_hash="e" * 64, given_at=now, recorded_by=world.hanh,
    )  # fmt: skip
    Signature.objects.create(
        pupil=world.minh, purpose="showcase", text_version=1, giver="guardian", said="given", name=GUARDIAN,
        relation="mẹ", channel="paper", signed_at=now, evidence_path=world.scan, recorded_by=world.hanh,
    )  # fmt: skip
    GuardianLink.objects.create(
        pupil=world.minh,
        token_hash="g" * 64,
        guardian_name=GUARDIAN,
        relation="mẹ",
        expires_at=now + timedelta(days=300),
    )
    roster = RosterImport.objects.create(
        reference="DS-TEST1", school=world.school, school_year=world.group.school_year, uploaded_by=world.coordinator,
        source="test", file_name="8A1.xlsx", file_path=world.sheet, file_hash="f" * 64, state=ImportState.APPLIED,
    )  # fmt: skip
    facts = {"full_name": NAME, "external_id": IDENTIFIER, "guardian_phone": PHONE}
    RosterRow.objects.create(
        roster=roster,
        line=4,
        values=facts,
        facts=facts,
        outcome="add",
        pupil=world.minh,
        changes={"full_name": ["", NAME]},
    )
    requests.ask(
        kind="correct", pupil=world.minh, person=None, requester=Requester.GUARDIAN, requester_name=GUARDIAN,
        text=f"Xin sửa tên {NAME}", by=None, key="key-correct",
    )  # fmt: skip


def _visit(world) -> None:
    world.booking = make_visit(names=("Lê Thị Hoa",), class_group=world.group, leader=world.hanh)
    RosterEntry.objects.create(booking=world.booking, pupil=world.minh, attended=True)
    Booking.objects.filter(pk=world.booking.pk).update(
        **dict.fromkeys(masked_columns(GroupColumns), f"{NAME} dị ứng đậu phộng"),
        arrived_pupils=2,
        arrived_girls=1,
        alternative=f"Em {NAME} đọc sách ở thư viện",
    )
    issue(world.booking)
    world.certificate = Certificate.objects.get(pupil=world.minh)
    world.award = Certificate.objects.create(
        serial="GK-2026-000001", verify_code="AWARDAWARDAWARDAWARDAWARD234", kind="award", printed_name=NAME,
        school_name=world.school.name, activity_title="Ý tưởng", place="Sở", issuer_name="Sở", held_on=date(2026, 4, 1),
        pupil=world.minh, school=world.school, booking=world.booking, issued_at=timezone.now(), sort_key="1",
    )  # fmt: skip
    job = jobs.enqueue("certificates.print", arguments={"booking": world.booking.pk}, owner=world.hanh)
    from programs.core.worker import run_due_jobs

    run_due_jobs()
    job.refresh_from_db()
    world.printed = job.result["key"]


def _projects(world) -> None:
    world.alone = make_project(minh=world.minh, title=f"Máy lọc nước của {NAME}", supervisor=world.hanh)
    attach(world.alone, "photographs", jpeg())
    attach(world.alone, "report", pdf(), name="Báo cáo Nguyễn Nhật Minh.pdf")
    world.alone_keys = list(current_files(world.alone).values_list("storage_key", flat=True))
    world.mate = make_minh(class_group=world.group, full_name="Trần Gia Bảo")
    world.team = make_project(
        minh=world.mate, competition=make_competition(), title="Chậu cây tự tưới", summary=f"{NAME} và Bảo cùng làm",
        supervisor=world.hanh,
    )  # fmt: skip
    ProjectMember.objects.create(project=world.team, competition=world.team.competition, pupil=world.minh, seat=2)
    attach(world.team, "report", pdf(), name="Nguyen Nhat Minh bao cao.pdf")
    world.team_file = current_files(world.team).get()


def _messages(world) -> None:
    with transaction.atomic():
        for number, person in enumerate([world.minh.user, world.hanh]):
            write_message(
                kind="account_changed", to=person, dedupe_key=f"m{number}", context={"change": f"Em {NAME}, {PHONE}"}
            )
        record(by=world.coordinator, action="person.create", obj=world.school, reason=f"Mẹ em {NAME} gọi từ {PHONE}")


def traces(words: list[str] = TRACES) -> list[str]:
    """Where in the whole database one of ``words`` still appears: every text column of every table."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        columns = [
            field for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField | models.FileField)
        ]  # fmt: skip
        for row in model._base_manager.values_list("pk", *[column.attname for column in columns]):
            text = " ".join(str(value) for value in row[1:])
            found += [f"{model._meta.label} {row[0]}: {word}" for word in words if word in text]
    return found


def stored_traces(words: list[str] = TRACES) -> list[str]:
    """The same for every file of private storage."""
    found, private = [], storages["private"]

    def walk(folder: str) -> None:
        folders, files = private.listdir(folder)
        for name in files:
            with private.open(f"{folder}/{name}".lstrip("/")) as file:
                text = file.read().decode("utf-8", "ignore")
            found.extend(f"{folder}/{name}: {word}" for word in words if word in text or word in name)
        for inner in folders:
            walk(f"{folder}/{inner}".lstrip("/"))

    walk("")
    return found


def open_erasure(world, *, pupil=None, person=None, by=None) -> DataRequest:
    """A request for erasure that the school received on paper, checked and answered."""
    by = by or world.coordinator
    request = requests.ask(
        kind="erase", pupil=pupil or (None if person else world.minh), person=person, requester=Requester.SCHOOL,
        requester_name=GUARDIAN, text="Gia đình xin xóa", by=by, key="key-erase",
    )  # fmt: skip
    requests.identify(request_id=request.pk, how="Phụ huynh đến trường với căn cước", by=by)
    return requests.answer(request_id=request.pk, words="Nhà trường sẽ xóa.", by=by)


def sent_to(person) -> list[Message]:
    return list(Message.objects.filter(recipient=person))
