"""Search finds what people mean, with or without accents, and only what the public may read."""

from __future__ import annotations

import pytest

from cms.actions import add_page
from cms.models import NewsIndexPage, NewsPage
from tests.cms.make import locale, make_curriculum_page, make_news, make_policy, section

pytestmark = pytest.mark.django_db


def found(client, words: str, prefix: str = "") -> str:
    response = client.get(f"{prefix}/search/", {"q": words})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("words", ["đổi mới sáng tạo", "doi moi sang tao", "ĐỔI MỚI SÁNG TẠO", "đổi mới"])
def test_accents_and_case_do_not_matter(website, client, words):
    page = make_policy()
    assert page.title in found(client, words)


@pytest.mark.parametrize("words", ['"', '"><', 'đổi mới"><script>', '"đổi" OR (', 'NEAR("'])
def test_what_is_grammar_to_an_index_is_searched_like_any_words(website, client, words):
    make_policy()
    found(client, words)


@pytest.mark.parametrize("words", ['"đổi mới sáng tạo"', 'đổi "mới"'])
def test_words_in_quotation_marks_are_found(website, client, words):
    page = make_policy()
    assert page.title in found(client, words)


def test_words_that_stand_together_in_a_title_come_before_words_that_are_alike_without_accents(website, client):
    together, alike = make_policy(), make_news("Đội robot đón bạn mới")
    html = found(client, "doi moi")
    assert html.index(together.title) < html.index(alike.title)


def test_the_words_inside_a_page_are_found(website, client):
    assert "Thiết kế và thử tải" in found(make_and(client), "ve cay cau")


def make_and(client):
    make_curriculum_page()
    return client


def test_one_language_at_a_time(website, client):
    make_curriculum_page(english="How much can a paper bridge hold?")
    assert "/en/stem-lessons/how-much" in found(client, "paper bridge", "/en")
    assert "how-much" not in found(client, "paper bridge")


def test_a_draft_is_never_public_nor_found(website, client):
    draft = NewsPage(title="Tin chưa công bố", slug="chua-cong-bo", locale=locale(), live=False)
    section(NewsIndexPage).add_child(instance=draft)
    draft.save_revision()
    assert client.get("/tin-tuc/chua-cong-bo/").status_code == 404
    assert "chua-cong-bo" not in found(client, "chưa công bố")
    assert "chua-cong-bo" not in client.get("/tin-tuc/").content.decode()


def test_an_unpublished_page_leaves_the_results(website, client):
    page = make_news("Hội thảo giáo viên")
    assert page.url in found(client, "hoi thao")
    page.unpublish()
    assert page.url not in found(client, "hoi thao")


def test_a_slip_of_the_finger_gets_a_suggestion(website, client):
    make_curriculum_page("Chong chóng bắt gió")
    assert "Chong chóng bắt gió" in found(client, "chong chong bat gios")


@pytest.mark.parametrize("words", ["", '"', "'; DROP", "a AND (", "*", "đ" * 500, "\x00", "🤖"])
def test_odd_questions_are_answered_calmly(website, client, words):
    make_news()
    found(client, words)


def test_a_page_that_is_in_the_tree_twice_is_found_once(website, client):
    page = make_news("Ngày hội STEM")
    add_page(parent=section(NewsIndexPage), page=NewsPage(title="Việc khác", slug="viec-khac", locale=locale()))
    assert found(client, "ngay hoi").count(f'href="{page.url}"') == 1
