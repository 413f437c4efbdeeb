"""A pupil's own page: what I take part in, what waits for me, my projects, my certificates, what is stored about me."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking, RosterEntry
from programs.centres.models import Session
from tests.centres.make import make_session
from tests.people import make_class, make_outsider, make_pupil, make_teacher
from tests.projects.make import make_competition, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def class_8a1():
    return make_class("8A1", homeroom_teacher=make_teacher("Trần Thị Hạnh"))


@pytest.fixture
def minh(class_8a1):
    return make_pupil("Nguyễn Nhật Minh", class_group=class_8a1, with_account=True)


def make_booking(class_group, *, session: Session | None = None, state: str = BookingState.CONFIRMED) -> Booking:
    came = {"arrived_pupils": 1, "arrived_girls": 0, "arrived_adults": 1} if state == BookingState.CLOSED else {}
    return Booking.objects.create(
        reference=f"BD-{Booking.objects.count():05}",
        session=session or make_session(),
        school=class_group.school,
        class_group=class_group,
        leader=class_group.homeroom_teacher,
        contact_phone="+84912345678",
        pupils=1,
        adults=1,
        state=state,
        **came,
    )


def page_of(client, pupil, *, language: str = "") -> str:
    client.force_login(pupil.user)
    answer = client.get(language + reverse("me"))
    assert answer.status_code == 200
    return answer.content.decode()


def titles(client, pupil) -> dict[str, list[str]]:
    client.force_login(pupil.user)
    sections = client.get(reverse("me")).context["page"].sections
    return {str(section.title): [str(item.title) for item in section.items] for section in sections}


def test_a_new_pupils_page_is_kind_and_leads_on(client, minh):
    html = page_of(client, minh)
    assert 'Xin chào, <span translate="no">Minh</span>' in html
    assert "8A1" in html
    assert "Trần Thị Hạnh" in html
    for name in ("my_data", "my_consents", "class_join", "competition_list", "certificate_list"):
        assert f'href="{reverse(name)}"' in html, name
    assert "Cổng lưu những gì về em" in html  # adults read “về tôi” on the page itself
    assert "Cổng lưu những gì về tôi" in client.get(reverse("my_data")).content.decode()
    assert "Chưa có chuyến nào" in html
    assert 'Hello <span translate="no">Minh</span>' in page_of(client, minh, language="/en")


def test_the_desk_of_a_pupil_is_their_own_page_and_nobody_else_has_one(client, minh):
    client.force_login(minh.user)
    assert client.get(reverse("desk")).templates[0].name == "desk/me.html"
    client.force_login(make_teacher("Lê Văn Tám"))
    assert client.get(reverse("me")).status_code == 404
    client.logout()
    assert client.get(reverse("me")).status_code == 302


def test_visits_to_come_of_the_class_until_names_are_known_then_only_of_the_named(client, class_8a1, minh):
    an = make_pupil("Lê An", class_group=class_8a1, with_account=True)
    stranger = make_pupil("Đỗ Xa", class_group=make_class("8A1", school=make_outsider().memberships.get().school), with_account=True)  # fmt: skip
    booking = make_booking(class_8a1)
    title = booking.session.field_trip.title
    assert titles(client, minh)["Chuyến tham quan của em"] == [title]
    assert titles(client, stranger)["Chuyến tham quan của em"] == []
    RosterEntry.objects.create(booking=booking, pupil=an)
    assert titles(client, an)["Chuyến tham quan của em"] == [title]
    assert titles(client, minh)["Chuyến tham quan của em"] == [], "the list is made, and Minh is not on it"


def test_a_past_visit_says_whether_one_was_there(client, class_8a1, minh):
    an = make_pupil("Lê An", class_group=class_8a1, with_account=True)
    session = make_session(starts_at=timezone.now() - timedelta(days=3))
    booking = make_booking(class_8a1, session=session, state=BookingState.CLOSED)
    RosterEntry.objects.create(booking=booking, pupil=minh, attended=True)
    RosterEntry.objects.create(booking=booking, pupil=an, attended=False)
    assert "Em đã tham gia" in page_of(client, minh)
    assert "Em vắng mặt" in page_of(client, an)


def test_own_projects_with_what_happens_next_and_what_is_waiting(client, minh):
    project = make_project(minh=minh, competition=make_competition())
    html = page_of(client, minh)
    assert f"Hoàn thành dự án: {project.title}" in html
    assert "Hoàn thiện dự án" in html
    assert titles(client, minh)["Dự án của tôi"] == [project.title]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_one_visit_and_three(client, django_assert_num_queries, class_8a1, minh, rows):
    for number in range(rows):
        session = make_session(starts_at=timezone.now() + timedelta(days=3 + number))
        RosterEntry.objects.create(booking=make_booking(class_8a1, session=session), pupil=minh)
    client.force_login(minh.user)
    client.get(reverse("me"))
    # session, person, roles (2), class; consents, open competitions, invitations, projects to withdraw, to finish and
    # to state about, the sections
    # (the visits: keys first), files on their way; navigation
    with django_assert_num_queries(20):
        client.get(reverse("me"))
