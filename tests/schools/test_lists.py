"""The official list by upload: columns matched, row by row previewed, applied, dropped."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from programs.core.choices import Level
from programs.schools.actions import lists
from programs.schools.actions.areas import import_areas
from programs.schools.choices import Authority, ImportState, SchoolState
from programs.schools.models import Area, OfficerPost, School, SchoolAlias, SchoolLevel, SchoolListImport, SchoolName
from programs.schools.queries.lists import lookup_for
from tests.people import make_cluster, make_coordinator, make_officer, make_outsider, make_ward_officer

pytestmark = pytest.mark.django_db

TITLES = ["STT", "Mã trường", "Tên trường", "Phường/Xã", "Cấp học", "Loại hình", "Số học sinh", "Điện thoại", "Mã cũ"]
FIELDS = ["code", "name", "ward", "levels", "ownership", "pupil_count", "phone", "old_codes"]
MAPPING = {str(index): name for index, name in enumerate(FIELDS, start=1)}
CHU_VAN_AN = [
    1,
    "00740105",
    "Trường THCS Chu Văn An",
    "Phường Thủ Dầu Một",
    "THCS",
    "Công lập",
    1250,
    "0274 3822 123",
    "",
]


@pytest.fixture
def nam(client):
    import_areas()
    officer = make_officer("Phan Hoàng Nam")
    client.force_login(officer)
    return officer


def xlsx(*rows: list) -> bytes:
    """With two lines of titles above and a total below, as such lists are."""
    book = openpyxl.Workbook()
    page = book.active
    page.append(["SỞ GIÁO DỤC VÀ ĐÀO TẠO"])
    page.append(["DANH SÁCH CƠ SỞ GIÁO DỤC NĂM HỌC 2026-2027"])
    page.append(TITLES)
    for row in rows:
        page.append(row)
    page.append(["", "Tổng cộng", len(rows)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def upload(client, content: bytes, name: str = "Danh sách trường.xlsx", key: str = "u-1") -> SchoolListImport:
    posted = {"upload": SimpleUploadedFile(name, content), "idempotency_key": key}
    response = client.post(reverse("school_list_imports"), posted)
    assert response.status_code == 302, response.context["form"].errors
    return SchoolListImport.objects.latest("pk")


def match(client, kept: SchoolListImport, **changed: str):
    """The columns as the portal proposes them."""
    page = client.get(reverse("school_list_columns", args=[kept.reference]))
    form = page.context["form"]
    posted = {name: field.initial for name, field in form.fields.items() if name.startswith("column_")}
    url = reverse("school_list_columns", args=[kept.reference])
    return client.post(url, posted | changed | {"idempotency_key": "c-1"})


def matched(kept: SchoolListImport) -> None:
    """The same without the pages, for tests of what comes after."""
    lists.map_list(kept=kept, sheet="Sheet", header_line=3, mapping=MAPPING, by=kept.uploaded_by)


def preview(client, kept: SchoolListImport, tab: str = ""):
    return client.get(reverse("school_list_detail", args=[kept.reference]), {"show": tab} if tab else {})


def apply(client, kept: SchoolListImport, key: str = "a-1"):
    return client.post(reverse("school_list_apply", args=[kept.reference]), {"idempotency_key": key})


def bring_in(client, *rows: list, key: str = "1") -> SchoolListImport:
    kept = upload(client, xlsx(*rows), key=f"u-{key}")
    matched(kept)
    apply(client, kept, key=f"a-{key}")
    kept.refresh_from_db()
    return kept


def test_the_whole_way(client, nam):
    kept = upload(client, xlsx(CHU_VAN_AN))
    assert preview(client, kept).status_code == 302  # the columns first
    assert match(client, kept).status_code == 302
    page = preview(client, kept)
    assert page.context["counts"] == {"new": 1, "changed": 0, "problem": 0, "same": 0, "missing": 0}
    assert page.context["page_obj"][0].listed.line == 4  # as the spreadsheet program numbers it
    assert not School.objects.exists()
    for _twice in range(2):
        assert apply(client, kept).status_code == 302
    school = School.objects.get()
    assert (school.code, school.state, school.authority) == ("00740105", SchoolState.INVITED, Authority.WARD)
    assert (school.phone, school.pupil_count, school.ward.name) == ("+842743822123", 1250, "Phường Thủ Dầu Một")
    kept.refresh_from_db()
    assert (kept.state, kept.counts["new"], kept.file_path) == (ImportState.APPLIED, 1, "")
    assert "<b>1</b>" in preview(client, kept).content.decode()
    assert apply(client, kept, key="a-2").status_code == 200  # once only


def test_before_and_after_unchanged_and_not_in_this_list(client, nam):
    other = [2, "00740200", "Trường Tiểu học Phú Hòa", "Thủ Dầu Một", "TH", "", 900, "", ""]
    bring_in(client, CHU_VAN_AN, other)
    School.objects.filter(code="00740105").update(state=SchoolState.ACTIVE)
    changed = [1, "00740105", "Trường TH - THCS Chu Văn An", "25747", "TH - THCS", "Công lập", "", "", ""]
    kept = upload(client, xlsx(changed), key="u-2")
    matched(kept)
    page = preview(client, kept)
    assert page.context["counts"] == {"new": 0, "changed": 1, "problem": 0, "same": 0, "missing": 1}
    names = [name for name, _before, _after in page.context["page_obj"][0].changes]
    assert len(names) == 2  # name and levels: an empty cell takes nothing away
    assert preview(client, kept, "missing").context["page_obj"][0].code == "00740200"
    apply(client, kept, key="a-2")
    school = School.objects.get(code="00740105")
    assert (school.pupil_count, school.phone, school.state) == (1250, "+842743822123", SchoolState.ACTIVE)
    assert set(school.levels.values_list("level", flat=True)) == {Level.PRIMARY, Level.LOWER_SECONDARY}
    assert SchoolName.objects.get().name == "Trường THCS Chu Văn An"
    assert School.objects.filter(code="00740200").exists()  # never deleted by its absence
    again = bring_in(client, changed, key="3")
    assert again.counts == {"new": 0, "changed": 0, "same": 1, "problem": 0}


def test_old_codes_find_the_school(client, nam):
    bring_in(client, CHU_VAN_AN)
    school = School.objects.get()
    recoded = [1, "79760501", "Trường THCS Chu Văn An", "25747", "THCS", "", "", "", "00740105"]
    bring_in(client, recoded, key="2")
    school.refresh_from_db()
    assert school.code == "79760501"
    assert SchoolAlias.objects.get().code == "00740105"
    by_old = [1, "00740105", "Trường THCS Chu Văn An", "25747", "THCS", "", 1300, "", ""]
    bring_in(client, by_old, key="3")  # somebody's older file
    school.refresh_from_db()
    assert (School.objects.count(), school.code, school.pupil_count) == (1, "79760501", 1300)


def test_two_wards_that_fold_to_one_text_are_told_apart_or_asked(client, nam):
    city = Area.objects.get(code="79")
    for code, name in (("99001", "Xã Thanh An"), ("99002", "Xã Thạnh An")):
        Area.objects.create(kind="commune", code=code, name=name, parent=city, in_jurisdiction=True)
    rows = [
        [1, "1001", "Trường TH Một", "Xã Thanh An", "TH", "", "", "", ""],
        [2, "1002", "Trường TH Hai", "Thạnh An", "TH", "", "", "", ""],
        [3, "1003", "Trường TH Ba", "Xa Thanh An", "TH", "", "", "", ""],
    ]
    Area.objects.filter(name="Xã Thanh An").exclude(code="99001").delete()
    Area.objects.filter(name="Xã Thạnh An").exclude(code="99002").delete()
    kept = upload(client, xlsx(*rows))
    matched(kept)
    problem = preview(client, kept, "problem").context["page_obj"][0].listed
    assert problem.line == 6
    assert "99001" in problem.problems[0]
    assert "99002" in problem.problems[0]
    apply(client, kept)
    wards = dict(School.objects.values_list("code", "ward__name"))
    assert wards == {"1001": "Xã Thanh An", "1002": "Xã Thạnh An"}


def test_rows_with_a_problem_are_named_and_left_out(client, nam):
    bring_in(client, CHU_VAN_AN)
    merged = School.objects.create(
        code="00740300", name="Trường THCS Đã Gộp", ward=Area.objects.get(code="25747"), authority="ward",
        state=SchoolState.MERGED, merged_into=School.objects.get(),
    )  # fmt: skip
    SchoolLevel.objects.create(school=merged, level=Level.LOWER_SECONDARY)
    rows = [
        [1, "00740105", "Trường THCS Chu Văn An", "Phường Không Có", "THCS", "", "", "", ""],
        [2, "00740300", "Trường THCS Đã Gộp", "25747", "THCS", "", "", "", ""],
        [3, "00740400", "Trường THCS Hai Lần", "25747", "THCS", "", "", "", ""],
        [4, "00740400", "Trường THCS Hai Lần", "25747", "THCS", "", "", "", ""],
        [5, "00740500", "Trường Không Cấp", "25747", "", "", "", "", ""],
        [6, "00740600", "Trường Đại học", "25747", "đại học", "", "", "", ""],
        [7, "00740700", "Trường THCS Máy Hỏng", "25747", "THCS", "", "", "9.12E+08", ""],
        [8, "", "Trường THCS Không Mã", "25747", "THCS", "", "", "", ""],
    ]
    kept = upload(client, xlsx(*rows), key="u-2")
    matched(kept)
    page = preview(client, kept, "problem")
    assert [row.listed.line for row in page.context["page_obj"]] == [4, 5, 6, 7, 8, 9, 11]
    said = page.content.decode()
    for words in ("Phường Không Có", "Chu Văn An", "đại học", "Thiếu mã."):
        assert words in said
    apply(client, kept, key="a-2")
    assert School.objects.get(code="00740700").phone == ""  # a spoilt telephone keeps nobody out
    assert not School.objects.filter(code__in=["00740400", "00740500", "00740600"]).exists()


def test_numbers_for_codes_get_their_zeros_back_only_when_the_list_knows_them(client, nam):
    rows = [[n, f"0074010{n}", f"Trường THCS Số {n}", "25747", "THCS", "", "", "", ""] for n in range(1, 6)]
    bring_in(client, *rows)
    as_numbers = [[1, 740101, "Trường THCS Số 1", "25747", "THCS", "", 777, "", ""], *rows[1:]]
    new = [9, 740999, "Trường THCS Số 9", "25747", "THCS", "", "", "", ""]
    kept = upload(client, xlsx(*as_numbers, new), key="u-2")
    matched(kept)
    counts = preview(client, kept).context["counts"]
    assert (counts["changed"], counts["problem"], counts["new"]) == (1, 1, 0)
    apply(client, kept, key="a-2")
    assert School.objects.get(code="00740101").pupil_count == 777
    assert School.objects.count() == 5


def test_a_csv_without_a_code_column_is_not_taken(client, nam):
    kept = upload(client, "Tên trường;Phường/Xã\nTrường THCS A;25747\n".encode("utf-16"), name="ds.csv")
    page = match(client, kept)
    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    drop = reverse("school_list_drop", args=[kept.reference])
    assert client.post(drop, {"idempotency_key": "d-1"}).status_code == 302
    kept.refresh_from_db()
    assert (kept.state, kept.file_path) == (ImportState.CANCELLED, "")


def test_what_is_not_a_spreadsheet_is_refused_with_a_reason(client, nam):
    posted = {"upload": SimpleUploadedFile("ds.xlsx", b"%PDF-1.4"), "idempotency_key": "u-9"}
    page = client.post(reverse("school_list_imports"), posted)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not SchoolListImport.objects.exists()


def test_an_officer_with_a_limited_post_changes_only_their_own_area(client, nam):
    elsewhere = Area.objects.exclude(code="25747").filter(in_jurisdiction=True, kind="ward").first()
    bring_in(client, CHU_VAN_AN, [2, "00740200", "Trường THCS Xa", elsewhere.code, "THCS", "", 100, "", ""])
    client.force_login(make_officer("Bùi Văn Hẹp", areas=(Area.objects.get(code="25747"),)))
    rows = [[1, "00740200", "Trường THCS Đổi", elsewhere.code, "THCS", "", 5, "", ""]]
    kept = upload(client, xlsx(*rows), key="u-2")
    matched(kept)
    counts = preview(client, kept).context["counts"]
    assert (counts["problem"], counts["missing"]) == (1, 1)
    apply(client, kept, key="a-2")
    assert School.objects.get(code="00740200").pupil_count == 100


def test_an_officer_whose_post_is_a_cluster_changes_only_its_schools(client, nam):
    """The other tree counts as well; a row without a ward is no way around it."""
    bring_in(client, CHU_VAN_AN, [2, "00740200", "Trường THCS Xa", "25747", "THCS", "", 100, "", ""])
    cluster, other = make_cluster("Cụm của Hẹp", code="BD8"), make_cluster("Cụm khác", code="BD9")
    School.objects.filter(code="00740105").update(cluster=cluster)
    narrow = make_officer("Bùi Văn Hẹp", areas=(cluster,))
    OfficerPost.objects.create(user=narrow, role="steering")  # sees everything, which lends the other post nothing
    client.force_login(narrow)
    rows = [
        [1, "00740105", "Trường THCS Của Tôi", "", "", "", 7, "", ""],
        [2, "00740200", "Trường THCS Đổi", "", "THPT", "", 5, "", ""],
        [3, "00740300", "Trường THCS Mới", "25747", "THCS", "", 5, "", ""],
    ]
    kept = upload(client, xlsx(*rows), key="u-2")
    matched(kept)
    counts = preview(client, kept).context["counts"]
    assert (counts["changed"], counts["problem"], counts["new"]) == (1, 2, 0)
    apply(client, kept, key="a-2")
    assert School.objects.get(code="00740105").name == "Trường THCS Của Tôi"
    far = School.objects.get(code="00740200")
    assert (far.name, far.pupil_count, far.authority) == ("Trường THCS Xa", 100, "ward")
    assert not School.objects.filter(code="00740300").exists()
    lookup = lookup_for(narrow)
    assert lookup.reaches(None, cluster.pk) and not lookup.reaches(Area.objects.get(code="25747").pk, other.pk)


def test_only_the_department(client, nam):
    kept = upload(client, xlsx(CHU_VAN_AN))
    matched(kept)
    ward = Area.objects.get(code="25747")
    for person in (make_ward_officer(ward=ward), make_outsider(), make_coordinator()):
        client.force_login(person)
        assert client.get(reverse("school_list_imports")).status_code == 404
        for name in ("school_list_detail", "school_list_columns", "school_list_apply", "school_list_drop"):
            assert client.get(reverse(name, args=[kept.reference])).status_code == 404, name
        assert apply(client, kept, key="x").status_code == 404
    assert School.objects.filter(code="00740105").count() == 0


def test_3500_rows_are_no_trouble(client, nam, django_assert_max_num_queries):
    rows = [[n, f"{10_000_000 + n}", f"Trường THCS Số {n}", "25747", "THCS", "", 500, "", ""] for n in range(3500)]
    kept = upload(client, xlsx(*rows))
    matched(kept)
    with django_assert_max_num_queries(40):
        assert preview(client, kept).context["counts"]["new"] == 3500
