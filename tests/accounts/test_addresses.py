"""People are found by their email address and given roles by it: nobody carries an address that is not their own."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from programs.accounts.models import User
from programs.schools.actions import staff
from programs.schools.queries.staff import person_with_email
from tests import people
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
PRINCIPALS = "hieu.truong@truong.example.vn"


@pytest.fixture
def minh(client) -> User:
    """A pupil without email, signed in a moment ago."""
    user = people.make_pupil(with_account=True).user
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    return user


def send(client, act: str, email: str):
    return client.post(reverse("account_email"), {act: "", "email": email})


@pytest.mark.parametrize("typed", [PRINCIPALS, PRINCIPALS.upper(), f" {PRINCIPALS}"])
def test_an_unverified_address_does_not_become_the_main_one(client, minh, typed):
    send(client, "action_add", PRINCIPALS)
    send(client, "action_primary", typed)
    minh.refresh_from_db()
    assert minh.email is None and person_with_email(PRINCIPALS) is None


def test_nor_by_taking_away_the_one_before(client, minh):
    User.objects.filter(pk=minh.pk).update(email="minh@example.vn")
    send(client, "action_add", PRINCIPALS)
    send(client, "action_remove", "minh@example.vn")
    minh.refresh_from_db()
    assert minh.email == "minh@example.vn"
    send(client, "action_remove", PRINCIPALS)
    send(client, "action_remove", "minh@example.vn")
    minh.refresh_from_db()
    assert minh.email is None, "the only address may go"


def test_a_pupil_who_typed_the_principals_address_gets_no_role_by_it(client, minh):
    """The principal registers or is invited: the account is a new one, not the pupil's."""
    send(client, "action_add", PRINCIPALS)
    send(client, "action_primary", PRINCIPALS)
    coordinator = people.make_coordinator()
    school = coordinator.memberships.get().school
    staff.invite_staff(
        school=school, full_name="Lê Thị Ngọc", email=PRINCIPALS, role="principal", by=coordinator, key="k"
    )
    assert not minh.memberships.exists() and person_with_email(PRINCIPALS) is None


def test_the_proven_address_becomes_the_main_one(client, minh, outbox_sent):
    send(client, "action_add", "minh@example.vn")
    link = re.search(r"http://testserver(\S+)", outbox_sent()[0].body).group(1)
    client.post(link)
    minh.refresh_from_db()
    assert minh.email == "minh@example.vn"
    other = EmailAddress.objects.create(user=minh, email="minh.nha@example.vn", verified=True)
    send(client, "action_primary", other.email)
    minh.refresh_from_db()
    assert minh.email == other.email


def test_the_page_is_for_the_signed_in(client):
    for answer in (client.get(reverse("account_email")), send(client, "action_primary", PRINCIPALS)):
        assert answer.status_code == 302 and "/accounts/login/" in answer.url


def test_the_owner_of_an_address_confirms_it_for_nobody_else(client, minh, outbox_sent):
    """Who opens a letter that a stranger asked for gives the stranger nothing, signed in or not."""
    send(client, "action_add", PRINCIPALS)
    link = re.search(r"http://testserver(\S+)", outbox_sent()[0].body).group(1)
    principal = Client()
    assert "/accounts/login/" in principal.post(link).url
    principal.force_login(people.make_principal())
    assert principal.post(link).status_code == 404
    assert principal.get(link).status_code == 200 and principal.get(reverse("desk")).status_code == 200
    assert not EmailAddress.objects.filter(verified=True).exists()
    assert client.get(link).status_code == 200
    client.post(link)
    minh.refresh_from_db()
    assert minh.email == PRINCIPALS, "in the account that asked, whoever reads the letter may confirm it"
