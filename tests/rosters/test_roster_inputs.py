"""Lists as registers and schools really write them: cô Phúc reads what was understood, and answers before it counts."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from programs.core.worker import run_due_jobs
from programs.pupils.models import Pupil
from programs.rosters.models import RosterImport
from programs.rosters.reading.cells import (
    OurSchool,
    class_of_file,
    class_of_sheet,
    class_of_titles,
    read_class,
    read_status,
)
from programs.rosters.rules import AGE_TOLERANCE, USUAL_AGE, only_loses_accents
from programs.rosters.words import understanding_of
from programs.spreadsheets import Cell
from programs.spreadsheets.names import text_cell
from tests.people import make_coordinator, make_pupil, make_school, make_year
from tests.rosters.rosters import AN, BINH, CHAU, HEADER, codes, confirm, latest, match, outcomes, preview, upload, xlsx

pytestmark = pytest.mark.django_db
PLAIN = ["Mã định danh", "Họ và tên", "Ngày sinh", "Giới tính"]
DUNG = ["7400000004", "Phạm Dũng", "01/03/2012", "Nam", "8A2", ""]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }


@pytest.fixture
def school():
    make_year()
    return make_school("Trường THCS Chu Văn An")


@pytest.fixture
def phuc(client, school):
    coordinator = make_coordinator(school=school)
    client.force_login(coordinator)
    return coordinator


def workbook(sheets: dict[str, list[list]], *, change=None) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def classes(roster: RosterImport) -> list:
    return [row.facts.get("class_name", "") for row in roster.rows.all()]


def answer(client, roster: RosterImport, question: str, decision: str) -> None:
    client.post(reverse("roster_decide", args=[roster.reference]), {"question": question, "decision": decision})


def import_now(client, roster: RosterImport) -> None:
    confirm(client, "roster_apply", roster)
    run_due_jobs()


def page_of(client, roster: RosterImport, **more) -> str:
    return client.get(reverse("roster_detail", args=[roster.reference]), more).content.decode()


# --- What the ministry exports ------------------------------------------------------------------------
MOET = ["STT", "Mã định danh Bộ GD&ĐT", "Họ tên", "Ngày sinh", "Giới tính", "Dân tộc", "Trạng thái", "SĐT liên hệ",
        "Nơi sinh chi tiết", "Số CMND", "Ngày cấp", "Lớp học", "Khối học", "Số định danh cá nhân"]  # fmt: skip


def moet(status: str, number: int, class_name: object = "8.1") -> list:
    return [number, f"740713700{number}", f"Trần Tuấn {'ABCDEGHK'[number]}", "15/02/2013", "Nam", "Kinh", status,
            "0949000001", "Sở y tế", "074200000001", "17/04/2023", class_name, "Khối 8", "074200000001"]  # fmt: skip


def test_the_ministrys_export_leaves_out_who_left_and_asks_what_is_unclear(client, phuc, school):
    rows = [
        ["SỞ GIÁO DỤC VÀ ĐÀO TẠO"],
        ["DANH SÁCH HỌC SINH LỚP 8.1"],
        [],
        MOET,
        moet("Đang học", 1),
        moet("Chuyển đi", 2),
        moet("Thôi học", 3),
        moet("Nghỉ học xin học lại kỳ 1", 4),
        moet("Chuyển đến kỳ 1", 5, 8.1),
        moet("Đang học", 6, 8.1),
    ]

    def change(book):
        book["Sheet1"]["L10"].number_format = "0.00"

    make_pupil("Trần Tuấn C", school=school, external_id="7407137002")
    Pupil.objects.update(source="CSDL ngành")
    roster = preview(client, school, workbook({"Sheet1": rows}, change=change))
    assert outcomes(roster) == {5: "add", 6: "refused", 7: "refused", 8: "decide", 9: "decide", 10: "add"}
    assert classes(roster) == ["8.1", "8.1", "8.1", "8.1", "8.1", "8.10"]
    assert (codes(roster, 6), codes(roster, 8), codes(roster, 9)) == (
        {"status_left"}, {"status_unclear"}, {"class_decimal"},
    )  # fmt: skip
    seen = understanding_of(roster)
    assert (seen.pupils, seen.classes, seen.left_out[0][1]) == (4, [("8.1", 3), ("8.10", 1)], 2)
    assert "Chuyển đi" in page_of(client, roster, show="refused")
    missing = client.get(reverse("roster_missing", args=[roster.reference]))
    assert [pupil.full_name for pupil in missing.context["page"]] == ["Trần Tuấn C"]  # the list says that they left
    answer(client, roster, "status_unclear", "take")
    answer(client, roster, "class_decimal", "skip")
    import_now(client, latest(school))
    assert set(Pupil.objects.filter(imported_at__isnull=False).values_list("external_id", flat=True)) >= {
        "7407137001", "7407137004", "7407137006",
    }  # fmt: skip
    assert not Pupil.objects.filter(external_id__in=["7407137003", "7407137005"]).exists()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("Đang học", None), ("", None), ("Chuyển đến hè", None), ("Lưu ban", None), ("Chuyển đi kỳ 1", "status_left"),
        ("Chuyển trường", "status_left"), ("Bỏ học", "status_left"), ("Đã tốt nghiệp", "status_left"),
        ("thoi hoc he", "status_left"), ("Nghỉ học xin học lại kỳ 1", "status_unclear"), ("Bảo lưu", "status_unclear"),
    ],
)  # fmt: skip
def test_words_for_who_is_still_there(status, code):
    assert [said["code"] for said in read_status(text_cell(status)).notes] == ([code] if code else [])


def test_rows_of_another_school_are_refused_and_counted(client, phuc, school):
    header = ["Trường", "Mã lớp", "Tên lớp", *PLAIN]
    rows = [
        [name, "26123", "8A1", f"740713701{number}", f"Lê Văn {'ABCDE'[number]}", "01/01/2013", "Nam"]
        for number, name in enumerate(
            [
                "Trường THCS Phú Lợi",
                "Trường THCS Chu Văn An",
                "THCS CHU VĂN AN",
                "Trung học cơ sở Chu Văn An",
                school.code,
            ]
        )
    ]
    roster = preview(client, school, xlsx(rows, header=header))
    assert outcomes(roster) == {2: "refused", 3: "add", 4: "add", 5: "add", 6: "add"}
    assert set(classes(roster)) == {"8A1"}  # the name of the class, not its code
    assert [number for _why, number in understanding_of(roster).left_out] == [1]
    assert "Trường THCS Phú Lợi" in page_of(client, roster, show="refused")


def test_schools_that_differ_in_an_accent_are_two():
    ours = OurSchool(["Trường THCS Thạnh An", "740001"])
    assert [ours.is_other(name) for name in ("THCS Thạnh An", "thcs thanh an", "740001", "Trường THCS Thanh An")] == [
        False, False, False, True,
    ]  # fmt: skip
    assert ours.is_other("Trường THCS Thạnh An 2")
    assert not OurSchool([]).is_other("Trường THCS Thanh An")


def test_the_code_of_a_class_stands_in_where_there_is_no_name(client, phuc, school):
    roster = preview(client, school, xlsx([["8A1", *AN[:3]]], header=["Mã lớp", *PLAIN[:3]]))
    assert classes(roster) == ["8A1"]


# --- Where the class is -------------------------------------------------------------------------------
def test_a_class_merged_down_and_pupils_without_one(client, phuc, school):
    rows = [HEADER, *([number, *row[:4], *more] for number, (row, more) in enumerate(
        [(AN, ["8A1"]), (BINH, [None]), (CHAU, [None]), (DUNG, [None]), (["7400000005", "Đỗ Đức", "01/03/2012", "Nam"], [None])]
    ))]  # fmt: skip
    roster = preview(client, school, workbook({"S": rows}, change=lambda book: book["S"].merge_cells("F2:F3")))
    assert classes(roster) == ["8A1", "8A1", "", "", ""]
    seen = understanding_of(roster)
    assert (seen.no_class, seen.pupils) == (3, 5)
    assert "3 trong số 5" in page_of(client, roster)


def test_headings_of_classes_above_their_pupils(client, phuc, school):
    rows = [
        ["Năm học 2026-2027"], PLAIN, ["Lớp 8A1 – GVCN: Nguyễn Thị Hoa"], AN[:4], BINH[:4], ["Tổng cộng: 2"],
        [None, None, "Giáo viên chủ nhiệm"], [None, None, "Nguyễn Thị Hoa"], ["Lớp: 8A2"], PLAIN, CHAU[:4], ["8/3"], DUNG[:4],
        ["Tổng cộng: 4 học sinh"], [None, "Bình Dương, ngày 5 tháng 9 năm 2026"], [None, "HIỆU TRƯỞNG"],
        [None, "Trần Văn Lâm"],
    ]  # fmt: skip
    roster = preview(client, school, workbook({"S": rows}))
    assert classes(roster) == ["8A1", "8A1", "8A2", "8/3"]
    assert "class_from_row" in codes(roster, 4)
    assert sorted(understanding_of(roster).classes) == [("8/3", 1), ("8A1", 2), ("8A2", 1)]


def test_one_sheet_a_class_is_read_whole(client, phuc, school):
    sheets = {
        "8A1": [PLAIN, AN[:4]],
        "8A2": [["DANH SÁCH"], PLAIN[::-1], [*BINH[:4]][::-1], [*CHAU[:4]][::-1]],
        "Hướng dẫn": [["Điền vào các trang bên"]],
    }
    upload(client, school, workbook(sheets))
    page = client.get(reverse("roster_map", args=[latest(school).reference]))
    assert page.context["form"]["more_sheets"].value() == ["8A2"]
    assert page.context["unreadable"] == ["Hướng dẫn"]
    match(client, latest(school))
    run_due_jobs()
    roster = latest(school)
    assert [(row.sheet, row.line, row.facts["class_name"], row.facts["full_name"]) for row in roster.rows.all()] == [
        (0, 2, "8A1", AN[1]), (1, 3, "8A2", BINH[1]), (1, 4, "8A2", CHAU[1]),
    ]  # fmt: skip
    seen = understanding_of(roster)
    assert (seen.sheets, seen.unread) == ([("8A1", 1), ("8A2", 2)], ["Hướng dẫn"])
    assert "8A2: 3" in page_of(client, roster, show="add")
    import_now(client, roster)
    assert Pupil.objects.filter(enrolments__class_group__name="8A2").count() == 2


def test_a_sheet_that_is_not_ticked_is_not_read_and_a_pupil_on_two_sheets_is_asked_about(client, phuc, school):
    data = workbook({"8A1": [PLAIN, AN[:4]], "8A2": [PLAIN, AN[:4], BINH[:4]]})
    roster = preview(client, school, data, columns={"more_sheets": []})
    assert [row.sheet for row in roster.rows.all()] == [0]
    assert understanding_of(roster).unread == ["8A2"]
    match(client, roster, more_sheets=["8A2"])
    run_due_jobs()
    roster = latest(school)
    assert [(row.outcome, row.question) for row in roster.rows.all()] == [
        ("decide", "twice_in_file"), ("decide", "twice_in_file"), ("add", ""),
    ]  # fmt: skip
    assert "8A2: 2" in page_of(client, roster, show="decide")


def test_a_hidden_sheet_is_offered_and_not_ticked(client, phuc, school):
    def change(book):
        book["Cũ"].sheet_state = "hidden"

    upload(client, school, workbook({"8A1": [PLAIN, AN[:4]], "Cũ": [PLAIN, BINH[:4]]}, change=change))
    form = client.get(reverse("roster_map", args=[latest(school).reference])).context["form"]
    assert [name for name, _label in form.fields["more_sheets"].choices] == ["Cũ"]
    assert form["more_sheets"].value() == []


@pytest.mark.parametrize(
    ("name", "above", "found", "code"),
    [
        ("a.xlsx", [["DANH SÁCH HỌC SINH LỚP 8A1 NĂM HỌC 2026-2027"], []], "8A1", "class_from_title"),
        ("a.xlsx", [["Lớp: 8A1"], ["GVCN: Nguyễn Thị Hoa"]], "8A1", "class_from_title"),
        ("DS lop 8A1.xlsx", [], "8A1", "class_from_file"),
        ("DS_8A1_HK1.xlsx", [], "8A1", "class_from_file"),
        ("DS lớp 8-1.xlsx", [], "8-1", "class_from_file"),
        ("DS 2026-2027.xlsx", [["Danh sách lớp 8A1, lớp 8A2"]], "", ""),
    ],
)
def test_the_class_beside_the_table(client, phuc, school, name, above, found, code):
    roster = preview(client, school, xlsx([AN[:4]], header=PLAIN, above=above), name=name)
    assert classes(roster) == [found]
    assert (code in codes(roster, len(above) + 2)) == bool(code)


def test_where_a_class_is_named_and_where_not():
    assert class_of_sheet("Lớp 8.1").value == ("8.1", 8)
    assert class_of_sheet("10A2").value == ("10A2", 10)
    assert [class_of_sheet(name).value for name in ("Sheet1", "8", "Khối 8", "Học sinh")] == [None] * 4
    assert class_of_titles(["LỚP 8 NH 2026"]).value is None
    assert class_of_file("Danh sach 8A1 va 8A2.xlsx").value is None


def test_a_column_of_classes_counts_before_the_title(client, phuc, school):
    rows = [AN[:5], [*BINH[:4], ""]]
    roster = preview(client, school, xlsx(rows, header=[*PLAIN, "Lớp"], above=[["LỚP 8A9"]]))
    assert classes(roster) == ["8A1", ""]


@pytest.mark.parametrize(
    ("cell", "asked"),
    [
        (Cell("number", "8.1", 8.1), True), (Cell("number", "8.2", 8.2), True), (Cell("number", "8.10", 8.1), False),
        (Cell("number", "8.12", 8.12), False), (Cell("number", "8.3", 8.3), False), (text_cell("8.1"), False),
    ],
)  # fmt: skip
def test_a_class_that_is_a_number_may_have_lost_its_zero(cell, asked):
    assert ("class_decimal" in {said["code"] for said in read_class(cell).notes}) == asked
    assert read_class(cell).value == (cell.text, 8)


# --- Questions before anything counts -----------------------------------------------------------------
def test_a_hidden_row_waits_until_somebody_says_that_it_belongs(client, phuc, school):
    rows = [HEADER, [1, *AN], [2, *BINH], [3, *CHAU]]

    def change(book):
        book["S"].auto_filter.ref = "A1:G4"
        book["S"].row_dimensions[3].hidden = True
        book["S"].row_dimensions[4].hidden = True

    roster = preview(client, school, workbook({"S": rows}, change=change))
    assert outcomes(roster) == {2: "add", 3: "decide", 4: "decide"}
    row = roster.rows.get(line=3)
    client.post(reverse("roster_decide", args=[roster.reference]), {f"row_{row.pk}": "take"})
    assert outcomes(roster) == {2: "add", 3: "add", 4: "decide"}
    import_now(client, roster)
    assert set(Pupil.objects.values_list("external_id", flat=True)) == {AN[0], BINH[0]}


def test_one_doubt_after_the_other(client, phuc, school):
    rows = [[AN[0], "Nguyễn Văn An (KT)", "2013-09-04T17:00:00Z", *AN[3:]], BINH]
    roster = preview(client, school, xlsx(rows))
    row = roster.rows.get(line=2)
    assert (row.outcome, row.question) == ("decide", "name_remark")
    assert "KT" not in f"{row.values}{row.facts}{row.notes}"
    client.post(reverse("roster_decide", args=[roster.reference]), {f"row_{row.pk}": "new"})  # no answer to this
    row.refresh_from_db()
    assert row.question == "name_remark"
    answer(client, roster, "name_remark", "take")
    row.refresh_from_db()
    assert (row.outcome, row.question) == ("decide", "date_has_time")
    answer(client, roster, "date_has_time", "take")
    row.refresh_from_db()
    assert (row.outcome, row.question) == ("add", "")
    import_now(client, roster)
    an = Pupil.objects.get(external_id=AN[0])
    assert (an.full_name, str(an.birth_date)) == ("Nguyễn Văn An", "2013-09-05")


def test_a_doubt_does_not_hide_that_a_pupil_is_twice_in_the_file(client, phuc, school):
    rows = [[AN[0], "Nguyễn Văn An *", *AN[2:]], AN, ["7400000077", "Trần Thị Bình *", *BINH[2:]], BINH]
    roster = preview(client, school, xlsx(rows))
    assert [row.question for row in roster.rows.all()] == [
        "name_remark", "twice_in_file", "name_remark", "same_name_in_file",
    ]  # fmt: skip
    answer(client, roster, "name_remark", "take")
    assert [row.question for row in roster.rows.all()] == ["twice_in_file"] * 2 + ["same_name_in_file"] * 2


def test_a_mark_beside_a_guardian_is_told_and_kept_nowhere(client, phuc, school):
    header = [*HEADER, "Họ tên mẹ"]
    roster = preview(client, school, xlsx([[1, *AN, "Lê Thị Lụa (đã mất)"]], header=header))
    row = roster.rows.get()
    assert (row.outcome, row.facts["guardian_name"]) == ("add", "Lê Thị Lụa")
    assert "mất" not in f"{row.values}{row.facts}{row.notes}"


def test_known_pupils_keep_their_accents_unless_somebody_says_otherwise(client, phuc, school):
    for number, name in enumerate(["Nguyễn Thị Hồng Thắm", "Đỗ Thị Đào", "Lê Hoà"], start=1):
        make_pupil(name, school=school, external_id=f"740000900{number}", birth_date="2012-09-05")
    Pupil.objects.update(source="CSDL ngành")
    rows = [["7400009001", "Nguyen Thi Hong Tham", "05/09/2012", "Nữ", "8A1", ""],
            ["7400009002", "Do Thi Dao", "05/09/2012", "Nữ", "8A1", ""],
            ["7400009003", "Lê Hòa", "05/09/2012", "Nam", "8A1", ""]]  # fmt: skip
    roster = preview(client, school, xlsx(rows))
    assert [row.question for row in roster.rows.all()] == ["accents_lost", "accents_lost", ""]
    first = roster.rows.get(line=2)
    client.post(reverse("roster_decide", args=[roster.reference]), {f"row_{first.pk}": "keep"})
    answer(client, roster, "accents_lost", "take")
    import_now(client, roster)
    assert list(Pupil.objects.order_by("external_id").values_list("full_name", flat=True)) == [
        "Nguyễn Thị Hồng Thắm", "Do Thi Dao", "Lê Hòa",
    ]  # fmt: skip
    assert Pupil.objects.filter(enrolments__class_group__name="8A1").count() == 3


def test_a_guardians_accents_are_not_taken_away_in_silence(client, phuc, school):
    header = [*HEADER, "Họ tên mẹ"]
    for name, class_name in (("Nguyễn Thị Lụa", "8A1"), ("Nguyen Thi Lua", "8A2")):
        import_now(client, preview(client, school, xlsx([[1, *AN[:4], class_name, "", name]], header=header)))
    an = Pupil.objects.get(external_id=AN[0])
    assert (an.guardian_name, an.enrolments.get(ended_on=None).class_group.name) == ("Nguyễn Thị Lụa", "8A2")


@pytest.mark.parametrize(
    ("before", "after", "loses"),
    [
        ("Nguyễn Văn An", "Nguyen Van An", True), ("Nguyễn Văn An", "Nguyễn Van An", True), ("Đỗ Hà", "Do Ha", True),
        ("Nguyen Van An", "Nguyễn Văn An", False), ("Lê Hoà", "Lê Hòa", False), ("Lê Hà", "Lê Há", False),
        ("Lê Hà", "Lê Hà", False), ("Lê Hà", "Le Há", False), ("H'Hen Niê", "H'Hen Nie", True),
    ],
)  # fmt: skip
def test_when_only_accents_would_be_lost(before, after, loses):
    assert only_loses_accents(before, after) == loses


# --- Age ------------------------------------------------------------------------------------------------
def born(years_from_usual: int) -> str:
    return f"05/09/{make_year().starts_on.year - 8 - USUAL_AGE - years_from_usual}"


@pytest.mark.parametrize(
    ("off", "outcome"), [(0, "add"), (AGE_TOLERANCE, "add"), (-AGE_TOLERANCE, "add"), (4, "decide"), (-4, "decide")]
)
def test_the_age_has_to_fit_the_grade(client, phuc, school, off, outcome):
    roster = preview(client, school, xlsx([[*AN[:2], born(off), *AN[3:]]]))
    assert outcomes(roster) == {2: outcome}
    assert ("age_unlike_grade" in codes(roster, 2)) == (outcome == "decide")


def test_a_missing_birthday_is_asked_about_once(client, phuc, school):
    data = xlsx([[*AN[:2], "", *AN[3:]]])
    roster = preview(client, school, data)
    assert roster.rows.get().question == "no_birthday"
    answer(client, roster, "no_birthday", "take")
    import_now(client, roster)
    assert Pupil.objects.get().birth_date is None
    again = preview(client, school, xlsx([[*AN[:2], "", *AN[3:5], "0987654321"]]))
    assert outcomes(again) == {2: "change"}


def test_a_digit_that_makes_a_child_an_adult_is_never_silent(client, phuc, school):
    year = timezone.localdate().year
    known = make_pupil(AN[1], school=school, external_id=AN[0], birth_date=f"{year - 13}-01-18")
    Pupil.objects.update(source="CSDL ngành")
    roster = preview(client, school, xlsx([[*AN[:2], f"18/01/{year - 23}", *AN[3:]], BINH]))
    row = roster.rows.get(line=2)
    assert (row.question, "age_group_changes" in codes(roster, 2)) == ("age_unlike_grade", True)
    answer(client, roster, "age_unlike_grade", "take")
    row.refresh_from_db()
    assert (row.outcome, row.question) == ("decide", "age_group_changes")
    import_now(client, roster)
    known.refresh_from_db()
    assert known.birth_date.year == year - 13  # the second question has no answer


def test_a_birthday_that_crosses_eighteen_within_the_usual_ages_is_asked_about(client, phuc, school):
    today = timezone.localdate()
    make_pupil(AN[1], school=school, external_id=AN[0], birth_date=f"{today.year - 17}-01-18")
    Pupil.objects.update(source="CSDL ngành")
    data = xlsx([[*AN[:2], f"18/01/{today.year - 18}", AN[3], "12A1", ""]])
    roster = preview(client, school, data)
    assert roster.rows.get().question == "age_group_changes"
    answer(client, roster, "age_group_changes", "take")
    import_now(client, roster)
    assert Pupil.objects.get().birth_date.year == today.year - 18


def test_what_makes_a_child_an_adult_since_the_preview_stops_the_row(client, phuc, school):
    """The register was corrected after the preview: the same line would now do more than was shown."""
    today = timezone.localdate()
    known = make_pupil(AN[1], school=school, external_id=AN[0], birth_date=f"{today.year - 18}-01-18")
    Pupil.objects.update(source="CSDL ngành")
    roster = preview(client, school, xlsx([[*AN[:2], f"18/01/{today.year - 18}", AN[3], "12A1", ""], BINH]))
    assert outcomes(roster)[2] == "change"
    Pupil.objects.filter(pk=known.pk).update(birth_date=f"{today.year - 16}-01-18")
    import_now(client, roster)
    known.refresh_from_db()
    assert known.birth_date.year == today.year - 16
    assert latest(school).rows.get(line=2).question == "age_group_changes"


# --- Merged pupils, sums, filters -----------------------------------------------------------------------
def test_two_rows_of_one_pupil_are_one_pupil(client, phuc, school):
    rows = [
        [*PLAIN, "Họ tên cha mẹ"],
        [*AN[:4], "Nguyễn Văn Bình"],
        [None, None, None, None, "Lê Thị Lụa"],
        [*BINH[:4], ""],
    ]

    def change(book):
        for column in "ABCD":
            book["S"].merge_cells(f"{column}2:{column}3")

    roster = preview(client, school, workbook({"S": rows}, change=change))
    assert outcomes(roster) == {2: "add", 3: "refused", 4: "add"}
    assert codes(roster, 3) & {"row_continues"}


def test_a_file_that_lost_its_letters_is_refused_beside_the_file(client, phuc, school):
    page = upload(client, school, xlsx([[AN[0], "Nguy?n V?n ??c", *AN[2:]], [BINH[0], "Tr?n Th? Th?o", *BINH[2:]]]))
    assert "UTF-8" in str(page.context["form"].errors)
    assert not RosterImport.objects.exists()
