"""Files that failed elsewhere: merged and hidden cells, lost letters, escapes, web pages, workbooks of odd programs."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from programs.core.refusals import Refused
from programs.spreadsheets import open_table, read_date, read_name, read_rows
from programs.spreadsheets.cells import Cell
from programs.spreadsheets.lost_letters import has_lost_letters
from programs.spreadsheets.names import text_cell

HEADER = ["Mã định danh", "Họ và tên", "Lớp"]
AN, BINH, CHAU = (
    ["7400000901", "Nguyễn Văn An", "8A1"], ["7400000902", "Trần Thị Bình", None], ["7400000903", "Lê Minh Châu", None],
)  # fmt: skip


def book(*rows: list, change=None) -> bytes:
    workbook = openpyxl.Workbook()
    for row in (HEADER, *rows):
        workbook.active.append(row)
    if change:
        change(workbook.active)
    target = BytesIO()
    workbook.save(target)
    return target.getvalue()


def rows_of(tmp_path: Path, content: bytes, name: str = "danh sach.xlsx") -> list:
    path = tmp_path / name
    path.write_bytes(content)
    with read_rows(path, file_name=name) as rows:
        return list(rows)


def refusal_of(tmp_path: Path, content: bytes, name: str) -> Refused:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        open_table(path, file_name=name)
    return caught.value


# --- Merged and hidden ------------------------------------------------------------------------------
def test_a_class_merged_over_its_pupils_belongs_to_each_of_them(tmp_path):
    rows = rows_of(tmp_path, book(AN, BINH, CHAU, change=lambda sheet: sheet.merge_cells("C2:C3")))
    assert [row.cell(2).text for row in rows] == ["Lớp", "8A1", "8A1", ""]
    assert [sorted(row.merged) for row in rows] == [[], [], [2], []]


def test_a_title_merged_to_the_right_stays_one_cell(tmp_path):
    rows = rows_of(tmp_path, book(["Lớp 8A1"], AN, change=lambda sheet: sheet.merge_cells("A2:C2")))
    assert rows[1].texts == ["Lớp 8A1"]


def test_a_hidden_row_says_so(tmp_path):
    content = book(AN, BINH, change=lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True))
    assert [row.hidden for row in rows_of(tmp_path, content)] == [False, False, True]


def test_rows_of_a_closed_group_are_hidden_and_a_filter_alone_hides_nothing(tmp_path):
    def change(sheet):
        sheet.auto_filter.ref = "A1:C4"
        sheet.column_dimensions.group("B", "C", hidden=True)
        sheet.row_dimensions.group(3, 4, hidden=True)

    rows = rows_of(tmp_path, book(AN, BINH, CHAU, change=change))
    assert [row.hidden for row in rows] == [False, False, True, True]
    assert rows[1].cell(1).text == "Nguyễn Văn An"  # hidden columns are columns


def test_a_number_is_read_as_its_cell_shows_it(tmp_path):
    def change(sheet):
        for line, (value, shape) in enumerate(
            [(8.1, "0.00"), (8.1, "General"), (126, "00000"), (79760501, "0.0"), (0.5, "0%")], start=2
        ):
            sheet.cell(line, 1, value).number_format = shape

    assert [row.cell(0).text for row in rows_of(tmp_path, book(change=change))[1:]] == [
        "8.10", "8.1", "00126", "79760501.0", "0.5",
    ]  # fmt: skip


# --- Odd workbooks ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name.replace("/", "\\"),
        lambda name: f"/{name}",
        str.lower,
        lambda name: name.replace("sharedStrings", "SharedStrings"),
        lambda name: name.replace("worksheets/sheet1", "Worksheets/Sheet1"),
    ],
)
def test_workbooks_with_unusual_names_inside_are_read(tmp_path, rename):
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(book(AN))) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(rename(name)), old.read(name))
    assert rows_of(tmp_path, packed.getvalue())[1].texts == AN


def test_escapes_of_excel_are_undone_in_titles_and_values(tmp_path):
    rows = rows_of(
        tmp_path, book(["7400000901_x0009_", "Nguyễn Văn An_x000D_", "8A1_x000d_"], ["1", "Trần_x000D_\nBình"])
    )
    assert rows[1].texts == ["7400000901", "Nguyễn Văn An", "8A1"]
    assert rows[2].texts == ["1", "Trần Bình"]


# --- Not a list ---------------------------------------------------------------------------------------
TABLE = "<table><tr><td>STT</td><td>Mã định danh</td><td>Họ và tên</td></tr></table>"


@pytest.mark.parametrize(
    "content",
    [
        ("<style>" + ".xl65{mso-style-parent:style0;}\n" * 300 + "</style>" + TABLE).encode(),
        ("<!-- export -->\n<div class='ds'>" + " " * 5000 + TABLE + "</div>").encode(),
        ("\ufeff<html><body>" + TABLE).encode("utf-16-le"),
        ("<html><body>" + TABLE).encode("utf-16-le"),
        ("\ufeff  <HTML>" + TABLE).encode(),
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n",
    ],
)
def test_a_web_page_in_any_dress_is_told_what_it_is(tmp_path, content):
    assert refusal_of(tmp_path, content, "danh sach.xls").refusal.code == "web_page_file"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "STT,M\xe3 ??nh danh,H? v\xe0 t\xean,L?p\n1,74,Nguy?n V?n ??c,8A1\n2,75,Tr?n Th? Th?o,8A1\n".encode("latin-1")),
        ("a.xlsx", book(["74", "Nguy?n V?n Đ?c", "8A1"], ["75", "Tr\ufffdn Th\ufffd B\ufffdnh", "8A1"])),
    ],
)  # fmt: skip
def test_a_file_that_lost_its_letters_is_refused_with_the_way_to_save_it(tmp_path, name, content):
    refused = refusal_of(tmp_path, content, name)
    assert refused.refusal.code == "lost_letters"
    assert "UTF-8" in str(refused.refusal.message)


def test_one_damaged_name_among_good_ones_is_a_matter_of_its_row(tmp_path):
    rows = rows_of(tmp_path, book(AN, BINH, ["7400000904", "Nguy?n V?n Đ?c", "8A1"]))
    assert [said["code"] for said in read_name(rows[3].cell(1)).notes] == ["name_lost_letters"]


@pytest.mark.parametrize("text", ["Nguy?n", "Tr\ufffdn", "??c", "Hồ Th?", "L?p"])
def test_letters_that_were_lost(text):
    assert has_lost_letters(text)


@pytest.mark.parametrize("text", ["Nguyễn Văn An", "Đã nộp chưa?", "Em ở đâu? Lớp nào?", "?"])
def test_questions_are_no_lost_letters(text):
    assert not has_lost_letters(text)


# --- Birthdays ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2012-09-04T17:00:00.000Z", date(2012, 9, 5)),
        ("2012-12-30T17:00:00Z", date(2012, 12, 31)),
        ("2012-09-05 07:30:00", date(2012, 9, 5)),
        ("05/09/2012 17:00", date(2012, 9, 5)),
        ("05/09/2012 5:00:00 CH", date(2012, 9, 5)),
        ("2012-09-05T01:00:00+09:00", date(2012, 9, 4)),
        ("Tue Sep 04 2012 17:00:00 GMT+0000 (Coordinated Universal Time)", date(2012, 9, 5)),
        ("41156.7083", date(2012, 9, 4)),
        ("05/09/2012 12:00", date(2012, 9, 5)),
    ],
)
def test_a_time_of_day_in_a_birthday_is_a_question_and_with_a_zone_computed(written, day):
    reading = read_date(text_cell(written), today=date(2026, 9, 5))
    assert (reading.value, [said["code"] for said in reading.notes]) == (day, ["date_has_time"])
    assert reading.notes[0]["read"] == f"{day:%d/%m/%Y}"


@pytest.mark.parametrize(
    "written",
    ["2012-09-05T00:00:00", "2012-09-05T00:00:00.000Z", "05/09/2012 12:00:00 AM", "05/09/2012 0:00",
     "Wed Sep 05 2012 00:00:00 GMT+0700 (Indochina Time)"],
)  # fmt: skip
def test_midnight_is_no_time_of_day(written):
    reading = read_date(text_cell(written), today=date(2026, 9, 5))
    assert (reading.value, reading.notes) == (date(2012, 9, 5), [])


def test_a_date_cell_with_a_time_is_asked_about():
    reading = read_date(Cell("date", "04/09/2012 17:00", datetime(2012, 9, 4, 17)), today=date(2026, 9, 5))
    assert [said["code"] for said in reading.notes] == ["date_has_time"]


# --- Names ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Nguyễn Văn An (chuyển)", "Nguyễn Văn An"), ("Trần Bình*", "Trần Bình"), ("Lê Thị Hoa – KT", "Lê Thị Hoa"),
        ("Lê Thị Hoa - KT", "Lê Thị Hoa"), ("Lê Thị Hoa KT", "Lê Thị Hoa"), ("Phạm Thị Lan (KT)", "Phạm Thị Lan"),
        ("Phạm Thị Lan (KT", "Phạm Thị Lan"), ("Võ Minh [lưu ban]", "Võ Minh"), ("Đỗ Hà/Hạ", "Đỗ Hà"),
        ("Nguyễn_Văn_An", "Nguyễn Văn An"), ("Nguyễn.Văn.An", "Nguyễn Văn An"), ("😀 An Bình", "An Bình"),
        ("An Bình ⭐", "An Bình"), ("Nguyễn Văn An, lưu ban", "Nguyễn Văn An"), ("Nguyễn An -", "Nguyễn An"),
        ("Nguyễn Văn An (8A1)", "Nguyễn Văn An"), ("NGUYỄN VĂN AN HN", "NGUYỄN VĂN AN"),
    ],
)  # fmt: skip
def test_what_stands_beside_a_name_is_asked_about_and_never_repeated(written, name):
    reading = read_name(written)
    assert reading.value == name
    assert reading.notes[0] == {"code": "name_remark", "value": name, "read": name}
    assert not {"KT", "chuyển", "ban", "HN", "*", "😀"} & set(str(reading.notes).replace("'", " ").split())


@pytest.mark.parametrize(
    "name",
    ["H'Hen Niê", "H’Hen Niê", "K'Brơi Êban", "Y Ƀhăm Ayŭn", "H'Nê̆ Kbuôr", "Lê-Nguyễn Ý", "Nguyễn T. Hoa", "Ly A Bê",
     "김 민준", "NGUYỄN văn AN", "Ksor H"],
)  # fmt: skip
def test_names_of_all_peoples_are_whole(name):
    assert "name_remark" not in {said["code"] for said in read_name(name).notes}


@pytest.mark.parametrize("written", ["=A2", "-", "0", "x", "***", "(KT)"])
def test_what_is_no_name(written):
    reading = read_name(written)
    assert (reading.value, reading.is_problem) == (None, True)
