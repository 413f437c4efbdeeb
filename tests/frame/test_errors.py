"""Errors in the portal's look, in both languages."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.test import RequestFactory
from django.utils import translation

from stem_portal import views

PAGES = [
    (views.bad_request, 400, [BadRequest()]),
    (views.forbidden, 403, [PermissionDenied()]),
    (views.not_found, 404, [Exception()]),
    (views.too_many_requests, 429, []),
    (views.server_error, 500, []),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("view", "status", "arguments"), PAGES, ids=[str(status) for _view, status, _ in PAGES])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_error_has_a_page(view, status, arguments, language, rf: RequestFactory):
    request = rf.get("/")
    request.csp_nonce = ""
    with translation.override(language):
        page = view(request, *arguments)
    assert page.status_code == status
    html = page.content.decode()
    assert f'lang="{language}"' in html and "<h1" in html


def test_the_page_for_a_broken_portal_needs_no_database(rf):
    """No ``django_db`` mark: any query would fail this test."""
    assert views.server_error(rf.get("/")).status_code == 500


@pytest.mark.django_db
def test_a_missing_page_is_a_404_in_the_readers_language(client):
    assert 'lang="vi"' in client.get("/khong-co-trang-nay/").content.decode()
    page = client.get("/en/no-such-page/")
    assert page.status_code == 404 and 'lang="en"' in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/%00/", "/schools/%00/claim/", "/claims/a%00b/", "/en/%00/"])
def test_an_address_with_a_nul_is_a_missing_page_on_every_database(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_a_body_beyond_all_bounds_is_not_read(client, settings):
    settings.LARGEST_BODY = 1000
    for path in ("/accounts/login/", "/cms/images/add/", "/verify/"):
        page = client.post(path, {"login": "x" * 2000})
        assert page.status_code in (400, 413), path
        assert "<h1" in page.content.decode()
