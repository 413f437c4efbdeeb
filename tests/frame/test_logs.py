"""The log says what went wrong and reveals no secrets (CASES O05)."""

import logging

import pytest
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from stem_portal.logs import event_without_secrets

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
    assert any("/…/" in line for line in lines)


def test_what_is_reported_elsewhere_has_no_secret_either():
    event = {"request": {"url": f"https://stem.example.vn/claims/{SECRET}/"}, "logentry": {"formatted": ADDRESSES[1]}}
    assert SECRET not in str(event_without_secrets(event, {}))


def test_an_ordinary_address_stays_readable():
    record = logging.makeLogRecord({"msg": "Not Found: /desk/bookings/BD-7K3Q9/"})
    assert "/desk/bookings/BD-7K3Q9/" in formatter().format(record)
