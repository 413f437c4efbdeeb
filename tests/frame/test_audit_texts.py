"""No free text in the audit log: it can never be changed, so what gets in could never be erased (CASES M04)."""

from __future__ import annotations

import ast
import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from programs.core import audit, retention
from programs.core.audit import Code, without_texts
from programs.core.models import ActReason
from programs.core.personal import Subject, carry_out, plan_erasure, sections_of
from programs.projects.choices import ProjectState
from tests.conftest import PLAIN_TEXT, texts_in
from tests.people import make_pupil, make_school, make_teacher, make_user, make_ward_officer
from tests.projects.make import complete, make_project, submit
from tests.test_architecture import sources

pytestmark = pytest.mark.django_db

# What a list of family names never caught, and what it did.
NAMING = [
    "Em Ksor H'Bia bị ốm", "Em Giang Văn Nam chuyển trường", "Cô Từ Thị Lan nghỉ dạy", "Em Y Moan Êban về quê",
    "Em La Văn Cầu", "Em Danh Thị Sà Rây", "Em Minh (8A1) dị ứng đậu phộng", "em nguyễn nhật minh bị sốt",
    "Minh", "minh", "H'Bia", "0912345678", "0912 345 678", "+84912345678", "079123456789",
    "hanh.tran@truong.example.vn",
]  # fmt: skip


# --- What may stay ------------------------------------------------------------------------------
@pytest.mark.parametrize("text", NAMING)
def test_of_a_text_only_its_length_is_kept_wherever_it_lies(text):
    values = {"state": text, "note": [text, {"inner": text}]}
    length = {"characters": len(text)}
    assert without_texts(values) == {"state": length, "note": [length, {"inner": length}]}


@pytest.mark.parametrize("text", [text for text in NAMING if text.lower() != "minh"])
def test_calling_it_a_code_opens_no_door_to_names_and_numbers(text):
    assert without_texts(Code(text)) == {"characters": len(text)}


@pytest.mark.parametrize(
    "value",
    [None, True, 40, 0.5, date(2026, 2, 5), datetime(2026, 2, 5, tzinfo=UTC), time(8), "", "draft", "full_name", "vi"],
)
def test_numbers_dates_states_and_names_of_columns_stay(value):
    assert without_texts(value) == value


@pytest.mark.parametrize("code", ["GCN-2026-000001", "BD-7K3Q9", "2026-2027", "a" * 64, "link:17", "/en/desk/"])
def test_a_code_stays_because_it_is_called_one(code):
    assert without_texts(Code(code)) == code
    assert without_texts(code) == {"characters": len(code)}


def test_a_row_is_no_value_and_a_name_is_no_key():
    for value in ({"pupil": make_pupil("Ksor H'Bia")}, {"Ksor H'Bia": 1}, {7: 1}):
        with pytest.raises(TypeError):
            without_texts(value)


def test_the_log_says_which_text_changed_not_what_it_was():
    school = make_school()
    before, after = {"name": "Phòng A", "capacity": 30}, {"name": "Phòng B", "capacity": 30}
    audit.record(by=None, action="school.rename", obj=school, before=before, after=after)
    assert audit.history_of(school).get().data == {
        "before": {"name": {"characters": 7}, "capacity": 30},
        "after": {"name": {"characters": 7}, "capacity": 30},
        "changed": ["name"],
    }


def test_wagtails_own_rows_name_nobody_either():
    hanh = make_user("Trần Thị Hạnh")
    log(instance=hanh, action="wagtail.edit", data={"comment": "Cô Từ Thị Lan nghỉ dạy", "stage": 2})
    entry = ModelLogEntry.objects.get()
    assert (entry.label, entry.data) == (f"accounts.User {hanh.pk}", {"comment": {"characters": 22}, "stage": 2})


# What the house may call a code: each identifies a thing, and nobody types it about a person.
CODES = {
    "serials[0]", "serials[-1]", "competition.code", "activity.curriculum.code", "facts['code']", "school.code", "source.code",
    "before", "code", "alias", "entry.ballot.reference", "filters.school",  # codes of schools, letters and digits only: forms.life.CODE
    "digest", "sha256", "upload.sha256", "upload.kept_sha256", "old.file_hash", "paper.file_hash", "file_hash", "ballot.entries_hash",
    "ballot.commitment", "ballot.seed", "digits",
    "asked.evidence_hash", "consent.evidence_hash", "line.evidence_hash", "booking.reference", "request.reference", "roster.reference", "reference", "holiday.closes",
    "year.name", "next_year.name", "school_year.name",  # such as 2026-2027
    "'authority'", "'claimant'", "mode", "question", "because", "door", "voice.door", "path",
    "rule_set.code", "draft.code", "part", "part._meta.model_name",
}  # fmt: skip


def test_what_is_called_a_code_is_on_the_list():
    called = {
        ast.unparse(node.args[0])
        for folder in ("programs", "cms", "stem_portal")
        for path in sources(folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Code"
    }
    assert called == CODES


# --- Reasons lie beside the log, through the front door --------------------------------------------
def log_of_everything() -> str:
    return json.dumps([row.data for row in ModelLogEntry.objects.all()], ensure_ascii=False)


@pytest.mark.parametrize("text", [text for text in NAMING if len(text) > 9])
def test_the_page_shows_the_reason_and_the_log_has_its_length(client, text):
    school = make_school()
    client.force_login(make_ward_officer(ward=school.ward))
    form = {"idempotency_key": "k", "name": "Trường THCS Ksor H'Bia", "reason": text}
    assert client.post(reverse("school_rename", args=[school.code]), form).status_code == 302
    page = client.get(reverse("school_detail", args=[school.code])).context["history"]
    assert [entry.reason.text for entry in page] == [text]
    assert page[0].data["reason_length"] == len(text)
    assert text not in log_of_everything() and "H'Bia" not in log_of_everything()


def test_the_history_shows_every_reason_that_a_project_was_returned_with(client):
    project = submit(complete(make_project()))
    client.force_login(project.supervisor)
    for number, words in enumerate(["Em Y Moan Êban ghi rõ nguồn ảnh.", "Thêm số liệu của em Danh Thị Sà Rây."]):
        form = {"submission": number + 1, "reason": words}
        client.post(reverse("return_mentor", args=[project.reference]), form)
        project.refresh_from_db()
        assert project.state == ProjectState.RETURNED
        submit(project)
    page = client.get(reverse("project_detail", args=[project.reference])).content.decode()
    assert "Em Y Moan Êban ghi rõ nguồn ảnh." in page
    assert "Thêm số liệu của em Danh Thị Sà Rây." in page
    assert all(PLAIN_TEXT.fullmatch(text) for row in ModelLogEntry.objects.all() for text in texts_in(row.data))


# --- Erased, told, and not kept permanently ------------------------------------------------------------
def test_erasing_a_pupil_takes_the_name_out_of_the_reasons_of_others():
    school = make_school()
    audit.record(by=make_teacher(), action="school.rename", obj=school, reason="Em Ksor H'Bia (0912 345 678) báo")
    carry_out(plan_erasure(Subject(names=("Ksor H'Bia",), phones=("+84912345678",))))
    assert audit.history_of(school).get().reason.text == "Em […] ([…]) báo"


def test_what_was_written_about_an_account_goes_with_it():
    hanh = make_user("Trần Thị Hạnh")
    audit.record(by=None, action="person.close", obj=hanh, reason="cô Hạnh mất thẻ")
    carry_out(plan_erasure(Subject(user_id=hanh.pk, names=(hanh.full_name,))))
    assert not ActReason.objects.exists()
    assert audit.history_of(hanh).filter(action="person.close").get().data["reason_length"] == 15


def test_a_person_reads_what_was_written_about_the_account_and_what_they_wrote():
    hanh, lam = make_user("Trần Thị Hạnh"), make_user("Phạm Văn Lâm")
    audit.record(by=lam, action="person.close", obj=hanh, reason="nghỉ việc")
    audit.record(by=hanh, action="school.rename", obj=make_school(), reason="đổi tên theo quyết định")
    audit.record(by=lam, action="person.close", obj=lam, reason="chuyện khác")
    section = next(each for each in sections_of(Subject(user_id=hanh.pk)) if each.code == "reasons")
    assert [row[-1].value for row in section.rows] == ["nghỉ việc", "đổi tên theo quyết định"]


def test_a_reason_runs_out_and_the_act_stays():
    school = make_school()
    audit.record(by=None, action="school.rename", obj=school, reason="Em Y Moan Êban về quê")
    retention.run(now=timezone.now() + timedelta(days=729))
    assert audit.history_of(school).get().reason.text == "Em Y Moan Êban về quê"
    retention.run(now=timezone.now() + timedelta(days=731))
    entry = audit.history_of(school).get()
    assert not hasattr(entry, "reason")
    assert entry.data["reason_length"] == 21
