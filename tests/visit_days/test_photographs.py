"""Photographs of a visit: cô Hạnh adds them, only of pupils with consent; a withdrawal takes them away."""

from __future__ import annotations

import os
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.consents.actions.consents import withdraw_at_school
from programs.consents.choices import ConsentGiver, ConsentPurpose
from programs.core.audit import history_of
from programs.core.personal import Erasure, Subject, carry_out, files_of, plan_erasure, sections_of
from programs.core.refusals import Refused
from programs.core.retention import run
from programs.visit_days.actions.photographs import add_photograph
from programs.visit_days.models import VisitPhotograph
from tests.centres.make import book, make_centre, make_centre_staff
from tests.pages import main_of
from tests.people import give_consent, make_officer, make_principal, make_pupil, make_teacher

pytestmark = pytest.mark.django_db
PHOTO = ConsentPurpose.PHOTO


def a_picture(colour: str = "teal", *, size: tuple[int, int] = (1200, 800)) -> SimpleUploadedFile:
    """As a telephone takes it, with the place in it."""
    image, buffer, data = Image.new("RGB", size, colour), BytesIO(), Image.Exif()
    data.get_ifd(0x8825)[1] = "N"
    image.save(buffer, "JPEG", exif=data)
    return SimpleUploadedFile("IMG_0001.jpg", buffer.getvalue(), content_type="image/jpeg")


@pytest.fixture
def visit(world) -> SimpleNamespace:
    """Minh and An came; everybody agreed to photographs of Minh, nobody to any of An."""
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=2)
    world.minh = make_pupil("Nguyễn Nhật Minh", class_group=world.class_8a1)
    world.an = make_pupil("Trần Bình An", class_group=world.class_8a1)
    for pupil in (world.minh, world.an):
        world.booking.roster.create(pupil=pupil, attended=True)
    give_consent(world.minh, purpose=PHOTO)
    Booking.objects.filter(pk=world.booking.pk).update(state=BookingState.CLOSED)
    world.booking.refresh_from_db()
    world.page = reverse("booking_photographs", args=[world.booking.reference])
    return world


def sent(client, visit, *, picture=None, **answers):
    return client.post(visit.page, {"upload": picture or a_picture(), "looked": "on"} | answers, follow=True)


def kept(visit, *pupils, colour: str = "teal") -> VisitPhotograph:
    return add_photograph(
        booking_id=visit.booking.pk,
        upload=a_picture(colour),
        pupil_ids=[pupil.pk for pupil in pupils],
        nobody=not pupils,
        by=visit.hanh,
    )


def files() -> set[str]:
    folder = storages["private"].path("photographs")
    return set(os.listdir(folder)) if os.path.isdir(folder) else set()


def fetched(client, url: str) -> tuple[HttpResponse, bytes]:
    answer = client.get(url)
    body = b"".join(answer)
    answer.close()
    return answer, body


def statuses(client, *urls: str) -> set[int]:
    return {fetched(client, url)[0].status_code for url in urls}


def pictures_of(photograph: VisitPhotograph) -> list[str]:
    return [reverse(name, args=[photograph.pk]) for name in ("photograph", "photograph_preview")]


# --- Adding -------------------------------------------------------------------------------------
def test_co_hanh_adds_a_photograph_of_who_agreed(visit, as_user):
    client = as_user(visit.hanh)
    page = main_of(client.get(visit.page))
    assert "1 học sinh không được xuất hiện rõ mặt" in page
    assert "checked" not in page  # nothing is ticked before
    shown = main_of(sent(client, visit, pupils=[visit.minh.pk]))
    assert "Đã thêm ảnh." in shown
    photograph = VisitPhotograph.objects.get()
    assert list(photograph.pupils.all()) == [visit.minh]
    for url in pictures_of(photograph):
        assert url in shown
        answer, body = fetched(client, url)
        picture = Image.open(BytesIO(body))
        assert not picture.getexif(), "the place has gone"
        assert answer["Cache-Control"] == "private, no-store"
        assert "sandbox" in answer["Content-Security-Policy"]
    assert [entry.action for entry in history_of(visit.booking)][:1] == ["booking.photograph"]


def test_pupils_without_consent_cannot_be_ticked_in_any_way(visit, as_user):
    client, before = as_user(visit.hanh), files()
    assert f'value="{visit.an.pk}"' not in main_of(client.get(visit.page))
    sent(client, visit, pupils=[visit.an.pk])
    stranger = make_pupil("Lê Kiều Oanh")
    give_consent(stranger, purpose=PHOTO)  # agreed, but was not there
    for pupil in (visit.an, stranger):
        with pytest.raises(Refused, match="no_consent"):
            kept(visit, pupil)
    assert not VisitPhotograph.objects.exists()
    assert files() == before


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "Hãy tích những em nhận ra được"),
        ({"nobody": "on", "looked": ""}, "Hãy xem lại ảnh"),
        ({"nobody": "on", "upload": ""}, "Vui lòng điền mục này."),
        (
            {"nobody": "on", "upload": SimpleUploadedFile("anh.jpg", b"<script>alert(1)</script>")},
            "Đây không phải ảnh",
        ),
    ],
)
def test_what_is_missing_or_no_picture_is_said_beside_the_field(visit, as_user, answers, said):
    picture = answers.pop("upload", None) if "upload" in answers else a_picture()
    data = {"looked": "on"} | answers | ({"upload": picture} if picture else {})
    assert said in main_of(as_user(visit.hanh).post(visit.page, data))
    assert not VisitPhotograph.objects.exists()


def test_somebody_and_nobody_at_once_is_refused(visit, as_user):
    page = main_of(sent(as_user(visit.hanh), visit, pupils=[visit.minh.pk], nobody="on"))
    assert "Hãy tích những em nhận ra được" in page
    assert not VisitPhotograph.objects.exists()


def test_the_same_photograph_twice_is_one(visit, as_user):
    client, before = as_user(visit.hanh), files()
    for _ in range(2):
        sent(client, visit, nobody="on")
    photograph = VisitPhotograph.objects.get()
    assert {f"photographs/{name}" for name in files() - before} == {photograph.storage_key, photograph.preview_key}


def test_the_same_photograph_again_updates_who_is_in_it(visit, as_user):
    first = kept(visit)  # "nobody": then she sees that Minh looks back
    sent(as_user(visit.hanh), visit, pupils=[visit.minh.pk])
    assert list(VisitPhotograph.objects.get().pupils.all()) == [visit.minh]
    withdraw_at_school(pupil_id=visit.minh.pk, purpose=PHOTO, giver=ConsentGiver.GUARDIAN, reason="", by=visit.hanh)
    assert statuses(as_user(visit.hanh), *pictures_of(first)) == {404}


def test_what_is_hidden_takes_a_place_too_and_the_page_says_so(visit, as_user, monkeypatch):
    for module in ("rules", "views.photographs"):
        monkeypatch.setattr(f"programs.visit_days.{module}.MOST_PHOTOGRAPHS", 1)
    kept(visit, visit.minh)
    withdraw_at_school(pupil_id=visit.minh.pk, purpose=PHOTO, giver=ConsentGiver.GUARDIAN, reason="", by=visit.hanh)
    page = main_of(as_user(visit.hanh).get(visit.page))
    assert "Đoàn đã đủ số ảnh cho phép" in page
    assert "Thêm ảnh này" not in page


def test_before_the_group_has_come_there_is_nothing_to_add(visit, as_user):
    Booking.objects.update(state=BookingState.CONFIRMED)
    client = as_user(visit.hanh)
    assert "<form" not in main_of(client.get(visit.page))
    assert client.post(visit.page, {"upload": a_picture(), "nobody": "on", "looked": "on"}).status_code == 403


def test_a_group_keeps_thirty_at_most(visit, as_user, monkeypatch):
    monkeypatch.setattr("programs.visit_days.rules.MOST_PHOTOGRAPHS", 1)
    kept(visit)
    with pytest.raises(Refused, match="too_many"):
        kept(visit, colour="navy")


# --- Seeing -------------------------------------------------------------------------------------
def test_colleagues_host_and_office_see_them_the_outsider_finds_nothing(visit, as_user):
    photograph = kept(visit, visit.minh)
    colleague = make_teacher("Ngô Minh Khôi", school=visit.school)
    for person in (colleague, visit.sen, make_officer()):
        client = as_user(person)
        assert pictures_of(photograph)[1] in main_of(client.get(visit.page)), person
        assert statuses(client, *pictures_of(photograph)) == {200}, person
    assert "Trần Bình An" not in main_of(as_user(colleague).get(visit.page))
    elsewhere = make_centre_staff(make_centre("Trung tâm Dĩ An"), "Phan Văn Tài")
    for outsider in (visit.lam, elsewhere):
        closed = (visit.page, *pictures_of(photograph), reverse("photograph_remove", args=[photograph.pk]))
        assert statuses(as_user(outsider), *closed) == {404}, outsider


def test_a_colleague_may_look_but_neither_add_nor_remove(visit, as_user):
    photograph = kept(visit, visit.minh)
    client = as_user(make_teacher("Ngô Minh Khôi", school=visit.school))
    assert client.post(visit.page, {"upload": a_picture("navy"), "nobody": "on", "looked": "on"}).status_code == 403
    assert client.post(reverse("photograph_remove", args=[photograph.pk])).status_code == 403
    assert VisitPhotograph.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(visit, as_user, count, django_assert_num_queries):
    for colour in ("teal", "navy", "olive")[:count]:
        kept(visit, visit.minh, colour=colour)
    client = as_user(visit.hanh)
    client.get(visit.page)
    with django_assert_num_queries(14):
        assert main_of(client.get(visit.page)).count("<img") == count


# --- Going --------------------------------------------------------------------------------------
def test_the_centre_or_the_principal_removes_it_after_a_question(visit, as_user):
    for number, person in enumerate((visit.sen, make_principal(school=visit.school))):
        photograph = kept(visit, visit.minh, colour=("teal", "navy")[number])
        client = as_user(person)
        question = main_of(client.get(reverse("photograph_remove", args=[photograph.pk])))
        assert "Gỡ ảnh này?" in question
        client.post(reverse("photograph_remove", args=[photograph.pk]))
        assert not VisitPhotograph.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_file_is_deleted_with_the_photograph(visit, as_user):
    photograph = kept(visit, visit.minh)
    keys = [photograph.storage_key, photograph.preview_key]
    assert all(storages["private"].exists(key) for key in keys)
    as_user(visit.hanh).post(reverse("photograph_remove", args=[photograph.pk]))
    assert not any(storages["private"].exists(key) for key in keys)


def test_a_withdrawal_hides_it_from_the_next_request_on_and_deletes_it_within_a_day(visit, as_user):
    alone, together = kept(visit, visit.minh), kept(visit, colour="navy")
    client = as_user(visit.hanh)
    withdraw_at_school(pupil_id=visit.minh.pk, purpose=PHOTO, giver=ConsentGiver.GUARDIAN, reason="", by=visit.hanh)
    page = main_of(client.get(visit.page))
    assert "1 ảnh không còn được hiển thị" in page
    assert statuses(client, *pictures_of(alone)) == {404}
    assert statuses(client, *pictures_of(together)) == {200}
    run(now=timezone.now() + timedelta(hours=12))
    assert VisitPhotograph.objects.count() == 2
    run(now=timezone.now() + timedelta(days=1, minutes=1))
    assert list(VisitPhotograph.objects.all()) == [together]


def test_what_came_in_after_a_new_consent_stays(visit):
    withdraw_at_school(pupil_id=visit.minh.pk, purpose=PHOTO, giver=ConsentGiver.GUARDIAN, reason="", by=visit.hanh)
    give_consent(visit.minh, purpose=PHOTO)
    photograph = kept(visit, visit.minh)
    run(now=timezone.now() + timedelta(days=3))
    assert list(VisitPhotograph.objects.all()) == [photograph]


def test_the_pupil_reads_about_it_downloads_their_own_picture_and_erases_it(visit):
    kept(visit, visit.minh)
    kept(visit, colour="navy")
    minh = Subject(pupil_ids=(visit.minh.pk,))
    (section,) = [each for each in sections_of(minh) if each.code == "visit_photographs"]
    assert len(section.rows) == 1
    assert len([file for file in files_of(minh) if file.folder.startswith("visits/")]) == 1
    give_consent(visit.an, purpose=PHOTO)
    kept(visit, visit.minh, visit.an, colour="olive")  # one with somebody else in it is not handed over
    assert len([file for file in files_of(minh) if file.folder.startswith("visits/")]) == 1
    plan = [line for line in plan_erasure(minh) if "Ảnh" in str(line.label) or "hotograph" in str(line.label)]
    assert [(line.count, line.outcome) for line in plan] == [(2, Erasure.REMOVED)]
    with transaction.atomic():
        carry_out(plan)
    assert VisitPhotograph.objects.count() == 1
