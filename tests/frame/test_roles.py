"""The administrators' role page: the words, who holds what, and the review for the auditor."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from itertools import pairwise

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from cms.actions import set_up_site
from programs.core.permissions import Role
from programs.schools.choices import OfficeRole
from stem_portal.administration import queries
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    administrator = people.make_administrator()
    client.force_login(administrator)
    return administrator


def test_the_page_says_what_every_role_means(client, administrator):
    page = unescape(client.get(reverse("role_list")).content.decode())
    for role in Role:
        assert str(role.label) in page
    for sentence in queries.permissions():
        assert str(sentence.text) in page


def test_everybody_else_finds_no_such_page(client):
    hanh = people.make_teacher()
    for person in (hanh, people.make_officer(), people.make_coordinator(), people.make_outsider()):
        client.force_login(person)
        for url in (
            reverse("role_list"),
            reverse("role_detail", args=["teacher"]),
            reverse("role_review_xlsx"),
            reverse("person_roles", args=[hanh.pk]),
            reverse("view_as_start", args=[hanh.pk]),
        ):
            assert client.get(url).status_code == 404, url


@pytest.mark.parametrize("count", [1, 3])
def test_the_holders_of_a_role_cost_the_same_however_many(client, administrator, count, django_assert_num_queries):
    for number in range(count):
        people.make_teacher(f"Trần Thị Hạnh {number}")
    client.get(reverse("role_detail", args=["teacher"]))
    with django_assert_num_queries(9):  # session, person, count, rows; five for the desk beside it
        page = client.get(reverse("role_detail", args=["teacher"]))
    assert page.content.decode().count("Trường THCS Chu Văn An, ") == count


@pytest.mark.parametrize("typed", ["hanh", "HẠNH trần", "trần thị hạnh", "tran-thi-hanh"])
def test_a_holder_is_found_with_or_without_accents(client, administrator, typed):
    people.make_teacher("Trần Thị Hạnh")
    people.make_teacher("Đỗ Văn Lâm")
    page = client.post(reverse("role_detail", args=["teacher"]), {"q": typed}, follow=True).content.decode()
    assert "Trần Thị Hạnh" in page
    assert "Đỗ Văn Lâm" not in page


def test_people_are_found_whatever_they_hold(client, administrator):
    pupil = people.make_pupil("Nguyễn Nhật Minh", class_group=people.make_class(), with_account=True)
    people.make_user("Huỳnh Khánh Vy")
    page = client.post(reverse("role_list"), {"q": "nhat minh"}, follow=True).content.decode()
    assert reverse("person_roles", args=[pupil.user_id]) in page
    assert "Khánh Vy" not in page
    assert "Khánh Vy" in client.post(reverse("role_list"), {"q": "khanh vy"}, follow=True).content.decode()
    assert client.post(reverse("role_list"), {"q": "khong co ai"}, follow=True).status_code == 200


def test_each_role_lists_its_holders(client, administrator):
    set_up_site()
    from tests.world import build_world

    world = build_world()
    for role in set(Role) - {Role.ANONYMOUS, Role.GUARDIAN, Role.STEERING}:
        page = client.post(reverse("role_detail", args=[role]), {"q": world.people[role].username}, follow=True)
        assert [row.person.pk for row in page.context["holdings"]] == [world.people[role].pk], role


def test_the_headings_of_a_role_skip_no_level(client, administrator):
    page = client.get(reverse("role_detail", args=["coordinator"])).content.decode().partition("<h1>")[2]
    levels = [int(level) for level in re.findall(r"<h([1-6])", page.partition("<footer")[0])]
    assert all(after - before <= 1 for before, after in pairwise([1, *levels]))


def test_a_role_without_accounts_has_no_list(client, administrator):
    for role in ("anonymous", "guardian", "khong-co"):
        assert client.get(reverse("role_detail", args=[role])).status_code == 404


def test_one_person_with_two_offices(client, administrator):
    mai = people.make_ward_officer("Võ Thị Mai", ward=people.make_ward("Phường Phú Lợi"))
    people.Membership.objects.create(school=people.make_school(), user=mai, role="teacher")
    page = client.get(reverse("person_roles", args=[mai.pk]))
    assert {holding.role for holding in page.context["holdings"]} == {Role.TEACHER, Role.WARD_OFFICER}
    text = page.content.decode()
    assert "Phường Phú Lợi" in text and "Trường THCS Chu Văn An" in text
    assert str(queries.meaning_of(Role.WARD_OFFICER).does[0].text) in text


def test_a_department_officer_without_areas_has_the_whole_portal_and_a_ward_officer_nothing():
    nam = people.make_officer("Phan Hoàng Nam")
    lost = people.make_officer("Võ Thị Mai", role=OfficeRole.WARD)
    assert queries.holdings_of(nam)[0].scope != "—"
    assert queries.holdings_of(lost)[0].scope == "—"


def test_the_review_is_text_that_no_spreadsheet_computes(client, administrator):
    people.make_teacher("=HYPERLINK(1)")
    people.make_pupil("Nguyễn Nhật Minh", class_group=people.make_class(), with_account=True)
    response = client.get(reverse("role_review_xlsx"))
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    sheet = book.worksheets[1]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value]
    typed = next(cell for cell in cells if cell.value == "=HYPERLINK(1)")
    assert typed.data_type == "s" and typed.quotePrefix
    assert not any("Minh" in str(cell.value) for cell in cells), "pupils are counted, not named"
    assert ModelLogEntry.objects.filter(action="roles.export", user=administrator).count() == 1
