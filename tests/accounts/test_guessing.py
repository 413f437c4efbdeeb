"""Whose account it is cannot be told by time, and no stranger keeps an owner out by guessing."""

from __future__ import annotations

from itertools import count

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import get_hasher
from django.test import Client
from django.urls import reverse

from programs.accounts.models import User
from programs.notices.models import Message
from tests.people import PASSWORD, make_pupil, make_teacher, make_user

pytestmark = pytest.mark.django_db
SCHOOL, HOME = "203.113.0.7", "203.113.9.9"
_strangers = count(1)


@pytest.fixture
def hanh() -> User:
    user = make_teacher(username="hanh.tran", email="hanh@truong.example.vn")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    EmailAddress.objects.create(user=user, email="hanh.nha@example.vn", verified=True)
    return user


def sign_in(client: Client, login: str, password: str = PASSWORD, **at):
    return client.post(reverse("account_login"), {"login": login, "password": password}, **at)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def guess(login: str, times: int, *, ip: str = "") -> None:
    """Wrong passwords, each from another address unless one is named."""
    for _ in range(times):
        sign_in(Client(), login, "sai-mat-khau", REMOTE_ADDR=ip or f"198.51.100.{next(_strangers) % 250}")


# --- One hash -----------------------------------------------------------------------------------
@pytest.fixture
def hashes(monkeypatch) -> list[str]:
    made: list[str] = []
    hasher = type(get_hasher())
    encode = hasher.encode

    def counted(self, password, *arguments, **options):
        made.append(password)
        return encode(self, password, *arguments, **options)

    monkeypatch.setattr(hasher, "encode", counted)
    return made


@pytest.mark.parametrize(
    "typed", ["hanh.tran", "hanh@truong.example.vn", "hanh.nha@example.vn", "khong.co", "khong.co@example.vn"]
)
@pytest.mark.parametrize("state", ["open", "closed", "without password"])
def test_a_wrong_password_costs_one_hash_whoever_it_is(client, hanh, hashes, typed, state):
    if state == "closed":
        User.objects.update(is_active=False)
    if state == "without password":
        hanh.set_unusable_password()
        hanh.save()
    hashes.clear()
    sign_in(client, typed, "sai-mat-khau")
    assert len(hashes) == 1


@pytest.mark.parametrize("page", ["account_reset_password", "account_request_login_code"])
@pytest.mark.parametrize("typed", ["hanh@truong.example.vn", "hanh.nha@example.vn", "khong.co@example.vn"])
def test_asking_for_a_letter_costs_one_hash_whoever_it_is(client, hanh, hashes, page, typed):
    answer = client.post(reverse(page), {"email": typed})
    assert (answer.status_code, len(hashes)) == (302, 1)


# --- The brake ----------------------------------------------------------------------------------
def test_many_addresses_that_guess_together_are_stopped(client, hanh):
    guess("hanh.tran", 60)
    sign_in(client, "hanh.tran", REMOTE_ADDR="192.0.2.1")
    assert not is_in(client), "nobody knows this device and this network: they wait, with the right password too"


def test_the_owner_enters_on_a_known_device_and_from_a_known_network(hanh):
    laptop, tablet, phone = Client(), Client(), Client()
    sign_in(laptop, "hanh.tran", REMOTE_ADDR=SCHOOL)
    sign_in(tablet, "hanh.tran", REMOTE_ADDR=HOME)
    laptop.post(reverse("account_logout"))
    guess("hanh.tran", 60)
    sign_in(laptop, "hanh.tran", REMOTE_ADDR="192.0.2.1")
    assert is_in(laptop), "the device is known, wherever it is"
    sign_in(phone, "hanh@truong.example.vn", REMOTE_ADDR=HOME)
    assert is_in(phone), "a new device, in the network where her tablet is signed in"


def test_a_pupil_behind_the_schools_router_keeps_no_teacher_out(hanh):
    laptop = Client()
    sign_in(laptop, "hanh.tran", REMOTE_ADDR=SCHOOL)
    laptop.post(reverse("account_logout"))
    guess("hanh.tran", 12, ip=SCHOOL)
    sign_in(laptop, "hanh.tran", REMOTE_ADDR=SCHOOL)
    assert is_in(laptop)


def test_a_known_device_is_no_free_ticket(hanh):
    """Whoever steals the laptop guesses ten times, like everybody; and it is known for its people only."""
    laptop = Client()
    sign_in(laptop, "hanh.tran")
    laptop.post(reverse("account_logout"))
    for _ in range(10):
        sign_in(laptop, "hanh.tran", "sai-mat-khau")
    sign_in(laptop, "hanh.tran")
    assert not is_in(laptop)
    lan = make_user("Lê Thị Lan", username="lan.le")
    guess("lan.le", 60)
    sign_in(laptop, lan.username)
    assert not is_in(laptop)


def test_a_made_up_cookie_makes_no_device_known(hanh):
    sign_in(known := Client(), "hanh.tran")
    device, proof = known.cookies["known_device"].value.split(":")
    guess("hanh.tran", 60)
    for forged in (f"{device}:{'0' * 24}", f"{'a' * 22}:{proof}", ":", f"{device}"):
        stranger = Client()
        stranger.cookies["known_device"] = forged
        sign_in(stranger, "hanh.tran", REMOTE_ADDR="192.0.2.1")
        assert not is_in(stranger), forged


def test_addresses_and_user_name_are_one_purse(client, hanh):
    for typed in ("hanh.tran", "HẠNH.Trần", "hanh@truong.example.vn", "hanh.nha@example.vn"):
        guess(typed, 3, ip=SCHOOL)
    sign_in(client, "hanh.tran", REMOTE_ADDR=SCHOOL)
    assert not is_in(client)


def test_the_addresses_of_one_line_are_one(client, hanh):
    for number in range(12):
        guess("hanh.tran", 1, ip=f"2001:db8:1:2::{number:x}")
    sign_in(client, "hanh.tran", REMOTE_ADDR="2001:db8:1:2:ffff::1")
    assert not is_in(client)
    sign_in(client, "hanh.tran", REMOTE_ADDR="2001:db8:1:3::1")
    assert is_in(client), "the neighbour's line is another"


def test_a_name_that_nobody_has_is_slowed_like_one_that_somebody_has(client):
    guess("khong.co", 60)
    answer = sign_in(client, "khong.co", REMOTE_ADDR="192.0.2.1")
    assert answer.context["form"].errors.as_data()["__all__"][0].code == "too_many_login_attempts"


def test_strangers_do_not_use_up_the_letters_of_the_owner(hanh):
    laptop = Client()
    sign_in(laptop, "hanh.tran", REMOTE_ADDR=HOME)
    laptop.post(reverse("account_logout"))
    for number in range(25):
        Client().post(reverse("account_reset_password"), {"email": hanh.email}, REMOTE_ADDR=f"198.51.100.{number + 1}")
    sent = Message.objects.filter(kind="account/password_reset_key").count()
    assert sent == 20, "a mailbox is not flooded"
    assert laptop.post(reverse("account_reset_password"), {"email": hanh.email}).status_code == 302
    assert Message.objects.filter(kind="account/password_reset_key").count() == sent + 1


def test_the_letters_to_two_addresses_of_one_person_are_one_purse(client, hanh):
    answers = [
        client.post(reverse("account_reset_password"), {"email": email}).status_code
        for email in [hanh.email, "hanh.nha@example.vn"] * 2
    ]
    assert answers == [302, 302, 302, 200]


def test_a_pupil_who_is_slowed_reads_what_to_do(client):
    pupil = make_pupil(with_account=True).user
    guess(pupil.username, 10, ip=SCHOOL)
    page = sign_in(client, pupil.username, REMOTE_ADDR=SCHOOL).content.decode()
    assert reverse("account_request_login_code") in page
