"""Thầy Phúc sends the list of Chu Văn An and looks through it. Cases I01 to I12 as a coordinator meets them."""

import unicodedata
from pathlib import Path

import pytest
from django.urls import reverse

from programs.core.audit import history_of
from programs.core.worker import run_due_jobs
from programs.pupils.models import Pupil
from programs.rosters.models import RosterImport
from programs.rosters.rules import ANSWERS
from programs.rosters.words import SENTENCES, remarks_of
from programs.schools.choices import ImportState
from programs.spreadsheets import LEVELS
from tests.people import (
    make_class,
    make_coordinator,
    make_officer,
    make_outsider,
    make_pupil,
    make_school,
    make_teacher,
    make_ward,
    make_year,
)
from tests.rosters.rosters import (
    AN,
    BINH,
    CHAU,
    HEADER,
    codes,
    confirm,
    imported,
    latest,
    match,
    outcomes,
    preview,
    upload,
    xlsx,
)

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).parents[1] / "fixtures" / "rosters"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }


@pytest.fixture
def school():
    make_year()
    return make_school()


@pytest.fixture
def phuc(client, school):
    coordinator = make_coordinator(school=school)
    client.force_login(coordinator)
    return coordinator


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


# --- I01, I12: what is where ------------------------------------------------------------------
def test_i01_titles_a_split_name_and_a_footer(client, phuc, school):
    rows = [
        [1, "7400000001", "Nguyễn Văn", "Đức", "05/09/2012", "8A1"],
        [2, "7400000002", "Trần Thị", "Bình", "31/12/2012", "8A1"],
    ]
    header = ["STT", "Mã định danh", "Họ và tên", None, "Ngày sinh", "Lớp"]
    data = xlsx(
        rows, header=header, above=[["DANH SÁCH HỌC SINH"], []], below=[["Tổng cộng: 40"], [None, None, "Hiệu trưởng"]]
    )
    upload(client, school, data)
    page = client.get(reverse("roster_map", args=[latest(school).reference]))
    assert page.context["header"].line == 3
    assert "tiếp theo cột" in page.content.decode()
    match(client, latest(school))
    run_due_jobs()
    roster = latest(school)
    assert outcomes(roster) == {4: "add", 5: "add"}
    assert roster.rows.get(line=4).facts["full_name"] == "Nguyễn Văn Đức"
    assert not Pupil.objects.exists()  # a preview changes nothing


def test_i12_english_titles_in_another_order(client, phuc, school):
    data = xlsx(
        [["8A1", "F", "05/09/2012", "Trần Thị Hạnh", "7400000009"]],
        header=["Class", "Sex", "Date of birth", "Full name", "Student ID"],
    )
    roster = preview(client, school, data)
    facts = roster.rows.get().facts
    assert (facts["full_name"], facts["external_id"], facts["gender"]) == ("Trần Thị Hạnh", "7400000009", "f")


def test_i12_sensitive_columns_are_not_read_and_it_says_so(client, phuc, school):
    header = [*HEADER[:6], "Dân tộc", "Sức khỏe", "Số CCCD"]
    data = xlsx([[1, *AN[:5], "Kinh", "Tốt", "074212000001"]], header=header)
    upload(client, school, data)
    roster = latest(school)
    page = client.get(reverse("roster_map", args=[roster.reference]))
    assert [column.title for column in page.context["sensitive"]] == ["Dân tộc", "Sức khỏe", "Số CCCD"]
    assert "column_8" not in page.context["form"].fields
    forced = match(client, roster, column_8="guardian_name")  # a forged field is no field
    assert forced.status_code == 302
    run_due_jobs()
    roster.refresh_from_db()
    assert roster.dropped_columns == ["Dân tộc", "Sức khỏe", "Số CCCD"]
    assert "074212000001" not in str(list(roster.rows.values()))
    shown = client.get(reverse("roster_detail", args=[roster.reference])).content.decode()
    assert "Dân tộc, Sức khỏe, Số CCCD" in shown


def test_a_file_without_identifiers_is_explained_and_nothing_chosen_is_lost(client, phuc, school):
    upload(client, school, xlsx([["Nguyễn Văn An", "05/09/2012"]], header=["Họ và tên", "Ngày sinh"]))
    response = match(client, latest(school), mode="all", title_case="on")
    assert response.status_code == 200
    assert "định danh" in str(response.context["form"].non_field_errors())
    assert response.context["form"]["mode"].value() == "all"
    assert response.context["form"]["title_case"].value()
    assert latest(school).state == ImportState.UPLOADED


def test_two_columns_for_one_field_are_refused(client, phuc, school):
    upload(client, school, xlsx([AN]))
    assert match(client, latest(school), column_5="birth_date").status_code == 200


@pytest.mark.parametrize("name", ["three_parts.xlsx", "three_parts.xls"])
def test_a_birthday_over_three_columns_needs_no_hand(client, phuc, school, name):
    roster = preview(client, school, fixture(name), name="hoc-sinh.xlsx")
    assert outcomes(roster) == {4: "add", 5: "add", 6: "refused", 7: "refused"}
    remarks = [remarks_of(roster.rows.get(line=line))[0].text for line in (6, 7)]
    assert "29/2/2013" in remarks[0]
    assert "2013" in remarks[1]
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    assert {str(day) for day in Pupil.objects.values_list("birth_date", flat=True)} == {"2013-09-05", "2012-12-31"}
    left_out = b"".join(client.get(reverse("roster_left_out", args=[roster.reference])).streaming_content)
    again = preview(client, school, left_out)
    assert [row.values["birth_date"] for row in again.rows.all()] == ["29 2 2013", "2013"]  # ready to be corrected


def test_a_hidden_sheet_is_marked_and_can_be_chosen(client, phuc, school):
    upload(client, school, fixture("sheets.xlsx"))
    address = reverse("roster_map", args=[latest(school).reference])
    page = client.get(address)
    assert page.context["sheet"].name == "Học sinh"
    assert any("(" in label for _name, label in page.context["sheet_form"].fields["sheet"].choices)
    assert client.get(address, {"sheet": "Sức khoẻ"}).context["sheet"].hidden


# --- I03, I04, I06: what the cells say ------------------------------------------------------------
def test_i03_telephones_are_normalised_or_explained(client, phuc, school):
    phones = [
        912345678,
        "9.12E+08",
        "0912.345.678",
        "+84 912 345 678",
        "01691234567",
        "0912345678/0987654321",
        "02743822123",
    ]
    rows = [[f"74000000{n:02d}", f"Nguyễn Văn {name}", "05/09/2012", "Nam", "8A1", phone]
            for n, (name, phone) in enumerate(zip("ABCDEGH", phones, strict=True), start=11)]  # fmt: skip
    roster = preview(client, school, xlsx(rows))
    said = {row.line: (row.facts["guardian_phone"], {note["code"] for note in row.notes}) for row in roster.rows.all()}
    assert said[2][0] == said[4][0] == said[5][0] == "+84912345678"
    assert "phone_zero_restored" in said[2][1]
    assert said[8][0] == "+842743822123"
    for line in (3, 6, 7):
        phone, notes = said[line]
        assert phone == ""
        assert notes, f"row {line} was changed in silence"
    assert set(outcomes(roster).values()) == {"add"}  # a telephone never keeps a pupil out


def test_i04_identifiers_stay_text_and_doubts_are_noted(client, phuc, school):
    rows = [["0079760501", *AN[1:]], ["79760501.0", *BINH[1:]], [79760502, *CHAU[1:]]]
    roster = preview(client, school, xlsx(rows))
    assert roster.rows.get(line=2).facts["external_id"] == "0079760501"
    assert codes(roster, 3) & {"code_float", "code_was_number", "code_zero_lost"}
    assert [row.facts["external_id"] for row in roster.rows.all()] == ["0079760501", "79760501", "79760502"]


def test_i06_names_are_cleaned_capitals_by_choice(client, phuc, school):
    rows = [
        ["7400000001", unicodedata.normalize("NFD", "Nguyễn Thị Hoà"), *AN[2:]],
        ["7400000002", "TRẦN  THỊ\u00a0BÌ\u200bNH", *BINH[2:]],
        ["7400000003", "\u00d0ặng Minh Châu", *CHAU[2:]],
    ]
    kept = preview(client, school, xlsx(rows))
    names = {row.line: row.facts["full_name"] for row in kept.rows.all()}
    assert names == {2: "Nguyễn Thị Hoà", 3: "TRẦN THỊ BÌNH", 4: "Đặng Minh Châu"}
    assert "name_eth" in codes(kept, 4)
    assert codes(kept, 3)
    confirm(client, "roster_drop", kept)
    cased = preview(
        client, school, xlsx(rows, below=[[]]), columns={"title_case": "on", "once_more": "on"}, once_more="on"
    )
    assert cased.rows.get(line=3).facts["full_name"] == "Trần Thị Bình"


def test_dates_that_are_none_leave_the_row_out_with_a_reason(client, phuc, school):
    roster = preview(
        client, school, xlsx([[*AN[:2], "12/31/2012", *AN[3:]], [*BINH[:2], "29/02/2013", *BINH[3:]], CHAU])
    )
    assert outcomes(roster) == {2: "refused", 3: "refused", 4: "add"}
    remark = remarks_of(roster.rows.get(line=2))[0]
    assert "12/31/2012" in remark.text
    assert remark.kind == "no"


def test_a_pupil_whose_name_begins_like_a_total_is_a_pupil(client, phuc, school):
    roster = preview(client, school, xlsx([["7400000001", "Công Tằng Tôn Nữ Hà", "05/09/2012", "", "", ""]]))
    assert outcomes(roster) == {2: "add"}


def test_every_remark_has_words():
    assert set(LEVELS) - set(SENTENCES) == set()
    assert set(ANSWERS) - set(SENTENCES) == set()


# --- I07: pupils who look alike -------------------------------------------------------------------
def test_i07_twice_in_the_file_and_in_two_classes_wait_for_a_decision(client, phuc, school):
    roster = preview(client, school, xlsx([AN, [*AN[:4], "8A2", ""], BINH]))
    assert outcomes(roster) == {2: "decide", 3: "decide", 4: "add"}
    first, second = roster.rows.get(line=2), roster.rows.get(line=3)
    answer = {f"row_{second.pk}": "same"}
    client.post(reverse("roster_decide", args=[roster.reference]), answer)
    first.refresh_from_db()
    assert first.decision == "skip"  # of rows with one identifier, one is used
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    assert Pupil.objects.filter(external_id=AN[0]).count() == 1
    assert Pupil.objects.get(external_id=AN[0]).enrolments.get().class_group.name == "8A2"


def test_i07_the_same_name_and_birthday_with_another_identifier(client, phuc, school):
    known = make_pupil(AN[1], school=school, external_id="7499999999", birth_date="2012-09-05")
    Pupil.objects.update(source="CSDL ngành")
    roster = preview(client, school, xlsx([AN, BINH]))
    row = roster.rows.get(line=2)
    assert (row.outcome, row.question, row.pupil_id) == ("decide", "same_person_other_id", known.pk)
    page = client.get(reverse("roster_detail", args=[roster.reference]))
    assert "7499999999" in page.content.decode()
    client.post(
        reverse("roster_decide", args=[roster.reference]),
        {"question": "same_person_other_id", "decision": "new"},
    )
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    assert Pupil.objects.filter(full_name=AN[1]).count() == 2
    known.refresh_from_db()
    assert known.external_id == "7499999999"


def test_i07_the_same_name_and_birthday_twice_in_one_file(client, phuc, school):
    roster = preview(client, school, xlsx([AN, ["7400000077", *AN[1:]]]))
    assert outcomes(roster) == {2: "decide", 3: "decide"}
    assert codes(roster, 2) == {"same_name_in_file"}


def test_i07_the_same_identifier_with_another_name(client, phuc, school):
    make_pupil("Võ Thành Đạt", school=school, external_id=AN[0], birth_date="2012-03-04")
    Pupil.objects.update(source="CSDL ngành")
    roster = preview(client, school, xlsx([AN, BINH]))
    row = roster.rows.get(line=2)
    assert row.question == "same_id_other_name"
    refused = {f"row_{row.pk}": "new"}  # one identifier cannot be two pupils
    client.post(reverse("roster_decide", args=[roster.reference]), refused)
    row.refresh_from_db()
    assert row.decision == ""
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    assert Pupil.objects.get(external_id=AN[0]).full_name == "Võ Thành Đạt"  # undecided is left as it was


def test_another_spelling_of_the_accents_is_the_same_name(client, phuc, school):
    make_pupil("Nguyên Văn An", school=school, external_id=AN[0], birth_date="2012-09-05")
    Pupil.objects.update(source="CSDL ngành")
    assert outcomes(preview(client, school, xlsx([AN])))[2] == "change"


# --- I08: the same file twice ---------------------------------------------------------------------
def test_i08_the_same_file_again_is_recognised(client, phuc, school):
    data = xlsx([AN, BINH])
    roster = imported(client, school, data)
    again = upload(client, school, data)
    assert again.status_code == 200
    assert "upload" in again.context["form"].errors
    assert again.context["earlier"] == roster
    assert reverse("roster_detail", args=[roster.reference]) in again.content.decode()
    forced = upload(client, school, data, once_more="on")  # nothing changed since: there is nothing to go on with
    assert forced.status_code == 200
    assert RosterImport.objects.count() == 1


def test_i08_the_same_file_may_come_again_once_the_roll_has_changed(client, phuc, school):
    data = xlsx([AN, BINH])
    imported(client, school, data)
    binh = Pupil.objects.get(external_id=BINH[0])
    leave = reverse("pupils_leave", args=[school.code])
    page = client.get(leave, {"pupil": binh.pk})
    client.post(leave, {"pupil": binh.pk, "left_on": page.context["form"]["left_on"].value()})
    assert upload(client, school, data).status_code == 200
    assert upload(client, school, data, once_more="on").status_code == 302


def test_i08_the_same_file_before_it_was_imported(client, phuc, school):
    data = xlsx([AN])
    upload(client, school, data)
    asked = upload(client, school, data)
    assert asked.status_code == 200
    assert 'type="checkbox" name="once_more"' in asked.content.decode()
    assert upload(client, school, data, once_more="on").status_code == 302


def test_the_same_form_twice_makes_one_import(client, phuc, school):
    data = xlsx([AN])
    first = upload(client, school, data, idempotency_key="once")
    second = upload(client, school, data, idempotency_key="once")
    assert first.url == second.url
    assert RosterImport.objects.count() == 1


@pytest.mark.parametrize("name", ["paper_as.xlsx", "web_page.xls", "empty.xlsx"])
def test_what_is_not_a_list_is_refused(client, phuc, school, name):
    response = upload(client, school, fixture(name))
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not RosterImport.objects.exists()


# --- I11: a list again ----------------------------------------------------------------------------
def test_i11_a_pupil_who_changed_class_and_one_who_is_missing(client, phuc, school):
    imported(client, school, xlsx([AN, BINH, CHAU]))
    roster = preview(client, school, xlsx([[*AN[:4], "8A2", AN[5]], CHAU]))
    assert outcomes(roster) == {2: "change", 3: "same"}
    assert roster.rows.get(line=2).changes == {"class_name": ["8A1", "8A2"]}
    missing = client.get(reverse("roster_missing", args=[roster.reference]))
    assert [pupil.external_id for pupil in missing.context["page"]] == [BINH[0]]
    confirm(client, "roster_apply", roster)
    run_due_jobs()
    an, binh = Pupil.objects.get(external_id=AN[0]), Pupil.objects.get(external_id=BINH[0])
    assert [place.class_group.name for place in an.enrolments.order_by("pk")] == ["8A1", "8A2"]
    assert an.enrolments.get(class_group__name="8A1").ended_on is not None
    assert binh.left_on is None  # not in the file is not gone
    assert binh.enrolments.filter(ended_on=None).exists()


def test_a_list_of_one_class_asks_about_that_class_only(client, phuc, school):
    imported(client, school, xlsx([AN, BINH, CHAU]))
    group = school.classes.get(name="8A1")
    roster = preview(client, school, xlsx([AN, [*CHAU[:4], "8A2", ""]]), class_group=group.pk)
    assert outcomes(roster) == {2: "same", 3: "refused"}
    assert "other_class" in codes(roster, 3)
    missing = client.get(reverse("roster_missing", args=[roster.reference]))
    assert [pupil.external_id for pupil in missing.context["page"]] == [BINH[0]]


def test_an_empty_cell_erases_nothing(client, phuc, school):
    imported(client, school, xlsx([AN]))
    roster = preview(client, school, xlsx([[*AN[:2], "", "", "8A1", ""]]))
    assert outcomes(roster) == {2: "same"}


# --- Looking through ------------------------------------------------------------------------------
def test_tabs_search_and_remarks(client, phuc, school):
    roster = preview(client, school, xlsx([AN, BINH, [*CHAU[:2], "31/02/2012", *CHAU[3:]]]))
    address = reverse("roster_detail", args=[roster.reference])
    page = client.get(address, {"show": "add"})
    assert {tab["value"]: tab["number"] for tab in page.context["tabs"]}["add"] == 2
    assert [row.line for row in page.context["page"]] == [2, 3]
    assert [row.line for row in client.post(address, {"show": "add", "q": "binh"}, follow=True).context["page"]] == [3]
    assert [row.line for row in client.get(address, {"show": "refused", "remarks": "on"}).context["page"]] == [4]


@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_ask_the_same_number_of_questions_for_one_row_and_three(
    client, phuc, school, number, django_assert_num_queries
):
    roster = preview(client, school, xlsx([AN, BINH, CHAU][:number]))
    for name, queries in (("roster_detail", 14), ("roster_missing", 10)):
        client.get(reverse(name, args=[roster.reference]))
        with django_assert_num_queries(queries):
            client.get(reverse(name, args=[roster.reference]))


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_imports_at_one_row_and_three(client, phuc, school, number, django_assert_num_queries):
    for index in range(number):
        upload(client, school, xlsx([[f"74000000{index}", *AN[1:]]]))
    client.get(reverse("roster_list", args=[school.code]))
    with django_assert_num_queries(12):
        assert len(client.get(reverse("roster_list", args=[school.code])).context["page_obj"].object_list) == number


# --- Who may --------------------------------------------------------------------------------------
def test_the_outsider_the_teacher_and_the_officer_see_no_list(client, phuc, school):
    roster = preview(client, school, xlsx([AN]))
    other = make_coordinator(
        "Lê Văn Khang", school=make_school("Trường THCS Trần Đại Nghĩa", ward=make_ward("Phường Dĩ An"))
    )
    people = [make_outsider(), other, make_teacher(school=school), make_officer()]
    names = ["roster_detail", "roster_map", "roster_apply", "roster_drop", "roster_left_out", "roster_missing"]
    for person in people:
        client.force_login(person)
        for name in names:
            assert client.get(reverse(name, args=[roster.reference])).status_code == 404, (person, name)
        for name in ("roster_decide", "roster_check", "roster_restart", "roster_apply", "roster_drop"):
            posted = client.post(reverse(name, args=[roster.reference]), {"idempotency_key": "x"})
            assert posted.status_code == 404, (person, name)
    client.force_login(make_outsider("Đỗ Văn Lân"))
    assert client.get(reverse("roster_new", args=[school.code])).status_code == 404
    client.force_login(make_teacher("Cô Lan", school=school))
    assert client.get(reverse("roster_new", args=[school.code])).status_code == 403


def test_a_class_of_another_school_cannot_be_named(client, phuc, school):
    foreign = make_class("9A1", school=make_school("Trường THCS Trần Đại Nghĩa"))
    assert upload(client, school, xlsx([AN]), class_group=foreign.pk).status_code == 200
    assert not RosterImport.objects.exists()


def test_acts_are_posts_only(client, phuc, school):
    roster = preview(client, school, xlsx([AN]))
    for name in ("roster_decide", "roster_check", "roster_restart"):
        assert client.get(reverse(name, args=[roster.reference])).status_code == 405


def test_dropping_deletes_the_rows_and_the_file(client, phuc, school, tmp_path, django_capture_on_commit_callbacks):
    roster = preview(client, school, xlsx([AN]))
    with django_capture_on_commit_callbacks(execute=True):
        confirm(client, "roster_drop", roster)
    roster.refresh_from_db()
    assert roster.state == ImportState.CANCELLED
    assert not roster.rows.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert [entry.action for entry in history_of(roster)] == ["roster.drop", "roster.map", "roster.upload"]


def test_the_desk_tells_of_a_list_that_waits(client, phuc, school):
    roster = preview(client, school, xlsx([AN]))
    assert reverse("roster_detail", args=[roster.reference]) in client.get("/desk/").content.decode()
