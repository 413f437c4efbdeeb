"""Journey 1: a visitor finds a curriculum, reads a lesson, finds a trip with its dates, and changes the language."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from itertools import count

import pytest
from django.urls import reverse
from django.utils import timezone

from cms.actions import add_twin, set_up_site
from cms.models import CurriculumPage, FieldTripPage
from programs.centres.models import AdultRatio, Centre, FieldTrip, Room, Session
from programs.centres.queries.sessions import pupils_per_adult
from programs.core.choices import Level
from tests.cms.make import locale, make_curriculum_page, make_field_trip_page, make_news, make_policy, make_subject
from tests.pages import main_of
from tests.people import make_officer, make_teacher

pytestmark = pytest.mark.django_db
_rooms = count(1)


def make_session(trip, *, taken: int = 0, days: int = 3) -> Session:
    room = Room.objects.create(centre=trip.centre, name=f"Xưởng {next(_rooms)}", capacity=48)
    starts = timezone.now() + timedelta(days=days)
    return Session.objects.create(
        field_trip=trip, room=room, starts_at=starts, ends_at=starts + timedelta(hours=3), capacity=40, seats_taken=taken,
        booking_opens_at=starts - timedelta(days=60), booking_closes_at=starts - timedelta(hours=12),
    )  # fmt: skip


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_setting_up_twice_changes_nothing(website):
    again = set_up_site()
    assert again.pk == website.pk
    assert again.get_translations().count() == 1


def test_a_curriculum_is_found_by_level_and_subject(website, client):
    make_curriculum_page()
    make_curriculum_page("Trạm đo không khí", grades=(7, 7), subjects=[make_subject("Tin học", "Informatics")])
    page = text_of(client.get("/bai-hoc-stem/", {"level": "primary", "subject": "toan"}))
    assert "Cầu giấy chịu được bao nhiêu cân?" in page
    assert "Trạm đo không khí" not in page


def test_filters_narrow_each_other(website, client):
    make_curriculum_page()
    make_curriculum_page("Trạm đo không khí", grades=(7, 7), subjects=[make_subject("Tin học", "Informatics")])
    page = text_of(client.get("/bai-hoc-stem/", {"level": "primary"}))
    assert "Toán (1)" in page
    assert "Tin học (" not in page


def test_a_filter_that_leaves_nothing_says_what_to_do(website, client):
    make_curriculum_page()
    make_curriculum_page("Trạm đo", grades=(7, 7), subjects=[make_subject("Tin học", "Informatics")])
    page = text_of(client.get("/bai-hoc-stem/", {"level": "primary", "subject": "tin-hoc"}))
    assert "Chưa có bài học nào hợp với mọi lựa chọn" in page
    assert client.get("/bai-hoc-stem/", {"level": "x'", "page": "zzz"}).status_code == 200


def test_a_lesson_is_read(website, client):
    page = make_curriculum_page()
    assert "18.000\u00a0đ" in client.get(page.url).content.decode()
    lesson = text_of(client.get(f"{page.url}thiet-ke/"))
    assert "phút 0–8" in lesson
    assert "Ghi tiêu chí." in lesson
    assert "Vẽ cây cầu của nhóm." in lesson


def test_structured_data_is_json_that_cannot_leave_its_script(website, client):
    page = make_curriculum_page("Cầu </script><b>")
    found = re.search(
        r'<script type="application/ld\+json"[^>]*>(.*?)</script>', client.get(page.url).content.decode(), re.S
    )
    data = json.loads(found.group(1))
    assert data["@type"] == "LearningResource"
    assert data["name"] == "Cầu </script><b>"
    assert data["timeRequired"] == "PT70M"
    assert data["teaches"] == ["Toán"]


def test_the_language_changes_to_the_same_page_and_back(website, client):
    page = make_curriculum_page(english="How much can a paper bridge hold?")
    english = page.get_translation(page.get_translations().first().locale)
    vietnamese_html, english_html = text_of(client.get(page.url)), text_of(client.get(english.url))
    assert english.url == "/en/stem-lessons/how-much-can-a-paper-bridge-hold/"
    assert f'href="{english.url}" lang="en"' in vietnamese_html
    assert f'href="{page.url}" lang="vi"' in english_html
    assert '<html lang="en" ' in english_html
    assert f'hreflang="en" href="http://testserver{english.url}"' in vietnamese_html


def test_a_page_without_translation_leads_to_the_other_home(website, client):
    assert 'href="/en/" lang="en"' in text_of(client.get(make_news().url))


def test_a_trip_shows_its_dates_with_the_places_left(website, client):
    page = make_field_trip_page()
    make_session(page.field_trip, taken=35, days=3)
    month = timezone.localdate(timezone.now() + timedelta(days=3)).strftime("%Y-%m")
    html = text_of(client.get(page.url, {"month": month}))
    assert "còn 5" in html
    assert "Còn 5 chỗ" in text_of(client.get("/tham-quan/"))
    assert "Còn 5 chỗ" in text_of(client.get("/"))


def test_a_trip_says_the_ratio_of_adults_that_booking_asks_for(website, client):
    page = make_field_trip_page()
    shown = main_of(client.get(page.url))
    assert "1 cho 10 học sinh" in shown and "Tiểu học:" not in shown
    trip = page.field_trip
    FieldTrip.objects.update(grade_from=4, grade_to=7)
    AdultRatio.objects.create(field_trip=trip, level=Level.PRIMARY, pupils_per_adult=5)
    shown = main_of(client.get(page.url))
    assert "Tiểu học: 1 cho 5 học sinh" in shown and "Trung học cơ sở: 1 cho 10 học sinh" in shown
    trip.refresh_from_db()
    assert (pupils_per_adult(trip, 5), pupils_per_adult(trip, 6)) == (5, 10)


def test_a_trip_says_its_price_and_how_its_centre_is_reached_in_both_languages(website, client):
    page = make_field_trip_page()
    english = FieldTripPage(
        title="A day in the workshop",
        slug="a-day",
        locale=locale("en"),
        summary="3D print.",
        field_trip=page.field_trip,
    )
    english = add_twin(of=page, page=english)
    assert "Miễn phí" in main_of(client.get(page.url))
    assert "Free of charge" in main_of(client.get(english.url))
    assert "Khả năng tiếp cận" not in main_of(client.get(page.url))
    FieldTrip.objects.update(price_vnd=1_250_000)
    Centre.objects.update(accessibility="Lối lên cho xe lăn ở cổng sau", accessibility_en="A ramp at the back gate")
    vietnamese, translated = main_of(client.get(page.url)), main_of(client.get(english.url))
    assert "1.250.000\u00a0đ" in vietnamese
    assert "1,250,000\u00a0VND" in translated
    assert "Miễn phí" not in vietnamese and "Free of charge" not in translated
    assert "Lối lên cho xe lăn ở cổng sau" in vietnamese and "A ramp" not in vietnamese
    assert "A ramp at the back gate" in translated and "Lối lên" not in translated


def test_a_trip_leads_to_the_curricula_with_which_a_class_goes_on_as_far_as_they_are_published(website, client):
    bridge = make_curriculum_page(english="How much can a paper bridge hold?")
    draft = make_curriculum_page("Trạm đo không khí", grades=(7, 7))
    other = make_curriculum_page("Đèn giao thông", grades=(8, 8))
    page = make_field_trip_page()
    assert "Học tiếp ở lớp" not in main_of(client.get(page.url))
    page.curricula = [bridge.curriculum, draft.curriculum]
    page.save_revision().publish()
    draft.unpublish()
    shown = main_of(client.get(page.url))
    assert "Học tiếp ở lớp" in shown
    assert f'href="{bridge.url}"' in shown and bridge.title in shown
    assert draft.title not in shown and other.title not in shown


def test_only_those_who_may_book_are_led_to_a_booking(website, client):
    page = make_field_trip_page()
    session = make_session(page.field_trip)
    book, look = (reverse(name, args=[session.pk]) for name in ("session_book", "session_detail"))
    assert book in text_of(client.get(page.url))  # a visitor signs in on the way
    client.force_login(make_teacher())
    assert book in text_of(client.get(page.url))
    client.force_login(make_officer())
    seen = text_of(client.get(page.url))
    assert book not in seen
    assert look in seen


def test_a_full_trip_offers_the_waiting_list_and_no_booking_of_another(website, client):
    page = make_field_trip_page()
    make_session(page.field_trip, taken=40)
    assert "Đặt cho lớp của tôi" not in text_of(client.get(page.url))
    assert "Đã đủ, nhận danh sách chờ" in text_of(client.get("/tham-quan/"))


def test_sessions_are_found_by_the_subject_that_an_editor_named(website, client):
    workshop, garden = make_field_trip_page(), make_field_trip_page("Vườn ươm")
    garden.subjects = [make_subject("Khoa học", "Science")]
    garden.save_revision().publish()
    here, there = make_session(workshop.field_trip), make_session(garden.field_trip, days=4)

    def found(**asked) -> list[Session]:
        return list(client.get(reverse("session_search"), asked).context["page_obj"])

    assert '<option value="khoa-hoc">Khoa học</option>' in text_of(client.get(reverse("session_search")))
    assert found(subject="khoa-hoc") == [there]
    assert found(subject="cong-nghe") == [here]
    assert found(subject="khong-co") == [here, there]
    garden.unpublish()
    assert found(subject="khoa-hoc") == []
    assert "Không có buổi nào khớp mọi điều đó" in text_of(
        client.get(reverse("session_search"), {"subject": "khoa-hoc"})
    )


def test_the_pages_of_the_search_keep_the_subject(website, client):
    trip = make_field_trip_page().field_trip
    for day in range(3, 24):
        make_session(trip, days=day)
    assert "subject=cong-nghe&amp;page=2" in text_of(client.get(reverse("session_search"), {"subject": "cong-nghe"}))


@pytest.mark.parametrize("month", ["", "2026-13", "9999-01", "0001-01", "<b>"])
def test_a_month_out_of_reach_still_answers(website, client, month):
    assert client.get(make_field_trip_page().url, {"month": month}).status_code == 200


def test_home_asks_as_often_for_three_trips_as_for_one(website, client, django_assert_num_queries):
    make_session(make_field_trip_page("Một").field_trip)
    make_curriculum_page("Bài một")
    make_news("Tin một")
    make_policy("1/TT")
    client.get("/")
    with django_assert_num_queries(17):
        client.get("/")
    for name in ("hai", "ba"):
        make_session(make_field_trip_page(name).field_trip)
        make_curriculum_page(f"Bài {name}")
        make_news(f"Tin {name}")
        make_policy(f"{name}/TT")
    client.get("/")
    with django_assert_num_queries(17):
        client.get("/")


def test_lists_ask_as_often_for_three_rows_as_for_one(website, client, django_assert_num_queries):
    make_field_trip_page("Một")
    make_curriculum_page("Bài một")
    client.get("/")
    with django_assert_num_queries(16):
        client.get("/bai-hoc-stem/")
    with django_assert_num_queries(16):
        client.get("/tham-quan/")
    for name in ("hai", "ba"):
        make_field_trip_page(name)
        make_curriculum_page(f"Bài {name}")
    with django_assert_num_queries(16):
        client.get("/bai-hoc-stem/")
    with django_assert_num_queries(16):
        client.get("/tham-quan/")


def test_what_machines_read(website, client):
    page = make_news()
    assert page.url in client.get("/sitemap.xml").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()
    assert "Mở đặt chỗ" in client.get("/news.atom").content.decode()
    assert "Mở đặt chỗ" not in client.get("/en/news.atom").content.decode()


def test_the_record_follows_its_published_page(website):
    record = make_curriculum_page().curriculum
    assert (record.grade_from, record.minutes, record.cost_vnd) == (4, 70, 18000)
    assert [subject.code for subject in record.subjects.all()] == ["toan"]
    page = CurriculumPage.objects.get()
    page.facts_draft = page.facts_draft | {"cost_vnd": 25000}
    revision = page.save_revision()
    record.refresh_from_db()
    assert record.cost_vnd == 18000, "a draft changes nothing"
    revision.publish()
    record.refresh_from_db()
    assert record.cost_vnd == 25000
