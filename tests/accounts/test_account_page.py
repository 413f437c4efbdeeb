"""One's own account: codes by mail, devices, passwords, and the help of an administrator for a lost phone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.accounts.middleware import NOTED_EVERY, SEEN_AT
from programs.core.audit import history_of
from programs.notices.models import Message
from tests import people
from tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanh():
    person = make_user("Trần Thị Hạnh", username="hanh.tran", email="hanh@truong.example.vn")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def sign_in(client: Client, login: str = "hanh.tran", **headers):
    return client.post(reverse("account_login"), {"login": login, "password": PASSWORD}, **headers)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def code_in(message: Message) -> str:
    return re.search(r"^([A-Z0-9-]{6,9})$", message.body_text, re.MULTILINE).group(1)


# --- Codes by mail -------------------------------------------------------------------------------
def test_a_code_by_mail_opens_the_account_once(client, hanh):
    client.post(reverse("account_request_login_code"), {"email": "Hanh＠Truong.example.vn"})
    message = Message.objects.get(kind="account/login_code")
    assert message.to_address == hanh.email and message.recipient is None, "the code stands on no desk"
    code = code_in(message)
    answer = client.post(reverse("account_confirm_login_code"), {"code": "SAI-MA"})
    assert answer.status_code == 200 and not is_in(client)
    client.post(reverse("account_confirm_login_code"), {"code": code.lower()})
    assert is_in(client)
    client.logout()
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert not is_in(client)


def test_three_guesses_end_a_code(client, hanh):
    client.post(reverse("account_request_login_code"), {"email": hanh.email})
    code = code_in(Message.objects.get())
    for _ in range(3):
        client.post(reverse("account_confirm_login_code"), {"code": "SAI-MA"})
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert not is_in(client)


def test_a_code_does_not_replace_the_second_step(client):
    officer = people.make_officer()
    client.post(reverse("account_request_login_code"), {"email": officer.email})
    answer = client.post(reverse("account_confirm_login_code"), {"code": code_in(Message.objects.get())})
    assert answer.url == reverse("mfa_authenticate") and not is_in(client)


@pytest.mark.parametrize("name", ["account_request_login_code", "account_reset_password"])
def test_nobody_learns_who_has_an_account(client, hanh, name):
    known = client.post(reverse(name), {"email": hanh.email})
    unknown = Client().post(reverse(name), {"email": "khong-co@example.vn"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert Message.objects.count() == 1


@pytest.mark.parametrize("name", ["account_request_login_code", "account_reset_password"])
def test_a_flood_of_mails_is_stopped_by_account_and_address_and_at_large(hanh, name):
    def ask(address: str, email: str = "hanh@truong.example.vn") -> None:
        Client(REMOTE_ADDR=address).post(reverse(name), {"email": email})

    for _ in range(6):
        ask("198.51.100.9")
    assert Message.objects.count() == 3
    ask("203.113.0.7")
    assert Message.objects.count() == 4, "the owner elsewhere still gets one"
    colleague = make_user("Lê Minh Tâm")
    EmailAddress.objects.create(user=colleague, email=colleague.email, verified=True, primary=True)
    ask("198.51.100.9", colleague.email)
    assert Message.objects.count() == 5, "and so does a colleague behind the same router"
    for number in range(30):
        ask(f"192.0.2.{number}")
    assert Message.objects.filter(to_address=hanh.email).count() == 20


# --- A03, devices --------------------------------------------------------------------------------
def test_a_password_set_through_the_mailed_link_ends_every_session(client, hanh, outbox_sent):
    elsewhere = Client()
    sign_in(elsewhere)
    client.post(reverse("account_reset_password"), {"email": hanh.email})
    link = re.search(r"http://testserver(\S+)", outbox_sent()[0].body).group(1)
    page = client.get(link, follow=True)
    new = "cau-giay-cung-cap-2027"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert elsewhere.get(reverse("desk")).status_code == 302
    assert Message.objects.filter(kind="account_changed", recipient=hanh).exists()


def test_one_device_is_signed_out_or_all_the_others(client, hanh):
    phone, tablet = Client(HTTP_USER_AGENT="Mozilla/5.0 (Linux; Android 14) Chrome/126"), Client()
    for browser in (client, phone, tablet):
        sign_in(browser)
    page = client.get(reverse("usersessions_list")).content.decode()
    assert "Android" in page
    lost = UserSession.objects.get(user_agent__contains="Android")
    assert client.post(reverse("session_end", args=[lost.pk])).url == reverse("usersessions_list")
    assert phone.get(reverse("desk")).status_code == 302
    assert tablet.get(reverse("desk")).status_code == 200
    client.post(reverse("usersessions_list"))
    assert tablet.get(reverse("desk")).status_code == 302
    assert client.get(reverse("desk")).status_code == 200


def test_nobody_signs_out_somebody_else(client, hanh):
    lam = people.make_outsider()
    theirs = Client()
    sign_in(theirs, lam.username)
    sign_in(client)
    assert client.post(reverse("session_end", args=[UserSession.objects.get(user=lam).pk])).status_code == 404
    assert theirs.get(reverse("desk")).status_code == 200


def test_when_a_device_was_last_used_is_noted_now_and_then(client, hanh, django_assert_num_queries):
    sign_in(client)
    yesterday = timezone.now() - timedelta(days=1)
    UserSession.objects.update(last_seen_at=yesterday)
    client.get(reverse("desk"))
    assert UserSession.objects.get().last_seen_at == yesterday, "not on every page"
    session = client.session
    session[SEEN_AT] -= NOTED_EVERY + 1
    session.save()
    client.get(reverse("desk"))
    assert UserSession.objects.get().last_seen_at > yesterday


# --- The page ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "make", [people.make_teacher, people.make_officer, lambda: people.make_pupil(with_account=True).user]
)
def test_everybody_has_a_page_for_the_account(client, make):
    person = make()
    client.force_login(person)
    for language in ("", "/en"):
        assert client.get(f"{language}/accounts/security/").status_code == 200
    assert reverse("account_security") in client.get(reverse("desk")).content.decode()


# --- A lost phone --------------------------------------------------------------------------------
def test_an_administrator_takes_the_second_step_off_with_a_reason(client):
    officer = people.make_officer()
    theirs = Client()
    sign_in(theirs, officer.username)
    codes = Authenticator.objects.get(user=officer, type="recovery_codes").wrap()
    theirs.post(reverse("mfa_authenticate"), {"code": codes.get_unused_codes()[0]})
    assert theirs.get(reverse("desk")).status_code == 200
    admin = people.make_administrator()
    client.force_login(admin)
    url = reverse("admin:accounts_user_second_factor", args=[officer.pk])
    assert url in client.get(reverse("admin:accounts_user_change", args=[officer.pk])).content.decode()
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": "  "}).status_code == 200 and Authenticator.objects.filter(user=officer).exists()

    client.post(url, {"reason": "Gọi lại số máy của phòng, đúng người."})
    assert not Authenticator.objects.filter(user=officer).exists()
    assert theirs.get(reverse("desk")).status_code == 302 and "login" in theirs.get(reverse("desk")).url
    entry = history_of(officer).get()
    assert (entry.action, entry.user) == ("person.second_factor_reset", admin)
    assert entry.reason.text.startswith("Gọi lại")
    assert Message.objects.get(recipient=officer).kind == "account_changed"
    sign_in(theirs, officer.username)
    assert "/accounts/second-factor/" in theirs.get(reverse("desk")).url


def test_the_back_office_has_no_other_way_to_it(client):
    client.force_login(people.make_administrator())
    for table in ("mfa/authenticator", "socialaccount/socialapp", "socialaccount/socialaccount"):
        assert client.get(f"/backoffice/{table}/").status_code == 404


def test_nobody_else_removes_it_and_nobody_removes_their_own(client):
    officer, admin = people.make_officer(), people.make_administrator()
    for person, target in ((officer, admin), (admin, admin)):
        client.force_login(person)
        answer = client.post(reverse("admin:accounts_user_second_factor", args=[target.pk]), {"reason": "x"})
        assert answer.status_code in {302, 403}
        assert Authenticator.objects.filter(user=target).exists()
