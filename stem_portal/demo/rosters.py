"""Two lists of pupils of the cast's school: one that was imported, one that waits with everything lists go wrong in."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from random import Random

from django.core.files.base import ContentFile
from openpyxl import Workbook

from programs.accounts.models import User
from programs.core.models import SchoolYear
from programs.core.private_files import local_copy
from programs.pupils.choices import Gender
from programs.pupils.models import ClassGroup, Pupil
from programs.rosters.actions.apply import apply_roster
from programs.rosters.actions.preview import make_preview
from programs.rosters.actions.rosters import map_roster, start_roster, upload_roster
from programs.rosters.models import RosterImport
from programs.rosters.reading.columns import VOCABULARY
from programs.schools.models import School
from programs.spreadsheets import open_table, suggest_header
from stem_portal.demo import cast
from stem_portal.demo.names import full_name
from stem_portal.demo.schools import SOURCE

HEADER = ["STT", "Mã định danh", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp", "SĐT phụ huynh", "Dân tộc"]
DAYS_AGO = 18


def build_rosters(*, random: Random, people: dict[str, User], now: datetime) -> None:
    """Through the real actions; what the worker would do is done at once."""
    school = School.objects.get(name=cast.HOME_SCHOOL)
    year = ClassGroup.objects.filter(school=school).order_by("-school_year__starts_on").first().school_year
    imported = _previewed(school, year, people["bao"], "Danh sach khoi 6.xlsx", _sixth_graders(random, year))
    imported = start_roster(roster=imported, by=people["bao"], key="demo-roster-start")
    apply_roster(roster_id=imported.pk, job_id=imported.job_id, progress=_silent)
    then = now - timedelta(days=DAYS_AGO)
    RosterImport.objects.filter(pk=imported.pk).update(created_at=then, applied_at=then + timedelta(minutes=12))
    _previewed(school, year, people["bao"], "Danh sach bo sung khoi 8 va 9.xlsx", _troubled(school, year))


def _silent(*_numbers: int) -> None:
    """Nobody watches the progress."""


def _previewed(school: School, year: SchoolYear, bao: User, name: str, rows: list[list]) -> RosterImport:
    roster = upload_roster(
        school=school, school_year=year, upload=ContentFile(_workbook(rows), name=name), file_name=name, source=SOURCE,
        class_group=None, once_more=False, by=bao, key=f"demo-{name}",
    )  # fmt: skip
    with local_copy(roster.file_path) as path:
        (sheet,) = open_table(path, file_name=name).sheets
    header = suggest_header(sheet.sample, VOCABULARY)
    roster = map_roster(
        roster=roster, sheet=sheet.name, header_line=header.line, mapping=header.mapping, other_sheets=[], mode="rest",
        dropped_columns=header.sensitive_titles, title_case=True, by=bao, key=f"demo-columns-{name}",
    )  # fmt: skip
    return make_preview(roster_id=roster.pk, job_id=roster.job_id, progress=_silent)


def _workbook(rows: list[list]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "Danh sách"
    sheet.append(["DANH SÁCH HỌC SINH"])
    sheet.append([])
    sheet.append(HEADER)
    for number, row in enumerate(rows, start=1):
        sheet.append([number, *row, "Kinh"])
    sheet.append([f"Tổng cộng: {len(rows)} học sinh"])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _sixth_graders(random: Random, year: SchoolYear) -> list[list]:
    rows = []
    for number in range(1, 25):
        female = number % 2 == 0
        born = f"{random.randint(1, 28):02d}/{random.randint(1, 12):02d}/{year.starts_on.year - 11}"
        phone = f"09{random.randint(10000000, 99999999)}"
        rows.append(
            [f"7406{number:06d}", full_name(random, female=female), born, "Nữ" if female else "Nam", "6A1", phone]
        )
    rows[10][2] = f"31/02/{year.starts_on.year - 11}"  # one row was left out
    return rows


def _troubled(school: School, year: SchoolYear) -> list[list]:
    """Pupils whom the school knows, as an ugly file has them."""
    places = {"school_year": year, "school": school}
    eighth, ninth = (
        list(
            Pupil.objects.filter(
                enrolments__class_group__name=name, enrolments__ended_on=None,
                **{f"enrolments__class_group__{key}": value for key, value in places.items()},
            ).order_by("sort_key", "pk")[:6]
        )
        for name in ("8A1", "9A1")
    )  # fmt: skip
    rows = [_row(pupil, "8A1") for pupil in eighth] + [_row(pupil, "9A1") for pupil in ninth]
    rows[0][4] = "8A2"  # moved to another class
    rows[1][5] = 912345678  # the zero was eaten
    rows[2][5] = "0912.345.678 / 0987 654 321"
    rows[3][1] = rows[3][1].upper()
    rows[4][0] = "7408000001"  # another identifier for a child who is here
    rows[6][1] = "Lê Hoàng Gia Bảo"  # another name for an identifier that is here
    rows.append([*rows[7][:4], "9A2", ""])  # the same pupil again, in another class
    rows.append(["7408000002", "Phạm Gia Huy", f"12/31/{year.starts_on.year - 13}", "Nam", "8A2", "0913 222 333"])
    rows.append(
        ["7408000003", "Ðặng Thị Ngọc Hân", f"09/11/{year.starts_on.year - 13}", "Nữ", "lớp 8a2", "01691234567"]
    )
    rows.append(["7408000004", "Lý Gia Hân (chuyển đến)", f"17/06/{year.starts_on.year - 13}", "Nữ", "8A2", ""])
    rows.append(["7408000005", "Trịnh Quốc Bảo", f"18/12/{year.starts_on.year - 23}", "Nam", "8A2", ""])
    rows.append(["7408000006", "Mai Ngọc Trâm", "", "Nữ", "8A2", ""])
    rows.append(["", "Võ Thành Đạt", f"04/03/{year.starts_on.year - 13}", "Nam", "8A2", ""])
    return rows


def _row(pupil: Pupil, class_name: str) -> list:
    born = f"{pupil.birth_date:%d/%m/%Y}"
    return [pupil.external_id, pupil.full_name, born, "Nữ" if pupil.gender == Gender.FEMALE else "Nam", class_name, ""]
