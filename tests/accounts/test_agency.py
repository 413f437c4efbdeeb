"""A13: agency sign-on believes what a provider signed for this sign-in, and links people by issuer and subject only.

Two real providers run beside the tests: oidc-provider-mock, and one of ours that can be told to lie.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from programs.accounts.models import User
from programs.notices.models import Message
from tests import people
from tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _running(*command: str, port: int):
    quiet = os.environ | {"PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    issuer = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            assert process.poll() is None, f"{command} ended"
            try:
                urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration", timeout=2).close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module")
def known_provider():
    port = free_port()
    yield from _running("-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", port=port)


@pytest.fixture(scope="module")
def lying_provider():
    port = free_port()
    yield from _running("-m", "tests.accounts.openid_provider", str(port), port=port)


@pytest.fixture
def agency(settings, lying_provider):
    _switch_on(settings, lying_provider)
    lie(lying_provider)
    return lying_provider


def _switch_on(settings, issuer: str, **more) -> None:
    settings.OIDC = {
        "name": "Cổng định danh", "issuer": issuer, "client_id": "cong-stem", "client_secret": "bi-mat-cua-cong",
        "origin": issuer, "second_factor_acr": [], "second_factor_amr": [],
    } | more  # fmt: skip


def lie(provider: str, **lies) -> None:
    request = urllib.request.Request(f"{provider}/lies", data=json.dumps(lies).encode(), method="POST")
    urllib.request.urlopen(request, timeout=5).close()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


def _location(url: str, form: dict | None = None) -> str:
    """Where the provider sends the browser back to."""
    opener = urllib.request.build_opener(_NoRedirect)
    with pytest.raises(urllib.error.HTTPError) as raised:
        opener.open(url, data=urlencode(form).encode() if form else None, timeout=10)
    answer = raised.value
    with answer:
        assert answer.code in {302, 303}, answer.read()
        return answer.headers["Location"]


def begin(client: Client, process: str = "login") -> str:
    answer = client.post(f"{reverse('agency_login')}?process={process}")
    assert answer.status_code == 302, answer.content
    return answer.url


def come_back(client: Client, location: str):
    pieces = urlsplit(location)
    return client.get(f"{pieces.path}?{pieces.query}")


def through_the_agency(client: Client, process: str = "login", form: dict | None = None):
    return come_back(client, _location(begin(client, process), form))


def sign_in(client: Client, person: User) -> None:
    client.post(reverse("account_login"), {"login": person.username, "password": PASSWORD})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def hanh():
    return make_user("Trần Thị Hạnh", email="hanh@truong.example.vn")


@pytest.fixture
def linked(agency, hanh):
    """Cô Hạnh, who linked her account once."""
    client = Client()
    sign_in(client, hanh)
    assert through_the_agency(client, "connect").url == reverse("account_security")
    return hanh


# --- The way in ----------------------------------------------------------------------------------
def test_a_person_links_once_from_inside_and_signs_in_from_then_on(client, settings, known_provider, hanh):
    _switch_on(settings, known_provider)
    sign_in(client, hanh)
    assert reverse("agency_login") in client.get(reverse("account_security")).content.decode()
    assert through_the_agency(client, "connect", {"sub": "079000000001"}).url == reverse("account_security")
    link = SocialAccount.objects.get()
    assert (link.user, link.provider) == (hanh, "agency")
    assert "079000000001" not in json.dumps(link.extra_data) + link.uid, "neither number nor name is stored"
    assert Message.objects.filter(recipient=hanh, kind="account_changed").exists()

    fresh = Client()
    assert through_the_agency(fresh, form={"sub": "079000000001"}).status_code == 302
    assert int(fresh.session["_auth_user_id"]) == hanh.pk

    page = client.get(reverse("account_security")).content.decode()
    assert "Cổng định danh" in page
    assert client.post(reverse("socialaccount_connections"), {"account": link.pk}).url == reverse("account_security")
    assert not SocialAccount.objects.exists()


def test_what_is_asked_of_the_provider_is_who_it_is_and_no_more(client, agency):
    asked = parse_qs(urlsplit(begin(client)).query)
    assert asked["scope"] == ["openid"] and asked["response_type"] == ["code"]
    assert asked["nonce"] and asked["state"] and asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://testserver/accounts/agency/callback/"]
    other = client.post(f"{reverse('agency_login')}?scope=profile,email&auth_params=nonce%3Dmine")
    assert "profile" not in other.url and "mine" not in other.url


@pytest.mark.parametrize("same_address", [True, False])
def test_an_unknown_person_gets_no_account_and_is_matched_with_nobody(client, agency, hanh, same_address):
    """The provider names cô Hạnh's own address, as verified: that links nothing."""
    lie(agency, claims={"email": hanh.email if same_address else "la@example.vn"})
    answer = through_the_agency(client)
    assert answer.status_code == 403 and "Cổng định danh" in answer.content.decode()
    assert not is_in(client)
    assert User.objects.count() == 1 and not SocialAccount.objects.exists()


def test_linking_asks_first_who_it_is(client, agency, hanh):
    client.force_login(hanh)  # a session found open, long after its sign-in
    answer = through_the_agency(client, "connect")
    assert answer.url == reverse("account_reauthenticate")
    assert not SocialAccount.objects.exists()
    client.post(answer.url, {"password": PASSWORD})
    assert SocialAccount.objects.get().user == hanh


def test_a_stranger_links_nothing(client, agency):
    through_the_agency(client, "connect")
    assert not SocialAccount.objects.exists() and not is_in(client)


def test_one_person_there_opens_one_account_here(agency, linked):
    lam = people.make_outsider()
    client = Client()
    sign_in(client, lam)
    through_the_agency(client, "connect")
    assert SocialAccount.objects.get().user == linked
    link = SocialAccount.objects.get()
    client.post(reverse("socialaccount_connections"), {"account": link.pk})
    assert SocialAccount.objects.filter(pk=link.pk).exists(), "thầy Lâm unlinks nobody else"


def test_a_closed_account_stays_closed(client, linked):
    User.objects.update(is_active=False)
    through_the_agency(client)
    assert not is_in(client)


# --- A13: what is refused ------------------------------------------------------------------------
def test_the_same_answer_twice_opens_once(client, linked, agency):
    location = _location(begin(client))
    assert come_back(client, location).status_code == 302 and is_in(client)
    client.logout()
    assert come_back(client, location).status_code == 401
    assert not is_in(client)


def test_an_answer_meant_for_another_browser_is_refused(client, linked, agency):
    """Login CSRF: a thief's answer in the victim's browser."""
    location = _location(begin(Client()))
    assert come_back(client, location).status_code == 401
    assert not is_in(client)


LIES = {
    "wrong nonce": {"claims": {"nonce": "cua-lan-khac"}},
    "no nonce": {"claims": {"nonce": None}},
    "for another portal": {"claims": {"aud": "cong-khac"}},
    "for several, asked by another": {"claims": {"aud": ["cong-stem", "cong-khac"], "azp": "cong-khac"}},
    "another issuer": {"claims": {"iss": "https://ke-gia.example"}},
    "expired": {"claims": {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200}},
    "never expires": {"claims": {"exp": None}},
    "nobody": {"claims": {"sub": None}},
    "signed by a stranger": {"key": "stranger"},
    "not signed": {"alg": "none"},
    "signed with a password": {"alg": "HS256"},
    "unknown key": {"kid": "2"},
    "no token": {"no_token": True},
    "another name": {"issuer": "https://ke-gia.example"},
}


@pytest.mark.parametrize("kind", LIES)
def test_an_invalid_token_is_rejected(client, linked, agency, kind):
    location = _location(begin(client))
    lie(agency, **LIES[kind])
    answer = come_back(client, location)
    assert answer.status_code == 401, kind
    assert not is_in(client)
    lie(agency)
    through_the_agency(client)
    assert is_in(client), "the honest token of the same person does"


def test_the_same_subject_at_another_provider_is_somebody_else(client, linked, settings, known_provider):
    _switch_on(settings, known_provider)
    assert through_the_agency(client, form={"sub": "can-bo-1"}).status_code == 403
    assert not is_in(client)


def test_an_unreachable_provider_is_explained_in_words(client, settings, hanh):
    _switch_on(settings, f"http://127.0.0.1:{free_port()}")
    answer = client.post(reverse("agency_login"))
    assert answer.status_code == 401 and answer.templates[0].name == "socialaccount/authentication_error.html"


# --- The second factor ---------------------------------------------------------------------------
@pytest.fixture
def linked_officer(agency):
    officer = people.make_ward_officer(second_factor=False)
    people.enrol_second_factor(officer)
    client = Client()
    sign_in(client, officer)
    code = Authenticator.objects.get(user=officer, type="recovery_codes").wrap().get_unused_codes()[0]
    client.post(reverse("mfa_authenticate"), {"code": code})
    through_the_agency(client, "connect")
    assert SocialAccount.objects.get().user == officer
    return officer


def test_the_agency_is_one_step_unless_it_says_otherwise(client, linked_officer, agency):
    lie(agency, claims={"acr": "cao", "amr": ["otp"]})
    assert through_the_agency(client).url == reverse("mfa_authenticate"), "words that our settings do not know"
    assert not is_in(client)


@pytest.mark.parametrize(
    ("known", "claims"),
    [({"second_factor_acr": ["cao"]}, {"acr": "cao"}), ({"second_factor_amr": ["otp"]}, {"amr": ["pwd", "otp"]})],
)
def test_two_steps_at_the_agency_are_two_steps(client, linked_officer, agency, settings, known, claims):
    _switch_on(settings, agency, **known)
    through_the_agency(client)
    assert not is_in(client), "not asserted this time"
    lie(agency, claims=claims)
    through_the_agency(client)
    assert is_in(client)


# --- Switched off --------------------------------------------------------------------------------
def test_nothing_of_it_shows_while_it_is_off(client, hanh):
    assert "agency" not in client.get(reverse("account_login")).content.decode()
    assert client.post(reverse("agency_login")).status_code == 404
    assert client.get(reverse("agency_callback") + "?code=1&state=1").status_code == 404
    assert client.get(reverse("agency_login")).status_code == 405


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (
            {"OIDC_NAME": "VNeID", "OIDC_ISSUER": "https://vneid.example"},
            "OIDC_CLIENT_ID, OIDC_CLIENT_SECRET must be set",
        ),
        (
            {"OIDC_NAME": "A", "OIDC_ISSUER": "vneid.example", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"},
            "OIDC_ISSUER must be the https:// address",
        ),
    ],
)
def test_half_a_configuration_stops_the_start(given, complaint, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import stem_portal.settings"], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"VAR_DIR": str(tmp_path)} | given,
    )  # fmt: skip
    assert done.returncode != 0 and complaint in done.stderr
