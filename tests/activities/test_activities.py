"""Cô Hạnh reports what she taught; the numbers are counts of rows."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.activities.models import TaughtActivity
from programs.core.audit import history_of
from programs.curricula.models import Curriculum
from programs.schools.choices import SchoolState
from tests.people import (
    make_class,
    make_coordinator,
    make_officer,
    make_outsider,
    make_pupil,
    make_school,
    make_teacher,
    make_ward,
    make_ward_officer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def filter_lesson():
    return Curriculum.objects.create(code="water-filter", title="Bình lọc nước", grade_from=6, grade_to=8, minutes=180)


@pytest.fixture
def hanh(client):
    teacher = make_teacher()
    client.force_login(teacher)
    return teacher


def typed(curriculum, class_group, **changed) -> dict:
    return {
        "curriculum": curriculum.pk,
        "class_group": class_group.pk,
        "taught_on": timezone.localdate().strftime("%d/%m/%Y"),
        "pupils": "38",
        "girls": "20",
        "idempotency_key": "a-1",
    } | changed


def test_a_lesson_is_reported_once(client, hanh, filter_lesson):
    body = typed(filter_lesson, make_class("8A1"))
    for _ in range(2):
        assert client.post(reverse("activity_report"), body).status_code == 302
    activity = TaughtActivity.objects.get()
    assert (activity.pupils, activity.girls, activity.grade, activity.school) == (38, 20, 8, make_school())
    assert activity.taught_on == timezone.localdate()
    assert activity.reported_by == hanh
    assert history_of(activity).get().action == "activity.report"
    page = client.get(reverse("activity_list"))
    assert page.context["figures"] == {"activities": 1, "pupils": 38, "girls": 20}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"taught_on": "tomorrow"}, "taught_on"),
        ({"taught_on": "12/31/2025"}, "taught_on"),
        ({"taught_on": "29/02/2025"}, "taught_on"),
        ({"taught_on": "05/09/2019"}, "taught_on"),
        ({"girls": "39"}, "girls"),
        ({"girls": "-1"}, "girls"),
        ({"pupils": "0"}, "pupils"),
        ({"pupils": "40.0"}, "pupils"),
        ({"pupils": "4,0"}, "pupils"),
        ({"pupils": "1000000000"}, "pupils"),
        ({"pupils": ""}, "pupils"),
    ],
)
def test_a_wrong_answer_is_refused_beside_its_field_and_kept(client, hanh, filter_lesson, changed, field):
    if changed.get("taught_on") == "tomorrow":
        changed = {"taught_on": (timezone.localdate() + timedelta(days=1)).strftime("%d/%m/%Y")}
    response = client.post(reverse("activity_report"), typed(filter_lesson, make_class("8A1"), **changed))
    assert response.status_code == 200
    assert response.context["form"].errors[field]
    assert response.context["form"].data[field] == changed[field]
    assert not TaughtActivity.objects.exists()


def test_the_same_lesson_is_not_counted_twice(client, hanh, filter_lesson):
    class_group = make_class("8A1")
    client.post(reverse("activity_report"), typed(filter_lesson, class_group))
    again = client.post(reverse("activity_report"), typed(filter_lesson, class_group, idempotency_key="a-2"))
    assert again.context["form"].errors["taught_on"]
    assert TaughtActivity.objects.count() == 1


def test_nobody_reports_for_another_school(client, filter_lesson):
    class_group = make_class("8A1")
    client.force_login(make_outsider())
    response = client.post(reverse("activity_report"), typed(filter_lesson, class_group, school=class_group.school_id))
    assert response.status_code == 200
    assert response.context["form"].errors["class_group"]
    assert not TaughtActivity.objects.exists()


def test_the_form_is_for_staff_of_working_schools(client, filter_lesson):
    early = make_coordinator(school=make_school("Trường THCS Chờ Duyệt", state=SchoolState.CLAIMED))
    minh = make_pupil(with_account=True)
    for reader in (early, minh.user, make_officer()):
        client.force_login(reader)
        assert client.get(reverse("activity_report")).status_code == 404
    client.force_login(minh.user)
    assert client.get(reverse("activity_list")).status_code == 404


def test_who_sees_a_reported_lesson(client, hanh, filter_lesson):
    client.post(reverse("activity_report"), typed(filter_lesson, make_class("8A1")))
    seen = {}
    for name, reader in {
        "department": make_officer(),
        "ward": make_ward_officer(),
        "other ward": make_ward_officer("Ngô Văn Tâm", ward=make_ward("Phường Dĩ An")),
        "outsider": make_outsider(),
    }.items():
        client.force_login(reader)
        seen[name] = len(client.get(reverse("activity_list")).context["page_obj"])
    assert seen == {"department": 1, "ward": 1, "other ward": 0, "outsider": 0}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(client, hanh, filter_lesson, django_assert_num_queries, rows):
    for number in range(rows):
        class_group = make_class(f"8A{number}")
        client.post(reverse("activity_report"), typed(filter_lesson, class_group, idempotency_key=f"a-{number}"))
    client.get(reverse("activity_list"))
    with django_assert_num_queries(10):  # session, person, roles (2), count, figures, page; the frame 3
        client.get(reverse("activity_list"))


# --- Checked, corrected, withdrawn ----------------------------------------------------------------
@pytest.fixture
def lesson(client, hanh, filter_lesson):
    client.post(reverse("activity_report"), typed(filter_lesson, make_class("8A1", pupils=38)))
    return TaughtActivity.objects.get()


def correct(client, lesson, **changed):
    page = client.get(reverse("activity_correct", args=[lesson.pk]))
    if page.status_code != 200:
        return page
    hidden = {field.name: field.value() for field in page.context["form"].hidden_fields()}
    shown = {field.name: field.value() for field in page.context["form"].visible_fields()}
    shown["taught_on"] = lesson.taught_on.strftime("%d/%m/%Y")
    shown |= {name: shown[name].pk for name in ("curriculum", "class_group") if hasattr(shown[name], "pk")}
    return client.post(page.request["PATH_INFO"], hidden | shown | changed)


def test_a_class_has_no_more_pupils_than_its_list_and_a_tenth(client, hanh, filter_lesson):
    class_group = make_class("8A1", pupils=38)
    for pupils in ("200", "43"):
        answer = client.post(reverse("activity_report"), typed(filter_lesson, class_group, pupils=pupils))
        assert "38" in str(answer.context["form"].errors["pupils"])
    assert client.post(reverse("activity_report"), typed(filter_lesson, class_group, pupils="42")).status_code == 302


def test_without_a_list_a_class_has_up_to_sixty(client, hanh, filter_lesson):
    class_group = make_class("8A2")
    answer = client.post(reverse("activity_report"), typed(filter_lesson, class_group, pupils="61"))
    assert "60" in str(answer.context["form"].errors["pupils"])
    assert client.post(reverse("activity_report"), typed(filter_lesson, class_group, pupils="60")).status_code == 302


def test_a_lesson_of_another_level_is_refused_and_of_another_grade_is_not(client, hanh, filter_lesson):
    five = make_class("5A", grade=5)
    answer = client.post(reverse("activity_report"), typed(filter_lesson, five))
    assert answer.context["form"].errors["class_group"]
    nine = make_class("9A", grade=9)
    assert client.post(reverse("activity_report"), typed(filter_lesson, nine)).status_code == 302


def test_who_reported_it_corrects_it_and_the_log_keeps_what_it_was(client, hanh, lesson):
    assert correct(client, lesson, pupils="36", girls="18").status_code == 302
    lesson.refresh_from_db()
    assert (lesson.pupils, lesson.girls) == (36, 18)
    row = history_of(lesson).first()
    assert (row.action, row.data["before"]["pupils"], row.data["after"]["pupils"]) == ("activity.correct", 38, 36)
    assert "Sửa" in client.get(reverse("activity_detail", args=[lesson.pk])).content.decode()
    assert client.get(reverse("activity_list")).context["figures"]["pupils"] == 36


def test_the_same_again_changes_nothing_and_a_wrong_answer_is_refused_beside_its_field(client, hanh, lesson):
    assert correct(client, lesson).status_code == 302
    assert history_of(lesson).count() == 1
    assert correct(client, lesson, girls="39").context["form"].errors["girls"]
    assert correct(client, lesson, pupils="200").context["form"].errors["pupils"]


def test_two_who_correct_at_once_see_both_values(client, hanh, lesson):
    page = client.get(reverse("activity_correct", args=[lesson.pk]))
    version = page.context["form"]["version"].value()
    correct(client, lesson, pupils="30", girls="20")
    stale = correct(client, lesson, pupils="37", version=version)
    assert stale.status_code == 200 and "30" in stale.content.decode()
    assert TaughtActivity.objects.get().pupils == 30


def test_a_withdrawn_lesson_counts_no_more_and_can_be_reported_again(client, hanh, lesson, filter_lesson):
    answer = client.post(reverse("activity_withdraw", args=[lesson.pk]), {"reason": "Nhầm lớp"})
    assert answer.status_code == 302
    lesson.refresh_from_db()
    assert lesson.withdrawn_at and history_of(lesson).first().reason.text == "Nhầm lớp"
    page = client.get(reverse("activity_list"))
    assert page.context["figures"] == {"activities": 0, "pupils": 0, "girls": 0}
    assert "Đã rút" in page.content.decode()
    for name in ("activity_correct", "activity_withdraw"):
        again = client.post(
            reverse(name, args=[lesson.pk]), {"reason": "Lần nữa"} | typed(filter_lesson, lesson.class_group)
        )
        assert again.status_code in (200, 403)
    report = typed(filter_lesson, lesson.class_group, idempotency_key="lan-hai")
    assert client.post(reverse("activity_report"), report).status_code == 302
    assert TaughtActivity.objects.in_force().count() == 1


def test_only_who_reported_it_and_who_leads_the_school_correct_it(client, hanh, lesson):
    colleague, phuc = make_teacher("Lý Minh Tâm"), make_coordinator()
    seen = {}
    for name, person in {
        "colleague": colleague, "coordinator": phuc, "ward": make_ward_officer(), "outsider": make_outsider(),
    }.items():  # fmt: skip
        client.force_login(person)
        seen[name] = [
            client.get(reverse(at, args=[lesson.pk])).status_code for at in ("activity_detail", "activity_correct")
        ]
    assert seen == {
        "colleague": [200, 403], "coordinator": [200, 200], "ward": [200, 403], "outsider": [404, 404],
    }  # fmt: skip
    client.force_login(phuc)
    assert correct(client, lesson, pupils="35").status_code == 302
