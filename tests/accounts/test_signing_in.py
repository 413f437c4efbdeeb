"""One way to sign in, slowed for guessers and for nobody else."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.accounts.models import User
from programs.notices.models import Message
from tests.people import PASSWORD, enrol_second_factor, make_user

pytestmark = pytest.mark.django_db


def sign_in(client: Client, login: str, password: str = PASSWORD, **headers):
    return client.post(reverse("account_login"), {"login": login, "password": password}, **headers)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def hanh():
    return make_user("Trần Thị Hạnh", username="hanh.tran", email="hanh@truong.example.vn")


@pytest.mark.parametrize(
    "typed",
    [
        "hanh.tran", "HANH.Tran", " hanh.tran ", "\u200bhanh.tran", "ｈａｎｈ.ｔｒａｎ",
        "hanh@truong.example.vn", "Hanh@Truong.Example.VN", "hanh＠truong.example.vn",
    ],
)  # fmt: skip
def test_a_person_is_found_however_the_name_is_typed(client, hanh, typed):
    assert sign_in(client, typed).status_code == 302
    assert is_in(client)


def test_full_width_digits_find_the_same_account(client):
    make_user("Lê Minh", username="minh.8a1.07", email=None)
    sign_in(client, "minh.8a1.０７")
    assert is_in(client)


def test_an_address_is_kept_in_small_letters():
    assert make_user("An", username="an", email="An@Truong.VN").email == "an@truong.vn"
    assert make_user("Bình", username="binh", email=None).email is None


def test_a_password_is_the_same_in_both_spellings_of_a_letter(client):
    make_user("Lê Minh", username="minh", password="bi\u1ebft-b\u01a1i-2026")
    sign_in(client, "minh", "bie\u0302\u0301t-bo\u031bi-2026")
    assert is_in(client)


def test_a_closed_account_stays_closed(client, hanh):
    User.objects.update(is_active=False)
    sign_in(client, "hanh.tran")
    assert not is_in(client)


# --- A04: guessing ------------------------------------------------------------------------------
def test_one_pupils_guesses_do_not_lock_out_the_school_behind_the_same_address(client, hanh):
    for _ in range(12):
        last = sign_in(client, "hanh.tran", "sai-mat-khau", REMOTE_ADDR="203.113.0.7")
    assert last.status_code == 200
    sign_in(client, "hanh.tran", REMOTE_ADDR="203.113.0.7")
    assert not is_in(client), "the guessed account must be slowed, with the right password too"
    people = [make_user("Người Thật", username=f"pupil{number}", email=None) for number in range(300)]
    entered = 0
    for person in people:
        visitor = Client(REMOTE_ADDR="203.113.0.7")
        sign_in(visitor, person.username)
        entered += is_in(visitor)
    assert entered == 300


def test_the_owner_enters_from_elsewhere_while_a_stranger_guesses(client, hanh):
    for _ in range(12):
        sign_in(Client(REMOTE_ADDR="198.51.100.9"), "hanh.tran", "sai-mat-khau")
    sign_in(client, "hanh.tran", REMOTE_ADDR="203.113.0.7")
    assert is_in(client)


def test_other_letters_are_no_new_account_to_guess(client, hanh):
    for number in range(12):
        sign_in(client, "hanh.tran" if number % 2 else "HANH.TRAN", "sai-mat-khau")
    sign_in(client, "Hanh.Tran")
    assert not is_in(client)


# --- A01, A03: sessions -------------------------------------------------------------------------
def test_signing_in_changes_the_session_cookie_and_ends_the_old_one(client, hanh):
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    sign_in(client, "hanh.tran")
    assert is_in(client)
    assert client.cookies["sessionid"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()
    stranger = Client()
    stranger.cookies["sessionid"] = planted
    assert not is_in(stranger)


@pytest.mark.parametrize("planted", ['"abcdefgh\\000"', "abcdefgh-ijkl", '"abcdefgh\\303\\251"'])
def test_an_invalid_session_cookie_is_anonymous_and_costs_no_query(client, planted):
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse("desk"), headers={"cookie": f"sessionid={planted}"})
    assert answer.status_code == 302  # to sign in
    assert not [query["sql"] for query in asked if "abcdefgh" in query["sql"]]


def test_a_new_password_ends_the_other_sessions_and_tells_the_owner(client, hanh):
    elsewhere = Client()
    sign_in(client, "hanh.tran")
    sign_in(elsewhere, "hanh.tran")
    new = "cau-giay-cung-cap-2027"
    answer = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert answer.status_code == 302
    assert client.get(reverse("message_list")).status_code == 200
    assert elsewhere.get(reverse("message_list")).status_code == 302
    message = Message.objects.get()
    assert (message.kind, message.recipient, message.to_address) == ("account_changed", hanh, hanh.email)


# --- The one door -------------------------------------------------------------------------------
OTHER_DOORS = [
    "/cms/login/",
    "/backoffice/login/",
    "/_util/login/",
    "/en/_util/login/",
    "/cms/password_reset/",
    "/cms/password_reset/confirm/MQ/abc-def/",
]


@pytest.fixture
def officer_with_totp():
    officer = User.objects.create_superuser("vien", PASSWORD, full_name="Phạm Viên", email="vien@so.example.vn")
    return enrol_second_factor(officer)


@pytest.mark.parametrize("door", OTHER_DOORS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_other_door_leads_to_the_one_sign_in(client, officer_with_totp, door, method):
    answer = getattr(client, method)(door, {"username": "vien", "login": "vien", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer.url.split("?")[0] in {reverse("account_login"), reverse("account_reset_password")}
    assert not is_in(client)


@pytest.mark.parametrize("door", [*OTHER_DOORS[:4], "/accounts/login/", "/en/accounts/login/"])
def test_a_password_alone_is_not_enough_for_people_with_a_second_factor(officer_with_totp, door):
    client = Client(enforce_csrf_checks=False)
    for fields in ({"username": "vien", "password": PASSWORD}, {"login": "vien", "password": PASSWORD}):
        client.post(door, fields | {"next": "/cms/"})
    assert not is_in(client)
    assert client.get("/cms/").status_code == 302
    assert client.get("/backoffice/").status_code == 302
    assert Authenticator.objects.filter(user=officer_with_totp, type="totp").exists()


def test_the_doors_remember_where_one_wanted_to_go_but_never_another_site(client):
    assert client.get("/cms/login/?next=/cms/pages/").url.endswith("?next=%2Fcms%2Fpages%2F")
    assert "evil" not in client.get("/cms/login/?next=https://evil.example/").url


def test_the_back_offices_admit_only_who_may(client, hanh):
    client.force_login(enrol_second_factor(hanh))
    User.objects.update(is_staff=True)
    assert client.get("/backoffice/", follow=True).status_code == 403
    assert client.get("/cms/", follow=True).status_code == 403
    assert client.get("/cms/pages/", follow=True).status_code == 403


def test_a_superuser_reaches_the_back_office(client, officer_with_totp):
    client.force_login(officer_with_totp)
    assert client.get("/backoffice/accounts/user/").status_code == 200
    page = client.get(f"/backoffice/accounts/user/{officer_with_totp.pk}/change/")
    assert page.status_code == 200 and b'name="password' not in page.content
    client.post("/cms/login/")
    assert client.get("/cms/login/").url == "/cms/"


def test_nobody_signs_up_alone(client):
    page = client.get(reverse("account_signup"))
    assert page.status_code == 200 and b"password1" not in page.content
    fields = {"email": "la@example.vn", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), fields)
    assert not User.objects.exists()
