"""No door leads out of the portal, and no letter believes the browser about where the portal is."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from programs.notices.models import Message
from tests import people
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example", "http:evil.example",
    "https:///evil.example", " https://evil.example", "/\t/evil.example", "javascript:alert(1)", "https://testserver@evil.example/",
]  # fmt: skip


def leads_out(answer) -> bool:
    return (
        "evil" in answer.get("Location", "").split("?")[0] or "javascript" in answer.get("Location", "").split("?")[0]
    )


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_and_out_and_the_second_step_stay_here(wanted):
    teacher, officer = people.make_teacher(), people.make_officer(second_factor=False)
    client = Client()
    fields = {"login": teacher.username, "password": PASSWORD, "next": wanted}
    for answer in (
        client.post(reverse("account_login"), fields),
        client.get(reverse("account_login"), {"next": wanted}),
        client.post(reverse("account_logout"), {"next": wanted}),
        client.get("/_util/login/", {"next": wanted}),
    ):
        assert not leads_out(answer), answer.get("Location")
    client.force_login(officer)
    client.get(reverse("second_factor"), {"next": wanted})
    people.enrol_second_factor(officer)
    assert not leads_out(client.get(reverse("second_factor")))


def test_an_address_of_our_own_is_kept():
    teacher = people.make_teacher()
    fields = {"login": teacher.username, "password": PASSWORD, "next": reverse("booking_list")}
    assert Client().post(reverse("account_login"), fields)["Location"] == reverse("booking_list")


@pytest.mark.parametrize("name", ["account_reset_password", "account_request_login_code"])
def test_a_request_that_says_it_is_for_another_host_is_refused_and_no_letter_names_that_host(name):
    teacher = people.make_teacher()
    for headers in ({"host": "evil.example"}, {"host": "testserver:80@evil.example"}):
        answer = Client(headers=headers).post(reverse(name), {"email": teacher.email})
        assert answer.status_code == 400
    assert not Message.objects.exists()
    Client(headers={"x-forwarded-host": "evil.example"}).post(reverse(name), {"email": teacher.email})
    letter = Message.objects.get()
    assert "evil" not in letter.body_text + letter.body_html
