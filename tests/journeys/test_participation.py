"""Journey 7: the department's officer reads participation, opens a number to its rows, and takes the table along."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, expect

from tests.journeys.walker import Walker

# Columns that page and file both have: visits, pupils, girls, lessons, pupils taught, own activities, their pupils.
SHARED = (4, 5, 6, 7, 8, 10, 11)


@pytest.mark.journey
def test_the_department_reads_participation_and_takes_it_along(person):
    nam = person("nam")
    _open_participation(nam)
    for tab in ("Theo phường, xã", "Theo cấp học", "Theo học kỳ"):
        nam.page.get_by_role("link", name=tab).click()
        expect(nam.page.get_by_role("link", name=tab)).to_have_attribute("aria-current", "page")
        nam.look()
        _take_the_table_along(nam)
        _open_a_number(nam)


def _open_participation(officer: Walker) -> None:
    officer.goto("/desk/")
    officer.look()
    officer.page.get_by_role("navigation", name="Bàn làm việc").get_by_role("link", name="Tham gia STEM").click()
    officer.page.wait_for_url("**/desk/reports/participation/")


def _number(cell: Locator) -> int:
    """The figure in a cell; its link says beside it, unseen, of what."""
    return int(cell.inner_text().partition(":")[0].strip().replace(".", ""))


def _take_the_table_along(officer: Walker) -> None:
    """The file holds the numbers of the page, line by line, and its total is the sum of its lines."""
    shown = {
        row.locator("th").inner_text().strip(): [_number(cell) for cell in row.locator("td").all()[3:]]
        for row in officer.page.locator("table.figures-table :is(tbody, tfoot) tr").all()
    }
    with officer.page.expect_download() as caught:
        officer.page.get_by_role("link", name="Tải bảng số liệu (XLSX)").click()
    book = load_workbook(BytesIO(Path(caught.value.path()).read_bytes()))
    written = {row[0]: [row[at] for at in SHARED] for row in book.worksheets[0].values if row[0] in shown}
    assert written == shown
    total = written.pop("Tổng cộng")
    assert total == [sum(column) for column in zip(*written.values(), strict=True)]


def _open_a_number(officer: Walker) -> None:
    """The pupils of the line with the fewest visits: the rows behind the number add up to it."""
    page = officer.page
    pupils = page.locator("table.figures-table tbody td[data-l='Lượt học sinh']").filter(has=page.locator("a"))
    cell = min(pupils.all(), key=_number)
    number = _number(cell)
    cell.get_by_role("link").click()
    page.wait_for_url("**/participation/rows/**")
    officer.look()
    assert number > 0
    assert number == sum(_rows_of_all_pages(officer))
    page.get_by_role("navigation", name="Vị trí trang").get_by_role("link", name="Tham gia STEM").click()
    page.wait_for_url("**/desk/reports/participation/**")


def _rows_of_all_pages(officer: Walker) -> list[int]:
    page, numbers = officer.page, []
    while True:
        numbers += [_number(cell) for cell in page.locator("tbody td[data-l='Học sinh']").all()]
        following = page.locator("a[rel=next]")
        if not following.count():
            return numbers
        officer.goto(f"{page.url.partition('?')[0]}{following.get_attribute('href')}")
