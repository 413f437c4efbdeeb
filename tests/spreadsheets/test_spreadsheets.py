"""The files that schools really have come in as the same rows, whatever program saved them."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from programs.core.refusals import Refused
from programs.spreadsheets import limits, open_table, read_rows
from programs.spreadsheets.cells import Cell

ROSTERS = Path(__file__).resolve().parent.parent / "fixtures" / "rosters"
PLAIN = [
    ["STT", "Mã học sinh", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp", "Họ tên cha/mẹ", "SĐT phụ huynh"],
    ["1", "7900000001", "Nguyễn Văn Đức", "05/09/2013", "Nam", "8A1", "Nguyễn Văn Bình", "0912345678"],
    ["2", "7900000002", "Trần Thị Hạnh", "31/12/2012", "Nữ", "8A1", "Trần Thị Lụa", "0987654321"],
    ["3", "7900000003", "Lê Hoàng Minh", "01/02/2013", "Nam", "8A2", "Lê Ngọc Ẩn", "0356789012"],
    ["4", "7900000004", "Phạm Thị Ánh", "17/06/2013", "Nữ", "8A2", "Phạm Ơn", "02743822123"],
]
OLD_FONTS = [
    ["STT", "Mã học sinh", "Họ và tên", "Ngày sinh", "Lớp"],
    ["1", "7900000001", "Nguyễn Văn Đức", "05/09/2013", "8A1"],
    ["2", "7900000002", "Trần Thị Hạnh", "31/12/2012", "8A1"],
]


def rows_of(name: str, sheet: str | None = None):
    return read_rows(ROSTERS / name, file_name=name, sheet=sheet)


def texts_of(name: str, sheet: str | None = None) -> list[list[str]]:
    with rows_of(name, sheet) as rows:
        return [[cell.text for cell in row.cells] for row in rows]


def refusal_of(path: Path, **more) -> str:
    with pytest.raises(Refused) as caught:
        read_rows(path, file_name=path.name, **more)
    assert str(caught.value.refusal.message).endswith(".")
    return caught.value.refusal.code


def written(tmp_path: Path, content: bytes, name: str = "danh sach.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


# --- The same list from every program ---------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    [
        "plain.xlsx", "plain.xls", "plain.ods", "plain_utf8.csv", "plain_bom.csv", "plain_semicolon.csv",
        "plain_tab.tsv", "plain_utf16.csv", "plain_utf16be.csv", "plain_utf16_no_mark.csv", "plain_1258.csv",
        "misread_utf8.csv", "sep_line.csv",
    ],
)  # fmt: skip
def test_one_list_saved_in_many_ways(name):
    assert texts_of(name) == PLAIN


@pytest.mark.parametrize("name", ["tcvn3.csv", "vni.csv", "tcvn3.xlsx", "tcvn3.xls", "vni.xlsx"])
def test_lists_in_the_old_fonts(name):
    assert texts_of(name)[:3] == OLD_FONTS


def test_capital_fonts_and_words_that_could_be_both():
    names = [row[2] for row in texts_of("tcvn3.xlsx")[3:]]
    assert names == ["NGUYỄN THỊ ÁNH", "Lưu Đình ánh", "Tú"]


def test_what_stood_in_the_file_is_kept_beside_what_was_read():
    with rows_of("tcvn3.xlsx") as rows:
        cell = list(rows)[1].cells[2]
    assert (cell.text, cell.raw) == ("Nguyễn Văn Đức", "NguyÔn V¨n §øc")


@pytest.mark.parametrize(
    ("truth", "claim"),
    [("plain_utf8.csv", ".xls"), ("plain.xls", ".xlsx"), ("plain.xlsx", ".xls"), ("plain.ods", ".xls")],
)
def test_content_decides_not_the_name(tmp_path, truth, claim):
    path = written(tmp_path, (ROSTERS / truth).read_bytes(), f"danh sach{claim}")
    assert [row.texts for row in read_rows(path, file_name=path.name)][1][2] == "Nguyễn Văn Đức"


def test_quoted_lines_and_quotes():
    assert texts_of("quoted_lines.csv")[1:] == [
        ["7900000001", "Nguyễn Văn Đức", "8A1"],
        ["7900000002", 'Trần "Bé" Hạnh', "8A2"],
    ]


def test_rows_keep_the_numbers_that_the_program_shows():
    with rows_of("titles.xlsx") as rows:
        assert [row.line for row in rows] == [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_merged_titles_read_alike(kind):
    rows = [[text for text in row if text] for row in texts_of(f"titles.{kind}")]
    assert rows[0] == ["TRƯỜNG THCS CHÁNH NGHĨA"]
    assert rows[2:4] == [
        ["STT", "Mã HS", "Họ và tên", "Ngày sinh", "Nữ"],
        ["1", "7900000001", "Nguyễn Văn", "Đức", "05/09/2013"],
    ]


def test_rows_can_be_read_again_and_side_by_side():
    with rows_of("plain.xlsx") as rows:
        pairs = zip(rows, rows, strict=True)
        assert all(one == two for one, two in pairs)
        assert len(rows) == 5


# --- Kinds of cells -----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["values.xlsx", "values.xls", "from_1904.xlsx", "from_1904.xls"])
def test_date_cells_are_dates_whichever_year_the_workbook_counts_from(name):
    with rows_of(name) as rows:
        by_line = {row.line: row for row in rows}
    assert by_line[6].cell(2) == Cell("date", "05/09/2013", date(2013, 9, 5))
    assert by_line[5].cell(2) == Cell("number", "41522", 41522)
    assert by_line[2].cell(0).text == "00123"
    assert by_line[2].cell(4).text == "912345678"


def test_a_workbook_that_counts_from_1904_says_so():
    with rows_of("from_1904.xlsx") as mac, rows_of("values.xlsx") as windows:
        assert (mac.counts_from_1904, windows.counts_from_1904) == (True, False)


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_formulas_give_what_they_were_worked_out_to(kind):
    with rows_of(f"formulas.{kind}") as rows:
        first = list(rows)[1]
    assert (first.cell(3).text, first.cell(4).value) == ("Nguyễn Văn Đức", date(2013, 9, 5))


def test_errors_are_no_text():
    with rows_of("formulas.xlsx") as rows:
        second = list(rows)[2]
    assert [second.cell(4), second.cell(5)] == [Cell("error", "#N/A", "#N/A"), Cell("error", "#DIV/0!", "#DIV/0!")]


def test_a_formula_that_no_program_worked_out_is_an_error(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Mã học sinh", "=1+1", True])
    book.save(tmp_path / "raw.xlsx")
    (row,) = read_rows(tmp_path / "raw.xlsx", file_name="raw.xlsx")
    assert [cell.kind for cell in row.cells] == ["text", "error", "bool"]


def test_the_reader_agrees_with_another_one():
    """Calamine reads the same fixtures without knowing ours."""
    for path in sorted(ROSTERS.glob("*.xlsx")):
        if path.name in {"empty.xlsx", "paper_as.xlsx", "tcvn3.xlsx", "vni.xlsx", "formulas.xlsx"}:
            continue
        theirs = CalamineWorkbook.from_path(path)
        for name in theirs.sheet_names:
            expected = [[value for value in row if value != ""] for row in theirs.get_sheet_by_name(name).to_python()]
            with read_rows(path, file_name=path.name, sheet=name) as rows:
                ours = [[cell for cell in row.cells if cell.kind != "empty"] for row in rows]
            assert [len(row) for row in ours] == [len(row) for row in expected if row], path.name
            for row, values in zip(ours, filter(None, expected), strict=True):
                for cell, value in zip(row, values, strict=True):
                    assert cell.value == value or cell.raw.strip() == str(value).strip(), path.name


# --- Sheets ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_hidden_sheets_are_known_and_not_offered(kind):
    book = open_table(ROSTERS / f"sheets.{kind}", file_name=f"sheets.{kind}")
    assert [(sheet.name, sheet.hidden) for sheet in book.sheets] == [
        ("Hướng dẫn", False), ("Học sinh", False), ("Sức khoẻ", True),
    ]  # fmt: skip
    assert [sheet.name for sheet in book.visible] == ["Hướng dẫn", "Học sinh"]
    assert texts_of(f"sheets.{kind}", "Học sinh") == PLAIN


def test_a_sheet_that_is_not_there():
    assert refusal_of(ROSTERS / "plain.xlsx", sheet="Khối 9") == "no_such_sheet"


def test_a_text_file_has_one_sheet_without_a_name():
    book = open_table(ROSTERS / "plain_utf8.csv", file_name="x.csv")
    assert [(sheet.name, sheet.hidden, len(sheet.sample)) for sheet in book.sheets] == [("", False, 5)]


# --- What is not a list ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "code"),
    [("empty.xlsx", "empty_file"), ("paper_as.xlsx", "unknown_file"), ("web_page.xls", "web_page_file")],
)
def test_files_that_are_no_spreadsheets(name, code):
    assert refusal_of(ROSTERS / name) == code


def test_a_picture_and_bytes_without_a_meaning(tmp_path):
    assert refusal_of(written(tmp_path, b"\x89PNG\r\n\x1a\n" + bytes(100))) == "unknown_file"
    assert refusal_of(written(tmp_path, b"abc\x00def" * 100)) == "unknown_file"


def test_a_sheet_without_rows(tmp_path):
    book = openpyxl.Workbook()
    book.save(tmp_path / "none.xlsx")
    assert refusal_of(tmp_path / "none.xlsx") == "no_sheet"
    assert refusal_of(written(tmp_path, b"\r\n\r\n \r\n", "none.csv")) == "no_sheet"


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_file_that_was_cut_off(tmp_path, kind):
    content = (ROSTERS / f"plain.{kind}").read_bytes()
    assert refusal_of(written(tmp_path, content[: len(content) * 2 // 3])) in {"damaged_file", "no_sheet"}


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_flipped_byte_is_damage_or_does_no_harm_never_an_error(tmp_path, share):
    content = bytearray((ROSTERS / "plain.xlsx").read_bytes())
    content[int(len(content) * share)] ^= 0xFF
    path = written(tmp_path, bytes(content))
    try:
        outcome = str(len(read_rows(path, file_name=path.name)))
    except Refused as refused:
        outcome = refused.refusal.code
    assert outcome in {"5", "damaged_file"}


def test_a_quotation_mark_that_is_never_closed(tmp_path):
    content = 'Mã,Họ và tên\n1,"Nguyễn Văn Đức\n'.encode() + "2,Trần Thị Hạnh\n".encode() * 20_000
    assert refusal_of(written(tmp_path, content, "x.csv")) == "open_quote"


def test_locked_files(tmp_path):
    locked = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    assert refusal_of(written(tmp_path, locked)) == "encrypted_file"


@pytest.mark.parametrize("truth", ["locked.xls", "locked.ods"])
@pytest.mark.parametrize("claim", ["file", "danh sach.xlsx"])
def test_files_that_libreoffice_locked(tmp_path, truth, claim):
    assert refusal_of(written(tmp_path, (ROSTERS / truth).read_bytes(), claim)) == "encrypted_file"


def test_an_archive_that_is_no_spreadsheet(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal_of(written(tmp_path, packed.getvalue())) == "unknown_file"


def test_too_large_a_file(tmp_path):
    path = written(tmp_path, b"a")
    os.truncate(path, limits.FILE_BYTES + 1)
    assert refusal_of(path) == "too_large_file"


def test_refusals_are_told_in_the_readers_language(tmp_path):
    from django.utils import translation

    with translation.override("vi"), pytest.raises(Refused) as caught:
        open_table(ROSTERS / "empty.xlsx", file_name="empty.xlsx")
    with translation.override("vi"):
        assert "trống" in str(caught.value.refusal.message)


def test_unicode_amid_an_old_font_is_told_apart_by_the_font(tmp_path):
    """``Lê Tân`` would be ``Lờ Tõn`` in TCVN3: only its font says that it is Unicode."""
    book = openpyxl.Workbook()
    for name, font in [
        ("Họ tên", "Arial"),
        ("NguyÔn V¨n §øc", ".VnTime"),
        ("TrÇn ThÞ H¹nh", ".VnTime"),
        ("Lê Tân", "Arial"),
    ]:
        book.active.append([name])
        book.active.cell(book.active.max_row, 1).font = openpyxl.styles.Font(name=font)
    book.save(tmp_path / "x.xlsx")
    with read_rows(tmp_path / "x.xlsx", file_name="x.xlsx") as rows:
        assert [row.texts[0] for row in rows] == ["Họ tên", "Nguyễn Văn Đức", "Trần Thị Hạnh", "Lê Tân"]
