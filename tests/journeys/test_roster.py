"""Journey: thầy Bảo imports a list with six kinds of trouble, decides, and gets the bad rows back as a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey
SIX = Path(__file__).parents[1] / "fixtures" / "rosters" / "six_troubles.xlsx"


def heading(walker: Walker, name: str | re.Pattern):
    return walker.page.get_by_role("heading", level=1, name=name)


def press(walker: Walker, name: str | re.Pattern) -> None:
    walker.page.locator("main").get_by_role("button", name=name).first.click()


def follow(walker: Walker, name: str) -> None:
    walker.page.locator("main").get_by_role("link", name=name).first.click()


def row(walker: Walker, line: int):
    """The row of the preview with this number in the file."""
    return walker.page.locator("table.roster tbody tr").filter(
        has=walker.page.locator("td.number", has_text=re.compile(rf"^\s*{line}\s*$"))
    )


def send(walker: Walker) -> None:
    walker.page.locator(".side").get_by_role("link", name="Trường của tôi").click()
    follow(walker, "Nhập danh sách lớp")
    expect(heading(walker, "Danh sách học sinh")).to_be_visible()
    walker.look()
    follow(walker, "Nhập danh sách")
    walker.look()
    walker.page.get_by_label("Tệp danh sách học sinh").set_input_files(SIX)
    walker.page.get_by_label("Nguồn của danh sách").select_option(label="vnEdu")
    press(walker, "Gửi tệp")


def match(walker: Walker) -> None:
    """The columns were found below the title; what is nobody's business is not read; the hidden sheet is marked."""
    expect(heading(walker, "Ghép cột")).to_be_visible()
    expect(walker.page.get_by_text("Dân tộc", exact=False).first).to_be_visible()
    expect(walker.page.get_by_text("tiếp theo cột “Họ và tên”")).to_be_visible()
    expect(walker.page.locator("select[name=sheet] option", has_text="trang bị ẩn")).to_have_count(1)
    walker.look()
    walker.page.get_by_label("Viết lại họ tên toàn chữ hoa").check()
    press(walker, "Đọc các dòng")


def look_through(walker: Walker) -> None:
    expect(heading(walker, "Xem lại các dòng")).to_be_visible(timeout=60_000)  # the worker has its turn
    expect(row(walker, 8)).to_contain_text("dòng 9")  # one identifier in two rows
    walker.look()
    walker.page.locator(".tabs").get_by_role("link", name="Bỏ qua").click()
    expect(row(walker, 6)).to_contain_text("29/02/2013")
    expect(row(walker, 12)).to_contain_text("2013")
    walker.look(other_language=False)
    walker.page.locator(".tabs").get_by_role("link", name="Sẽ thêm").click()
    expect(row(walker, 4)).to_contain_text("Nguyễn Văn Đức")
    expect(row(walker, 5)).to_contain_text("Trần Thị Hạnh")


def decide_and_import(walker: Walker) -> None:
    press(walker, re.compile("Dùng dòng đầu của mỗi em.*Một mã ở nhiều dòng"))
    expect(walker.page.get_by_text("Đã lưu quyết định của bạn.")).to_be_visible()
    follow(walker, "Tiếp tục để nhập")
    expect(heading(walker, "Nhập danh sách này?")).to_be_visible()
    walker.look()
    press(walker, "Nhập danh sách")
    expect(heading(walker, "Đã nhập danh sách")).to_be_visible(timeout=60_000)
    walker.look()


def bad_rows(walker: Walker, folder: Path) -> list[list]:
    """The rows left out, as the downloaded file has them."""
    with walker.page.expect_download() as download:
        follow(walker, "Tải các dòng bị bỏ qua (XLSX)")
    path = folder / "bo-qua.xlsx"
    download.value.save_as(path)
    return [[cell.value for cell in cells] for cells in load_workbook(path).active.iter_rows()]


def test_a_list_with_six_kinds_of_trouble(person, tmp_path):
    bao = person("bao")
    send(bao)
    match(bao)
    look_through(bao)
    decide_and_import(bao)
    rows = bad_rows(bao, tmp_path)
    assert any(cells[0] == "6" and "29/02/2013" in cells for cells in rows)
    assert not any("079213000107" in map(str, cells) for cells in rows)  # a citizen's number is kept nowhere

    follow(bao, "Đến các lớp")
    bao.page.locator("main").get_by_role("link", name="8A1", exact=True).click()
    bao.page.get_by_role("link", name="Nguyễn Văn Đức", exact=True).click()
    expect(heading(bao, "Nguyễn Văn Đức")).to_be_visible()
    expect(bao.page.get_by_text("vnEdu")).to_be_visible()
    bao.look()
