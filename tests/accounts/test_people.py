"""Accounts are made by somebody for somebody."""

import re

import pytest
from django.urls import reverse

from programs.accounts import actions
from programs.accounts.models import User
from programs.core.audit import history_of
from programs.core.refusals import Refused
from tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return make_user("Võ Thị Thu")


def test_a_person_is_made_with_an_audit_row_and_without_a_password(coordinator):
    person = actions.create_person(full_name=" Đỗ  Đức ", email="Duc.Do@Truong.VN", language="vi", by=coordinator)
    assert (person.full_name, person.username, person.email) == ("Đỗ Đức", "duc-do", "duc.do@truong.vn")
    assert not person.has_usable_password()
    entry = history_of(person).get()
    assert (entry.action, entry.user) == ("person.create", coordinator)
    assert "duc" not in str(entry.data).lower(), "the log keeps no personal data"


def test_names_become_user_names_and_namesakes_differ(coordinator):
    first = actions.create_person(full_name="Đặng Đình Đức", email=None, language="vi", by=coordinator)
    second = actions.create_person(full_name="Đặng Đình Đức", email=None, language="vi", by=coordinator)
    assert first.username == "dang-dinh-duc"
    assert re.fullmatch(r"dang-dinh-duc-\w{4}", second.username)


def test_one_address_one_account(coordinator):
    actions.create_person(full_name="An", email="an@truong.vn", language="vi", by=coordinator)
    with pytest.raises(Refused) as refused:
        actions.create_person(full_name="An", email="AN@truong.vn", language="vi", by=coordinator)
    assert (refused.value.refusal.code, refused.value.refusal.field) == ("email_taken", "email")
    assert User.objects.count() == 2


def test_the_first_password_is_set_through_a_link_that_works_once(client, coordinator):
    person = actions.create_person(full_name="An", email="an@truong.vn", language="vi", by=coordinator)
    link = actions.first_password_path(user=person)
    page = client.get(link, follow=True)
    assert page.status_code == 200
    answer = client.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    client.logout()
    again = client.get(link, follow=True)
    assert b"password1" not in again.content


def test_closing_an_account_keeps_its_reason(client, coordinator):
    person = make_user("Nguyễn Văn Lâm")
    client.force_login(person)
    actions.set_active(user=person, active=False, by=coordinator, reason="left the school")
    assert client.get(reverse("message_list")).status_code == 302
    assert history_of(person).get().reason.text == "left the school"
    actions.set_active(user=person, active=False, by=coordinator, reason="twice")
    assert history_of(person).count() == 1
    actions.set_active(user=person, active=True, by=coordinator, reason="came back")
    assert client.get(reverse("message_list")).status_code == 302, "the session of before stays ended"
    assert history_of(person).first().action == "person.open"
