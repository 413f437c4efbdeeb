"""Schools' own lists: which column is what, which rows are pupils, what is never read."""

from __future__ import annotations

from pathlib import Path

import pytest

from programs.rosters.models import RosterImport
from programs.rosters.reading.cells import read_class, read_gender
from programs.rosters.reading.columns import FIELDS, VOCABULARY
from programs.rosters.reading.lines import read_lines
from programs.rosters.words import SENTENCES
from programs.spreadsheets import (
    LEVELS,
    Cell,
    Row,
    header_at,
    is_footer,
    is_header_again,
    open_table,
    suggest_header,
    suggest_sheet,
)
from programs.spreadsheets.names import text_cell

ROSTERS = Path(__file__).resolve().parent.parent / "fixtures" / "rosters"


def row(line: int, *texts: str) -> Row:
    return Row(line, tuple(text_cell(text) for text in texts))


def header_of(name: str):
    sheet = suggest_sheet(open_table(ROSTERS / name, file_name=name).visible, VOCABULARY)
    return sheet, suggest_header(sheet.sample, VOCABULARY)


def lines_of(name: str, **options):
    sheet, header = header_of(name)
    roster = RosterImport(
        file_name=name, sheet=sheet.name, header_line=header.line, mapping=header.mapping, options=options
    )
    lines, total = read_lines(ROSTERS / name, roster)
    return list(lines), total


def said(line) -> list[tuple[str, str]]:
    return [(note["field"], note["code"]) for note in line.notes]


# --- Columns ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Họ và tên", "full_name"), ("HỌ VÀ TÊN (*)", "full_name"), ("ho ten hs", "full_name"), ("Full name", "full_name"),
        ("Họ đệm", "last_middle_name"), ("Tên", "given_name"), ("Ngày sinh", "birth_date"), ("NS", "birth_date"),
        ("Ngày sinh (dd/mm/yyyy)", "birth_date"), ("Date of birth", "birth_date"), ("Lớp", "class_name"),
        ("Giới tính", "gender"), ("Nữ", "gender"), ("Nữ (x)", "gender"), ("Mã học sinh", "external_id"),
        ("Mã HS", "external_id"), ("Mã định danh Bộ GDĐT", "external_id"), ("Mã định danh Bộ GD&ĐT", "external_id"),
        ("SĐT phụ huynh", "guardian_phone"), ("Điện thoại cha", "guardian_phone"), ("SDT", "guardian_phone"),
        ("Họ tên cha", "guardian_name"), ("Họ và tên mẹ", "guardian_name"), ("Người giám hộ", "guardian_name"),
        ("Ghi chú", None), ("STT", None), ("Tuyến xe", None), ("Ngày vào lớp", None),
    ],
)  # fmt: skip
def test_titles_and_their_fields(title, field):
    assert VOCABULARY.field_of(title) == field
    assert not VOCABULARY.is_sensitive(title)


@pytest.mark.parametrize(
    "title",
    [
        "Số CCCD", "Số định danh cá nhân", "Số định danh cá nhân/CCCD", "Mã định danh (CCCD)", "Mã định danh công dân",
        "CMND", "Dân tộc", "Tôn giáo", "Tình trạng sức khoẻ", "Khuyết tật", "Địa chỉ thường trú", "Hộ nghèo",
        "Mã thẻ BHYT", "Nơi sinh", "Diện chính sách", "Health", "Ethnicity", "ID card", "Nghề nghiệp cha",
        "Họ tên cha - nghề nghiệp", "Học lực", "Hạnh kiểm", "Email",
    ],
)  # fmt: skip
def test_what_is_sensitive_is_never_a_field(title):
    assert VOCABULARY.is_sensitive(title)
    assert VOCABULARY.field_of(title) is None


def test_the_words_of_columns_are_folded_and_lead_to_one_field():
    ways = [way for ways in FIELDS.values() for way in ways]
    assert len(ways) == len(set(ways))
    assert all(way.isascii() and way == way.lower() for way in ways)


@pytest.mark.parametrize(
    ("name", "line", "mapping"),
    [
        ("plain.xlsx", 1, {"1": "external_id", "2": "full_name", "3": "birth_date", "4": "gender", "5": "class_name",
                           "6": "guardian_name", "7": "guardian_phone"}),
        ("titles.xlsx", 4, {"1": "external_id", "2": "full_name", "3": "full_name", "4": "birth_date", "5": "gender"}),
        ("titles.xls", 4, {"1": "external_id", "2": "full_name", "3": "full_name", "4": "birth_date", "5": "gender"}),
        ("two_rows.xlsx", 3, {"1": "class_name", "2": "external_id", "3": "full_name", "4": "birth_date",
                              "5": "guardian_name", "6": "guardian_phone"}),
        ("english.xlsx", 1, {"0": "class_name", "1": "birth_date", "2": "full_name", "3": "external_id", "4": "gender"}),
        ("three_parts.xlsx", 3, {"1": "external_id", "2": "full_name", "3": "birth_date", "4": "birth_date",
                                 "5": "birth_date", "6": "gender", "7": "class_name"}),
        ("tcvn3.csv", 1, {"1": "external_id", "2": "full_name", "3": "birth_date", "4": "class_name"}),
        ("vni.xlsx", 1, {"1": "external_id", "2": "full_name", "3": "birth_date", "4": "class_name"}),
        ("formulas.xlsx", 1, {"0": "external_id", "3": "full_name", "4": "birth_date", "5": "class_name"}),
    ],
)  # fmt: skip
def test_headers_are_found(name, line, mapping):
    _sheet, header = header_of(name)
    assert (header.line, header.mapping) == (line, mapping)


def test_a_name_over_two_columns_is_joined():
    _sheet, header = header_of("titles.xlsx")
    second = next(column for column in header.columns if column.index == 3)
    assert (second.title, second.field, second.joined_with) == ("", "full_name", 2)


@pytest.mark.parametrize(
    ("titles", "birth_date"),
    [
        (["Họ và tên", "Ngày", "Tháng", "Năm", "Giới tính"], [1, 2, 3]),
        (["Họ và tên", "Ngày sinh", "Tháng sinh", "Năm sinh", "Giới tính"], [1, 2, 3]),
        (["Họ và tên", "Ngày, tháng, năm sinh", "", "", "Giới tính"], [1, 2, 3]),
        (["Full name", "Day", "Month", "Year", "Sex"], [1, 2, 3]),
        (["Họ và tên", "Ngày", "Tháng", "Năm", "Giới tính", "Ngày sinh"], [5]),
        (["Họ và tên", "Ngày sinh", "Ngày vào Đội", "Năm vào Đội", "Giới tính"], [1]),
    ],
)
def test_a_birthday_over_three_columns(titles, birth_date):
    rows = [row(1, *titles), Row(2, tuple(text_cell(text) for text in ("Trần Thị Hạnh", "31", "12", "2012", "Nữ")))]
    mapping = suggest_header(rows, VOCABULARY).mapping
    assert [int(index) for index, name in mapping.items() if name == "birth_date"] == birth_date
    assert mapping["4"] == "gender"


@pytest.mark.parametrize("name", ["three_parts.xlsx", "three_parts.xls"])
def test_day_month_and_year_are_read_together(name):
    found = {line.facts["external_id"]: line for line in lines_of(name)[0]}
    assert [line.facts["birth_date"] for line in found.values()] == ["2013-09-05", "2012-12-31", "", ""]
    assert said(found["7900000023"]) == [("birth_date", "date_no_such_day")]
    assert found["7900000023"].notes[0]["value"] == "29/2/2013"
    assert said(found["7900000024"]) == [("birth_date", "date_year_only")]


def test_sensitive_columns_are_named():
    _sheet, header = header_of("english.xlsx")
    assert header.sensitive_titles == ["Health", "Ethnicity", "ID card"]


def test_the_sheet_with_the_pupils_is_suggested_and_hidden_ones_are_not():
    assert header_of("sheets.xlsx")[0].name == "Học sinh"


def test_a_sheet_without_a_header():
    rows = [row(1, "Nguyễn Văn Đức", "8A1"), row(2, "Trần Thị Hạnh", "8A1")]
    assert suggest_header(rows, VOCABULARY) is None
    assert header_at(rows, 0, VOCABULARY).mapping == {}


def test_the_very_name_of_a_column_wins_over_one_that_begins_so():
    rows = [row(1, "Mã học sinh", "Họ tên", "Ngày sinh của cha", "Ngày sinh", "SĐT", "SĐT mẹ")]
    assert suggest_header(rows, VOCABULARY).mapping == {
        "0": "external_id", "1": "full_name", "3": "birth_date", "4": "guardian_phone",
    }  # fmt: skip


def test_a_unicode_title_above_a_column_in_an_old_font():
    # ``Tên`` would be ``Tờn`` in TCVN3
    titles = Row(1, (Cell("text", "Mã HS", "Mã HS"), Cell("text", "Tờn", "Tờn", "Tên"), Cell("text", "Lớp", "Lớp")))
    header = suggest_header([titles], VOCABULARY)
    assert [column.title for column in header.columns] == ["Mã HS", "Tên", "Lớp"]


# --- Rows that are no pupils --------------------------------------------------------------------------
@pytest.mark.parametrize(
    "texts",
    [
        ("Tổng cộng: 40",), ("Tổng số: 40 học sinh",), ("Cộng", "40"), ("TONG CONG", "40"), ("Người lập biểu", "HIỆU TRƯỞNG"),
        ("Bình Dương, ngày 05 tháng 9 năm 2026",), ("..., ngày ... tháng ... năm 2026",), ("(Ký, ghi rõ họ tên)",),
        ("GVCN",), ("KT. HIỆU TRƯỞNG",), ("Danh sách này có 40 học sinh",), ("Trang 2/3",),
    ],
)  # fmt: skip
def test_footers(texts):
    assert is_footer(row(9, *texts))


@pytest.mark.parametrize(
    "texts",
    [("7900000001", "Nguyễn Văn", "Công", "8A1"), ("Đặng Thu Trường",), ("Hồ Ký",), ("Nguyễn Văn Lập",),
     ("1", "7900000001", "Cộng", "Nam", "8A1")],
)  # fmt: skip
def test_pupils_are_no_footers(texts):
    assert not is_footer(row(9, *texts))


def test_repeated_headers_and_numbered_columns():
    _sheet, header = header_of("plain.xlsx")
    again = row(40, "STT", "Mã học sinh", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp", "Họ tên cha/mẹ", "SĐT")
    assert is_header_again(again, header)
    assert is_header_again(row(2, "(1)", "(2)", "(3)", "(4)"), header)
    assert not is_header_again(row(3, "1", "7900000001", "Nguyễn Văn Đức", "05/09/2013"), header)


def test_a_list_with_titles_and_signatures_has_its_three_pupils():
    lines, _total = lines_of("titles.xlsx")
    assert [(line.number, line.facts["full_name"], line.facts["gender"]) for line in lines] == [
        (5, "Nguyễn Văn Đức", "m"), (6, "Trần Thị Hạnh", "f"), (7, "H'Hen Niê", "f"),
    ]  # fmt: skip


def test_two_rows_of_titles():
    lines, _total = lines_of("two_rows.xls")
    assert [(line.number, line.facts["full_name"], line.facts["guardian_name"]) for line in lines] == [
        (4, "Võ Thành Đạt", "Võ Văn Tám"), (5, "Bùi Thị Ngọc Yến", "Bùi Văn Ơn"),
    ]  # fmt: skip
    assert "Kinh" not in str([vars(line) for line in lines])


@pytest.mark.parametrize("name", ["tcvn3.xlsx", "tcvn3.xls", "vni.xlsx", "tcvn3.csv", "vni.csv"])
def test_old_fonts_say_that_they_were_read(name):
    lines, _total = lines_of(name)
    assert lines[0].facts["full_name"] == "Nguyễn Văn Đức"
    assert said(lines[0]) == [("full_name", "name_decoded")]


def test_an_errors_cell_is_a_problem():
    lines, _total = lines_of("formulas.xlsx")
    assert lines[0].notes == []
    assert {note["field"]: (note["code"], note.get("fatal")) for note in lines[1].notes} == {
        "birth_date": ("cell_error", True), "class_name": ("cell_error", True),
    }  # fmt: skip


# --- Six kinds of trouble -----------------------------------------------------------------------------
def test_six_troubles_at_once():
    sheet, header = header_of("six_troubles.xlsx")
    assert (sheet.name, header.line, header.sensitive_titles) == ("Khối 8", 3, ["Dân tộc", "Số CCCD"])
    lines, _total = lines_of("six_troubles.xlsx", title_case=True)
    by_line = {line.number: line for line in lines}
    assert sorted(by_line) == [4, 5, 6, 7, 8, 9, 11, 12]  # the repeated header, the sum and the signature are no pupils
    assert {number: said(line) for number, line in by_line.items()} == {
        4: [("guardian_phone", "phone_zero_restored")],
        5: [("full_name", "name_recased"), ("class_name", "class_respelled")],
        6: [("birth_date", "date_no_such_day")],
        7: [
            ("external_id", "code_float"), ("external_id", "code_zero_lost"), ("full_name", "name_cleaned"),
            ("full_name", "name_eth"), ("birth_date", "date_from_number"), ("guardian_phone", "phone_renumbered"),
        ],
        8: [("guardian_phone", "phone_two")],
        9: [],
        11: [("external_id", "code_personal_id"), ("guardian_phone", "phone_landline")],
        12: [("birth_date", "date_year_only"), ("guardian_phone", "phone_shortened")],
    }  # fmt: skip
    assert by_line[7].facts["full_name"] == "Đặng Việt Hoà"


def test_no_citizens_number_and_no_sensitive_column_is_kept_anywhere():
    lines, _total = lines_of("six_troubles.xlsx")
    kept = str([vars(line) for line in lines])
    assert "079213" not in kept
    assert "079313" not in kept
    assert "Chăm" not in kept


def test_values_of_all_kinds():
    lines, _total = lines_of("values.xlsx")
    assert [line.facts["birth_date"] for line in lines] == ["2013-09-05"] * 6 + ["", ""]
    assert [line.facts.get("class_name", "") for line in lines] == ["8A1", "8A1", "8/1", "10A2", "8A1", "", "", "8A1"]
    assert ("class_name", "class_became_date") in said(lines[5])


# --- Words --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "name", "grade"),
    [("8A1", "8A1", 8), ("8a1", "8A1", 8), ("Lớp 8A1", "8A1", 8), ("lớp: 8a1", "8A1", 8), ("8/1", "8/1", 8),
     ("10 A 2", "10A2", 10), ("8 A 1", "8A1", 8), ("08A1", "8A1", 8), ("12 Toán", "12 Toán", 12), ("8.1", "8.1", 8),
     ("10A2 CLC", "10A2 CLC", 10), ("6", "6", 6), ("9-3", "9-3", 9), ("1A10", "1A10", 1)],
)  # fmt: skip
def test_classes(written, name, grade):
    assert read_class(text_cell(written)).value == (name, grade)


@pytest.mark.parametrize("written", ["13A", "Chồi", "A8", "0A1", "Mẫu giáo lớn"])
def test_what_is_not_a_class(written):
    reading = read_class(text_cell(written))
    assert (reading.value, reading.notes[0]["code"]) == (None, "class_unknown")


@pytest.mark.parametrize(
    ("written", "title", "gender"),
    [("Nam", "Giới tính", "m"), ("nữ", "Giới tính", "f"), ("NỮ", "Phái", "f"), ("M", "Sex", "m"), ("Female", "Sex", "f"),
     ("x", "Nữ", "f"), ("X", "Nữ (x)", "f"), ("", "Nữ", "m"), ("1", "Nữ", "f"), ("0", "Nữ", "m"), ("x", "Nam", "m"),
     ("", "Giới tính", ""), ("Nữ", "Nữ", "f")],
)  # fmt: skip
def test_boys_and_girls(written, title, gender):
    assert read_gender(text_cell(written), title=title).value == gender


def test_a_tick_under_a_title_that_asks_for_a_word_is_unknown():
    assert read_gender(text_cell("x"), title="Giới tính").notes[0]["code"] == "gender_unknown"


def test_every_note_of_the_reader_has_a_sentence():
    assert LEVELS.keys() <= SENTENCES.keys()
