"""Nobody's name stands in an address: searches among persons send by POST and keep their text in the session."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

import pytest
from django.test import Client
from django.urls import reverse

from programs.core.finding import LONGEST, MOST
from tests import people
from tests.certificates.make import issue, make_visit
from tests.test_architecture import ROOT, sources

pytestmark = pytest.mark.django_db
MINH = "Nguyễn Nhật Minh"


@pytest.fixture
def administrator(client):
    admin = people.make_administrator()
    client.force_login(admin)
    return admin


def find(client: Client, address: str, text: str, **others) -> str:
    """Send the form of a search as the page has it; where it leads."""
    answer = client.post(address, {"q": text, **others})
    assert answer.status_code == 302
    assert not re.search("minh|nhat|nhật", unquote_plus(answer["Location"]), re.I), "the address carries a number only"
    return answer["Location"]


def test_what_is_found_stands_under_a_number(client, administrator):
    people.make_teacher(MINH)
    people.make_teacher("Đỗ Văn Lâm")
    address = reverse("role_detail", args=["teacher"])
    found = find(client, address, MINH)
    assert found == f"{address}?find=1"
    page = client.get(found)
    assert [row.person.full_name for row in page.context["holdings"]] == [MINH]
    assert f'value="{MINH}"' in page.content.decode(), "what was typed stands in the field, to be corrected"
    assert client.get(found).context["search"].text == MINH, "and the way back finds it again"
    assert find(client, address, MINH) == found, "the same search has one number"
    assert find(client, address, "Lâm") == f"{address}?find=2"
    assert find(client, found, "") == address, "an empty search shows all again"


def test_turning_pages_keeps_the_search_and_a_new_one_begins_with_the_first(client, administrator):
    for number in range(30):
        people.make_teacher(f"Trần Minh {number}")
    found = find(client, reverse("role_list"), "tran minh")
    page = client.get(found)
    assert page.context["page_obj"].paginator.count == 30
    assert "?find=1&amp;page=2" in page.content.decode()
    second = f"{found}&page=2"
    assert len(client.get(second).context["page_obj"]) == 5
    assert "page=" not in find(client, second, "minh 7")


def test_a_number_that_is_not_kept_says_so_and_shows_the_empty_search(client, administrator):
    find(client, reverse("role_list"), MINH)
    for number in ("7", "x", "-1"):
        page = client.get(reverse("role_list"), {"find": number})
        assert page.context["search"].is_lost
        assert "Lượt tìm này không còn được lưu" in page.content.decode()
    assert client.get(reverse("role_list"), {"q": MINH}).context["search"].text == "", "an address carries no text"


def test_the_number_of_one_session_finds_nothing_in_another(client, administrator):
    found = find(client, reverse("role_list"), MINH)
    other = Client()
    other.force_login(administrator)
    assert other.get(found).context["search"].is_lost


def test_a_session_keeps_the_latest_searches_and_not_endless_ones(client, administrator):
    for number in range(MOST + 3):
        found = find(client, reverse("role_list"), f"{number} " + "x" * 500)
    kept = client.session["searches"]
    assert len(kept) == MOST and str(MOST + 3) in found and all(len(text) <= LONGEST for text in kept.values())
    assert client.get(reverse("role_list"), {"find": "1"}).context["search"].is_lost


def test_certificates_of_one_booking_are_searched_within_it(client):
    visit = make_visit(names=(MINH, "Lê An"))
    issue(visit)
    client.force_login(visit.leader)
    address = f"{reverse('certificate_list')}?booking={visit.reference}"
    found = find(client, address, MINH)
    assert found == f"{address}&find=1"
    assert [row.printed_name for row in client.get(found).context["page_obj"]] == [MINH]


def test_who_may_not_see_a_page_cannot_search_it(client):
    client.force_login(people.make_outsider())
    for address in (reverse("role_list"), reverse("role_detail", args=["teacher"]), reverse("claim_queue")):
        assert client.post(address, {"q": MINH}).status_code == 404
    assert "searches" not in client.session
    assert Client().post(reverse("certificate_list"), {"q": MINH})["Location"].startswith(reverse("account_login"))


# --- No search among persons is sent in an address -------------------------------------------------
# What is public, and schools, of which the lists are public: an address of these may be sent on and kept.
PUBLIC_FORMS = {
    "cms/home.html", "cms/search.html", "duplicates/merge_into.html",
    "entries/entry_board.html", "entries/entry_unfinished.html",
}  # fmt: skip
PUBLIC_READERS = {"cms/views.py", "programs/duplicates/views/schools.py", "programs/entries/views.py"}
PUBLIC_FIELDS = {"programs/schools/forms.py", "programs/visit_days/forms.py"}  # both find schools


def test_no_form_that_finds_persons_sends_by_get():
    found = set()
    for path in (ROOT / "templates").rglob("*.html"):
        for form in re.findall(r"<form\b[^>]*method=\"get\".*?</form>", path.read_text(encoding="utf-8"), re.S):
            if re.search(r"type=\"search\"|name=\"(q|text|name|email|phone)\"", form):
                found.add(str(path.relative_to(ROOT / "templates")))
    assert found == PUBLIC_FORMS


def test_no_view_reads_what_is_looked_for_from_the_address():
    reading = {
        str(path.relative_to(ROOT))
        for folder in ("programs", "cms", "stem_portal")
        for path in sources(folder)
        if re.search(r"GET(\.get\(|\[)\"(q|text|name|email|phone)\"", path.read_text(encoding="utf-8"))
    }
    assert reading == PUBLIC_READERS
    fields = {
        str(path.relative_to(ROOT))
        for path in sources("programs")
        if path.name == "forms.py" and re.search(r"^    q = ", path.read_text(encoding="utf-8"), re.M)
    }
    assert fields == PUBLIC_FIELDS | {"programs/rosters/forms.py"}, "that of rosters is filled from the session"
