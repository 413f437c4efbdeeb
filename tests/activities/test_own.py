"""Cô Hạnh writes down what her school did itself, from her phone; thầy Lâm of another school sees nothing of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.activities.models import OwnActivity
from programs.core.audit import history_of
from programs.schools.models import School
from tests.people import (
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
def school():
    return make_school()


@pytest.fixture
def hanh(client, school):
    teacher = make_teacher(school=school)
    client.force_login(teacher)
    return teacher


def typed(school: School, **changed) -> dict:
    today = timezone.localdate()
    return {
        "kind": "stem_festival", "title": "Ngày hội Robot", "where": f"{school.pk}:lower_secondary",
        "held_on": f"{today:%d/%m/%Y}", "minutes": "240", "pupils": "300", "girls": "160", "teachers": "12",
        "evidence": "https://example.vn/ngay-hoi", "idempotency_key": "n-1",
    } | changed  # fmt: skip


def report(client, school: School, **changed):
    return client.post(reverse("own_report"), typed(school, **changed))


@pytest.fixture
def festival(client, hanh, school) -> OwnActivity:
    report(client, school)
    return OwnActivity.objects.get()


def correct(client, activity: OwnActivity, **changed):
    page = client.get(reverse("own_correct", args=[activity.pk]))
    if page.status_code != 200:
        return page
    version = page.context["form"]["version"].value()
    body = typed(activity.school) | {"version": version, "held_on": f"{activity.held_on:%d/%m/%Y}"}
    return client.post(page.request["PATH_INFO"], body | changed)


def test_a_festival_is_reported_once_and_its_rows_make_the_figures(client, hanh, school):
    for _time in range(2):
        assert report(client, school).status_code == 302
    festival = OwnActivity.objects.get()
    assert (festival.pupils, festival.girls, festival.teachers, festival.level) == (300, 160, 12, "lower_secondary")
    assert festival.reported_by == hanh
    page = client.get(reverse("own_list"))
    assert page.context["figures"] == {"activities": 1, "pupils": 300, "girls": 160}
    assert "Ngày hội Robot" in page.content.decode()
    assert "Ngày hội STEM" in client.get(reverse("own_detail", args=[festival.pk])).content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "party"}, "kind"), ({"title": ""}, "title"), ({"where": ""}, "where"), ({"minutes": "5"}, "minutes"),
        ({"girls": "301"}, "girls"), ({"pupils": "0"}, "pupils"), ({"pupils": "991"}, "pupils"),
        ({"teachers": "0"}, "teachers"), ({"held_on": "31/02/2026"}, "held_on"), ({"held_on": "05/09/2019"}, "held_on"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_refused_beside_its_field_and_kept(client, hanh, school, changed, field):
    """The school has 900 pupils on the official list: 990 are believed, 991 are not."""
    answer = report(client, school, **changed)
    assert answer.status_code == 200 and answer.context["form"].errors[field]
    assert answer.context["form"].data[field] == changed[field]
    assert not OwnActivity.objects.exists()


def test_what_is_to_come_and_what_is_reported_already_are_refused(client, hanh, school, festival):
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert (
        report(client, school, held_on=f"{tomorrow:%d/%m/%Y}", idempotency_key="n-2").context["form"].errors["held_on"]
    )
    assert report(client, school, title="ngày hội robot", idempotency_key="n-3").context["form"].errors["title"]
    assert report(client, school, title="Ngày hội Tên lửa", idempotency_key="n-4").status_code == 302


def test_another_school_or_a_level_it_does_not_have_cannot_be_named(client, hanh, school):
    other = make_school("Trường THCS Phú Lợi")
    for where in (f"{other.pk}:lower_secondary", f"{school.pk}:primary", "x"):
        assert report(client, school, where=where).context["form"].errors["where"]
    assert not OwnActivity.objects.exists()


def test_who_reported_it_corrects_it_and_the_log_keeps_what_it_was(client, hanh, festival):
    assert correct(client, festival, pupils="280", girls="150").status_code == 302
    festival.refresh_from_db()
    assert (festival.pupils, festival.girls) == (280, 150)
    row = history_of(festival).first()
    assert (row.action, row.data["before"]["pupils"], row.data["after"]["pupils"]) == ("own_activity.correct", 300, 280)
    assert correct(client, festival, pupils="280", girls="150").status_code == 302
    assert history_of(festival).count() == 2, "the same again changes nothing"
    assert correct(client, festival, pupils="2000").context["form"].errors["pupils"]


def test_of_two_who_correct_at_once_the_second_sees_both(client, hanh, festival):
    version = client.get(reverse("own_correct", args=[festival.pk])).context["form"]["version"].value()
    correct(client, festival, pupils="280")
    stale = correct(client, festival, pupils="290", version=version)
    assert stale.status_code == 200 and "280" in stale.content.decode()
    festival.refresh_from_db()
    assert festival.pupils == 280


def test_what_is_withdrawn_counts_no_more_and_can_be_reported_again(client, hanh, school, festival):
    client.post(reverse("own_withdraw", args=[festival.pk]), {"reason": "Nhập trùng"})
    festival.refresh_from_db()
    assert festival.withdrawn_at and history_of(festival).first().reason.text == "Nhập trùng"
    assert client.get(reverse("own_list")).context["figures"]["activities"] == 0
    assert client.post(reverse("own_withdraw", args=[festival.pk]), {"reason": "Lần nữa"}).status_code == 200
    assert report(client, school, idempotency_key="n-2").status_code == 302


def test_who_sees_and_who_mends(client, hanh, school, festival):
    seen = {}
    for name, person in {
        "colleague": make_teacher("Lý Minh Tâm", school=school), "coordinator": make_coordinator(school=school),
        "ward": make_ward_officer(), "other ward": make_ward_officer("Ngô Văn Tâm", ward=make_ward("Phường Dĩ An")),
        "department": make_officer(), "outsider": make_outsider(),
    }.items():  # fmt: skip
        client.force_login(person)
        addresses = (reverse("own_detail", args=[festival.pk]), reverse("own_correct", args=[festival.pk]))
        seen[name] = [client.get(address).status_code for address in addresses]
    assert seen == {
        "colleague": [200, 403], "coordinator": [200, 200], "ward": [200, 403], "other ward": [404, 404],
        "department": [200, 403], "outsider": [404, 404],
    }  # fmt: skip
    client.force_login(make_pupil(with_account=True).user)
    assert client.get(reverse("own_list")).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(client, hanh, school, django_assert_num_queries, rows):
    for number in range(rows):
        report(client, school, title=f"Câu lạc bộ {number}", kind="club", idempotency_key=f"n-{number}")
    client.get(reverse("own_list"))
    with django_assert_num_queries(10):
        client.get(reverse("own_list"))
