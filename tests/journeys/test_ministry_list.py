"""Journey: thầy Bảo sends the ministry's list as it was exported, and nobody who left comes back with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from stem_portal.demo import cast
from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey
HEADER = ["STT", "Trường", "Mã định danh Bộ GD&ĐT", "Họ tên", "Ngày sinh", "Giới tính", "Dân tộc", "Trạng thái",
          "SĐT liên hệ", "Nơi sinh chi tiết", "Lớp học", "Khối học", "Số định danh cá nhân"]  # fmt: skip


def heading(walker: Walker, name: str):
    return walker.page.get_by_role("heading", level=1, name=name)


def press(walker: Walker, name: str | re.Pattern) -> None:
    walker.page.locator("main").get_by_role("button", name=name).first.click()


def follow(walker: Walker, name: str) -> None:
    walker.page.locator("main").get_by_role("link", name=name).first.click()


def exported(path: Path) -> Path:
    """Two grades on two sheets, a title, people who left, another school, a class that was a number, a hidden row."""
    book = Workbook()
    eighth, ninth = book.active, book.create_sheet("Khối 9")
    eighth.title = "Khối 8"
    pupils = [
        ("Nguyễn Gia Khiêm", "15/02/2013", "Đang học", "8.1", cast.HOME_SCHOOL),
        ("Trần Gia Lâm", "16/02/2013", "Chuyển đi", "8.1", cast.HOME_SCHOOL),
        ("Lê Gia Mẫn (KT)", "17/02/2013", "Đang học", "8.1", cast.HOME_SCHOOL),
        ("Phạm Gia Nghi", "18/02/2013", "Nghỉ học xin học lại kỳ 1", "8.1", cast.HOME_SCHOOL),
        ("Võ Gia Phát", "19/02/2013", "Đang học", 8.1, cast.HOME_SCHOOL),
        ("Đỗ Gia Quân", "20/02/2013", "Đang học", "8.1", "Trường THCS Ở Nơi Khác"),
    ]
    for sheet, rows in (
        (eighth, pupils),
        (ninth, [("Bùi Gia Sơn", "21/02/2012", "Đang học", "9.1", cast.HOME_SCHOOL)]),
    ):
        sheet.append(["SỞ GIÁO DỤC VÀ ĐÀO TẠO"])
        sheet.append(["DANH SÁCH HỌC SINH"])
        sheet.append(HEADER)
        for number, (name, born, status, class_name, school) in enumerate(rows, start=1):
            code = f"74999{sheet.max_row:02d}{len(sheet.title)}{ord(sheet.title[-1])}"
            sheet.append([number, school, code, name, born, "Nam", "Kinh", status, "0949000001", "Thủ Dầu Một",
                          class_name, sheet.title, "074200000001"])  # fmt: skip
    eighth["K8"].number_format = "0.00"  # shown as 8.10
    eighth.row_dimensions[4].hidden = True
    book.save(path)
    return path


def send(walker: Walker, file: Path) -> None:
    walker.page.locator(".side").get_by_role("link", name="Trường của tôi").click()
    follow(walker, "Nhập danh sách lớp")
    follow(walker, "Nhập danh sách")
    walker.page.get_by_label("Tệp danh sách học sinh").set_input_files(file)
    walker.page.get_by_label("Nguồn của danh sách").select_option(label="CSDL ngành")
    press(walker, "Gửi tệp")
    expect(heading(walker, "Ghép cột")).to_be_visible()
    expect(walker.page.get_by_label("Khối 9")).to_be_checked()  # the other sheet is read as well
    walker.look()
    press(walker, "Đọc các dòng")


def read_what_was_understood(walker: Walker) -> None:
    expect(heading(walker, "Xem lại các dòng")).to_be_visible(timeout=60_000)
    understood = walker.page.get_by_role("region", name="Cổng đã hiểu tệp như sau")
    expect(understood).to_contain_text("5 học sinh")
    expect(understood).to_contain_text("8.10")
    expect(understood).to_contain_text("học sinh của trường khác")
    expect(understood).to_contain_text("đã rời trường theo danh sách")
    expect(understood).to_contain_text("Khối 9: đã đọc 1 dòng")
    expect(walker.page.get_by_text("(KT)")).to_have_count(0)
    walker.look()


def settle(walker: Walker) -> None:
    """Each question has a row of its own; what is not answered stays out."""
    for answer in ("Thuộc danh sách.*Bị ẩn trong tệp", "Đúng như vậy.*bên cạnh họ tên"):
        press(walker, re.compile(answer))
        expect(walker.page.get_by_text("Đã lưu quyết định của bạn.")).to_be_visible()
    follow(walker, "Tiếp tục để nhập")
    walker.look()
    press(walker, "Nhập danh sách")
    expect(heading(walker, "Đã nhập danh sách")).to_be_visible(timeout=60_000)
    walker.look()


def test_the_ministrys_list_as_exported(person, tmp_path):
    bao = person("bao")
    send(bao, exported(tmp_path / "DS_HocSinh.xlsx"))
    read_what_was_understood(bao)
    settle(bao)
    follow(bao, "Đến các lớp")
    bao.page.locator("main").get_by_role("link", name="8.1", exact=True).click()
    for name in ("Nguyễn Gia Khiêm", "Lê Gia Mẫn"):
        expect(bao.page.get_by_role("link", name=name, exact=True)).to_be_visible()
    for name in ("Trần Gia Lâm", "Phạm Gia Nghi", "Đỗ Gia Quân", "Võ Gia Phát"):
        expect(bao.page.get_by_role("link", name=name, exact=True)).to_have_count(0)
