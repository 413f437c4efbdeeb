"""People are found by their email address and given roles by it: nobody carries an address that is not their own."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.accounts import actions
from programs.accounts.models import User
from programs.accounts.queries import person_with_email
from programs.core.audit import history_of
from programs.schools.actions import staff
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


# --- A session left open ------------------------------------------------------------------------
THIEFS = "ke.trom@example.vn"
OWN = {"password": PASSWORD}


@pytest.fixture
def hanh(client) -> User:
    """Cô Hạnh with a proven address; she signed in this morning and left the staff room."""
    user = people.make_teacher(email="hanh@truong.example.vn")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    leave_open(client)
    return user


def leave_open(client) -> None:
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()


def addresses(user: User) -> set[str]:
    return set(EmailAddress.objects.filter(user=user).values_list("email", flat=True))


@pytest.mark.parametrize("act", ["action_add", "action_primary", "action_remove"])
def test_whoever_finds_the_session_open_changes_no_address(client, hanh, act):
    EmailAddress.objects.create(user=hanh, email="hanh.nha@example.vn", verified=True)
    before = addresses(hanh)
    answer = send(client, act, THIEFS if act == "action_add" else "hanh.nha@example.vn")
    assert answer.status_code == 302 and reverse("account_reauthenticate") in answer.url
    assert client.post(answer.url, {"password": "doan-mo-mat-khau"}).status_code == 200
    hanh.refresh_from_db()
    assert addresses(hanh) == before and hanh.email == "hanh@truong.example.vn"


def test_nor_confirms_one_that_was_asked_for_before(client, hanh, outbox_sent):
    client.post(reverse("account_reauthenticate"), OWN)
    send(client, "action_add", THIEFS)
    link = re.search(r"http://testserver(\S+)", outbox_sent()[0].body).group(1)
    leave_open(client)
    assert reverse("account_reauthenticate") in client.post(link).url
    assert not EmailAddress.objects.filter(email=THIEFS, verified=True).exists()


def test_the_owner_types_the_password_and_the_act_goes_on(client, hanh):
    asked = send(client, "action_add", "hanh.nha@example.vn")
    client.post(asked.url, OWN)
    assert "hanh.nha@example.vn" in addresses(hanh)


def test_a_pupil_is_asked_like_everybody(client, minh):
    leave_open(client)
    assert reverse("account_reauthenticate") in send(client, "action_add", THIEFS).url
    assert not addresses(minh)


def test_an_account_without_a_password_needs_a_new_sign_in(client, hanh):
    hanh.set_unusable_password()
    hanh.save()
    client.force_login(hanh)
    assert send(client, "action_add", THIEFS).url == reverse("account_security")
    fields = {"password1": "cau-giay-2027", "password2": "cau-giay-2027"}
    assert client.post(reverse("account_set_password"), fields).url == reverse("account_security")
    hanh.refresh_from_db()
    assert THIEFS not in addresses(hanh) and not hanh.has_usable_password()


def test_both_addresses_hear_of_a_change_and_the_other_devices_are_signed_out(client, hanh, outbox_sent):
    EmailAddress.objects.create(user=hanh, email="hanh.nha@example.vn", verified=True)
    elsewhere = Client()
    elsewhere.post(reverse("account_login"), {"login": hanh.username, "password": PASSWORD})
    client.post(send(client, "action_primary", "hanh.nha@example.vn").url, OWN)
    hanh.refresh_from_db()
    assert hanh.email == "hanh.nha@example.vn"
    assert {letter.to[0] for letter in outbox_sent()} == {"hanh@truong.example.vn", "hanh.nha@example.vn"}
    assert elsewhere.get(reverse("desk")).status_code == 302 and client.get(reverse("desk")).status_code == 200
    assert "person.address" in [entry.action for entry in history_of(hanh)]


def test_an_address_that_is_removed_hears_of_it_too(client, hanh, outbox_sent):
    EmailAddress.objects.create(user=hanh, email="hanh.nha@example.vn", verified=True)
    client.post(send(client, "action_remove", "hanh.nha@example.vn").url, OWN)
    assert {letter.to[0] for letter in outbox_sent()} == {"hanh@truong.example.vn", "hanh.nha@example.vn"}


def test_the_main_address_hears_of_another_one_that_was_confirmed(client, hanh, outbox_sent):
    client.post(send(client, "action_add", "hanh.nha@example.vn").url, OWN)
    client.post(re.search(r"http://testserver(\S+)", outbox_sent()[0].body).group(1))
    told = {letter.to[0] for letter in outbox_sent() if letter.to[0] == hanh.email}
    assert told == {hanh.email}


def test_a_new_card_takes_the_account_back(client, minh, outbox_sent):
    """Somebody bound their address to Minh's account; the card that his teacher prints closes that door."""
    EmailAddress.objects.create(user=minh, email=THIEFS, verified=True, primary=True)
    User.objects.filter(pk=minh.pk).update(email=THIEFS)
    in_a_week = timezone.now() + timedelta(days=7)
    card, _code = actions.issue_card(user=minh, by=people.make_teacher(), expires_at=in_a_week)
    actions.use_card(card_id=card.pk, password="ca-chep-song-hong")
    minh.refresh_from_db()
    assert minh.email is None and not addresses(minh)
    assert [letter.to for letter in outbox_sent()] == [[THIEFS]]
    client.post(reverse("account_reset_password"), {"email": THIEFS})
    assert not outbox_sent()[1:]
