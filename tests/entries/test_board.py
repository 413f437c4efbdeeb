"""The organiser's board: numbers that open to their rows, a check with reasons, reminders, and what is alike."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.competitions.models import Competition
from programs.core.refusals import Refused
from programs.entries import actions
from programs.entries.models import Check
from programs.entries.tasks import remind
from programs.notices.models import Message
from programs.projects.actions.reopening import reopen_project
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from programs.projects.queries.contents import missing_in, missing_in_each
from programs.pupils.models import Pupil
from tests.people import make_class, make_officer, make_outsider, make_school
from tests.projects.make import approve, attach, complete, make_competition, make_minh, make_project, pdf, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def competition() -> Competition:
    return make_competition()


@pytest.fixture
def nam():
    return make_officer("Phan Hoàng Nam")


def of_school(name: str, competition: Competition, **fields) -> Project:
    minh = make_minh(class_group=make_class("8A1", school=make_school(name)))
    return make_project(minh=minh, competition=competition, **fields)


def entered(project: Project) -> Project:
    return approve(submit(complete(project)))


def board(client, competition: Competition, **chosen):
    return client.get(reverse("entry_board", args=[competition.slug]), chosen)


def refused_with(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal.code


# --- Numbers and rows -----------------------------------------------------------------------------
def test_numbers_open_to_their_rows_and_drafts_are_numbers_only(client, competition, nam):
    first = entered(of_school("Trường THCS Phú Lợi", competition, title="Máy lọc nước"))
    of_school("Trường THCS Dĩ An", competition, title="Bí mật của Lan")
    client.force_login(nam)
    page = board(client, competition)
    lines = {line.label: line.numbers for line in page.context["by_school"]}
    assert (lines["Trường THCS Phú Lợi"]["entered"], lines["Trường THCS Dĩ An"]["with_team"]) == (1, 1)
    assert "Bí mật của Lan" not in page.content.decode(), "a draft belongs to its team"
    assert "1 dự án" in page.content.decode()
    rows = board(client, competition, school=first.school.code).context["page_obj"]
    assert [row.title for row in rows] == ["Máy lọc nước"]
    assert not board(client, competition, q="không có").context["page_obj"].object_list


def test_strangers_see_no_board(client, competition):
    for person in (make_outsider(), make_minh().user):
        client.force_login(person)
        assert board(client, competition).status_code == 403
        assert client.get(reverse("entry_export", args=[competition.slug])).status_code == 403


def test_the_list_is_a_spreadsheet_without_names_of_pupils(client, competition, nam):
    project = entered(of_school("Trường THCS Phú Lợi", competition))
    client.force_login(nam)
    answer = client.get(reverse("entry_export", args=[competition.slug]))
    data = b"".join(answer.streaming_content)
    assert data.startswith(b"PK") and answer["Content-Disposition"].startswith("attachment")
    from io import BytesIO

    from openpyxl import load_workbook

    cells = [str(cell.value) for row in load_workbook(BytesIO(data)).worksheets[0].iter_rows() for cell in row]
    assert project.reference in cells
    assert not any(project.created_by.full_name in cell for cell in cells)


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_costs_the_same_for_one_entry_and_three(client, competition, nam, count, django_assert_num_queries):
    for number in range(count):
        entered(of_school(f"Trường THCS Số {number}", competition))
    client.force_login(nam)
    board(client, competition)
    with django_assert_num_queries(BOARD_QUERIES):
        board(client, competition)


BOARD_QUERIES = 15


# --- Who has not submitted ------------------------------------------------------------------------
def unfinished(client, competition: Competition, **chosen):
    return client.get(reverse("entry_unfinished", args=[competition.slug]), chosen)


def test_how_far_a_team_is_is_told_by_school_without_what_it_writes(client, competition, nam):
    begun = of_school("Trường THCS Dĩ An", competition, title="Bí mật của Lan")
    ready = complete(of_school("Trường THCS Phú Lợi", competition))
    client.force_login(nam)
    page = unfinished(client, competition)
    rows = {row.project: row for row in page.context["rows"]}
    assert rows[ready].missing == 0 and rows[begun].missing == len(missing_in(begun)) > 0
    body = page.content.decode()
    assert "Bí mật của Lan" not in body and begun.created_by.full_name not in body
    assert "cam kết" in body and "Trường THCS Dĩ An" in body
    found = unfinished(client, competition, q="di an").context["rows"]
    assert [row.project for row in found] == [begun]
    client.force_login(make_outsider())
    assert unfinished(client, competition).status_code == 403


def test_the_board_and_the_team_never_disagree_about_what_is_missing(competition):
    """Each of several shapes of project, alone and in one list."""
    projects = [of_school(f"Trường THCS Số {number}", competition) for number in range(4)]
    complete(projects[0])
    attach(projects[1], "report", pdf())
    Project.objects.filter(pk=projects[2].pk).update(title="", supervisor=None)
    challenge = make_competition(rules="thu-thach-mo")
    tam = make_minh(full_name="Đinh Băng Tâm", class_group=make_class("11A1", grade=11))
    other_rules = make_project(minh=tam, competition=challenge, field=None)
    projects = [*Project.objects.filter(competition=competition), other_rules]
    together = missing_in_each(projects)
    assert [together[project.pk] for project in projects] == [missing_in(project) for project in projects]
    assert len({len(lacks) for lacks in together.values()}) > 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_team_and_three(client, competition, nam, count, django_assert_num_queries):
    for number in range(count):
        of_school(f"Trường THCS Số {number}", competition)
    client.force_login(nam)
    unfinished(client, competition)
    with django_assert_num_queries(UNFINISHED_QUERIES):
        unfinished(client, competition)


UNFINISHED_QUERIES = 20


# --- Eligibility ----------------------------------------------------------------------------------
def test_the_team_reads_the_reason_and_a_finding_is_changed_with_one(client, competition, nam):
    project = entered(of_school("Trường THCS Phú Lợi", competition))
    client.force_login(nam)
    url = reverse("entry_check", args=[project.reference])
    assert "Thành viên, kèm lớp hoặc nơi học" in client.get(url).content.decode()
    assert "Hãy ghi lý do" in client.post(url, {"found": "ineligible", "seen": 0}).content.decode()
    client.post(url, {"found": "ineligible", "reason": "Báo cáo dài hơn quy định.", "seen": 0})
    project.refresh_from_db()
    assert project.state == ProjectState.INELIGIBLE
    letter = Message.objects.filter(kind="entry_ineligible", recipient=project.created_by).get()
    assert "Báo cáo dài hơn quy định." in letter.body_text
    client.force_login(project.created_by)
    assert (
        "Báo cáo dài hơn quy định." in client.get(reverse("project_detail", args=[project.reference])).content.decode()
    )
    again = {"project_id": project.pk, "found": "eligible", "seen": 1, "by": nam}
    assert refused_with(lambda: actions.check_entry(**again, reason="")) == "no_reason"
    actions.check_entry(**again, reason="Đã đối chiếu lại: đủ 15 trang.")
    assert list(Check.objects.values_list("found", flat=True)) == ["eligible", "ineligible"]


def test_a_colleague_who_found_otherwise_a_moment_ago_is_not_overturned_unread(client, competition, nam):
    project = entered(of_school("Trường THCS Phú Lợi", competition))
    client.force_login(nam)
    url = reverse("entry_check", args=[project.reference])
    assert client.get(url).context["form"].initial == {"seen": 0}
    about = {"project_id": project.pk, "found": "ineligible", "reason": "Thiếu nhật kí.", "seen": 0}
    actions.check_entry(**about, by=make_officer("Lý Thị Hoa"))
    page = client.post(url, {"found": "eligible", "reason": "Đủ hồ sơ.", "seen": 0})
    assert "Đồng nghiệp vừa kiểm tra" in page.content.decode() and "Thiếu nhật kí." in page.content.decode()
    assert Project.objects.get(pk=project.pk).state == ProjectState.INELIGIBLE
    client.post(url, {"found": "eligible", "reason": "Đủ hồ sơ.", "seen": page.context["form"]["seen"].value()})
    assert Project.objects.get(pk=project.pk).state == ProjectState.ELIGIBLE


def test_only_the_organiser_checks_and_only_entries(competition, nam):
    draft = of_school("Trường THCS Phú Lợi", competition)
    assert (
        refused_with(lambda: actions.check_entry(project_id=draft.pk, found="eligible", reason="", seen=0, by=nam))
        == "wrong_state"
    )
    project = entered(draft)
    with pytest.raises(PermissionDenied):
        actions.check_entry(project_id=project.pk, found="eligible", reason="", seen=0, by=project.supervisor)
    assert actions.check_entry(project_id=project.pk, found="eligible", reason="", seen=0, by=nam).state == "eligible"


def test_an_officer_with_the_name_of_a_guardian_checks_nothing(competition, nam):
    project = entered(of_school("Trường THCS Phú Lợi", competition))
    Pupil.objects.filter(user=project.created_by).update(guardian_name="PHAN HOÀNG NAM")
    check = {"project_id": project.pk, "found": "eligible", "reason": "", "seen": 0, "by": nam}
    assert refused_with(lambda: actions.check_entry(**check)) == "kin"
    other = make_officer("Tô Thanh Nga")
    assert actions.check_entry(**check | {"by": other}).state == "eligible"


def test_an_old_finding_is_not_shown_any_more(client, competition, nam):
    project = entered(of_school("Trường THCS Phú Lợi", competition))
    actions.check_entry(project_id=project.pk, found="ineligible", reason="Thiếu nhật kí.", seen=0, by=nam)
    until = timezone.now() + timedelta(days=2)
    reopen_project(project_id=project.pk, reason="Nộp thêm nhật kí.", scope=["report"], ends_at=until, by=nam)
    client.force_login(project.created_by)
    shown = client.get(reverse("project_detail", args=[project.reference])).context
    assert shown["check"] is None
    attach(project, "report", pdf(pages=4))
    assert approve(submit(project)).state == ProjectState.ENDORSED


# --- Reminders ------------------------------------------------------------------------------------
def test_who_has_not_submitted_is_reminded_once_for_each_deadline(competition):
    late = of_school("Trường THCS Phú Lợi", competition)
    submit(complete(of_school("Trường THCS Dĩ An", competition)))
    letters = Message.objects.filter(kind="project_reminder")
    with time_machine.travel(competition.closes_at - timedelta(days=4)):
        remind(None)
    assert not letters.exists()
    with time_machine.travel(competition.closes_at - timedelta(days=2)):
        remind(None)
        remind(None)
    assert {letter.recipient for letter in letters} == {late.created_by, late.supervisor}
    assert letters.count() == 2 and "Thuyết minh dự án" in letters[0].body_text
    moved = competition.closes_at + timedelta(days=10)
    Competition.objects.filter(pk=competition.pk).update(closes_at=moved)
    with time_machine.travel(moved - timedelta(days=1)):
        remind(None)
    assert letters.all().count() == 4
