"""Projects through the front door: em Minh enters and uploads, cô Hạnh endorses, thầy Lâm finds nothing."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from programs.competitions.choices import CompetitionState
from programs.competitions.models import ProjectField
from programs.documents.queries import current_files
from programs.endorsements.desk import tasks as approvals
from programs.projects.choices import ProjectState
from programs.projects.desk import links, sections, tasks
from programs.projects.models import Project
from tests.people import make_officer, make_outsider, make_principal, make_pupil, make_teacher
from tests.projects.make import (
    attach,
    complete,
    give_back,
    jpeg,
    make_competition,
    make_minh,
    make_project,
    pdf,
    submit,
)

pytestmark = pytest.mark.django_db
DECISIONS = ["project_submit", "project_withdraw"]


def page(name: str, project: Project, *more) -> str:
    return reverse(name, args=[project.reference, *more])


def sent(client, url: str, **fields):
    """What the browser does: open the form, send it with its hidden fields."""
    hidden = client.get(url).context["form"].hidden_fields()
    return client.post(url, {**{field.name: field.value() for field in hidden}, **fields}, follow=True)


# --- Competitions, for everybody -----------------------------------------------------------------
def test_everybody_reads_competitions_but_no_drafts(client):
    shown = make_competition(prizes="Một giải Nhất\nHai giải Nhì", requirements="Tên dự án")
    hidden = make_competition(state=CompetitionState.DRAFT)
    listed = client.get("/competitions/").content.decode()
    assert reverse("competition_detail", args=[shown.slug]) in listed
    assert hidden.slug not in listed
    detail = client.get(reverse("competition_detail", args=[shown.slug])).content.decode()
    assert "Hai giải Nhì" in detail
    assert "Đăng ký dự án dự thi" in detail
    assert client.get(reverse("competition_detail", args=[hidden.slug])).status_code == 404
    client.force_login(make_officer())
    assert client.get(reverse("competition_detail", args=[hidden.slug])).status_code == 200


def test_in_english_it_is_english(client):
    competition = make_competition()
    assert "Pupils&#x27; ideas" in client.get(f"/en/competitions/{competition.slug}/").content.decode()


def test_a_closed_competition_offers_no_entry(client):
    competition = make_competition(days_left=-1)
    body = client.get(reverse("competition_detail", args=[competition.slug])).content.decode()
    assert "Đã hết hạn nộp" in body
    assert reverse("project_new", args=[competition.slug]) not in body


# --- Em Minh's way --------------------------------------------------------------------------------
def test_em_minh_from_the_competition_to_the_teacher(client):
    minh, competition = make_minh(), make_competition()
    hanh = make_teacher(school=minh.school)
    client.force_login(minh.user)
    field = ProjectField.objects.get(code="robotics")
    answer = sent(
        client,
        reverse("project_new", args=[competition.slug]),
        title="Xe tưới cây theo độ ẩm",
        kind="engineering",
        field=field.pk,
        supervisor=hanh.pk,
        summary="Vườn trường khô vào cuối tuần.",
    )
    project = Project.objects.get()
    assert answer.redirect_chain[-1][0] == page("project_edit", project)
    assert "Còn thiếu:" in answer.content.decode()
    attach(project, "photographs", jpeg())
    attach(project, "report", pdf(), name="Báo cáo.pdf")
    assert "Báo cáo.pdf" in client.get(page("project_edit", project)).content.decode()
    answer = sent(client, page("project_statement", project), agreed="on")
    assert answer.redirect_chain[-1][0] == page("project_edit", project)
    answer = sent(client, page("project_submit", project))
    assert "Chờ xác nhận" in answer.content.decode()
    assert "Dự án đang được đọc" in answer.content.decode()
    assert client.get(page("project_edit", project)).status_code == 302


def test_a_teacher_cannot_enter(client):
    client.force_login(make_teacher())
    assert client.get(reverse("project_new", args=[make_competition().slug])).status_code == 403


def test_the_wrong_grade_is_told_why(client):
    from tests.people import make_class

    client.force_login(make_minh(class_group=make_class("4A")).user)
    body = client.get(reverse("project_new", args=[make_competition().slug])).content.decode()
    assert "Cuộc thi này dành cho học sinh lớp 6 đến lớp 12. (Thể lệ cuộc thi Ý tưởng sáng tạo học sinh)" in body


def test_pupils_who_have_entered_are_led_to_their_project(client):
    minh, competition = make_minh(), make_competition()
    project = make_project(minh=minh, competition=competition)
    client.force_login(minh.user)
    answer = client.get(reverse("project_new", args=[competition.slug]))
    assert answer["Location"] == page("project_detail", project)


def test_a_refused_form_keeps_what_was_typed(client):
    minh, competition = make_minh(), make_competition()
    client.force_login(minh.user)
    answer = sent(
        client,
        reverse("project_new", args=[competition.slug]),
        title="Xe tưới cây",
        kind="science",
        field=ProjectField.objects.get(code="robotics").pk,
        supervisor=make_outsider().pk,
    )
    body = answer.content.decode()
    assert answer.context["form"].errors["supervisor"]
    assert 'value="Xe tưới cây"' in body
    assert Project.objects.count() == 0


def test_nothing_can_be_smuggled_into_a_form(client):
    project = make_project()
    client.force_login(project.created_by)
    smuggled = {"state": "awarded", "award": "Nhất", "reference": "DA-XXXXX", "school": "1"}
    words = {"title": "Tên mới", "kind": "science", "field": project.field_id, "supervisor": project.supervisor_id}
    sent(client, page("project_edit", project), **words, **smuggled)
    project.refresh_from_db()
    assert (project.title, project.state, project.award) == ("Tên mới", ProjectState.DRAFT, "")


def test_a_teammate_who_saves_later_sees_both_texts(client):
    project = make_project()
    client.force_login(project.created_by)
    url = page("project_edit", project)
    words = {"kind": project.kind, "field": project.field_id, "supervisor": project.supervisor_id}
    version = client.get(url).context["form"]["version"].value()
    client.post(url, {**words, "version": version, "title": "Máy lọc nước mưa", "summary": project.summary})
    answer = client.post(url, {**words, "version": version, "title": "Máy lọc nước giếng", "summary": project.summary})
    body = answer.content.decode()
    assert "Máy lọc nước mưa" in body
    assert 'value="Máy lọc nước giếng"' in body
    project.refresh_from_db()
    assert project.title == "Máy lọc nước mưa"


# --- The gate ------------------------------------------------------------------------------------
def test_a_file_and_its_project_do_not_exist_for_others(client):
    project = submit(complete(make_project()))
    make_principal(school=project.school)
    urls = [reverse("project_file", args=[file.pk]) for file in current_files(project)]
    urls += [page(name, project) for name in ("project_detail", "project_edit", *DECISIONS)]
    for url in urls:
        assert client.get(url).status_code == 302, url
    classmate = make_pupil("Lê Lan", school=project.school, with_account=True).user
    for person in (make_outsider(), classmate, make_officer()):
        client.force_login(person)
        for url in urls:
            assert client.get(url).status_code == 404, (person, url)
        assert project.title not in client.get("/desk/projects/").content.decode()
    assert client.get(f"/media/{current_files(project).first().storage_key}").status_code == 404


def test_the_schools_staff_may_read_but_not_edit_nor_endorse(client):
    project = submit(complete(make_project()))
    client.force_login(make_principal(school=project.school))
    assert client.get(page("project_detail", project)).status_code == 200
    for name in ("project_edit", *DECISIONS):
        assert client.get(page(name, project)).status_code == 403, name
        assert client.post(page(name, project), {"reason": "x"}).status_code == 403, name
    project.refresh_from_db()
    assert project.state == ProjectState.SUBMITTED


def test_a_get_changes_nothing(client):
    project = complete(make_project())
    client.force_login(project.created_by)
    for name in ("project_submit", "project_withdraw"):
        assert client.get(page(name, project)).status_code == 200
    project.refresh_from_db()
    assert project.state == ProjectState.DRAFT


# --- Cô Hạnh's way --------------------------------------------------------------------------------
def test_co_hanh_approves_from_her_desk_and_the_principal_after_her(client):
    project = complete(make_project())
    thu = make_principal("Nguyễn Minh Thư", school=project.school)
    submit(project)
    with translation.override("vi"):
        waiting = approvals(project.supervisor)
    assert [task.title for task in waiting] == [f"Đọc và xác nhận: {project.title}"]
    client.force_login(project.supervisor)
    assert reverse("endorse_mentor", args=[project.reference]) in client.get(waiting[0].url).content.decode()
    answer = sent(client, reverse("endorse_mentor", args=[project.reference]))
    assert answer.context["form"].errors["agreed"], "the statement is ticked, never taken for granted"
    answer = sent(client, reverse("endorse_mentor", args=[project.reference]), agreed="on")
    assert "Thầy cô đã xác nhận dự án" in answer.content.decode()
    assert approvals(project.supervisor) == []
    project.refresh_from_db()
    assert project.state == ProjectState.SUBMITTED, "the school has not approved yet"
    client.force_login(thu)
    sent(client, reverse("endorse_school", args=[project.reference]))
    project.refresh_from_db()
    assert project.state == ProjectState.ENDORSED


def test_co_hanh_returns_with_a_reason(client):
    project = submit(complete(make_project()))
    client.force_login(project.supervisor)
    sent(client, reverse("return_mentor", args=[project.reference]), reason=" ")
    project.refresh_from_db()
    assert project.state == ProjectState.SUBMITTED, "a return needs its reason"
    sent(client, reverse("return_mentor", args=[project.reference]), reason="Thêm số liệu sau khi lọc.")
    client.force_login(project.created_by)
    assert "Thêm số liệu sau khi lọc." in client.get(page("project_edit", project)).content.decode()
    with translation.override("vi"):
        assert tasks(project.created_by)[0].title.startswith("Sửa dự án")


def test_em_minhs_desk_says_what_becomes_of_the_project():
    competition = make_competition()
    minh = make_minh()
    with translation.override("vi"):
        assert [task.title for task in tasks(minh.user)] == ["Ý tưởng sáng tạo học sinh"]
        project = make_project(minh=minh, competition=competition)
        assert [task.title for task in tasks(minh.user)] == [f"Hoàn thành dự án: {project.title}"]
        assert "Hoàn thiện dự án" in sections(minh.user)[0].items[0].detail
        assert [link.label for link in links(minh.user)] == ["Dự án của tôi"]
        assert links(make_outsider())[0].count == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(client, count, django_assert_num_queries):
    competition, minh = make_competition(), make_minh()
    projects = [make_project(minh=make_minh(), competition=competition) for _ in range(count)]
    client.force_login(projects[0].supervisor)
    client.get("/desk/projects/")
    with django_assert_num_queries(9):
        client.get("/desk/projects/")
    assert minh.school == projects[0].school


def test_an_empty_list_says_what_to_do_and_offers_no_search(client):
    project = make_project()
    for person, says in ((make_outsider(), "Học sinh tự bắt đầu"), (make_officer(), "đã xác nhận")):
        client.force_login(person)
        shown = client.get("/desk/projects/").content.decode()
        assert says in shown and "/competitions/" in shown
        assert 'name="state"' not in shown
    client.force_login(project.supervisor)
    assert 'name="state"' in client.get("/desk/projects/").content.decode()
    none = client.get("/desk/projects/?state=awarded").content.decode()
    assert "Không có dự án nào ở trạng thái này" in none and 'name="state"' in none, "the way back stays"


def test_every_state_has_its_words_and_steps(client):
    project = submit(complete(make_project()))
    client.force_login(project.created_by)
    url = page("project_detail", project)
    for state in ProjectState.values:
        Project.objects.filter(pk=project.pk).update(state=state)
        assert client.get(url).status_code == 200, state
        assert client.get(f"/en{url}").status_code == 200, state


def test_the_whole_way_leaves_an_audit_trail_on_the_page(client):
    project = submit(complete(make_project()))
    give_back(project, "Thêm số liệu.", by=project.supervisor)
    client.force_login(project.created_by)
    body = client.get(page("project_detail", project)).content.decode()
    for words in ("Bắt đầu dự án", "Thêm một tệp vào hồ sơ dự án", "Nộp dự án", "Trả lại dự án"):
        assert words in body, words
