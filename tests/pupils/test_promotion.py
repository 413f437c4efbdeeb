"""The school year ends at Chu Văn An: moving up is prepared in April and takes effect by its days."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from programs.core.audit import history_of
from programs.core.models import SchoolYear
from programs.pupils.actions.joining import merge_pupils, part_pupils
from programs.pupils.actions.places import place
from programs.pupils.actions.promotion import (
    follow_calendar,
    leave_as_prepared,
    promote_school,
    take_promotion_back,
)
from programs.pupils.actions.roll import mark_left
from programs.pupils.hooks import let_pupils_leave
from programs.pupils.models import ClassGroup, Enrolment, Joining, Pupil
from programs.pupils.queries import classes_of, number_on_roll, pupils_of_class, schools_with_leavers
from programs.pupils.rules import Move, Plan, grade_of_class, last_grade_of, next_class_name
from tests.pages import main_of
from tests.people import make_class, make_coordinator, make_outsider, make_pupil, make_school, make_teacher

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


def names_of(group: ClassGroup, day: date) -> set[str]:
    """Where those who are in the class now are on ``day``."""
    places = Enrolment.objects.in_force(day).filter(pupil__enrolments__class_group=group)
    return set(places.values_list("class_group__name", flat=True))


def seen_in(client, group: ClassGroup) -> int:
    return len(client.get(reverse("class_detail", args=[group.pk])).context["accounts"])


@contextmanager
def on(day: date) -> Iterator[None]:
    """The portal's clock shows ``day``."""
    with time_machine.travel(datetime.combine(day, time(9), tzinfo=timezone.get_default_timezone()), tick=False):
        yield


def test_what_the_class_teacher_sees_until_the_new_year_begins(
    client, phuc, school, classes, year, next_year, monkeypatch
):
    looked, done = promote(client, school)
    assert [(one.group.name, one.next_name, one.moved, one.left) for one in looked.context["outlook"]] == [
        ("7A1", "8A1", 3, 0), ("8A1", "9A1", 3, 0), ("9A1", "", 0, 3),
    ]  # fmt: skip
    assert done.status_code == 302
    hanh, group = classes["8A1"].homeroom_teacher, classes["8A1"]
    coming = ClassGroup.objects.get(school_year=next_year, name="9A1")
    client.force_login(hanh)
    assert (seen_in(client, group), seen_in(client, coming)) == (3, 0), "the day on which it was prepared"
    an = Pupil.objects.filter(enrolments__class_group=group).first()
    assert client.get(reverse("pupil_detail", args=[an.pk])).context["class_now"] == group
    assert [one.pupils for one in classes_of(school, year)] == [3, 3, 3]
    for day in (year.ends_on, next_year.starts_on - timedelta(days=1)):
        with on(day):
            client.force_login(hanh)
            assert (seen_in(client, group), seen_in(client, coming)) == (3, 0), day
    with on(next_year.starts_on):
        client.force_login(hanh)
        assert (seen_in(client, group), seen_in(client, coming)) == (0, 3)
        assert client.get(reverse("pupil_detail", args=[an.pk])).context["class_now"] == coming
        assert coming.homeroom_teacher == hanh
        assert {group.name: group.pupils for group in classes_of(school, next_year)} == {"8A1": 3, "9A1": 3}


def test_every_class_moves_up_and_the_last_grade_leaves(client, phuc, school, classes, year, next_year):
    leavers = Pupil.objects.filter(enrolments__class_group=classes["9A1"])
    promote(client, school)
    entry = next(entry for entry in history_of(school) if entry.action == "school.promote")
    assert entry.data["after"]["moved"] == 6 and entry.data["after"]["left"] == 3
    assert entry.data["after"]["starts_on"] == next_year.starts_on.isoformat()
    with on(year.ends_on):
        assert run_leaving() == 0 and number_on_roll(school) == 9, "they are pupils of the school on its last day"
    with on(year.ends_on + timedelta(days=1)):
        assert pupils_of_class(classes["9A1"]).count() == 0, "in no class after it, whether or not the net has run"
        assert (run_leaving(), run_leaving()) == (1, 0)
    assert {pupil.left_on for pupil in leavers} == {year.ends_on}
    assert leavers.count() == 3  # nobody is deleted
    assert names_of(classes["7A1"], next_year.starts_on) == {"8A1"}
    assert names_of(classes["8A1"], next_year.starts_on) == {"9A1"}
    assert Enrolment.objects.filter(class_group__school_year=year).count() == 9  # the history stays


def run_leaving() -> int:
    return sum(bool(leave_as_prepared(school_id=pk)) for pk in schools_with_leavers(timezone.localdate()))


def test_after_the_first_day_of_the_year_it_takes_effect_at_once(client, phuc, school, year):
    """A school that is late: the new year began yesterday."""
    last = timezone.localdate() - timedelta(days=60)
    SchoolYear.objects.filter(pk=year.pk).update(starts_on=last - timedelta(days=300), ends_on=last)
    old = SchoolYear.objects.get(pk=year.pk)
    late = SchoolYear.objects.create(
        name="2026-2027",
        starts_on=timezone.localdate() - timedelta(days=1),
        ends_on=timezone.localdate() + timedelta(days=270),
    )
    group = make_class("8A1", school=school, school_year=old, pupils=2)
    _looked, done = promote(client, school)
    assert done.status_code == 302
    assert pupils_of_class(group).count() == 0
    assert pupils_of_class(ClassGroup.objects.get(school_year=late, name="9A1")).count() == 2


def test_what_is_prepared_is_taken_back(client, phuc, school, classes, year, next_year):
    promote(client, school)
    back = reverse("promotion_back", args=[school.code])
    assert back in main_of(client.get(reverse("promotion", args=[school.code])))
    assert client.post(back).status_code == 302
    assert Enrolment.objects.filter(ended_on=None).count() == Enrolment.objects.count() == 9
    assert not ClassGroup.objects.filter(school_year=next_year).exists()
    assert history_of(school).first().action == "school.promote_back"
    again = client.post(back)
    assert again.status_code == 200 and again.context["form"].errors, "it can be taken back once"
    assert history_of(school).filter(action="school.promote_back").count() == 1


def test_what_is_prepared_is_shown_and_corrected(client, phuc, school, classes, year, next_year):
    stays, leaves, _goes = Pupil.objects.filter(enrolments__class_group=classes["8A1"]).order_by("pk")
    promote(client, school, repeating=[stays.pk], leaving=[leaves.pk])
    form = client.get(reverse("promotion", args=[school.code])).context["form"]
    assert form["repeating"].value() == [str(stays.pk)] and form["leaving"].value() == [str(leaves.pk)]
    assert form[f"fate_{classes['9A1'].pk}"].value() == "leave"
    promote(client, school, **{f"name_{classes['8A1'].pk}": "9B2"})
    assert names_of(classes["8A1"], next_year.starts_on) == {"9B2"}
    assert set(ClassGroup.objects.filter(school_year=next_year).values_list("name", flat=True)) == {"8A1", "9B2"}
    assert Enrolment.objects.filter(pupil=stays).count() == 2


def test_after_it_was_prepared_pupils_leave_move_and_come(client, phuc, school, classes, year, next_year):
    other = make_class("8A2", school=school, school_year=year, pupils=1)
    gone, moved, twin = Pupil.objects.filter(enrolments__class_group=classes["8A1"]).order_by("pk")
    promote(client, school)
    mark_left(school=school, pupils=[gone], left_on=timezone.localdate(), by=phuc)
    assert list(gone.enrolments.values_list("class_group__name", flat=True)) == ["8A1"]
    place(wanted={moved.pk: other})
    assert names_on(moved, timezone.localdate()) == ["8A2"]
    assert names_on(moved, next_year.starts_on) == ["9A2"], "goes with the class in which the pupil is now"
    new = make_pupil("Trần Thị Mới", school=school)
    place(wanted={new.pk: ClassGroup.objects.get(pk=classes["8A1"].pk)})
    assert names_on(new, next_year.starts_on) == ["9A1"], "comes after it was prepared, and goes along"
    merge_pupils(keep=twin, drop=new, by=phuc, key="one-child")
    assert names_on(twin, timezone.localdate()) == ["8A1"] and names_on(twin, next_year.starts_on) == ["9A1"]
    part_pupils(joining=Joining.objects.get(), reason="Hai em khác nhau", by=phuc)
    for each in (twin, new):
        assert names_on(each, timezone.localdate()) == ["8A1"] and names_on(each, next_year.starts_on) == ["9A1"]
    assert max(Enrolment.objects.filter(ended_on=None).values("pupil").annotate(n=Count("pk")).values_list("n")) == (1,)


def names_on(pupil: Pupil, day: date) -> list[str]:
    return list(pupil.enrolments.in_force(day).values_list("class_group__name", flat=True))


def test_whom_a_list_or_another_record_has_placed_since_does_not_leave(phuc, school, classes, year, next_year):
    """The net has not run yet on the day after the last one: a list takes An in again, Bình's other record has a class."""
    promote_school(school=school, year=year, plan=Plan((Move(classes["9A1"].pk, ""),)), by=phuc, key="leave")
    an, binh, chi = Pupil.objects.filter(enrolments__class_group=classes["9A1"]).order_by("pk")
    with on(year.ends_on + timedelta(days=1)):
        again = make_class("9A7", school=school, school_year=next_year)
        twin = make_pupil("Nguyễn Văn Bình", school=school)
        place(wanted={an.pk: again, twin.pk: again})
        merge_pupils(keep=binh, drop=twin, by=phuc, key="one-child")
        run_leaving()
    assert [Pupil.objects.get(pk=each.pk).left_on for each in (an, binh, chi)] == [None, None, year.ends_on]


def test_records_that_are_parted_take_along_what_was_prepared_since(phuc, school, classes, year, next_year):
    an, other = Pupil.objects.filter(enrolments__class_group=classes["8A1"]).first(), make_pupil("An", school=school)
    merge_pupils(keep=other, drop=an, by=phuc, key="one-child")
    promote_school(school=school, year=year, plan=Plan((Move(classes["8A1"].pk, "9A1"),)), by=phuc, key="up")
    part_pupils(joining=Joining.objects.get(), reason="Hai em khác nhau", by=phuc)
    assert (names_on(an, timezone.localdate()), names_on(an, next_year.starts_on)) == (["8A1"], ["9A1"])
    assert not other.enrolments.exists()


def test_a_school_that_closes_takes_nobody_into_the_new_year(client, phuc, school, classes, next_year):
    promote(client, school)
    let_pupils_leave(school)
    assert not Enrolment.objects.not_over().exists() and number_on_roll(school) == 0


def test_a_list_of_the_coming_year_waits_for_its_first_day(client, phuc, school, classes, year, next_year):
    """The list of next year comes in July: this year's class stays until then, and no promotion overrules the list."""
    an = Pupil.objects.filter(enrolments__class_group=classes["8A1"]).first()
    there = make_class("9A7", school=school, school_year=next_year)
    place(wanted={an.pk: there})
    assert names_on(an, timezone.localdate()) == ["8A1"]
    promote(client, school)
    assert names_on(an, next_year.starts_on) == ["9A7"]
    take_promotion_back(school=school, by=phuc)
    assert names_on(an, next_year.starts_on) == ["9A7"]


def test_the_days_of_the_calendar_move_and_what_is_prepared_follows(client, phuc, school, classes, year, next_year):
    promote(client, school)
    before = (next_year.starts_on, next_year.ends_on)
    next_year.starts_on += timedelta(days=4)
    next_year.save()
    follow_calendar(year=next_year, starts_on=before[0], ends_on=before[1])
    assert names_of(classes["8A1"], before[0]) == {"8A1"}
    assert names_of(classes["8A1"], next_year.starts_on) == {"9A1"}
    last, year.ends_on = year.ends_on, year.ends_on + timedelta(days=2)
    year.save()
    follow_calendar(year=year, starts_on=year.starts_on, ends_on=last)
    assert names_of(classes["9A1"], year.ends_on) == {"9A1"}
    assert names_of(classes["9A1"], year.ends_on + timedelta(days=1)) == set()


def test_a_preview_changes_nothing(client, phuc, school, classes, next_year):
    address = reverse("promotion", args=[school.code])
    client.post(address, fields_of(client.get(address)) | {"step": "preview"})
    assert Enrolment.objects.filter(ended_on=None).count() == Enrolment.objects.count() == 9


def test_one_repeats_and_one_has_left(client, phuc, school, classes, year, next_year):
    stays, leaves, _goes = Pupil.objects.filter(enrolments__class_group=classes["8A1"]).order_by("pk")
    promote(client, school, repeating=[stays.pk], leaving=[leaves.pk])
    assert stays.enrolments.get(ended_on=None).class_group.name == "8A1"
    assert stays.enrolments.get(ended_on=None).class_group.school_year == next_year
    assert leaves.enrolments.get().then == "leaves" and leaves.enrolments.get().last_day == year.ends_on


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
    promote(client, school)
    before = set(Enrolment.objects.values_list("pupil", "class_group", "started_on", "ended_on"))
    promote(client, school)
    assert set(Enrolment.objects.values_list("pupil", "class_group", "started_on", "ended_on")) == before


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
    assert client.post(reverse("promotion_back", args=[school.code])).status_code == 403
    client.force_login(make_outsider("Cô Thu"))
    assert client.post(reverse("promotion_back", args=[school.code])).status_code == 404


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
