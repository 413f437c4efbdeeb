"""What every answer carries: policies, cookies, caches."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import reverse

from tests.database import migrated_file
from tests.people import PASSWORD, make_administrator, make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]

OUR_PAGES = [
    "account_login", "account_reset_password", "account_signup", "message_list", "desk", "account_change_password",
    "account_security", "usersessions_list", "account_logout",
]  # fmt: skip


@pytest.fixture
def signed_in(client):
    client.post(reverse("account_login"), {"login": make_user("Trần Thị Hạnh").username, "password": PASSWORD})
    return client


def directive(response, name: str) -> str:
    policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    return policy[name]


@pytest.mark.parametrize("name", OUR_PAGES)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_our_pages_allow_nothing_inline_and_have_nothing_inline(client, signed_in, name, prefix):
    reader = signed_in if name not in {"account_login", "account_reset_password", "account_signup"} else type(client)()
    page = reader.get(prefix + reverse(name))
    assert page.status_code == 200
    for part in ("script-src", "style-src", "default-src"):
        assert "unsafe" not in directive(page, part)
    html = page.content.decode()
    assert not re.findall(r"<(?:[^>]*)\s(?:style|on\w+)\s*=", html), "an inline style or handler"
    assert "<style" not in html
    assert all("src=" in tag or 'type="application/' in tag for tag in re.findall(r"<script[^>]*>", html))
    assert "javascript:" not in html


@pytest.mark.parametrize("path", ["/backoffice/", "/cms/"])
def test_only_the_back_offices_have_inline_allowances(client, path):
    client.force_login(make_administrator("Phạm Viên"))
    page = client.get(path)
    assert page.status_code == 200
    assert "'unsafe-inline'" in directive(page, "script-src")
    assert "unsafe" not in directive(page, "default-src")
    assert "unsafe" not in directive(client.get(reverse("message_list")), "script-src")


def test_pages_of_the_signed_in_are_kept_by_no_cache(client, signed_in):
    assert signed_in.get(reverse("message_list")).headers["Cache-Control"] == "private, no-store"
    assert "no-store" not in type(client)().get("/health/live").headers.get("ETag", "")


def test_answers_forbid_sniffing_and_foreign_frames(client):
    page = client.get(reverse("account_login"))
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert directive(page, "frame-ancestors") == "'self'"
    assert directive(page, "object-src") == "'none'"
    assert directive(page, "form-action") == "'self'"


def test_forms_from_elsewhere_are_refused(hanh_browser):
    for headers in ({}, {"HTTP_ORIGIN": "https://evil.example"}):
        answer = hanh_browser.post(reverse("message_list"), **headers)
        assert answer.status_code == 403


@pytest.fixture
def hanh_browser():
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user("Trần Thị Hạnh"))
    return browser


# --- Production ---------------------------------------------------------------------------------
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "for-this-test-only-0f5b2c9d7e1a4836b5c2d9e8f7a6b5c4d3e2f1a0b9c8",
    "ALLOWED_HOSTS": "stem.example.vn",
    "SITE_URL": "https://stem.example.vn",
    "CACHE_URL": "locmemcache://test",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "DEFAULT_FROM_EMAIL": "STEM <no-reply@stem.example.vn>",
}
LOOK = """
import django; django.setup()
from django.conf import settings
from django.test import Client
from programs.accounts.models import User
User.objects.create_user("hanh", "hoa-sen-2026-tren-ho", full_name="Hạnh")
http, https = Client(headers={"host": "stem.example.vn"}), Client(headers={"host": "stem.example.vn", "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.5"})
assert http.get("/desk/").status_code == 301 and http.get("/desk/").url.startswith("https://")
assert http.get("/health/live").status_code == 200
answer = https.post("/accounts/login/", {"login": "hanh", "password": "hoa-sen-2026-tren-ho"})
assert answer.status_code == 302, answer.status_code
cookie = answer.cookies["sessionid"]
assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax", cookie
assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
assert settings.CSRF_COOKIE_SECURE and not settings.DEBUG
from django.urls import NoReverseMatch, reverse
try:
    reverse("styleguide")
except NoReverseMatch:
    print("no style guide")
print("production is sound")
"""


def run(code: str, **environment: str) -> subprocess.CompletedProcess:
    base = {name: value for name, value in os.environ.items() if name not in PRODUCTION and name != "DATABASE_URL"}
    settings = {"DJANGO_SETTINGS_MODULE": "stem_portal.settings"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=base | settings | environment,
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip


def test_production_is_served_over_https_with_safe_cookies(tmp_path):
    migrated_file(tmp_path / "p.sqlite3")
    result = run(LOOK, **PRODUCTION, DATABASE_URL=f"sqlite:///{tmp_path / 'p.sqlite3'}", VAR_DIR=str(tmp_path))
    assert "no style guide\nproduction is sound" in result.stdout, result.stderr[-3000:]


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "CACHE_URL", "EMAIL_URL"])
def test_production_does_not_start_without(missing, tmp_path):
    settings = {name: value for name, value in PRODUCTION.items() if name != missing}
    result = run("import django; django.setup()", **settings, VAR_DIR=str(tmp_path))
    assert result.returncode != 0 and missing in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "prodction"),
        ("DATABASE_URL", "mysql://localhost/portal"),
        ("STORAGE_URL", "ftp://files"),
        ("JURISDICTION_FILE", "/nowhere.toml"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_names_itself(name, value, tmp_path):
    result = run("import django; django.setup()", **{"VAR_DIR": str(tmp_path), name: value})
    assert result.returncode != 0 and name in result.stderr
