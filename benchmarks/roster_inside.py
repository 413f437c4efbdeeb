"""What the benchmark of lists does in its own Django process: a school, its list, the clicks of its coordinator."""

from __future__ import annotations

import zipfile
from datetime import date
from functools import cache
from pathlib import Path

from django.core.files import File

from programs.core.idempotency import new_key
from programs.pupils.models import Pupil
from programs.rosters.actions.rosters import map_roster, start_roster, upload_roster
from programs.rosters.models import RosterImport
from programs.rosters.reading.columns import VOCABULARY
from programs.schools.models import School
from programs.spreadsheets import open_table, suggest_header
from tests.people import make_coordinator, make_school, make_year

TITLES = ["STT", "Mã học sinh", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp", "Họ tên cha", "SĐT phụ huynh", "Địa chỉ"]
FAMILIES = ["Nguyễn Văn", "Trần Thị", "Lê Hoàng", "Phạm Ngọc", "Huỳnh Thị", "Võ Thành", "Đặng Minh", "Bùi Quốc"]
GIVEN = ["An", "Ánh", "Bình", "Châu", "Dũng", "Đạt", "Đức", "Hạnh", "Hòa", "Khoa", "Lan", "Minh", "Như", "Ơn", "Yến"]
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType='
    '"application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+'
    'xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/'
    'officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets><sheet name="Danh sách" '
    'sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type='
    f'"{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{OFFICE}/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>',
}


@cache
def first_year() -> int:
    today = date.today()
    return today.year - (today.month < 8)


def pupil(number: int, pupils: int) -> list[str]:
    block, day = divmod(number, 28 * 12 * 6)  # no two pupils share name and birthday: that would be a question
    name = f"{FAMILIES[block // 15 % 8]} {GIVEN[block % 15]} {GIVEN[number % 15]}"
    grade = 6 + number % 4
    born = first_year() - grade - 8 + day // 336  # nobody is so old or young that it would be asked about
    birthday = f"{day % 28 + 1:02}/{day // 28 % 12 + 1:02}/{born}"
    class_name = f"{grade}A{1 + number // 4 % 40}"
    return [
        str(number), f"{pupils // 1000:02}{number:08}", name, birthday, "Nam" if number % 2 else "Nữ", class_name,
        f"{FAMILIES[0]} {GIVEN[number // 225 % 15]}", f"09{number:08}", f"Số {number}, Thủ Dầu Một",
    ]  # fmt: skip


def write_list(path: Path, pupils: int) -> None:
    """A workbook as Excel saves it: the texts in a table of their own, each once."""
    texts: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{SPREADSHEET}"><sheetData>'.encode())
            for line in range(1, pupils + 2):
                cells = TITLES if line == 1 else pupil(line - 1, pupils)
                written = "".join(
                    f'<c r="{chr(65 + column)}{line}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'
                    for column, cell in enumerate(cells)
                )
                sheet.write(f'<row r="{line}">{written}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        table = "".join(f"<si><t>{text}</t></si>" for text in texts)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{SPREADSHEET}">{table}</sst>')


class Import:
    """The list of a school of its own, brought as far as the worker's turns."""

    def __init__(self, path: Path, pupils: int) -> None:
        self.path, self.pupils = path, pupils
        self.year = make_year()
        self.school: School = make_school(f"Trường THCS {pupils} học sinh")
        self.coordinator = make_coordinator(f"Điều phối {pupils}", school=self.school)
        self.roster: RosterImport | None = None

    def mapped(self) -> int:
        """Upload and match the columns, as the pages do; the number of the job that makes the preview."""
        (sheet,) = open_table(self.path, file_name=self.path.name).sheets
        header = suggest_header(sheet.sample, VOCABULARY)
        with self.path.open("rb") as file:
            roster = upload_roster(
                school=self.school, school_year=self.year, upload=File(file), file_name=self.path.name,
                source="CSDL ngành", class_group=None, once_more=False, by=self.coordinator, key=new_key(),
            )  # fmt: skip
        self.roster = map_roster(
            roster=roster, sheet=sheet.name, header_line=header.line, mapping=header.mapping, other_sheets=[],
            dropped_columns=header.sensitive_titles, title_case=False, mode="rest", by=self.coordinator, key=new_key(),
        )  # fmt: skip
        return self.roster.job_id

    def started(self) -> int:
        """The number of the job that imports what the preview showed."""
        self.roster = start_roster(roster=self.roster, by=self.coordinator, key=new_key())
        return self.roster.job_id

    def missing(self) -> int:
        """Pupils of the list who are not on the roll, in a class."""
        return self.pupils - Pupil.objects.filter(school=self.school, enrolments__ended_on=None).count()
