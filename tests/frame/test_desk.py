"""The desk says what waits today, the most urgent first."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from programs.core.desk import DeskLink, DeskStat, DeskTable, DeskTask
from stem_portal import desk
from tests.pages import main_of
from tests.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rooms(monkeypatch):
    def use(*rooms):
        monkeypatch.setattr(desk, "ROOMS", list(rooms))

    return use


def task(title: str, weight: int) -> DeskTask:
    return DeskTask(title=title, detail="", url="/", action="Mở", weight=weight)


def test_a_stranger_is_led_to_the_sign_in_and_back(client):
    answer = client.get(reverse("desk"))
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/desk/")


def test_wings_bring_what_they_have_and_the_urgent_comes_first(client, rooms):
    rooms(
        SimpleNamespace(tasks=lambda user: [task("Sau", 80)], links=lambda user: [DeskLink("Xa", "/xa/", weight=90)]),
        SimpleNamespace(
            tasks=lambda user: [task("Trước", 10)],
            stats=lambda user: [DeskStat(38, "học sinh", "/rows/")],
            links=lambda user: [DeskLink("Gần", "/gan/", count=3, weight=10)],
            tables=lambda user: [DeskTable("none.html", [])],
        ),
    )
    client.force_login(make_user("Trần Thị Hạnh"))
    page = client.get(reverse("desk"))
    html = main_of(page)
    assert html.index("Trước") < html.index("Sau")
    assert html.index("Gần") < html.index("Xa")
    assert "Hạnh" in html and 'href="/rows/"' in html
    assert page.context["desk"].tables == [], "an empty table is not drawn"


def test_an_empty_desk_is_kind(client, rooms):
    rooms()
    client.force_login(make_user("Trần Thị Hạnh"))
    for prefix, words in (("", "Không có việc nào"), ("/en", "Nothing is waiting for you")):
        assert words in client.get(prefix + reverse("desk")).content.decode()


def test_a_new_person_s_desk_works_with_every_wing(client):
    client.force_login(make_user("Trần Thị Hạnh"))
    assert client.get(reverse("desk")).status_code == 200
