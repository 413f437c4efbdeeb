"""Cô Hạnh looks for a session: by grade, day, places for her group, and how near it is."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.centres.models import Session
from programs.schools.models import School
from tests.centres.make import local, make_centre, make_session, make_trip
from tests.people import make_cluster, make_school, make_teacher, make_ward

pytestmark = pytest.mark.django_db


def found(client, **asked) -> list[Session]:
    return list(client.get(reverse("session_search"), asked).context["page_obj"])


def test_anybody_sees_what_still_takes_bookings_soonest_first(world, client):
    soon, later = world.session, make_session(trip=world.session.field_trip, starts_at=local(20))
    make_session(trip=world.session.field_trip, starts_at=local(1, 14))  # booking has closed
    make_session(trip=world.session.field_trip, starts_at=local(30), state="cancelled")
    make_session(trip=make_trip("Thôi mở", is_active=False), starts_at=local(12))
    assert found(client) == [soon, later]


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({"grade": "8"}, ["Xưởng"]),
        ({"grade": "lower_secondary"}, ["Xưởng"]),
        ({"grade": "primary"}, ["Vườn"]),
        ({"grade": "upper_secondary"}, []),
        ({"seats": "30"}, ["Xưởng"]),
        ({"seats": "41"}, []),
        ({"grade": "không"}, ["Xưởng", "Vườn"]),
        ({"seats": "x", "first": "32/13/2026", "ward": "99999"}, ["Xưởng", "Vườn"]),
        ({"first": "01/01/0001", "last": "31/12/9999"}, ["Xưởng", "Vườn"]),
    ],
)
def test_each_question_narrows_and_what_cannot_be_read_narrows_nothing(world, client, asked, titles):
    world.session.field_trip.title = "Xưởng"
    world.session.field_trip.save()
    garden = make_trip("Vườn", centre=world.centre, grade_from=1, grade_to=5, max_pupils=25)
    make_session(trip=garden, starts_at=local(11), capacity=25)
    assert [each.field_trip.title for each in found(client, **asked)] == titles


def test_days_and_a_trip_narrow_too(world, client):
    trip = world.session.field_trip
    other = make_session(trip=trip, starts_at=local(20, 13))
    day = f"{timezone.localtime(other.starts_at):%d/%m/%Y}"
    assert found(client, first=day, last=day) == [other]
    assert found(client, trip=trip.code, last=day) == [world.session, other]
    assert found(client, trip="KHONG-CO") == [world.session, other]


def test_a_session_for_one_group_has_no_places_for_a_second(world, client):
    Session.objects.filter(pk=world.session.pk).update(one_group=True, seats_taken=5)
    assert found(client, seats="10") == []


def test_what_is_full_says_when_the_next_chance_is(world, client):
    trip = world.session.field_trip
    Session.objects.filter(pk=world.session.pk).update(seats_taken=40)
    full_too = make_session(trip=trip, starts_at=local(12), seats_taken=40)
    make_session(trip=make_trip("Khác", centre=make_centre("Trung tâm khác")), starts_at=local(13))
    chance = make_session(trip=trip, starts_at=local(14), seats_taken=20)
    shown = {session.pk: session.next_chance for session in found(client, trip=trip.code)}
    assert shown == {world.session.pk: chance, full_too.pk: chance, chance.pk: None}
    page = client.get(reverse("session_search")).content.decode()
    assert reverse("session_detail", args=[chance.pk]) in page
    Session.objects.filter(pk=chance.pk).update(seats_taken=40)
    assert {each.next_chance for each in found(client, trip=trip.code)} == {None}


def test_nearest_first_is_ones_own_ward_then_ones_own_cluster(world, as_user):
    cluster = make_cluster()
    School.objects.filter(pk=world.school.pk).update(cluster=cluster)
    neighbour = make_school("Trường THCS láng giềng", ward=make_ward("Phường Phú Lợi"))
    School.objects.filter(pk=neighbour.pk).update(cluster=cluster)
    near, next_door, far = (make_centre(f"Trung tâm {name}") for name in "ABC")
    for centre, ward in (
        (near, world.school.ward), (next_door, neighbour.ward), (far, make_ward("Phường Dĩ An")),
    ):  # fmt: skip
        centre.ward = ward
        centre.save()
    Session.objects.all().delete()
    sessions = [
        make_session(trip=make_trip(f"Chuyến {number}", centre=centre), starts_at=local(10 + number))
        for number, centre in enumerate((far, next_door, near))
    ]
    client = as_user(world.hanh)
    assert found(client) == sessions
    assert [each.nearness for each in found(client, order="near")] == [0, 1, 2]
    assert found(client, order="near") == sessions[::-1]
    assert [each.nearness for each in found(as_user(world.lam), order="near", ward="")] == [2, 2, 2]


def test_the_pages_are_turned_with_the_question_kept(world, client):
    for number in range(21):
        make_session(trip=world.session.field_trip, starts_at=local(20 + number))
    page = client.get(reverse("session_search"), {"seats": "5"})
    assert len(page.context["page_obj"]) == 20
    assert "seats=5&amp;page=2" in page.content.decode()
    assert len(client.get(reverse("session_search"), {"seats": "5", "page": "2"}).context["page_obj"]) == 2


SEARCH_QUERIES = 6  # 3 of the form's lists, the count, the page, the next chances


@pytest.mark.parametrize("rows", [1, 3])
def test_the_search_costs_the_same_with_one_and_three_rows(world, client, rows, django_assert_num_queries):
    Session.objects.filter(pk=world.session.pk).update(seats_taken=40)
    for number in range(rows - 1):
        make_session(trip=world.session.field_trip, starts_at=local(11 + number), seats_taken=40)
    client.get(reverse("session_search"))
    with django_assert_num_queries(SEARCH_QUERIES):
        page = client.get(reverse("session_search"))
    assert page.content.decode().count('<th scope="row">') == rows


def test_a_teacher_without_a_school_of_one_ward_is_not_guessed(world, as_user):
    make_teacher("Ngô Thị Thu", school=make_school("Trường THCS Bình An"))
    assert as_user(world.sen).get(reverse("session_search")).status_code == 200
