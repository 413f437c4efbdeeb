"""Journey 8: chị Linh writes and submits, anh Khôi approves; nobody publishes round him."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from cms.actions import add_page
from cms.models import CurriculumIndexPage, CurriculumPage, FieldTripIndexPage, FieldTripPage, NewsIndexPage, NewsPage
from programs.accounts.models import User
from programs.centres.models import FieldTrip
from programs.curricula.models import Curriculum
from tests.cms.make import locale, make_centre, make_curriculum_page, make_subject, section
from tests.people import enrol_second_factor, make_user

pytestmark = pytest.mark.django_db
STREAMS = ["aims", "outcomes", "materials", "safety", "rubric", "body", "schedule", "bring", "papers"]


@pytest.fixture
def linh(website) -> User:
    user = make_user("Ngô Thùy Linh")
    user.groups.add(Group.objects.get(name="Editors"))
    return user


@pytest.fixture
def khoi(website) -> User:
    user = make_user("Dương Minh Khôi")
    user.groups.add(Group.objects.get(name="Moderators"))
    return enrol_second_factor(user)


def form_of(**values) -> dict:
    empty = {f"{name}-count": "0" for name in STREAMS}
    comments = {f"comments-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")}
    comments["comments-MAX_NUM_FORMS"] = ""
    return (
        empty
        | comments
        | {"title": "Chong chóng bắt gió", "slug": "chong-chong", "summary": "Làm chong chóng."}
        | values
    )


def curriculum_form(**values) -> dict:
    facts = {"code": "chong-chong", "form": "stem_lesson", "grade_from": "3", "grade_to": "3", "minutes": "70"}
    facts |= {"group_size": "4", "cost_vnd": "13000", "subjects": [make_subject().pk]}
    return form_of(**facts) | values


def new_page(client, model, index, data: dict):
    url = reverse("wagtailadmin_pages:add", args=("cms", model.__name__.lower(), section(index).pk))
    return client.post(url, data, follow=True)


def test_an_editor_writes_and_submits_and_a_moderator_publishes(linh, khoi, client):
    client.force_login(linh)
    answer = new_page(client, CurriculumPage, CurriculumIndexPage, curriculum_form(**{"action-submit": "submit"}))
    assert answer.status_code == 200
    page = CurriculumPage.objects.get(slug="chong-chong")
    assert not page.live
    assert page.current_workflow_task_state is not None
    assert not Curriculum.objects.exists(), "the record waits for the moderator"
    assert client.get("/bai-hoc-stem/chong-chong/").status_code == 404

    client.force_login(khoi)
    task = page.current_workflow_task_state
    client.post(reverse("wagtailadmin_pages:workflow_action", args=(page.pk, "approve", task.pk)), {"comment": ""})
    page.refresh_from_db()
    assert page.live
    assert page.curriculum.code == "CHONG-CHONG"
    assert page.curriculum.cost_vnd == 13000
    assert page.curriculum.title == "Chong chóng bắt gió"
    client.logout()
    assert client.get("/bai-hoc-stem/chong-chong/").status_code == 200


def test_an_editor_cannot_publish(linh, client):
    client.force_login(linh)
    new_page(client, CurriculumPage, CurriculumIndexPage, curriculum_form(**{"action-publish": "publish"}))
    page = CurriculumPage.objects.get(slug="chong-chong")
    assert not page.live
    assert not Curriculum.objects.exists()


def test_a_preview_shows_the_facts_of_the_draft_and_changes_nothing(linh, client):
    client.force_login(linh)
    new_page(client, CurriculumPage, CurriculumIndexPage, curriculum_form())
    page = CurriculumPage.objects.get(slug="chong-chong")
    preview = client.get(reverse("wagtailadmin_pages:view_draft", args=(page.pk,)))
    assert "13.000" in preview.content.decode()
    assert not Curriculum.objects.exists()


def test_an_editor_of_a_live_page_leaves_the_record_alone(linh, client):
    page = make_curriculum_page()
    client.force_login(linh)
    data = curriculum_form(title=page.title, slug=page.slug, code=page.curriculum.code, cost_vnd="99000")
    client.post(reverse("wagtailadmin_pages:edit", args=(page.pk,)), data)
    page.curriculum.refresh_from_db()
    assert page.curriculum.cost_vnd == 18000
    edit = client.get(reverse("wagtailadmin_pages:edit", args=(page.pk,))).content.decode()
    assert 'value="99000"' in edit, "the draft keeps what was typed"


def test_a_code_serves_one_page(linh, client):
    page = make_curriculum_page()
    client.force_login(linh)
    answer = new_page(client, CurriculumPage, CurriculumIndexPage, curriculum_form(code=page.curriculum.code))
    assert "Mã này đã được một trang khác dùng." in answer.content.decode()
    assert not CurriculumPage.objects.filter(slug="chong-chong").exists()


def test_grades_stand_in_order(linh, client):
    client.force_login(linh)
    answer = new_page(client, CurriculumPage, CurriculumIndexPage, curriculum_form(grade_from="7", grade_to="5"))
    assert "Lớp cuối đứng trước lớp đầu." in answer.content.decode()


def test_prices_are_read_as_people_write_them(khoi, client):
    client.force_login(khoi)
    facts = {"code": "XUONG", "centre": make_centre().pk, "grade_from": "6", "grade_to": "9", "minutes": "180"}
    facts |= {"max_pupils": "40", "pupils_per_adult": "10", "price_vnd": "50.000", "action-publish": "publish"}
    new_page(client, FieldTripPage, FieldTripIndexPage, form_of(title="Xưởng", slug="xuong", **facts))
    assert FieldTrip.objects.get().price_vnd == 50_000


def test_a_cost_among_the_materials_is_read_whole_or_refused(khoi, client):
    client.force_login(khoi)

    def send(cost: str, slug: str):
        row = {"materials-0-type": "material", "materials-0-order": "0", "materials-0-deleted": ""}
        row |= {"materials-0-value-name": "Giấy", "materials-0-value-quantity": "2", "materials-0-value-cost_vnd": cost}
        data = curriculum_form(code=slug, slug=slug, cost_vnd="1 250 000", **{"action-publish": "publish"})
        return new_page(client, CurriculumPage, CurriculumIndexPage, data | row | {"materials-count": "1"})

    send("120.000", "giay")
    page = CurriculumPage.objects.get(slug="giay")
    assert page.materials_cost == 120_000
    assert page.curriculum.cost_vnd == 1_250_000
    send("120,5", "giay-hai")
    assert not CurriculumPage.objects.filter(slug="giay-hai").exists()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["", "Đèn-lồng-đặng-đình-đức-20-11", "Đèn lồng & Đặng Đình Đức: 20-11"])
def test_the_address_of_a_page_is_plain_letters(khoi, client, form, typed):
    client.force_login(khoi)
    title = unicodedata.normalize(form, "Đèn lồng & Đặng Đình Đức: 20-11")
    facts = {"code": "DEN", "centre": make_centre().pk, "grade_from": "6", "grade_to": "9", "minutes": "180"}
    facts |= {"max_pupils": "40", "pupils_per_adult": "10", "price_vnd": "0", "action-publish": "publish"}
    data = form_of(title=title, **facts) | {"slug": unicodedata.normalize(form, typed)}
    new_page(client, FieldTripPage, FieldTripIndexPage, data)
    page = FieldTripPage.objects.get()
    assert page.slug == "den-long-dang-dinh-duc-20-11"
    client.logout()
    assert client.get(page.url).status_code == 200


def test_a_second_page_of_the_same_title_gets_another_address(website):
    first, second = (
        add_page(
            parent=section(NewsIndexPage), page=NewsPage(title="Đèn lồng", locale=locale(), date=date(2026, 11, 20))
        )
        for _ in range(2)
    )
    assert (first.slug, second.slug) == ("den-long", "den-long-2")


def test_a_moderator_makes_a_field_trip_with_its_record(khoi, client):
    client.force_login(khoi)
    facts = {"code": "XUONG", "centre": make_centre().pk, "grade_from": "6", "grade_to": "9", "minutes": "180"}
    facts |= {"max_pupils": "40", "pupils_per_adult": "10", "price_vnd": "0", "action-publish": "publish"}
    new_page(client, FieldTripPage, FieldTripIndexPage, form_of(title="Xưởng", slug="xuong", **facts))
    page = FieldTripPage.objects.get(slug="xuong")
    assert page.live
    assert FieldTrip.objects.get() == page.field_trip
    assert page.field_trip.pupils_per_adult == 10


def test_pages_can_only_be_created_where_they_belong(linh, client):
    client.force_login(linh)
    url = reverse("wagtailadmin_pages:add", args=("cms", "curriculumpage", section(FieldTripIndexPage).pk))
    assert client.get(url).status_code in {302, 403}


def test_the_editors_home_speaks_vietnamese_and_offers_the_sections(linh, client):
    client.force_login(linh)
    html = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Viết cho cổng" in html
    assert "Trang mới trong «Bài học STEM»" in html


def test_revisions_of_a_curriculum_compare(khoi, client):
    page = make_curriculum_page()
    first = page.latest_revision or page.save_revision()
    page.summary = "Khác đi."
    second = page.save_revision()
    client.force_login(khoi)
    url = reverse("wagtailadmin_pages:revisions_compare", args=(page.pk, first.pk, second.pk))
    assert "Khác đi." in client.get(url).content.decode()


def test_a_person_without_a_role_meets_no_editor(website, client):
    client.force_login(make_user("Trần Văn Lâm"))
    assert client.get(reverse("wagtailadmin_home")).status_code in {302, 403}
