"""The log says what went wrong and reveals no secrets (CASES O05)."""

import logging
import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from stem_portal.logs import addresses, event_without_secrets, without_secrets

pytestmark = pytest.mark.django_db
SECRET = "Zk3vT0s8cretOfTheLink"
ADDRESSES = [
    f"/claims/{SECRET}/",
    f"/en/invitations/{SECRET}/",
    f"/verify/{SECRET}/",
    f"/g/{SECRET}/",
    f"/en/g/{SECRET}/purpose/photo/",
    f"/accounts/password/reset/key/1-{SECRET}/",
    f"/accounts/confirm-email/{SECRET}/",
    f"/waiting/{SECRET}/",
    f"/pass/{SECRET}/",
    f"/en/calendars/{SECRET}.ics",
]


def formatter() -> logging.Formatter:
    made = settings.LOGGING["formatters"]["line"]
    return import_string(made["()"])(made["format"], style=made["style"])


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_refused_request_is_logged_without_the_links_secret(address, caplog):
    browser = Client(enforce_csrf_checks=True)
    browser.post(address, {"idempotency_key": "k"})  # an old browser without the cookie
    browser.head(address)  # a messenger that previews the link
    lines = [formatter().format(record) for record in caplog.records]
    assert lines
    assert not any(SECRET in line for line in lines)
    assert any("/…" in line for line in lines)


@pytest.mark.parametrize(
    ("written", "logged"),
    [
        ("Not Found: /desk/roles/?q=Nguy%E1%BB%85n+Minh&page=2", "Not Found: /desk/roles/?q=…&page=2"),
        ("https://stem.example.vn/search/?q=minh#x", "https://stem.example.vn/search/?q=…#x"),
        ("GET /backoffice/accounts/user/?q=0912345678 HTTP/1.1", "GET /backoffice/accounts/user/?q=… HTTP/1.1"),
        ("/accounts/login/?next=/g/abc/&show=all", "/accounts/login/?next=…&show=all"),
        ("/desk/certificates/?find=3&booking=BD-7K3Q9", "/desk/certificates/?find=3&booking=BD-7K3Q9"),
        ("/x/?minh", "/x/?…"),
        ("Really? Yes, why? No", "Really? Yes, why? No"),
    ],
)
def test_of_a_question_behind_an_address_only_what_may_be_read_is_logged(written, logged):
    assert without_secrets(written) == logged
    assert (
        event_without_secrets({"request": {"headers": {"Referer": written}}}, {})["request"]["headers"]["Referer"]
        == logged
    )


def test_what_is_reported_elsewhere_has_no_secret_either():
    event = {
        "request": {
            "url": f"https://stem.example.vn/claims/{SECRET}/",
            "headers": {"Referer": f"https://stem.example.vn/waiting/{SECRET}/"},
            "query_string": f"code={SECRET}",
        },
        "logentry": {"formatted": ADDRESSES[1]},
        "exception": {"values": [{"value": f"No room at /pass/{SECRET}/"}]},
    }
    assert SECRET not in str(event_without_secrets(event, {}))


# Whatever is not here is a key to something. A new kind of link is masked until somebody adds it, having thought.
OPEN = {
    ("schools/", "code"), ("desk/schools/", "code"), ("desk/schools/", "other"), ("desk/centres/", "code"),
    ("desk/certificates/", "serial"), ("desk/me/consents/", "purpose"), ("g/", "purpose"), ("competitions/", "slug"),
    ("desk/competitions/", "slug"),
    ("desk/roles/", "role"), ("files/uploads/for/", "purpose"),
}  # fmt: skip
NUMBERS = {"pk", "pupil_pk", "other", "reference", "kind"}


def test_every_address_that_holds_a_key_hides_it():
    """Walks every address of the portal: a link added tomorrow is hidden without anybody thinking of the log."""
    seen = set()
    for address in addresses():
        if address.startswith(("cms/", "backoffice/", "documents/", "media/", "_util/")):
            continue
        for converter, name in re.findall(r"<(?:(\w+):)?(\w+)>", address.replace("(?P<", "<")):
            is_open = name in NUMBERS or any(address.startswith(start) and name == own for start, own in OPEN)
            logged = without_secrets(f"Not Found: /{sample(address, name)}")
            assert is_open or SECRET not in logged, (address, converter, name)
            seen.add(name)
    assert {"token", "code", "key", "uidb36", "reference"} <= seen


def sample(address: str, name: str) -> str:
    """The address with a secret for ``name`` and an ordinary word for whatever else it has."""
    plain = re.sub(r"\(\?P(<\w+>)(?:\[[^\]]*\]|[^()\[])*\)", r"\1", address)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: SECRET if match[1] == name else "mot", plain)


def test_links_of_the_libraries_to_a_new_password_are_hidden_too():
    logged = without_secrets(f"/cms/password_reset/confirm/MQ/{SECRET}/ and /cms/pages/17/edit/")
    assert SECRET not in logged and "/cms/pages/17/edit/" in logged


def test_an_ordinary_address_stays_readable():
    record = logging.makeLogRecord({"msg": "Not Found: /desk/bookings/BD-7K3Q9/"})
    assert "/desk/bookings/BD-7K3Q9/" in formatter().format(record)
