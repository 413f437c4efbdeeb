"""The official lists: 168 real units, and schools by their opaque code."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from programs.core.choices import Level
from programs.core.refusals import Refused
from programs.schools.actions.areas import import_areas
from programs.schools.actions.lists import import_schools
from programs.schools.choices import AreaKind, Authority, Ownership, SchoolState, Tree
from programs.schools.models import Area, School
from programs.schools.queries.schools import areas_in_jurisdiction, clusters, schools_in_scope
from tests.people import make_officer, make_ward_officer

pytestmark = pytest.mark.django_db

HEADER = ["code", "name", "ward", "levels", "ownership", "pupil_count", "cluster", "address", "phone"]
CHU_VAN_AN = dict(
    zip(
        HEADER,
        ["00740105", "Trường THCS Chu Văn An", "25747", "THCS", "công lập", "1.250", "BD1", "", "0274 3822 123"],
        strict=True,
    )
)


def test_the_city_has_168_units_of_which_36_were_binh_duong_and_no_district():
    assert import_areas() == 168
    units = Area.objects.filter(parent__code="79")
    assert units.count() == 168
    assert areas_in_jurisdiction().count() == 36
    assert set(areas_in_jurisdiction().values_list("former_province", flat=True)) == {"Bình Dương"}
    kinds = set(Area.objects.filter(tree=Tree.ADMINISTRATIVE).values_list("kind", flat=True))
    assert kinds == {AreaKind.CITY, AreaKind.WARD, AreaKind.COMMUNE, AreaKind.SPECIAL_ZONE}
    assert units.filter(kind=AreaKind.WARD).count() == 113
    assert units.filter(kind=AreaKind.COMMUNE).count() == 54
    assert units.get(kind=AreaKind.SPECIAL_ZONE).name == "Đặc khu Côn Đảo"
    assert clusters().count() == 4


def test_loading_the_areas_again_changes_nothing():
    import_areas()
    before = list(Area.objects.order_by("pk").values())
    call_command("load_areas", stdout=io.StringIO())
    assert list(Area.objects.order_by("pk").values()) == before


def test_another_jurisdiction_marks_other_units(settings):
    import_areas()
    import_areas(jurisdiction=settings.JURISDICTION | {"former_province": "", "clusters": []})
    assert areas_in_jurisdiction().count() == 168
    assert clusters().count() == 0


def test_schools_come_and_are_updated_by_their_code():
    import_areas()
    thpt = CHU_VAN_AN | {
        "code": "00740200",
        "name": "Trường TH - THCS - THPT Ngô Thời Nhiệm",
        "levels": "TH; THCS; THPT",
    }
    result = import_schools(rows=[CHU_VAN_AN, thpt], by=None)
    assert (result.created, result.updated, result.unchanged) == (2, 0, 0)
    school = School.objects.get(code="00740105")  # the leading zeros are part of it
    assert (school.authority, school.pupil_count, school.phone) == (Authority.WARD, 1250, "+842743822123")
    assert (school.ownership, school.state) == (Ownership.PUBLIC, SchoolState.INVITED)
    assert School.objects.get(code="00740200").authority == Authority.DEPARTMENT  # by the highest level

    School.objects.filter(code="00740105").update(state=SchoolState.ACTIVE)
    result = import_schools(rows=[CHU_VAN_AN | {"levels": "THCS+THPT"}, thpt], by=None)
    assert (result.created, result.updated, result.unchanged) == (0, 1, 1)
    school.refresh_from_db()
    assert school.authority == Authority.DEPARTMENT
    assert school.state == SchoolState.ACTIVE  # an import never undoes a registration
    assert set(school.levels.values_list("level", flat=True)) == {Level.LOWER_SECONDARY, Level.UPPER_SECONDARY}


def test_an_nfd_name_becomes_nfc_and_eth_becomes_d():
    import unicodedata

    import_areas()
    spoilt = unicodedata.normalize("NFD", "Trường  THCS\u200b Nguyễn Đình Chiểu").replace("Đ", "Ð")
    import_schools(rows=[CHU_VAN_AN | {"name": spoilt}], by=None)
    assert School.objects.get().name == "Trường THCS Nguyễn Đình Chiểu"


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("code", "79760501.0", "79760501.0"),
        ("code", "", "code is missing"),
        ("ward", "26734", "26734"),  # a ward of the city outside the jurisdiction
        ("levels", "đại học", "đại học"),
        ("levels", "", "levels is missing"),
        ("pupil_count", "4０", "4０"),
        ("pupil_count", "9E+02", "9E+02"),
        ("ownership", "quốc doanh", "quốc doanh"),
        ("phone", "9.12E+08", "spreadsheet"),
        ("name", "A", "3"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(column, value, words):
    import_areas()
    good = CHU_VAN_AN | {"code": "00740999"}
    with translation.override("en"), pytest.raises(Refused) as refused:
        import_schools(rows=[good, CHU_VAN_AN | {column: value}], by=None)
    message = str(refused.value.refusal.message)
    assert "3" in message
    assert words in message
    assert not School.objects.exists()


def test_the_same_code_twice_in_a_file_is_refused():
    import_areas()
    with pytest.raises(Refused):
        import_schools(rows=[CHU_VAN_AN, CHU_VAN_AN | {"name": "Trường THCS Khác"}], by=None)
    assert not School.objects.exists()


def test_the_command_reads_a_csv_file_with_a_byte_order_mark(tmp_path):
    import_areas()
    file = tmp_path / "schools.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, HEADER)
        writer.writeheader()
        writer.writerow(CHU_VAN_AN)
    said = io.StringIO()
    call_command("import_schools", str(file), stdout=said)
    assert "1 created" in said.getvalue()
    with pytest.raises(CommandError):
        call_command("import_schools", str(tmp_path / "missing.csv"))


def test_an_officer_of_the_whole_city_node_sees_every_ward():
    import_areas()
    import_schools(rows=[CHU_VAN_AN], by=None)
    assert schools_in_scope(make_officer(areas=(Area.objects.get(code="79"),))).count() == 1
    assert schools_in_scope(make_ward_officer(ward=Area.objects.get(code="25747"))).count() == 1
    assert schools_in_scope(make_ward_officer(ward=Area.objects.get(code="25942"))).count() == 0
