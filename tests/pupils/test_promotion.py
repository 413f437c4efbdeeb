"""The school year ends at Chu Văn An: the classes move up in one act, the ninth grade leaves."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.core.audit import history_of
from programs.core.models import SchoolYear
from programs.pupils.models import ClassGroup, Enrolment, Pupil
from programs.pupils.rules import grade_of_class, last_grade_of, next_class_name
from tests.pages import main_of
from tests.people import make_class, make_coordinator, make_outsider, make_school, make_teacher

pytestmark = pytest.mark.django_db


def a_year(name: str, ends_in: int) -> SchoolYear:
    ends_on = timezone.localdate() + timedelta(days=ends_in)
    return SchoolYear.objects.create(name=name, starts_on=ends_on - timedelta(days=300), ends_on=ends_on)


@pytest.fixture
def year():
    return a_year("2025-2026", 10)


@pytest.fixture
def next_year(year):
    return a_year("2026-2027", 375)


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def phuc(client, school):
    coordinator = make_coordinator(school=school)
    client.force_login(coordinator)
    return coordinator


@pytest.fixture
def classes(school, year):
    hanh = make_teacher(school=school)
    return {
        name: make_class(
            name, school=school, school_year=year, pupils=3, homeroom_teacher=hanh if name == "8A1" else None
        )
        for name in ("7A1", "8A1", "9A1")
    }


def fields_of(page, **changes) -> dict:
    form = page.context["form"]
    fields = {name: form[name].value() for name in form.fields if name not in ("repeating", "leaving")}
    fields = {name: value for name, value in fields.items() if value not in (False, None)}
    return {name: "on" if value is True else value for name, value in fields.items()} | changes


def promote(client, school, **changes):
    """All three steps."""
    address = reverse("promotion", args=[school.code])
    fields = fields_of(client.get(address), **changes)
    looked = client.post(address, fields | {"step": "preview"})
    assert looked.status_code == 200, looked
    return looked, client.post(address, fields | {"step": "confirm"})


def names_of(group: ClassGroup, year: SchoolYear) -> set[str]:
    places = Enrolment.objects.filter(
        pupil__enrolments__class_group=group, ended_on=None, class_group__school_year=year
    )
    return set(places.values_list("class_group__name", flat=True))


def test_every_class_moves_up_and_the_last_grade_leaves(client, phuc, school, classes, year, next_year):
    looked, done = promote(client, school)
    assert [(one.group.name, one.next_name, one.moved, one.left) for one in looked.context["outlook"]] == [
        ("7A1", "8A1", 3, 0), ("8A1", "9A1", 3, 0), ("9A1", "", 0, 3),
    ]  # fmt: skip
    assert done.status_code == 302
    assert names_of(classes["7A1"], next_year) == {"8A1"}
    assert names_of(classes["8A1"], next_year) == {"9A1"}
    leavers = Pupil.objects.filter(enrolments__class_group=classes["9A1"])
    assert {pupil.left_on for pupil in leavers} == {timezone.localdate()}
    assert leavers.count() == 3  # nobody is deleted
    assert Enrolment.objects.filter(class_group__school_year=year, ended_on=None).count() == 0
    assert Enrolment.objects.filter(class_group__school_year=year).count() == 9  # the history stays
    assert ClassGroup.objects.get(school_year=next_year, name="9A1").homeroom_teacher == classes["8A1"].homeroom_teacher
    entry = next(entry for entry in history_of(school) if entry.action == "school.promote")
    assert entry.data["after"] == {"year": "2026-2027", "classes": 3, "moved": 6, "repeating": 0, "left": 3}


def test_a_preview_changes_nothing(client, phuc, school, classes, next_year):
    address = reverse("promotion", args=[school.code])
    client.post(address, fields_of(client.get(address)) | {"step": "preview"})
    assert Enrolment.objects.filter(ended_on=None).count() == 9


def test_one_repeats_and_one_has_left(client, phuc, school, classes, year, next_year):
    stays, leaves, _goes = Pupil.objects.filter(enrolments__class_group=classes["8A1"]).order_by("pk")
    promote(client, school, repeating=[stays.pk], leaving=[leaves.pk])
    assert stays.enrolments.get(ended_on=None).class_group.name == "8A1"
    assert stays.enrolments.get(ended_on=None).class_group.school_year == next_year
    leaves.refresh_from_db()
    assert leaves.left_on == timezone.localdate()
    assert not leaves.enrolments.filter(ended_on=None).exists()


def test_both_ticks_are_refused_and_the_choices_stay(client, phuc, school, classes, next_year):
    one = Pupil.objects.filter(enrolments__class_group=classes["8A1"]).first()
    address = reverse("promotion", args=[school.code])
    fields = fields_of(
        client.get(address), repeating=[one.pk], leaving=[one.pk], **{f"name_{classes['7A1'].pk}": "8B9"}
    )
    response = client.post(address, fields | {"step": "preview"})
    assert response.context["form"].non_field_errors()
    assert "8B9" in main_of(response)


@pytest.mark.parametrize("name", ["", "9A1", "10A1"])
def test_a_name_that_cannot_be(client, phuc, school, classes, next_year, name):
    address = reverse("promotion", args=[school.code])
    field = f"name_{classes['7A1'].pk}"
    response = client.post(address, fields_of(client.get(address), **{field: name}) | {"step": "preview"})
    assert response.context["form"].errors


def test_a_second_time_changes_nothing(client, phuc, school, classes, year, next_year):
    _looked, done = promote(client, school)
    before = Enrolment.objects.count()
    again = client.get(reverse("promotion", args=[school.code]))
    assert again.context["refusal"].code in ("no_next_year", "too_early")
    assert done.status_code == 302
    assert Enrolment.objects.count() == before


def test_two_presses_are_one_act(client, phuc, school, classes, year, next_year):
    address = reverse("promotion", args=[school.code])
    fields = fields_of(client.get(address)) | {"step": "confirm"}
    client.post(address, fields)
    client.post(address, fields)
    assert Enrolment.objects.filter(class_group__school_year=next_year).count() == 6
    assert len([entry for entry in history_of(school) if entry.action == "school.promote"]) == 1


def test_without_a_next_year_it_says_who_enters_it(client, phuc, school, classes):
    page = client.get(reverse("promotion", args=[school.code]))
    assert page.context["refusal"].code == "no_next_year"


def test_not_in_november(client, phuc, school):
    middle = a_year("2026-2027", 200)
    a_year("2027-2028", 560)
    make_class("8A1", school=school, school_year=middle, pupils=1)
    assert client.get(reverse("promotion", args=[school.code])).context["refusal"].code == "too_early"


def test_a_school_without_pupils_has_nothing_to_move(client, phuc, school, next_year):
    assert client.get(reverse("promotion", args=[school.code])).context["refusal"].code == "no_classes"


def test_the_outsider_and_the_teacher(client, school, classes, next_year):
    address = reverse("promotion", args=[school.code])
    client.force_login(make_outsider())
    assert client.get(address).status_code == 404
    client.force_login(make_teacher("Cô Lan", school=school))
    assert client.get(address).status_code == 403
    assert client.post(address, {"step": "confirm"}).status_code == 403


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_at_one_class_and_three(client, phuc, school, year, next_year, number, django_assert_num_queries):
    for index in range(number):
        make_class(f"7A{index + 1}", school=school, school_year=year, pupils=2)
    client.get(reverse("promotion", args=[school.code]))
    with django_assert_num_queries(14):
        client.get(reverse("promotion", args=[school.code]))


def test_names_and_grades():
    assert next_class_name("8A1", 8) == "9A1"
    assert next_class_name("10 Tin", 10) == "11 Tin"
    assert next_class_name("Hoa Sen", 1) == "Hoa Sen"
    assert (grade_of_class("12C3"), grade_of_class("6/1"), grade_of_class("Hoa Sen")) == (12, 6, None)
    assert last_grade_of(["primary", "lower_secondary"]) == 9
