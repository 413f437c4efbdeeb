"""Addresses and codes as people type, copy and send them: no door says "does not exist" to a bracket behind a link."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, get_resolver, resolve, reverse

from stem_portal.middleware import as_it_was_sent, links_as_sent

KEYS = {"token", "code", "key", "serial", "reference"}
ADDED = [")", ",", ".", ">", "\u200b", ").", "”", " ", "\u00a0", "!", "?)", "…", "/)", "/.", "/\u200b"]
A_KEY = "k7q9:bx-2mt_4c"
SAMPLES = {"token": A_KEY, "code": "K7Q9BX2MT", "serial": "TG-2026-0001", "reference": "BD-7K3Q9", "pk": 7}


def doors() -> Iterator[tuple[str, dict]]:
    """Every named address of the portal that carries a key, with something in each of its places."""

    def walk(patterns) -> Iterator[URLPattern]:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                if pattern.namespace is None:
                    yield from walk(pattern.url_patterns)
            else:
                yield pattern

    for pattern in walk(get_resolver().url_patterns):
        converters = getattr(pattern.pattern, "converters", {})
        if KEYS & converters.keys() and pattern.name and not pattern.name.startswith("wagtail"):
            yield (
                pattern.name,
                {
                    name: SAMPLES.get(name, 7 if type(converter).__name__ == "IntConverter" else "x")
                    for name, converter in converters.items()
                },
            )


DOORS = dict(doors())


def sent(path: str) -> HttpResponse:
    request = RequestFactory().get("/", {"a": "b"})
    request.path_info = path
    return links_as_sent(lambda _request: HttpResponse("as it is"))(request)


def test_the_doors_are_found():
    assert {
        "guardian_door", "waiting_answer", "invitation_accept", "claim_status", "feed_read", "certificate_verify",
        "school_activate", "pass_open", "guardian_data", "booking_detail",
    } <= DOORS.keys()  # fmt: skip


@pytest.mark.parametrize("name", sorted(DOORS))
def test_what_is_behind_a_link_is_taken_away_at_every_door(name):
    clean = reverse(name, kwargs=DOORS[name])
    assert sent(clean).content == b"as it is"
    for added in ADDED:
        for given in {clean + added, clean.rstrip("/") + added}:
            if clean.endswith(".ics") and added.startswith("/"):
                continue
            answer = sent(given)
            assert answer.status_code == 307, given
            path, _, query = answer["Location"].partition("?")
            assert resolve(path.replace("%3A", ":")).kwargs == resolve(clean).kwargs
            assert query == "a=b"


def test_what_is_inside_a_link_is_taken_away_too():
    clean = reverse("guardian_door", args=["abcd-efgh"])
    for given in (
        clean.replace("d-e", "d\u2011e"),
        clean.replace("d-e", "d\u200b-e"),
        clean.replace("/abcd", "/(abcd"),
    ):
        assert sent(given)["Location"].startswith(clean)


def test_allauth_s_own_letters_have_the_same_door():
    assert sent("/accounts/confirm-email/abc:def/).")["Location"].startswith("/accounts/confirm-email/abc%3Adef/")


@pytest.mark.parametrize("path", ["/media/tap(1).pdf)", "/cms/pages/1/)", "/backoffice/x)/", "/\x00)"])
def test_files_and_back_offices_keep_their_own_addresses(path):
    assert sent(path).content == b"as it is"


def test_no_address_leads_to_another_site():
    for path in ("//evil.example/)", "/\\evil.example)", "///g/x)"):
        answer = sent(path)
        assert not answer.get("Location", "/x").startswith(("//", "/\\", "http"))


def test_an_address_is_clean_after_one_step():
    for given in ("/g/abc).,/", "/g/(abc)/)", "/g/abc\u200b)/?/", "/g/ă\u0301)/"):
        assert as_it_was_sent(as_it_was_sent(given)) == as_it_was_sent(given)
