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
