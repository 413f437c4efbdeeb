"""Participation through the front door: bà Nam of the department, chị Mai of the ward, thầy Lâm the outsider."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from programs.core.choices import Level
from programs.participation import desk as participation_desk
from programs.participation.actions import load_indicators
from programs.participation.desk import stats
from programs.participation.models import Indicator
from programs.reviews import desk as review_desk
from programs.schools.choices import OfficeRole
from tests.participation.make import make_current_term, make_lesson, make_terms, make_visit
from tests.people import (
    make_coordinator,
    make_officer,
    make_outsider,
    make_principal,
    make_pupil,
    make_school,
    make_teacher,
    make_ward,
    make_ward_officer,
)

pytestmark = pytest.mark.django_db
PAGE = "/desk/reports/participation/"
ROWS = "/desk/reports/participation/rows/"


@pytest.fixture
def term():
    return make_terms()[0]


@pytest.fixture
def schools(term):
    """Phú Lợi came twice, Dĩ An once; a school of each ward did nothing."""
    day = term.starts_on + timedelta(days=30)
    phu_loi, di_an = make_ward("Phường Phú Lợi"), make_ward("Phường Dĩ An")
    busy = make_school("Trường THCS Phú Lợi", ward=phu_loi)
    make_school("Trường Tiểu học Phú Lợi", ward=phu_loi, levels=(Level.PRIMARY,))
    other = make_school("Trường THPT Dĩ An", ward=di_an, levels=(Level.UPPER_SECONDARY,))
    make_school("Trường THCS Bình An", ward=di_an)
    make_visit(busy, day, class_name="8A1", pupils=38, girls=18)
    make_visit(busy, day, class_name="6A1", pupils=30, girls=15)
    make_visit(other, day, class_name="10A", pupils=41, girls=20)
    make_lesson(busy, day)
    return [busy, other]


@pytest.fixture
def nam():
    return make_officer("Phan Hoàng Nam")


@pytest.fixture
def mai():
    return make_ward_officer("Đặng Thị Mai", ward=make_ward("Phường Phú Lợi"))


def text_of(response) -> str:
    return unescape(response.content.decode())


def heading(response) -> str:
    return " ".join(re.search(r"<h1>(.*?)</h1>", text_of(response), re.S)[1].split())


def book_of(response):
    return load_workbook(BytesIO(b"".join(response)))


def test_ba_nam_reads_the_finding_in_words(client, schools, term, nam):
    client.force_login(nam)
    response = client.get(PAGE, {"term": term.pk})
    assert heading(response) == f"{term}: 2 trên 4 trường chưa có hoạt động nào"
    assert "109" in text_of(response)
    english = client.get(f"/en{PAGE}", {"term": term.pk})
    assert "2 of 4 schools have no activity yet" in heading(english)


@pytest.mark.parametrize("by", ["ward", "level", "term"])
def test_every_number_of_the_table_opens_to_rows_that_make_exactly_it(client, schools, term, nam, by):
    client.force_login(nam)
    page = text_of(client.get(PAGE, {"term": term.pk, "by": by}))
    table = page[page.index("figures-table") : page.index("</table>")]
    opened = re.findall(r'<a href="(/desk/reports/participation/rows/[^"]+)">([\d.]+)<', table)
    assert len(opened) >= 8
    for url, number in opened:
        words = heading(client.get(url))
        assert number in re.findall(r"[\d.]+", words), (url, number, words)


def test_rows_name_schools_and_classes_but_no_pupil(client, schools, term, nam):
    pupil = make_pupil("Nguyễn Nhật Minh", school=schools[0])
    client.force_login(nam)
    page = text_of(client.get(ROWS, {"term": term.pk, "show": "visits"}))
    assert "3 lượt tham quan với 109 lượt học sinh, trong đó 53 nữ" in page
    assert "8A1" in page
    assert pupil.full_name not in page


def test_chi_mai_sees_her_ward_and_no_upper_secondary_school(client, schools, term, mai):
    make_school("Trường THPT Phú Lợi", ward=make_ward("Phường Phú Lợi"), levels=(Level.UPPER_SECONDARY,))
    client.force_login(mai)
    response = client.get(PAGE, {"term": term.pk})
    assert heading(response) == f"{term}: 1 trên 2 trường chưa có hoạt động nào"
    assert "Dĩ An" not in text_of(response)


def test_editing_the_ward_in_the_address_keeps_her_scope(client, schools, term, mai):
    """CASES R04."""
    elsewhere = make_ward("Phường Dĩ An")
    client.force_login(mai)
    response = client.get(PAGE, {"term": term.pk, "ward": elsewhere.pk})
    assert heading(response) == f"{term}: 1 trên 2 trường chưa có hoạt động nào"
    assert "không thuộc địa bàn của bạn" in text_of(response)
    assert "Dĩ An" not in text_of(response)
    for address in (ROWS, reverse("participation_rows_xlsx"), reverse("participation_xlsx")):
        assert client.get(address, {"term": term.pk, "ward": elsewhere.pk}).status_code == 404
        assert client.get(address, {"term": term.pk, "school": schools[1].code}).status_code == 404
    rows = text_of(client.get(ROWS, {"term": term.pk}))
    assert "2 lượt tham quan với 68 lượt học sinh" in rows
    assert "Dĩ An" not in rows


@pytest.mark.parametrize("asked", [{"term": "999999"}, {"level": "'; --"}, {"cluster": "x"}, {"by": "moon"}])
def test_nonsense_in_the_address_breaks_nothing(client, schools, nam, asked):
    client.force_login(nam)
    assert client.get(PAGE, asked).status_code == 200
    assert client.get(ROWS, asked).status_code == 404


def test_the_steering_committee_sees_everything_but_may_not_freeze(client, schools, term):
    client.force_login(make_officer("Bùi Thanh Hà", role=OfficeRole.STEERING))
    assert "2 trên 4 trường" in heading(client.get(PAGE, {"term": term.pk}))
    assert client.get(reverse("report_freeze", args=[term.pk])).status_code == 403


@pytest.mark.parametrize("make", [make_coordinator, make_principal])
def test_people_responsible_for_a_school_see_only_its_own_rows(client, schools, make):
    client.force_login(make(school=schools[0]))
    response = client.get(PAGE)
    assert heading(response) == "Trường THCS Phú Lợi: 68 lượt học sinh"
    assert "Dĩ An" not in text_of(response)
    assert client.get(ROWS, {"term": "all", "school": schools[1].code}).status_code == 404
    assert "68 lượt học sinh" in heading(client.get(ROWS, {"term": "all"}))
    assert client.get(reverse("report_list")).status_code == 403


def test_thay_lam_the_outsider_meets_a_closed_door(client, schools):
    client.force_login(make_outsider())
    for name in ("participation", "participation_rows", "participation_xlsx", "participation_rows_xlsx", "report_list"):
        assert client.get(reverse(name)).status_code == 403, name
    client.logout()
    assert client.get(PAGE).status_code == 302


def test_a_pupil_has_no_figures(client, schools):
    client.force_login(make_pupil(school=schools[0], with_account=True).user)
    assert client.get(PAGE).status_code == 403


def test_the_definition_of_each_figure_is_on_the_page(client, schools, term, nam):
    assert load_indicators() == load_indicators() == Indicator.objects.count()
    client.force_login(nam)
    assert "Mỗi trường chỉ tính một lần" in text_of(client.get(PAGE, {"term": term.pk}))
    assert "A school counts once" in text_of(client.get(f"/en{PAGE}", {"term": term.pk}))


# --- Files --------------------------------------------------------------------------------------
def test_the_table_is_downloaded_and_the_download_is_written_down(client, schools, term, nam):
    load_indicators()
    client.force_login(nam)
    response = client.get(reverse("participation_xlsx"), {"term": term.pk, "by": "ward"})
    assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert re.fullmatch(
        r'attachment; filename="tham-gia-stem-hoc-ky-i[a-z0-9-]*\.xlsx"', response["Content-Disposition"]
    )
    sheet, of_schools, definitions = book_of(response).worksheets
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0][0] == "Tình hình tham gia hoạt động STEM"
    assert str(term) in lines[1][0]
    assert lines[2][0].startswith("Xuất lúc ")
    assert [line[0] for line in lines[5:]] == ["Phường Dĩ An", "Phường Phú Lợi", "Tổng cộng"]
    assert lines[-1][1:] == (4, 2, 0.5, 3, 109, 53, 1, 35, 17, 0, 0, 0)
    assert sheet.freeze_panes == "A6"
    assert of_schools.max_row == 10
    assert definitions.max_row == 14
    assert list(ModelLogEntry.objects.filter(action="report.download").values_list("user", "object_id")) == [
        (nam.pk, str(term.pk))
    ]


def test_a_school_named_like_a_formula_stays_text(client, schools, term, nam):
    evil = make_school("=1+1")
    type(evil).objects.filter(pk=evil.pk).update(name='=HYPERLINK("http://x")\x0b\u202e')
    make_visit(evil, term.starts_on, class_name="8A3")
    client.force_login(nam)
    for name, show in (
        ("participation_rows_xlsx", "visits"),
        ("participation_rows_xlsx", "schools"),
        ("participation_xlsx", ""),
    ):
        book = book_of(client.get(reverse(name), {"term": term.pk, "show": show}))
        cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.value is not None]
        assert not [cell for cell in cells if cell.data_type == "f"]
        found = [cell for cell in cells if str(cell.value).startswith("=HYPERLINK")]
        assert [cell.value for cell in found] == ['=HYPERLINK("http://x")']
        assert all(cell.quotePrefix for cell in found)


def test_rows_are_downloaded_with_their_total(client, schools, term, nam):
    client.force_login(nam)
    sheet = book_of(client.get(f"/en{reverse('participation_rows_xlsx')}", {"term": term.pk, "show": "visits"})).active
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[4] == ("Date", "Reference", "School", "Class", "Field trip", "Centre", "Pupils", "of whom girls")
    assert lines[5][0].date() == term.starts_on + timedelta(days=30)
    assert lines[-1] == ("Total", None, None, None, None, None, 109, 53)
    lessons = book_of(client.get(reverse("participation_rows_xlsx"), {"term": term.pk, "show": "lessons"})).active
    assert lessons.max_row == 7


# --- The desk and the cost ----------------------------------------------------------------------
def test_the_desk_says_what_waits_for_ba_nam(schools, term, nam, mai):
    now = make_current_term()
    make_visit(schools[0], now.starts_on, pupils=33, girls=11)
    titles = [task.title for task in tasks(nam)]
    assert "3 trường chưa có hoạt động nào" in titles
    assert any(title.startswith("Chưa chốt số liệu") for title in titles)
    assert [str(stat.value) for stat in stats(nam)] == ["33", "33 %", "1"]
    assert [task.title for task in tasks(mai)] == ["1 trường chưa có hoạt động nào"]
    assert len(links(nam)) == 2
    teacher = make_teacher(school=schools[0])
    assert (tasks(teacher), stats(teacher), links(teacher)) == ([], [], [])


def tasks(user) -> list:
    return [task for desk in (participation_desk, review_desk) for task in desk.tasks(user)]


def links(user) -> list:
    return [link for desk in (participation_desk, review_desk) for link in desk.links(user)]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_and_its_rows_cost_the_same_for_one_and_for_three(client, term, nam, count, django_assert_num_queries):
    for number in range(count):
        school = make_school(f"Trường THCS số {number}", ward=make_ward(f"Phường số {number}"))
        make_visit(school, term.starts_on, class_name="8A1")
    client.force_login(nam)
    client.get(PAGE, {"term": term.pk})
    with django_assert_num_queries(16):
        client.get(PAGE, {"term": term.pk})
    with django_assert_num_queries(17):
        client.get(ROWS, {"term": term.pk})
