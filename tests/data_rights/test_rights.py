"""Requests about personal data run by the clock of the law, through the front door, seen by whom they concern only."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from programs.consents.actions.links import issue_link
from programs.consents.models import Consent
from programs.consents.rules import proof_of
from programs.core import jobs
from programs.core.choices import Closes
from programs.core.models import Holiday, Job
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.core.worker import run_due_jobs
from programs.data_rights import queries, rules
from programs.data_rights.actions import requests as actions
from programs.data_rights.choices import RefusalGround, Requester, RequestKind
from programs.data_rights.models import DataRequest
from programs.notices.models import Message
from programs.pupils.actions.joining import merge_pupils
from programs.pupils.models import ClassGroup, Pupil
from tests import people
from tests.data_rights.make_rights import NAME, minh_and_his_traces
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return timezone.make_aware(datetime.strptime(text, "%d/%m/%Y %H:%M"))


def signed_in(user) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def ask(pupil=None, *, kind="access", person=None, requester=Requester.GUARDIAN, key="k1", **fields) -> DataRequest:
    return actions.ask(
        kind=kind, pupil=pupil, person=person, requester=requester, requester_name="Phan Thị Thủy", text="Xin xem",
        by=None, key=key, **fields,
    )  # fmt: skip


@pytest.fixture
def minh(db):
    people.make_coordinator()
    return people.make_pupil(NAME, class_group=people.make_class("8A1"), with_account=True, birth_date=date(2012, 5, 5))


@pytest.fixture
def phuc(minh):
    return minh.school.memberships.get(role="coordinator").user


# --- The clock ----------------------------------------------------------------------------------
def test_m03_friday_afternoon_before_tet(minh):
    """Tết 2026: 12 to 22 February. Friday 6 February, 16:55: Monday and Tuesday are working days still."""
    Holiday.objects.create(name="Tết Nguyên đán", starts_on=date(2026, 2, 12), ends_on=date(2026, 2, 22))
    with time_machine.travel(at("06/02/2026 16:55"), tick=False):
        request = ask(minh)
    assert request.answer_by == date(2026, 2, 10)
    assert request.due_on == date(2026, 3, 3)  # 9-11 February, then from 23 February on


def test_m03_the_last_afternoon_before_tet_2027(minh):
    """Pupils are off from Monday 1 to Thursday 11 February 2027, offices from Thursday 4 to Wednesday 10.

    The request comes on the Friday before: the law counts the days on which offices work.
    """
    days = {"starts_on": date(2027, 2, 1), "ends_on": date(2027, 2, 11)}
    Holiday.objects.create(name="Học sinh nghỉ Tết", closes=Closes.SCHOOLS, **days)
    Holiday.objects.create(name="Tết Nguyên đán", starts_on=date(2027, 2, 4), ends_on=date(2027, 2, 10))
    with time_machine.travel(at("29/01/2027 16:55"), tick=False):
        request = ask(minh)
    assert request.answer_by == date(2027, 2, 2)  # Monday and Tuesday
    assert request.due_on == date(2027, 2, 19)  # 1-3 and 11-12 February, then 15-19


@pytest.mark.parametrize(
    ("kind", "days"), [("access", 10), ("correct", 10), ("erase", 20), ("restrict", 15), ("object", 15)]
)
def test_each_kind_has_its_time(minh, kind, days):
    with time_machine.travel(at("02/03/2026 09:00"), tick=False):
        request = ask(minh, kind=kind)
        assert request.due_on == queries.date_after(date(2026, 3, 2), rules.deadline(kind))
    assert rules.deadline(kind).days == days


def test_a_partner_who_has_the_data_extends_the_deadline(minh):
    Consent.objects.create(
        pupil=minh, purpose="partner", giver="guardian", state="given", evidence_hash="e" * 64, given_at=timezone.now()
    )
    assert rules.deadline("object", third_parties=True).days == 20
    with time_machine.travel(at("02/03/2026 09:00"), tick=False):
        assert ask(minh, kind="object").due_on == date(2026, 3, 30)


def test_every_number_of_days_names_its_law():
    for name in ("answer", "extension", *RequestKind.values):
        assert rules.deadline(name).source


def test_the_handler_is_warned_before_each_date_once(minh, phuc):
    """Received on Monday 2 March 2026: answer by Wednesday 4, done by Monday 16."""
    with time_machine.travel(at("02/03/2026 09:00"), tick=False):
        request = ask(minh)

    def kinds() -> list[str]:
        waits = Message.objects.filter(recipient=phuc, kind="data_request_waits").order_by("pk")
        return list(waits.values_list("dedupe_key", flat=True))

    assert len(kinds()) == 1  # that it is there
    with time_machine.travel(at("03/03/2026 07:00"), tick=False):  # one working day before
        assert actions.warn_handlers(today=date(2026, 3, 3)) == 1
        assert actions.warn_handlers(today=date(2026, 3, 3)) == 0
    assert kinds()[-1].split(":")[2] == "answer"
    actions.identify(request_id=request.pk, how="đến trường", by=phuc)
    actions.answer(request_id=request.pk, words="Có ngay", by=phuc)
    assert actions.warn_handlers(today=date(2026, 3, 10)) == 0
    assert actions.warn_handlers(today=date(2026, 3, 11)) == 1  # three working days before the 16th
    assert actions.warn_handlers(today=date(2026, 3, 12)) == 0
    assert kinds()[-1].split(":")[2] == "due"
    request.refresh_from_db()
    assert request.alerted_at


def test_the_worker_warns(minh, phuc):
    with time_machine.travel(at("02/03/2026 09:00"), tick=False):
        ask(minh)
    with time_machine.travel(at("03/03/2026 09:00"), tick=False):
        jobs.enqueue("schools.data_requests", arguments={})
        run_due_jobs()
    assert Message.objects.filter(recipient=phuc, dedupe_key__contains=":answer:").count() == 1


# --- The steps ----------------------------------------------------------------------------------
def test_the_whole_way_of_a_request(minh, phuc):
    browser = signed_in(phuc)
    request = ask(minh, kind="object")
    for step, typed in (
        ("identify", {"how": "Phụ huynh đến trường"}),
        ("answer", {"words": "Nhà trường dừng sử dụng ảnh."}),
        ("finish", {"words": "Đã dừng."}),
    ):
        url = reverse(f"data_request_{step}", args=[request.reference])
        page = browser.get(url)
        assert page.status_code == 200
        sent = browser.post(url, typed)
        assert sent.status_code == 302, sent.content.decode()
    request.refresh_from_db()
    assert (request.state, request.answer, request.handled_by) == ("done", "Đã dừng.", phuc)
    page = browser.get(reverse("data_request_detail", args=[request.reference])).content.decode()
    assert "Phụ huynh đến trường" in page  # the history says how identity was checked


def test_steps_follow_one_another(minh, phuc):
    request = ask(minh)
    with pytest.raises(Refused) as refused:
        actions.answer(request_id=request.pk, words="…", by=phuc)
    assert refused.value.refusal.code == "identity_first"
    actions.identify(request_id=request.pk, how="đến trường", by=phuc)
    with pytest.raises(Refused) as refused:
        actions.finish(request_id=request.pk, words="…", by=phuc)
    assert refused.value.refusal.code == "answer_first"


def test_a_request_is_refused_on_a_ground_only(minh, phuc):
    request = ask(minh)
    with pytest.raises(Refused):
        actions.refuse(request_id=request.pk, ground="no time", words="bận", by=phuc)
    actions.refuse(request_id=request.pk, ground=RefusalGround.IDENTITY, words="Không rõ ai hỏi", by=phuc)
    request.refresh_from_db()
    assert (request.state, request.refusal_ground) == ("refused", "identity")
    with pytest.raises(Refused) as refused:
        actions.extend(request_id=request.pk, reason="x", by=phuc)
    assert refused.value.refusal.code == "request_closed"


def test_the_time_is_extended_once(minh, phuc):
    with time_machine.travel(at("02/03/2026 09:00"), tick=False):
        request = ask(minh)
        actions.extend(request_id=request.pk, reason="Nhiều hồ sơ giấy", by=phuc)
        request.refresh_from_db()
        assert request.due_on == date(2026, 4, 6)  # 16 March and 15 working days
        with pytest.raises(Refused) as refused:
            actions.extend(request_id=request.pk, reason="nữa", by=phuc)
    assert refused.value.refusal.code == "extended_already"


def test_the_same_form_twice_is_one_request(minh):
    assert ask(minh).pk == ask(minh).pk
    with pytest.raises(Refused) as refused:
        ask(minh, kind="erase")
    assert refused.value.refusal.code == "key_reused"
    with pytest.raises(Refused) as refused:
        ask(minh, key="another")
    assert refused.value.refusal.code == "asked_already"
    assert DataRequest.objects.count() == 1


def test_a_correction_reaches_the_record_and_names_the_source(minh, phuc):
    request = ask(minh, kind="correct")
    actions.identify(request_id=request.pk, how="đến trường", by=phuc)
    actions.answer(request_id=request.pk, words="Sẽ sửa", by=phuc)
    browser, url = signed_in(phuc), reverse("data_request_correct", args=[request.reference])
    typed = {
        "full_name": "Nguyễn Nhựt Minh", "birth_date": "06/05/2012", "gender": "m", "words": "Đã sửa",
        "version": version_of(queries.correctable(request)),
    }  # fmt: skip
    assert "sổ gốc" in browser.post(url, typed).content.decode().lower() or browser.post(url, typed).status_code == 200
    assert Pupil.objects.get(pk=minh.pk).full_name == NAME
    assert browser.post(url, typed | {"told_source": "on"}).status_code == 302
    minh.refresh_from_db()
    assert (minh.full_name, minh.birth_date) == ("Nguyễn Nhựt Minh", date(2012, 5, 6))
    request.refresh_from_db()
    assert request.state == "done"


def test_a_correction_of_what_was_changed_meanwhile_shows_both(minh, phuc):
    """The page was open while an import brought another name; the second time it is meant."""
    request = ask(minh, kind="correct")
    actions.identify(request_id=request.pk, how="đến trường", by=phuc)
    actions.answer(request_id=request.pk, words="Sẽ sửa", by=phuc)
    browser, url = signed_in(phuc), reverse("data_request_correct", args=[request.reference])
    read = browser.get(url).context["form"]["version"].value()
    Pupil.objects.filter(pk=minh.pk).update(full_name="Nguyễn Minh Nhật")
    typed = {"full_name": "Nguyễn Nhựt Minh", "birth_date": "05/05/2012", "words": "Đã sửa", "told_source": "on"}
    page = browser.post(url, typed | {"version": read})
    assert [(row.stored, row.typed) for row in page.context["form"].differences] == [
        ("Nguyễn Minh Nhật", "Nguyễn Nhựt Minh")
    ]
    assert Pupil.objects.get(pk=minh.pk).full_name == "Nguyễn Minh Nhật"
    assert browser.post(url, typed | {"version": page.context["form"]["version"].value()}).status_code == 302
    assert Pupil.objects.get(pk=minh.pk).full_name == "Nguyễn Nhựt Minh"


def test_a_second_correction_is_not_lost_in_silence(minh, phuc):
    request = ask(minh, kind="correct")
    actions.identify(request_id=request.pk, how="đến trường", by=phuc)
    actions.answer(request_id=request.pk, words="Sẽ sửa", by=phuc)
    typed = {"version": version_of(queries.correctable(request)), "told_source": True, "words": "Đã sửa", "by": phuc}
    for _twice in range(2):
        actions.correct(request_id=request.pk, facts={"full_name": "Nguyễn Nhựt Minh"}, **typed)
    with pytest.raises(Refused) as refused:
        actions.correct(request_id=request.pk, facts={"full_name": "Nguyễn Minh Nhật"}, **typed)
    assert refused.value.refusal.code == "request_closed"
    assert Pupil.objects.get(pk=minh.pk).full_name == "Nguyễn Nhựt Minh"


def test_an_objection_can_end_every_consent_at_once(minh, phuc):
    Consent.objects.create(
        pupil=minh, purpose="showcase", giver="guardian", state="given", evidence_hash="e" * 64, given_at=timezone.now()
    )
    request = ask(minh, kind="object")
    actions.identify(request_id=request.pk, how="đến trường", by=phuc)
    actions.answer(request_id=request.pk, words="Sẽ dừng", by=phuc)
    actions.finish(request_id=request.pk, words="Đã dừng", withdraw=True, by=phuc)
    assert Consent.objects.get().state == "withdrawn"


# --- Who handles, who sees ----------------------------------------------------------------------
def test_a_pupils_request_goes_to_the_school_and_a_strangers_to_the_department(minh, phuc):
    vy = people.make_user("Huỳnh Khánh Vy")
    officer = people.make_officer()
    of_pupil, of_vy = ask(minh), ask(person=vy, requester=Requester.PERSON, key="k2")
    assert (of_pupil.school, of_vy.school) == (minh.school, None)
    assert list(queries.requests_to_handle(phuc)) == [of_pupil]
    assert list(queries.requests_to_handle(officer)) == [of_vy]


def test_a_coordinator_does_not_handle_their_own(minh, phuc):
    request = ask(person=phuc, requester=Requester.PERSON)
    assert request.school is None
    assert list(queries.requests_visible_to(phuc)) == []


def test_a_school_without_a_coordinator_leaves_it_to_the_department(db):
    lan = people.make_pupil("Lê Lan", school=people.make_school("Trường THCS Vắng"))
    assert ask(lan).school is None


def test_the_department_sees_late_ones_of_schools_without_the_child(minh):
    officer = people.make_officer()
    with time_machine.travel(at("02/03/2026 09:00"), tick=False):
        request = ask(minh)
    with time_machine.travel(at("03/03/2026 09:00"), tick=False):
        assert signed_in(officer).get(reverse("data_request_detail", args=[request.reference])).status_code == 404
    with time_machine.travel(at("05/03/2026 09:00"), tick=False):
        browser = signed_in(officer)
        page = browser.get(reverse("data_request_detail", args=[request.reference])).content.decode()
        listed = browser.get(reverse("data_request_list") + "?show=late").content.decode()
        refused = browser.post(reverse("data_request_identify", args=[request.reference]), {"how": "x"})
    assert request.reference in page and minh.school.name in page
    assert NAME not in page and NAME not in listed
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        (actions.identify, {"how": "x"}),
        (actions.answer, {"words": "x"}),
        (actions.refuse, {"ground": RefusalGround.IDENTITY, "words": "x"}),
        (actions.extend, {"reason": "x"}),
        (actions.finish, {"words": "x"}),
        (actions.correct, {"facts": {}, "version": "", "words": "x"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_step_is_refused_to_all_but_the_handler(minh, step, typed):
    request = ask(minh)
    with pytest.raises(PermissionDenied):
        step(request_id=request.pk, by=people.make_teacher(), **typed)
    assert DataRequest.objects.get().state == "received"


def test_thay_lam_finds_nothing(minh, phuc):
    request = ask(minh)
    lam = signed_in(people.make_outsider())
    other = signed_in(people.make_coordinator("Đặng Văn Hai", school=people.make_school("Trường THCS Khác")))
    for browser in (lam, other):
        for name in ("detail", "identify", "answer", "refuse", "extend", "finish", "correct", "erase"):
            url = reverse(f"data_request_{name}", args=[request.reference])
            assert browser.get(url).status_code == 404
        for name in ("pupil_data", "pupil_data_ask"):
            assert browser.get(reverse(name, args=[minh.pk])).status_code == 404
        assert browser.post(reverse("pupil_data_download", args=[minh.pk])).status_code == 404
        assert browser.get(reverse("my_data_request", args=[request.reference])).status_code == 404
    assert lam.get(reverse("data_request_list")).status_code == 404


def test_the_class_teacher_writes_a_paper_request_down_and_sees_no_more(minh, phuc):
    hanh = people.make_teacher()
    ClassGroup.objects.filter(enrolments__pupil=minh).update(homeroom_teacher=hanh)
    my = signed_in(people.make_teacher("Đỗ Hoài My"))  # teaches at the school, but not this child's class
    assert my.get(reverse("pupil_data_ask", args=[minh.pk])).status_code == 403
    assert (
        reverse("pupil_data_ask", args=[minh.pk]) not in my.get(reverse("pupil_data", args=[minh.pk])).content.decode()
    )
    browser, url = signed_in(hanh), reverse("pupil_data_ask", args=[minh.pk])
    typed = {
        "requester_name": "Phan Thị Thủy", "received_on": f"{timezone.localdate() - timedelta(days=1):%d/%m/%Y}",
        "kind": "erase", "text": "", "idempotency_key": "k",
    }  # fmt: skip
    assert browser.post(url, typed).status_code == 302
    request = DataRequest.objects.get()
    assert (request.requester, request.school, request.state) == ("school", minh.school, "received")
    assert timezone.localdate(request.received_at) == timezone.localdate() - timedelta(days=1)
    assert browser.get(reverse("data_request_detail", args=[request.reference])).status_code == 404
    page = browser.get(reverse("pupil_data", args=[minh.pk])).content.decode()
    assert minh.external_id not in page
    assert minh.external_id in signed_in(phuc).get(reverse("pupil_data", args=[minh.pk])).content.decode()


def test_a_paper_request_from_tomorrow_is_refused(minh, phuc):
    browser = signed_in(phuc)
    typed = {
        "requester_name": "Phan Thị Thủy", "received_on": f"{timezone.localdate() + timedelta(days=1):%d/%m/%Y}",
        "kind": "erase", "idempotency_key": "k",
    }  # fmt: skip
    assert browser.post(reverse("pupil_data_ask", args=[minh.pk]), typed).status_code == 200
    assert not DataRequest.objects.exists()


def test_the_school_hands_data_over_only_to_whom_it_checked(minh, phuc):
    browser, url = signed_in(phuc), reverse("pupil_data_download", args=[minh.pk])
    assert browser.post(url).status_code == 403
    request = ask(minh, requester=Requester.SCHOOL)
    assert browser.post(url).status_code == 403
    actions.identify(request_id=request.pk, how="đến trường", by=phuc)
    assert "du-lieu.json" in unpacked(browser.post(url))


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_asks_as_much_for_one_as_for_three(phuc, minh, count, django_assert_num_queries):
    for number in range(count):
        ask(people.make_pupil(f"Lê Văn {number}", school=minh.school), key=f"k{number}")
    browser = signed_in(phuc)
    browser.get(reverse("data_request_list"))
    with django_assert_num_queries(QUEUE_QUERIES):
        assert browser.get(reverse("data_request_list")).status_code == 200


QUEUE_QUERIES = 10


# --- What is stored about me --------------------------------------------------------------------
@pytest.fixture
def world(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    return minh_and_his_traces()


def unpacked(response) -> dict[str, bytes]:
    data = b"".join(response.streaming_content)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def reauthenticated(user) -> Client:
    browser = signed_in(user)
    answer = browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.status_code == 302
    return browser


def test_the_page_tells_everything_in_words(world):
    page = signed_in(world.minh.user).get(reverse("my_data")).content.decode()
    for words in (
        NAME,
        "05/05/2012",
        world.minh.external_id,
        "GCN-",
        "Minh&#x27;s phone",
        world.alone.reference,
        "8A1",
        f"Mã định danh: {world.minh.external_id}",  # a line of the school's spreadsheet, by the names of its columns
        "Tiêu đề",
    ):
        assert words in page
    assert "Nguyễn Văn" not in page  # other pupils of the class


def test_of_a_team_mate_no_more_than_the_first_name(world):
    page = signed_in(world.minh.user).get(reverse("my_data")).content.decode()
    assert "Bảo" in page
    assert "Trần Gia Bảo" not in page


def test_the_download_asks_for_the_password_again(world):
    browser = signed_in(world.minh.user)
    for method in (browser.get, browser.post):
        answer = method(reverse("my_data_download"))
        assert answer.status_code == 302
        assert "reauthenticate" in answer["Location"]


def test_the_download_holds_all_and_names_in_it_are_safe(world):
    browser = reauthenticated(world.minh.user)
    assert browser.get(reverse("my_data_download")).status_code == 200
    files = unpacked(browser.post(reverse("my_data_download")))
    data = json.loads(files["du-lieu.json"])
    codes = {kind["code"] for kind in data["data"]}
    assert {"account", "pupil", "classes", "consents", "visits", "projects", "certificates", "messages"} <= codes
    pupil = next(kind for kind in data["data"] if kind["code"] == "pupil")["rows"][0]
    assert (pupil["full_name"], pupil["birth_date"]) == (NAME, "2012-05-05")
    assert NAME in files["du-lieu.html"].decode() and NAME in files["my-data.html"].decode()
    assert b"<script" not in files["du-lieu.html"] and b"http" not in files["my-data.html"].split(b"<h2>")[0]
    own = [name for name in files if "/" in name]
    assert any(name.startswith("certificates/") for name in own)
    assert any(name.startswith(f"projects/{world.alone.reference.lower()}/") for name in own)
    assert all(name.isascii() and ".." not in name and not name.startswith("/") for name in own)
    assert files[next(name for name in own if name.startswith("certificates/gcn"))].startswith(b"%PDF")


def test_each_download_is_written_down(world):
    from wagtail.models import ModelLogEntry

    browser = reauthenticated(world.minh.user)
    for _number in range(2):
        unpacked(browser.post(reverse("my_data_download")))
    rows = ModelLogEntry.objects.filter(action="person.download", object_id=str(world.minh.user.pk))
    assert rows.count() == 2


def test_a_large_archive_is_packed_by_the_worker_for_its_owner_and_a_day(world, monkeypatch):
    monkeypatch.setattr("programs.data_rights.exports.LARGE", 10)
    browser = reauthenticated(world.minh.user)
    assert browser.post(reverse("my_data_download"))["Location"] == reverse("my_data")
    assert browser.get(reverse("my_data_file")).status_code == 404  # not ready
    run_due_jobs()
    assert reverse("my_data_file") in browser.get(reverse("my_data")).content.decode()
    assert NAME in unpacked(browser.get(reverse("my_data_file")))["du-lieu.html"].decode()
    assert reauthenticated(world.hanh).get(reverse("my_data_file")).status_code == 404
    Job.objects.filter(name=queries.ARCHIVE_JOB).update(created_at=timezone.now() - timedelta(hours=25))
    assert browser.get(reverse("my_data_file")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_my_data_asks_as_much_for_one_visit_as_for_three(count, minh, django_assert_num_queries):
    from programs.bookings.models import RosterEntry
    from tests.certificates.make import make_visit

    for number in range(count):
        RosterEntry.objects.create(
            booking=make_visit(names=("Lê Thị Hoa",), leader=people.make_teacher(f"Cô {number}")), pupil=minh
        )
    browser = signed_in(minh.user)
    browser.get(reverse("my_data"))
    with django_assert_num_queries(MY_DATA_QUERIES):
        assert browser.get(reverse("my_data")).status_code == 200


MY_DATA_QUERIES = 81  # of them 13 for the tables of the editor and the audit log, two for who the guardians are


def test_a_pupil_asks_from_the_account_and_reads_the_state(minh, phuc):
    browser = reauthenticated(minh.user)
    url = reverse("my_data_ask")
    page = browser.get(url).content.decode()
    assert "checked" not in page  # nothing is chosen beforehand
    assert browser.post(url, {"idempotency_key": "k", "kind": "", "text": ""}).status_code == 200
    sent = browser.post(url, {"idempotency_key": "k", "kind": "erase", "text": "Xóa giúp em"})
    request = DataRequest.objects.get()
    assert sent["Location"] == reverse("my_data_request", args=[request.reference])
    assert (request.pupil, request.requester, request.state) == (minh, "pupil", "received")
    assert "Xóa giúp em" in browser.get(sent["Location"]).content.decode()
    again = browser.post(url, {"idempotency_key": "k", "kind": "erase", "text": "Xóa hết"})
    assert (again.status_code, again.context["form"].earlier_url) == (200, sent["Location"])
    actions.record_agreement(request_id=request.pk, how="Mẹ ký giấy ngày 05/09", by=phuc)
    actions.answer(request_id=request.pk, words="Nhà trường sẽ hỏi phụ huynh.", by=phuc)
    assert "Nhà trường sẽ hỏi phụ huynh." in browser.get(sent["Location"]).content.decode()
    assert Message.objects.filter(recipient=minh.user, kind="data_request_news").count() == 2


def test_a_teacher_has_a_page_too(world):
    page = signed_in(world.hanh).get(reverse("my_data")).content.decode()
    assert world.hanh.email in page
    assert NAME not in page


# --- The guardian -------------------------------------------------------------------------------
@pytest.fixture
def door(minh, phuc):
    return issue_link(pupil=minh, by=phuc, key="link").token


def test_a_guardian_reads_takes_away_and_asks_without_an_account(minh, phuc, door):
    browser = Client()
    page = browser.get(reverse("guardian_data", args=[door])).content.decode()
    assert NAME in page and minh.external_id in page
    files = unpacked(browser.post(reverse("guardian_data_download", args=[door]), proof(minh, door)))
    assert NAME in files["du-lieu.json"].decode()
    assert browser.get(reverse("guardian_data_download", args=[door])).status_code == 405
    url = reverse("guardian_data_ask", args=[door])
    page = browser.get(url)
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("same-origin", "noindex, nofollow")
    sent = browser.post(url, {"idempotency_key": "k", "kind": "access", "text": ""})
    request = DataRequest.objects.get()
    assert (request.requester, request.state) == ("guardian", "received")
    assert request.reference in browser.get(sent["Location"]).content.decode()
    actions.refuse(request_id=request.pk, ground="identity", words="Xin mang giấy tờ", by=phuc)
    assert "Xin mang giấy tờ" in browser.get(sent["Location"]).content.decode()


def proof(pupil: Pupil, door: str, **changes) -> dict:
    """What a guardian types beside the link: the birthday, and the code of the part of the letter they keep."""
    return {"birth_date": f"{pupil.birth_date:%d/%m/%Y}", "letter_code": proof_of(door).lower()} | changes


def test_a_link_that_was_sent_on_hands_over_nothing_and_erases_nothing(minh, phuc, door):
    browser, address = Client(), reverse("guardian_data_download", args=[door])
    wrong = [{}, proof(minh, door, letter_code=""), proof(minh, door, birth_date="01/01/2001")]
    for sent in (*wrong, proof(minh, door, letter_code="BBBB-BBBB")):
        page = browser.post(address, sent)
        assert page["Content-Type"].startswith("text/html")
        assert page.context["form"].errors["letter_code"]
    assert not ModelLogEntry.objects.filter(action="person.download").exists()
    ask, erase = reverse("guardian_data_ask", args=[door]), {"idempotency_key": "k", "kind": "erase", "text": ""}
    assert browser.post(ask, erase).context["form"].errors["letter_code"]
    assert not DataRequest.objects.exists()
    assert browser.post(ask, erase | proof(minh, door)).status_code == 302
    assert DataRequest.objects.get().kind == "erase"


def test_the_second_proof_is_not_called_optional_where_nothing_happens_without_it(minh, door):
    browser = Client()
    taking = browser.get(reverse("guardian_data", args=[door])).context["form"]
    assert all(taking.fields[name].required for name in ("birth_date", "letter_code"))
    asking = browser.get(reverse("guardian_data_ask", args=[door])).context["form"]
    assert not any(asking.fields[name].required for name in ("birth_date", "letter_code"))


def test_guesses_at_the_second_proof_are_braked_per_link(minh, door):
    browser, address = Client(), reverse("guardian_data_download", args=[door])
    for _guess in range(10):
        assert "letter_code" in browser.post(address, proof(minh, door, letter_code="CCCC")).context["form"].errors
    page = browser.post(address, proof(minh, door))
    assert page.context["form"].non_field_errors()


def test_the_schools_own_session_downloads_nothing_through_a_guardians_link(minh, phuc, door):
    address = reverse("guardian_data_download", args=[door])
    assert signed_in(phuc).post(address, proof(minh, door)).status_code == 403
    assert signed_in(phuc).get(reverse("guardian_data", args=[door])).status_code == 403
    assert not ModelLogEntry.objects.filter(action="person.download").exists()
    assert "du-lieu.json" in unpacked(signed_in(minh.user).post(address, proof(minh, door)))
    assert ModelLogEntry.objects.get(action="person.download").user == minh.user  # who was signed in meanwhile


def test_a_strangers_link_does_not_work(minh, door):
    for name in ("guardian_data", "guardian_data_ask"):
        page = Client().get(reverse(name, args=["khong-co"]))
        assert page.status_code == 404
        assert NAME not in page.content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"birth_date": date(2000, 1, 1)},
        {"left_on": date(2026, 1, 1)},
        {"erased_at": datetime(2026, 1, 1, tzinfo=timezone.get_default_timezone())},
    ],
    ids=["18", "left", "erased"],
)
def test_p08_a_guardians_door_closes_by_rule(minh, door, change):
    Pupil.objects.filter(pk=minh.pk).update(**change)
    for name in ("guardian_data", "guardian_data_ask"):
        page = Client().get(reverse(name, args=[door]))
        assert page.status_code == 410
        assert NAME not in page.content.decode()
    assert Client().post(reverse("guardian_data_ask", args=[door]), {"kind": "access"}).status_code == 410


def test_p08_what_is_stored_under_two_identifiers_is_one_persons(minh, phuc):
    twin = people.make_pupil("Nguyễn Nhật Minh", school=minh.school, guardian_name="Phan Thị Thủy")
    token = issue_link(pupil=twin, by=phuc, key="twin").token
    merge_pupils(keep=minh, drop=twin, by=phuc, key="merge")
    assert Client().get(reverse("guardian_data", args=[token])).status_code in (200, 410)
    for name in ("pupil_data", "pupil_detail"):  # the old number leads on
        assert signed_in(phuc).get(reverse(name, args=[twin.pk]))["Location"] == reverse(name, args=[minh.pk])
    subject = queries.subject_of(pupil=minh)
    assert set(subject.pupil_ids) == {minh.pk, twin.pk}
    twin.refresh_from_db()
    assert set(queries.subject_of(pupil=twin).pupil_ids) == {minh.pk, twin.pk}
    page = signed_in(phuc).get(reverse("pupil_data", args=[minh.pk])).content.decode()
    assert twin.external_id in page


def test_p08_a_pupil_who_left_keeps_certificates_and_page(world):
    Pupil.objects.filter(pk=world.minh.pk).update(left_on=timezone.localdate())
    browser = signed_in(world.minh.user)
    assert world.certificate.serial in browser.get(reverse("my_data")).content.decode()
    verified = Client().get(reverse("certificate_verify", args=[world.certificate.verify_code])).content.decode()
    assert NAME in verified


# --- On the desk --------------------------------------------------------------------------------
def test_the_handlers_desk_says_what_is_due(minh, phuc):
    request = ask(minh)
    page = signed_in(phuc).get(reverse("desk")).content.decode()
    assert request.reference in page
    assert NAME not in page
    assert request.reference not in signed_in(people.make_teacher()).get(reverse("desk")).content.decode()


def test_links_of_guardians_never_reach_a_log():
    from stem_portal.logs import without_secrets

    assert "abc123" not in without_secrets("GET /g/abc123/data/ask/ 200")


# --- A child's own request to be erased -----------------------------------------------------------
def test_an_erasure_asks_for_the_password_once_more_and_keeps_what_was_typed(minh, phuc):
    browser = signed_in(minh.user)
    typed = {"idempotency_key": "k", "kind": "erase", "text": "Xóa giúp em"}
    sent = browser.post(reverse("my_data_ask"), typed)
    assert reverse("account_reauthenticate") in sent["Location"]
    assert not DataRequest.objects.exists()
    browser.post(sent["Location"], {"password": PASSWORD})
    assert DataRequest.objects.get().text == "Xóa giúp em"


def test_under_16_nothing_is_erased_before_a_guardian_has_agreed(client, minh, phuc):
    request = ask(minh, kind="erase", requester=Requester.PUPIL)
    assert request.state == "received"
    with pytest.raises(Refused) as caught:
        actions.identify(request_id=request.pk, how="Em đến văn phòng", by=phuc)
    assert caught.value.refusal.code == "guardian_first"
    assert rules.erasure_refusal(request, has_role=False, today=timezone.localdate()).code == "guardian_first"
    token = issue_link(pupil=minh, by=phuc, key="me").token
    page = client.get(reverse("guardian_data_request", args=[token, request.reference])).content.decode()
    address = reverse("guardian_agree", args=[token, request.reference])
    assert address in page
    assert client.get(address).status_code == 200
    for _ in range(2):
        client.post(address, proof(minh, token))
    request.refresh_from_db()
    assert (request.state, bool(request.agreed_at)) == ("identified", True)


def test_a_guardian_agrees_to_no_request_about_another_child(client, minh, phuc):
    other = people.make_pupil("Lê Bảo An", class_group=minh.enrolments.get().class_group)
    request = ask(minh, kind="erase", requester=Requester.PUPIL)
    token = issue_link(pupil=other, by=phuc, key="me").token
    assert client.post(reverse("guardian_agree", args=[token, request.reference])).status_code == 404


def test_the_school_records_the_guardians_agreement_on_paper(minh, phuc):
    request = ask(minh, kind="erase", requester=Requester.PUPIL)
    browser = signed_in(phuc)
    address = reverse("data_request_agree", args=[request.reference])
    assert address in browser.get(reverse("data_request_detail", args=[request.reference])).content.decode()
    assert browser.post(address, {"how": "Đơn ngày 05/09/2026"}).status_code == 302
    request.refresh_from_db()
    assert request.state == "identified"
    assert signed_in(people.make_outsider()).post(address, {"how": "x"}).status_code == 404


def test_a_pupil_of_16_asks_alone(minh):
    minh.birth_date = timezone.localdate() - timedelta(days=366 * 16)
    minh.save()
    assert ask(minh, kind="erase", requester=Requester.PUPIL).state == "identified"
