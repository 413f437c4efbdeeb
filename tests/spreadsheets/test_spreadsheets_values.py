"""Dates of birth, phone numbers, codes and names as schools write them: repaired where safe, noted where not."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.spreadsheets import CodeColumn, DateColumn, join_name, read_code, read_date, read_name, read_phone
from programs.spreadsheets.cells import EMPTY, Cell, number_text
from programs.spreadsheets.dates import date_of_serial, is_date_format
from programs.spreadsheets.names import text_cell
from programs.spreadsheets.notes import note

TODAY = date(2026, 9, 5)
DAY = date(2013, 9, 5)
ERROR = Cell("error", "#N/A", "#N/A")


def text(value: str) -> Cell:
    return text_cell(value)


def number(value: float) -> Cell:
    return Cell("number", number_text(value), value)


def day(value: date) -> Cell:
    return Cell("date", f"{value:%d/%m/%Y}", value)


def codes_of(reading) -> list[str]:
    return [said["code"] for said in reading.notes]


# --- Birthdays --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "written",
    ["05/09/2013", "5/9/2013", "5-9-2013", "05.09.2013", "2013-09-05", "2013-09-05 00:00:00", "05/09/2013 00:00",
     "5 / 9 / 2013", "'05/09/2013", "０５/０９/２０１３", "ngày 05 tháng 9 năm 2013", "5 tháng 9 năm 2013"],
)  # fmt: skip
def test_ways_to_write_a_birthday(written):
    reading = read_date(text(written), today=TODAY)
    assert (reading.value, reading.notes) == (DAY, [])


def test_date_cells_and_counted_days():
    assert read_date(day(DAY), today=TODAY).value == DAY
    assert read_date(Cell("date", "", datetime(2013, 9, 5, 7, 30)), today=TODAY).value == DAY
    for cell in (number(41522), text("41522"), text("41522.0")):
        reading = read_date(cell, today=TODAY)
        assert (reading.value, codes_of(reading), reading.notes[0]["read"]) == (DAY, ["date_from_number"], "05/09/2013")
    assert read_date(number(41522 - 1462), counts_from_1904=True, today=TODAY).value == DAY


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2013", "date_year_only"), ("29/02/2013", "date_no_such_day"), ("31/04/2013", "date_no_such_day"),
        ("12/31/2013", "date_month_first"), ("00/00/2013", "date_no_such_day"), ("05/09/2090", "date_future"),
        ("05/09/1813", "date_too_old"), ("tháng 9", "date_unreadable"), ("5/9", "date_unreadable"), ("99999999", "date_unreadable"),
    ],
)  # fmt: skip
def test_birthdays_that_are_not_taken(written, code):
    reading = read_date(text(written), today=TODAY)
    assert (reading.value, codes_of(reading), reading.is_problem) == (None, [code], True)


def test_a_month_first_date_says_what_was_meant():
    assert read_date(text("12/31/2013"), today=TODAY).notes == [
        {"code": "date_month_first", "value": "12/31/2013", "read": "31/12/2013"}
    ]


@pytest.mark.parametrize(
    ("written", "year"), [("5/9/13", 2013), ("05/09/99", 1999), ("05-09-26", 2026), ("5.9.27", 1927)]
)
def test_two_digit_years_are_noted(written, year):
    reading = read_date(text(written), today=TODAY)
    assert (reading.value, codes_of(reading)) == (date(year, 9, 5), ["date_two_digit_year"])


def test_no_birthday_and_an_error():
    assert read_date(EMPTY).value is None
    assert codes_of(read_date(ERROR)) == ["cell_error"]


def test_leap_days():
    assert read_date(text("29/02/2012"), today=TODAY).value == date(2012, 2, 29)


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2026, 9, 5)), st.sampled_from("/-."))
def test_every_day_comes_back(birthday, joint):
    written = f"{birthday.day}{joint}{birthday.month}{joint}{birthday.year}"
    assert read_date(text(written), today=TODAY).value == birthday


@given(st.dates(min_value=date(1930, 1, 1), max_value=date(2026, 9, 5)))
def test_every_counted_day_comes_back_in_both_systems(birthday):
    assert date_of_serial((birthday - date(1899, 12, 30)).days) == birthday
    assert date_of_serial((birthday - date(1904, 1, 1)).days, counts_from_1904=True) == birthday


def test_the_day_that_never_was():
    assert date_of_serial(59) == date(1900, 2, 28)
    assert date_of_serial(60) is None  # Excel's 29 February 1900
    assert date_of_serial(61) == date(1900, 3, 1)
    assert date_of_serial(1e12) is None


@pytest.mark.parametrize(
    ("number_format", "code", "is_date"),
    [(14, "", True), (0, "", False), (49, "", False), (164, "dd/mm/yyyy", True), (165, "[$-42A]dd mmmm yyyy;@", True),
     (166, "General", False), (167, '#,##0 "đồng"', False), (168, "[Red]0.00", False), (169, "[h]:mm", True),
     (170, "0000000000", False), (171, '"ngày" 0', False)],
)  # fmt: skip
def test_formats_that_show_dates(number_format, code, is_date):
    assert is_date_format(number_format, code) is is_date


def test_a_program_that_swapped_day_and_month_is_found_out():
    """05/09 became the 9th of May as a date cell; 25/09 could not be swapped and stayed text."""
    cells = [day(date(2013, 5, 9)), day(date(2013, 3, 2)), text("25/09/2013"), text("17/06/2013")]
    column = DateColumn(cells)
    reading = column.read(cells[0], today=TODAY)
    assert (codes_of(reading), reading.notes[0]["read"]) == (["date_maybe_swapped"], "05/09/2013")
    assert column.read(cells[2], today=TODAY).notes == []


def test_date_cells_beside_texts_are_no_reason_for_doubt_when_late_days_are_cells_too():
    cells = [day(date(2013, 5, 9)), day(date(2013, 5, 25)), text("25/09/2013"), text("17/06/2013")]
    assert DateColumn(cells).read(cells[0], today=TODAY).notes == []


def test_a_column_that_is_month_first_throughout():
    cells = [text("12/31/2013"), text("05/09/2013"), text("06/06/2013")]
    column = DateColumn(cells)
    assert [codes_of(column.read(cell, today=TODAY)) for cell in cells] == [
        ["date_month_first"], ["date_maybe_swapped"], [],
    ]  # fmt: skip


# --- Telephones ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "written", ["0912345678", "0912.345.678", "0912 345 678", "0912-345-678", "+84 912 345 678", "84912345678",
                "(+84) 912345678", "０９１２３４５６７８", "'0912345678"],
)  # fmt: skip
def test_ways_to_write_a_number(written):
    reading = read_phone(text(written))
    assert (reading.value, reading.notes) == ("+84912345678", [])


@pytest.mark.parametrize("cell", [number(912345678), text("912345678"), text("912345678.0")])
def test_a_lost_zero_is_restored_and_noted(cell):
    reading = read_phone(cell)
    assert (reading.value, codes_of(reading)) == ("+84912345678", ["phone_zero_restored"])
    assert reading.notes[0]["read"] == "0912 345 678"


@pytest.mark.parametrize(
    ("written", "code", "read"),
    [
        ("9.12E+08", "phone_shortened", None),
        ("9,12E+08", "phone_shortened", None),
        ("01691234567", "phone_renumbered", "0391 234 567"),
        ("+84 169 123 4567", "phone_renumbered", "0391 234 567"),
        ("1231234567", "phone_renumbered", "0831 234 567"),
        ("0912345678/0987654321", "phone_two", "0912 345 678 / 0987 654 321"),
        ("0912345678 - 0987654321", "phone_two", "0912 345 678 / 0987 654 321"),
        ("0912 345 678, 0987 654 321", "phone_two", "0912 345 678 / 0987 654 321"),
        ("Mẹ 0912345678; Bố 0987654321", "phone_two", "0912 345 678 / 0987 654 321"),
        ("01871234567", "phone_old_mobile", None),
        ("+1 415 555 2671", "phone_foreign", None),
        ("091234567", "phone_unreadable", None),
        ("09123456789", "phone_unreadable", None),
        ("không có", "phone_unreadable", None),
    ],
)
def test_numbers_that_are_explained_not_taken(written, code, read):
    reading = read_phone(text(written))
    assert (reading.value, codes_of(reading), reading.notes[0].get("read")) == (None, [code], read)


def test_landlines_and_words_are_noted():
    assert codes_of(read_phone(text("0274 3822 123"))) == ["phone_landline"]
    assert codes_of(read_phone(number(2743822123))) == ["phone_zero_restored", "phone_landline"]
    reading = read_phone(text("0912345678 (mẹ)"))
    assert (reading.value, codes_of(reading)) == ("+84912345678", ["phone_words_dropped"])


def test_no_number_and_an_error():
    assert read_phone(EMPTY).value is None
    assert codes_of(read_phone(ERROR)) == ["cell_error"]


# --- Codes ----------------------------------------------------------------------------------------------
def test_codes_stay_text():
    for written in ("00123", "7900000001", "HS-001", "79/8A1/05", "HS 001"):
        assert read_code(text(written)).value == written
    assert read_code(number(79760501)).value == "79760501"


def test_a_code_that_became_a_float_is_noted():
    reading = read_code(text("79760501.0"))
    assert (reading.value, codes_of(reading)) == ("79760501", ["code_float"])


@pytest.mark.parametrize("cell", [text("7.97605E+11"), number(79760500000000001)])
def test_codes_that_lost_digits_are_refused(cell):
    assert codes_of(read_code(cell)) == ["code_shortened"]


@pytest.mark.parametrize(
    "cell", [text("079213001234"), text("079 213 001 234"), number(79213001234), number(1213001234 + 10**10)]
)
def test_a_citizens_number_is_refused_and_not_repeated(cell):
    reading = read_code(cell)
    assert (reading.value, codes_of(reading)) == (None, ["code_personal_id"])
    assert cell.text[4:].replace(" ", "") not in str(reading.notes)


@pytest.mark.parametrize("written", ["7900001234", "790000123456", "179213001234", "079913001234"])
def test_other_long_codes_are_codes(written):
    assert read_code(text(written)).value == written


def test_a_code_shorter_than_the_others_may_have_lost_its_zeros():
    cells = [text("00123"), text("00124"), text("00125"), number(126)]
    column = CodeColumn(cells)
    reading = column.read(cells[3])
    assert (reading.value, codes_of(reading)) == ("126", ["code_zero_lost"])
    assert (reading.notes[0]["read"], reading.notes[0]["width"]) == ("00126", 5)
    assert column.read(cells[0]).notes == []


def test_codes_of_many_widths_raise_no_suspicion():
    cells = [number(value) for value in (1, 22, 333, 4444, 55555)]
    assert all(not CodeColumn(cells).read(cell).notes for cell in cells)


@pytest.mark.parametrize("cell", [number(1.5), text("<b>"), Cell("bool", "TRUE", True), day(DAY)])
def test_what_is_not_a_code(cell):
    assert codes_of(read_code(cell)) == ["code_unreadable"]


# --- Names ----------------------------------------------------------------------------------------------
def test_a_clean_name_says_nothing():
    assert read_name("Nguyễn Văn Đức").notes == []


@pytest.mark.parametrize(
    "written",
    [unicodedata.normalize("NFD", "Nguyễn Văn Đức"), "Nguyễn  Văn Đức", "Nguyễn\u00a0Văn Đức", "Nguyễn Văn\u200b Đức"],
)
def test_what_was_cleaned_is_noted(written):
    reading = read_name(written)
    assert (reading.value, codes_of(reading)) == ("Nguyễn Văn Đức", ["name_cleaned"])


def test_eth_is_read_as_d_and_noted():
    reading = read_name("Ðặng Hoà")
    assert (reading.value, codes_of(reading)) == ("Đặng Hoà", ["name_eth"])


def test_both_ways_to_place_a_tone_stay():
    assert read_name("Trần Thị Hoà").value == "Trần Thị Hoà"
    assert read_name("Trần Thị Hòa").value == "Trần Thị Hòa"


@pytest.mark.parametrize(
    ("capitals", "name"),
    [("NGUYỄN VĂN ĐỨC", "Nguyễn Văn Đức"), ("H'HEN NIÊ", "H'Hen Niê"), ("K'BRƠI", "K'Brơi"), ("H’HEN", "H’Hen"),
     ("Y MOAN ÊBAN", "Y Moan Êban"), ("LÊ-NGUYỄN Ý", "Lê-Nguyễn Ý")],
)  # fmt: skip
def test_capitals_become_a_name_only_by_choice(capitals, name):
    assert read_name(capitals).value == capitals
    assert "name_capitals" in codes_of(read_name(capitals))
    chosen = read_name(capitals, title_case=True)
    assert (chosen.value, codes_of(chosen)[0]) == (name, "name_recased")


def test_names_with_some_capitals_are_left_alone():
    for name in ("H'Hen Niê", "K'Brơi Êban", "Nguyễn thị Ánh", "McDonald Trần"):
        assert read_name(name, title_case=True).value == name


def test_a_name_from_an_old_font_gets_the_capital_that_the_font_lacked():
    reading = read_name(Cell("text", "Lưu Đình ánh", "Lưu Đình ánh", "L­u §×nh ¸nh"))
    assert (reading.value, codes_of(reading)) == ("Lưu Đình Ánh", ["name_decoded"])


@pytest.mark.parametrize(("written", "code"), [("Nguyễn Văn 3", "name_digits"), ("Đ" * 151, "name_too_long")])
def test_what_is_not_a_name(written, code):
    assert codes_of(read_name(written)) == [code]


def test_one_word_is_asked_about():
    assert codes_of(read_name("Đức")) == ["name_one_word"]


def test_two_columns_make_one_name():
    assert join_name(text("Nguyễn Văn"), text("Đức")).text == "Nguyễn Văn Đức"
    assert join_name(text("Nguyễn Văn"), EMPTY).text == "Nguyễn Văn"
    assert join_name(EMPTY, EMPTY).kind == "empty"
    assert join_name(text("Nguyễn Văn"), ERROR).kind == "error"
    spaced = join_name(text("Ðặng  Việt"), text("Hoà"))
    assert codes_of(read_name(spaced)) == ["name_cleaned", "name_eth"]


def test_a_note_has_a_known_code():
    with pytest.raises(KeyError):
        note("code_of_nobody", "x")
