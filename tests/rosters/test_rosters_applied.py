"""The list reaches the roll: once, whole or without its bad rows, after a crash, beside another import. I08, I11, P02."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from openpyxl import load_workbook

from programs.core.audit import history_of
from programs.core.jobs import Job, JobState
from programs.core.text import name_sort_key
from programs.core.worker import run_due_jobs
from programs.notices.models import Message
from programs.pupils.models import ClassGroup, Enrolment, Pupil
from programs.pupils.queries import pupils_visible_to
from programs.rosters import queries as roster_queries
from programs.rosters import rules
from programs.rosters.actions import apply
from programs.rosters.actions import rosters as actions
from programs.schools.choices import ImportState, SchoolState
from programs.schools.models import School
from tests.people import make_coordinator, make_pupil, make_school, make_ward, make_year
from tests.rosters.rosters import (
    AN,
    BINH,
    CHAU,
    codes,
    confirm,
    imported,
    latest,
    match,
    outcomes,
    preview,
    upload,
    xlsx,
)

pytestmark = pytest.mark.django_db
BAD = ["7400000009", "Phạm Gia Huy", "31/02/2012", "Nam", "8A1", ""]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }


@pytest.fixture
def school():
    make_year()
    return make_school()


@pytest.fixture
def phuc(client, school):
    coordinator = make_coordinator(school=school)
    client.force_login(coordinator)
    return coordinator


def test_pupils_classes_and_history_come_from_the_list(client, phuc, school):
    roster = imported(client, school, xlsx([AN, BINH, CHAU]))
    assert (roster.state, roster.counts["applied"]) == (ImportState.APPLIED, {"add": 3, "change": 0, "same": 0})
    an = Pupil.objects.get(external_id=AN[0])
    assert (an.school, an.source, str(an.birth_date), an.gender) == (school, "CSDL ngành", "2012-09-05", "m")
    assert an.guardian_phone == "+84912345678"
    assert an.sort_key == name_sort_key(AN[1])
    assert list(ClassGroup.objects.values_list("name", "grade")) == [("8A1", 8), ("8A2", 8)]
    applied = [entry for entry in history_of(roster) if entry.action == "roster.apply"]
    assert len(applied) == 1
    assert applied[0].data["after"]["applied"] == {"add": 3, "change": 0, "same": 0}
    assert "Nguyễn" not in str(applied[0].data)  # the audit log names nobody
    assert roster.rows.get(line=2).pupil == an  # which row made which pupil


@pytest.mark.parametrize(("rows", "state"), [([AN, BINH], SchoolState.ACTIVE), ([BAD], SchoolState.VERIFIED)])
def test_the_first_list_that_brings_pupils_starts_the_school(client, phuc, school, rows, state):
    School.objects.update(state=SchoolState.VERIFIED)
    imported(client, school, xlsx(rows))
    school.refresh_from_db()
    assert school.state == state
    moved = [entry.data["after"] for entry in history_of(school) if entry.action == "school.move"]
    assert moved == ([{"state": SchoolState.ACTIVE}] if state == SchoolState.ACTIVE else [])


def test_i08_bad_rows_are_left_out_and_come_back_as_a_file(client, phuc, school):
    roster = imported(client, school, xlsx([AN, BAD, BINH]))
    assert Pupil.objects.count() == 2
    page = client.get(reverse("roster_detail", args=[roster.reference]))
    assert page.context["left_out"] == 1
    response = client.get(reverse("roster_left_out", args=[roster.reference]))
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    line = next(row for row in cells if row[0] == "3")
    assert "Phạm Gia Huy" in line
    assert "31/02/2012" in line
    assert line[-1]


def test_the_file_of_rows_left_out_can_be_corrected_and_sent_again(client, phuc, school):
    roster = imported(client, school, xlsx([AN, BAD]))
    data = b"".join(client.get(reverse("roster_left_out", args=[roster.reference])).streaming_content)
    book = load_workbook(BytesIO(data))
    for row in book.active.iter_rows():
        for cell in row:
            if cell.value == "31/02/2012":
                cell.value = "28/02/2012"
    target = BytesIO()
    book.save(target)
    again = imported(client, school, target.getvalue())  # the suggested columns are right as they are
    assert again.counts["applied"]["add"] == 1
    assert Pupil.objects.filter(external_id=BAD[0]).exists()


def test_a_formula_in_a_name_stays_text_in_the_file(client, phuc, school):
    row = ["7400000009", "=cmd|' /C calc'!A0", "31/02/2012", "", "8A1", ""]
    roster = imported(client, school, xlsx([AN, BINH], below=[[9, *row]]))
    data = b"".join(client.get(reverse("roster_left_out", args=[roster.reference])).streaming_content)
    for cells in load_workbook(BytesIO(data)).active.iter_rows():
        assert all(cell.data_type != "f" for cell in cells)


def test_i08_all_or_nothing_is_refused_while_one_row_is_bad(client, phuc, school):
    roster = preview(client, school, xlsx([AN, BAD, BINH]), mode="all")
    response = confirm(client, "roster_apply", roster)
    assert response.status_code == 200
    assert response.context["form"].non_field_errors()
    assert not Pupil.objects.exists()


def test_i08_all_or_nothing_rolls_everything_back_when_it_breaks(client, phuc, school, monkeypatch):
    monkeypatch.setattr(roster_queries, "BATCH", 1)
    roster = preview(client, school, xlsx([AN, BINH, CHAU]), mode="all")
    confirm(client, "roster_apply", roster)
    with monkeypatch.context() as patch:
        _break_at(patch, 3)
        run_due_jobs()
    assert not Pupil.objects.exists()
    _try_again()
    assert Pupil.objects.count() == 3


def _break_at(patch, number: int) -> None:
    """The worker dies before it writes batch ``number``."""
    real, calls = apply._write, []

    def write(roster, rows):
        calls.append(rows)
        if len(calls) == number:
            raise RuntimeError("the worker died")
        return real(roster, rows)

    patch.setattr(apply, "_write", write)


def _try_again() -> None:
    """The pause before the next attempt is over."""
    Job.objects.filter(state=JobState.QUEUED).update(next_run_at=timezone.now())
    DBTaskResult.objects.update(run_after=timezone.now())
    run_due_jobs()


def test_a_worker_that_dies_in_the_middle_doubles_nothing(client, phuc, school, monkeypatch):
    monkeypatch.setattr(roster_queries, "BATCH", 1)
    roster = preview(client, school, xlsx([AN, BINH, CHAU]))
    confirm(client, "roster_apply", roster)
    with monkeypatch.context() as patch:
        _break_at(patch, 3)
        run_due_jobs()
    assert Pupil.objects.count() == 2
    assert latest(school).state == ImportState.APPLYING
    _try_again()
    assert (Pupil.objects.count(), Enrolment.objects.count()) == (3, 3)
    assert latest(school).counts["applied"]["add"] == 3
    assert len([entry for entry in history_of(roster) if entry.action == "roster.apply"]) == 1


def test_work_that_was_given_up_can_be_started_again(client, phuc, school, monkeypatch):
    roster = preview(client, school, xlsx([AN]))
    confirm(client, "roster_apply", roster)
    Job.objects.filter(pk=latest(school).job_id).update(state=JobState.FAILED)
    page = client.get(reverse("roster_detail", args=[roster.reference]))
    assert reverse("roster_restart", args=[roster.reference]) in page.content.decode()
    confirm(client, "roster_restart", roster)
    run_due_jobs()
    assert latest(school).state == ImportState.APPLIED
    assert Pupil.objects.count() == 1


def test_starting_twice_imports_once(client, phuc, school):
    roster = preview(client, school, xlsx([AN]))
    for _press in range(2):
        client.post(reverse("roster_apply", args=[roster.reference]), {"idempotency_key": "one-key"})
    other = client.post(reverse("roster_apply", args=[roster.reference]), {"idempotency_key": "another"})
    assert other.status_code == 200  # it runs already
    run_due_jobs()
    assert Pupil.objects.count() == 1


def test_one_import_of_a_school_runs_at_a_time(client, phuc, school):
    first = preview(client, school, xlsx([AN]))
    second = preview(client, school, xlsx([BINH]))
    assert confirm(client, "roster_apply", first).status_code == 302
    refused = confirm(client, "roster_apply", second)
    assert refused.status_code == 200
    assert refused.context["form"].non_field_errors()
    run_due_jobs()
    assert confirm(client, "roster_apply", second).status_code == 302


def test_a_stale_row_is_left_for_a_person(client, phuc, school):
    roster = preview(client, school, xlsx([AN, BINH]))
    make_pupil("Võ Thành Đạt", school=school, external_id=AN[0])
    Pupil.objects.update(source="CSDL ngành")
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    assert Pupil.objects.get(external_id=AN[0]).full_name == "Võ Thành Đạt"
    assert Pupil.objects.filter(external_id=BINH[0]).exists()
    assert outcomes(roster)[2] == "decide"
    assert "changed_since" in codes(roster, 2)


def test_in_all_or_nothing_a_stale_row_stops_everything_and_shows_a_new_preview(client, phuc, school):
    roster = preview(client, school, xlsx([AN, BINH]), mode="all")
    make_pupil("Võ Thành Đạt", school=school, external_id=AN[0], birth_date="2012-03-04")
    Pupil.objects.update(source="CSDL ngành")
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    roster.refresh_from_db()
    assert roster.state == ImportState.READY
    assert not Pupil.objects.filter(external_id=BINH[0]).exists()
    assert roster.rows.get(line=2).question == "same_id_other_name"
    assert client.get(reverse("roster_detail", args=[roster.reference])).context["notice"]


def test_many_rows_of_one_name_and_birthday_that_were_decided_as_new_go_in_together(client, phuc, school):
    rows = [[f"74000001{number:02d}", *AN[1:]] for number in range(4)]
    roster = preview(client, school, xlsx(rows), mode="all")
    answer = {"question": "same_name_in_file", "decision": "new"}
    client.post(reverse("roster_decide", args=[roster.reference]), answer)
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    assert Pupil.objects.filter(full_name=AN[1]).count() == 4


def test_undecided_rows_can_follow_later(client, phuc, school):
    roster = imported(client, school, xlsx([AN, ["7400000077", *AN[1:]], BINH]))
    assert Pupil.objects.count() == 1
    confirm(client, "roster_check", roster)
    run_due_jobs()
    assert latest(school).state == ImportState.READY
    answer = {"question": "same_name_in_file", "decision": "new"}
    client.post(reverse("roster_decide", args=[roster.reference]), answer)
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    assert Pupil.objects.count() == 3
    assert latest(school).counts["applied"]["add"] == 3


def test_a_long_import_ends_with_a_letter(client, phuc, school, monkeypatch):
    monkeypatch.setattr(apply, "WORTH_A_LETTER", timedelta(0))
    imported(client, school, xlsx([AN]))
    assert Message.objects.get(kind="roster_applied").recipient == phuc


def test_the_number_of_questions_does_not_grow_with_the_rows(client, phuc, school):
    def count(rows) -> int:
        roster = preview(client, school, xlsx(rows))
        confirm(client, "roster_apply", roster)
        with CaptureQueriesContext(connection) as queries:
            run_due_jobs()
        return len(queries)

    few = count([[f"75000000{number:02d}", f"Lê Văn {chr(65 + number)}", *AN[2:]] for number in range(2)])
    many = count([[f"76000000{number:02d}", f"Lê Thị {chr(65 + number)}", *AN[2:]] for number in range(20)])
    assert many <= few + 2


# --- From one school to another -------------------------------------------------------------------
@pytest.fixture
def other_school(client):
    return make_school("Trường THCS Trần Đại Nghĩa", ward=make_ward("Phường Dĩ An"))


@pytest.fixture
def khang(other_school):
    return make_coordinator("Lê Văn Khang", school=other_school)


def test_i11_a_pupil_of_another_school_waits_until_that_school_releases(client, phuc, school, khang, other_school):
    client.force_login(khang)
    imported(client, other_school, xlsx([AN, BINH]))
    an = Pupil.objects.get(external_id=AN[0])
    client.force_login(phuc)
    roster = preview(client, school, xlsx([[*AN[:4], "9A1", ""], CHAU]))
    row = roster.rows.get(line=2)
    assert (row.question, row.pupil_id, row.changes) == ("on_other_roll", None, {})
    page = client.get(reverse("roster_detail", args=[roster.reference])).content.decode()
    assert "Trần Đại Nghĩa" not in page  # nothing of the other school is told
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    an.refresh_from_db()
    assert an.school == other_school

    letter = Message.objects.get(kind="pupils_asked_for")
    assert letter.recipient == khang
    assert AN[1] not in letter.body_text
    assert "Chu Văn An" not in letter.body_text

    client.force_login(khang)
    asked = client.get(reverse("roster_asked", args=[other_school.code]))
    assert [pupil.pk for pupil in asked.context["page"]] == [an.pk]
    assert reverse("roster_asked", args=[other_school.code]) in client.get("/desk/").content.decode()
    leave = reverse("pupils_leave", args=[other_school.code])
    client.post(leave, {"pupil": an.pk, "left_on": "01/09/2026"})
    assert Message.objects.get(kind="pupils_released").recipient == phuc

    client.force_login(phuc)
    confirm(client, "roster_check", roster)
    run_due_jobs()
    assert outcomes(roster)[2] == "add"
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    an.refresh_from_db()
    assert (an.school, an.left_on) == (school, None)
    assert [place.class_group.name for place in an.enrolments.order_by("pk")] == ["8A1", "9A1"]  # the history stays
    assert Pupil.objects.filter(external_id=AN[0]).count() == 1
    assert not pupils_visible_to(khang).filter(pk=an.pk).exists()  # the old school's sight ends at once


def test_a_released_identifier_is_not_given_to_another_name(client, phuc, school, khang, other_school):
    client.force_login(khang)
    imported(client, other_school, xlsx([AN]))
    Pupil.objects.update(left_on="2026-09-01")
    client.force_login(phuc)
    roster = preview(client, school, xlsx([[AN[0], "Phạm Gia Huy", *AN[2:]], BINH]))
    assert outcomes(roster)[2] == "add", "the number says nothing: a child of its own"
    shown = client.get(reverse("roster_detail", args=[roster.reference]), {"show": "add"}).content.decode()
    assert AN[1] not in shown
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    assert Pupil.objects.get(school=other_school).full_name == AN[1]


def shown_of(client, roster, django_assert_max_num_queries) -> tuple[str, int]:
    """The page of the preview without what names the list itself, and how many queries it took."""
    with django_assert_max_num_queries(40) as asked:
        page = client.get(reverse("roster_detail", args=[roster.reference])).content.decode()
    page = re.sub(r'nonce="[^"]*"|name="csrfmiddlewaretoken"[^>]*|hoc-sinh-\d', "", page)
    return page.replace(roster.reference, "").replace(AN[0], "").replace(FREE, ""), len(asked)


FREE = "7400000999"


def test_whoever_tries_identifiers_learns_nothing(
    client, phuc, school, khang, other_school, django_assert_max_num_queries
):
    """An identifier that exists at another school and a free one give one page, from as many queries."""
    client.force_login(khang)
    imported(client, other_school, xlsx([AN]))
    client.force_login(phuc)
    pages, judging = [], []
    for number, identifier in enumerate((AN[0], FREE)):
        upload(client, school, xlsx([[identifier, "Nguyễn Văn Dò", *AN[2:]]]), name=f"hoc-sinh-{number}.xlsx")
        match(client, latest(school))
        with django_assert_max_num_queries(120) as asked:
            run_due_jobs()
        judging.append(len(asked))
        pages.append(shown_of(client, latest(school), django_assert_max_num_queries))
        assert outcomes(latest(school)) == {2: "add"}
    assert pages[0] == pages[1]
    assert judging[0] == judging[1]


def test_a_list_that_tries_many_identifiers_is_stopped_and_noted(
    client, phuc, school, khang, other_school, monkeypatch
):
    monkeypatch.setattr(rules, "STRANGE_A_DAY", 1)
    client.force_login(khang)
    imported(client, other_school, xlsx([AN, BINH, CHAU]))
    client.force_login(phuc)
    tried = [[row[0], f"Nguyễn Văn {name}", *row[2:]] for row, name in zip((AN, BINH, CHAU), "DEF", strict=True)]
    assert preview(client, school, xlsx(tried[:1])).state == "ready", "one slip stops nothing"
    stopped = preview(client, school, xlsx(tried[1:]), name="khac.xlsx")
    assert (stopped.state, stopped.rows.count()) == ("failed", 0)
    assert "mã định danh" in client.get(reverse("roster_detail", args=[stopped.reference])).content.decode()
    noted = history_of(school).get(action="roster.strange")
    assert noted.user == phuc and noted.data["after"]["rows"] == 2
    assert "strange" not in client.get(reverse("roster_list", args=[school.code])).content.decode()
    assert preview(client, school, xlsx([tried[0], BINH]), name="sau.xlsx").state == "failed", "the day's lists count"


def test_a_schools_own_numbers_do_not_meet_those_of_another_school(client, phuc, school, khang, other_school):
    client.force_login(khang)
    imported(client, other_school, xlsx([AN]), source="Danh sách của trường")
    client.force_login(phuc)
    roster = preview(client, school, xlsx([[AN[0], "Phạm Gia Huy", *AN[2:]]]), source="Danh sách của trường")
    assert outcomes(roster) == {2: "add"}


def test_the_outsider_cannot_start_somebody_elses_import(client, phuc, school, khang):
    roster = preview(client, school, xlsx([AN]))
    with pytest.raises(PermissionDenied):
        actions.start_roster(roster=roster, by=khang, key="k")


def test_upload_needs_the_coordinator_even_past_the_page(school, khang):
    with pytest.raises(PermissionDenied):
        actions.upload_roster(
            school=school, school_year=make_year(), upload=SimpleUploadedFile("a.xlsx", xlsx([AN])), file_name="a.xlsx",
            source="x", class_group=None, once_more=False, by=khang, key="k",
        )  # fmt: skip


def test_upload_without_a_school_year_explains_itself(client):
    lonely = make_school()
    client.force_login(make_coordinator(school=lonely))
    assert client.get(reverse("roster_new", args=[lonely.code])).status_code == 200
