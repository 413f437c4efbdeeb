"""A07: no door opens by birth date. A11: every address that acts refuses foreign, forged and careless requests."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cms.actions import set_up_site
from tests import people
from tests.permissions import OBJECT_OF, named_addresses
from tests.world import build_world

pytestmark = pytest.mark.django_db
BORN = date(2013, 5, 17)


# --- A07 -----------------------------------------------------------------------------------------
@pytest.fixture
def minh():
    return people.make_pupil(external_id="7900012345", birth_date=BORN, with_account=True)


def sign_in_addresses() -> list[str]:
    """Every address that takes a name and a secret, of ours and of the libraries, without being signed in."""
    found = [reverse(name) for name in ("account_login", "account_request_login_code", "account_reset_password")]
    found += [
        "/cms/login/",
        "/backoffice/login/",
        "/_util/login/",
        reverse("mfa_login_webauthn"),
        reverse("mfa_authenticate"),
    ]
    names = {name for name, takes_object in named_addresses() if not takes_object}
    return found + [reverse(name) for name in names if re.search(r"activat|sign_in|login|card", name)]


def test_an_identifier_and_a_birth_date_open_no_door(minh):
    spellings = [BORN.strftime(form) for form in ("%d/%m/%Y", "%d%m%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y")]
    for address in sign_in_addresses():
        for secret in spellings:
            client = Client()
            for name in (minh.external_id, minh.user.username):
                fields = dict.fromkeys(("login", "username", "name", "external_id", "identifier", "code"), name)
                fields |= dict.fromkeys(("password", "birth_date", "dob", "date_of_birth", "secret"), secret)
                client.post(address, fields)
            assert "_auth_user_id" not in client.session, address


def test_a_birth_date_is_not_accepted_as_a_password(minh):
    for password in ("17052013", "1705201317", "2013051700"):
        with pytest.raises(ValidationError):
            validate_password(password, minh.user)


# --- A11 -----------------------------------------------------------------------------------------
# What a mere look may write: the session of who looks, that a list was taken away, the day on which a calendar read.
REMEMBERED = ("django_session", "usersessions_usersession", "wagtailcore_modellogentry", "calendars_calendarfeed")


def writes(ask: Callable[[], HttpResponse]) -> tuple[HttpResponse, list[str]]:
    """The answer, and the statements that changed something."""
    with CaptureQueriesContext(connection) as queries:
        answer = ask()
        if answer.streaming:
            list(answer.streaming_content)
    changing = [query["sql"] for query in queries if re.match(r"INSERT|UPDATE|DELETE|REPLACE", query["sql"].lstrip())]
    return answer, [sql for sql in changing if not any(table in sql for table in REMEMBERED)]


@pytest.fixture
def world():
    set_up_site()
    return build_world()


def addresses(world) -> list[str]:
    place = world.places["own"]
    return [
        reverse(name, kwargs=OBJECT_OF[name](place) if takes_object else {})
        for name, takes_object in named_addresses()
        if not takes_object or name in OBJECT_OF
    ]


FORGERIES = {
    "no token": {},
    "a foreign token": {"data": {"csrfmiddlewaretoken": "x" * 64}},
    "a foreign origin": {"headers": {"origin": "https://evil.example"}},
}


@pytest.mark.parametrize("role", ["coordinator"])
def test_a_forged_post_is_refused_everywhere_and_changes_nothing(world, role):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people[role])
    client.get(reverse("account_change_password"))
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    abroad = {"a foreign origin with our token": {"data": token, "headers": {"origin": "https://evil.example"}}}
    for url in [*addresses(world), *account_actions()]:
        for kind, forged in (FORGERIES | abroad).items():
            answer, written = writes(lambda url=url, forged=forged: client.post(url, **forged))
            assert answer.status_code in {403, 404, 405}, (url, kind, answer.status_code)
            assert written == [], (url, kind)


def account_actions() -> list[str]:
    """Addresses of signing in that act at once, without a form of their own."""
    names = ["recovery_codes_kept", "agency_login"]
    return [reverse(name) for name in names] + [reverse("session_end", args=[1])]


@pytest.mark.parametrize("role", ["coordinator", "department_officer"])
def test_looking_at_an_address_changes_nothing(world, role):
    """A link in a message, a preview of it, a browser that fetches ahead: none may act."""
    client = Client()
    client.force_login(world.people[role])
    for url in [*addresses(world), *account_actions()]:
        answer, written = writes(lambda url=url: client.get(url))
        assert answer.status_code < 500
        assert written == [], url


def test_addresses_that_only_act_answer_a_look_with_405(world):
    client = Client()
    client.force_login(world.people["coordinator"])
    for url in account_actions():
        assert client.get(url).status_code == 405, url


def test_only_the_doors_to_the_one_sign_in_do_without_the_token():
    exempt = set()

    def walk(patterns) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns)
            elif isinstance(pattern, URLPattern) and getattr(pattern.callback, "csrf_exempt", False):
                exempt.add(f"{pattern.callback.__module__}.{pattern.callback.__name__}")

    walk(get_resolver().url_patterns)
    assert {name for name in exempt if not name.startswith("wagtail")} == {
        "stem_portal.views.to_sign_in",
        "stem_portal.views.to_password_reset",
    }


def test_the_same_requests_act_when_they_are_meant(world):
    """The walks above really visited addresses that act."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["coordinator"])
    url = reverse("staff_invite", kwargs={"code": world.places["own"].school.code})
    key = client.get(url).context["form"]["idempotency_key"].value()
    fields = {"full_name": "Lê Thu An", "email": "an@example.vn", "role": "teacher", "idempotency_key": key}
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    assert writes(lambda: client.post(url, fields | token))[1]
