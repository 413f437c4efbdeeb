"""An erasure finds what people really typed: file names, other telephones, the guardian, bookings without a list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from programs.bookings.models import Booking, RosterEntry
from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.core import retention
from programs.core.models import ActReason
from programs.core.personal import carry_out, plan_erasure
from programs.data_rights.queries import subject_of
from programs.pupils.models import Pupil
from programs.rosters.models import RosterImport
from tests import people
from tests.data_rights.make_rights import GUARDIAN, minh_and_his_traces, traces

pytestmark = pytest.mark.django_db

NOTES = [
    "Em nguyen nhat minh say xe", "NGUYỄN NHAT minh", "gọi 0912.000.777", "gọi +84 912 000 777",
    "Mẹ: phan thị bích thủy", "Mẹ Phan Thi Bich Thuy", "Nguyen_Nhat_Minh.pdf",
]  # fmt: skip


@pytest.fixture
def world(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    return minh_and_his_traces()


def erase(pupil) -> None:
    carry_out(plan_erasure(subject_of(pupil=pupil)))


@pytest.mark.parametrize("note", NOTES)
def test_a_note_of_a_booking_that_he_was_not_on(world, note):
    RosterEntry.objects.filter(pupil=world.minh).delete()
    Booking.objects.filter(pk=world.booking.pk).update(note=f"{note}, xin hỗ trợ")
    erase(world.minh)
    left = Booking.objects.get(pk=world.booking.pk).note
    assert "[…]" in left and left.endswith(", xin hỗ trợ")
    assert not [word for word in ("inh", "INH", "777", "hủy", "huy") if word in left]


def test_another_schools_note_about_a_child_of_the_same_name_stays(world):
    other = people.make_class("8B", school=people.make_school("Trường THCS Ngô Quyền"), pupils=2)
    note = "Nguyễn Nhật Minh say xe"
    Booking.objects.filter(pk=world.booking.pk).update(school=other.school, class_group=other, note=note)
    RosterEntry.objects.all().delete()
    erase(world.minh)
    assert Booking.objects.get(pk=world.booking.pk).note == note


def test_the_guardian_of_a_brother_stays_in_notes_about_him(world):
    """The centre must still reach their mother."""
    brother = Pupil.objects.exclude(pk=world.minh.pk).filter(school=world.school).first()
    Pupil.objects.filter(pk=brother.pk).update(guardian_name=GUARDIAN, guardian_phone=world.minh.guardian_phone)
    Booking.objects.filter(pk=world.booking.pk).update(note=f"{GUARDIAN}, 0912 000 777")
    erase(world.minh)
    assert Booking.objects.get(pk=world.booking.pk).note == f"{GUARDIAN}, 0912 000 777"


def test_the_names_of_files(world):
    """Of a list that he is in, nothing; of another list, all but his name."""
    mine, other = RosterImport.objects.get(), RosterImport.objects.get()
    other.pk, other.reference, other.file_path = None, "DS-TEST2", ""
    other.file_name = "Danh sach nguyen nhat minh.csv"
    other.save()
    world.team_file.name = "bao cao Nguyen Nhat Minh.pdf"
    world.team_file.save()
    erase(world.minh)
    assert RosterImport.objects.get(pk=mine.pk).file_name == ""
    assert RosterImport.objects.get(pk=other.pk).file_name == "Danh sach […].csv"
    assert traces(["nguyen nhat minh", "Nguyen Nhat Minh"]) == []


def test_the_name_of_a_list_goes_with_its_week():
    school = people.make_school()
    group = people.make_class("8A1", school=school)
    roster = RosterImport.objects.create(
        reference="DS-TEST9", school=school, school_year=group.school_year, uploaded_by=people.make_teacher(),
        source="test", file_name="Danh sách Đỗ Gia Minh.csv", file_path="", file_hash="f" * 64,
    )  # fmt: skip
    retention.run(now=timezone.now() + timedelta(days=8))
    roster.refresh_from_db()
    assert roster.file_name == ""


@pytest.mark.parametrize("text", ["em đỗ gia minh", "Giàng A Sử chuyển trường", "H'hen Nie nghỉ", "Em Y Moan Eban"])
def test_the_reason_of_an_act(world, text):
    ActReason.objects.update(text=text)
    for name in ("Đỗ Gia Minh", "Giàng A Sử", "H'Hen Niê", "Y Moan Êban"):
        Pupil.objects.filter(pk=world.minh.pk).update(full_name=name, erased_at=None)
        erase(Pupil.objects.get(pk=world.minh.pk))
    assert "[…]" in ActReason.objects.get().text


@pytest.mark.parametrize(
    ("state", "days"), [(ClaimState.REFUSED, 91), (ClaimState.EXPIRED, 91), (ClaimState.VERIFIED, 731)]
)
def test_a_registration_keeps_no_name_for_ever(state, days):
    claim = SchoolClaim.objects.create(
        school=people.make_school(), full_name="Đỗ Thị Nga", position="Hiệu phó", email="nga@truong.edu.vn",
        phone="+84912000778", message="Xin đăng ký", state=state, decided_at=timezone.now(),
    )  # fmt: skip
    retention.run(now=timezone.now() + timedelta(days=days - 2))
    claim.refresh_from_db()
    assert claim.full_name == "Đỗ Thị Nga"
    retention.run(now=timezone.now() + timedelta(days=days))
    claim.refresh_from_db()
    assert (claim.full_name == "Đỗ Thị Nga", claim.email, claim.phone, claim.message) == (False, "", "", "")
