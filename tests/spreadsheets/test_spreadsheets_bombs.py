"""Malicious files are refused with a message; the portal keeps running, and nothing leaves its folder."""

from __future__ import annotations

import io
import os
import resource
import zipfile
from pathlib import Path

import defusedxml
import openpyxl.xml
import pytest

from programs.core.refusals import Refused
from programs.spreadsheets import limits, open_table, read_rows
from programs.spreadsheets.workbook import Workbook

ROSTERS = Path(__file__).resolve().parent.parent / "fixtures" / "rosters"
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'
ROW = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>Đức</t></is></c></row>'


def doctored(parts: dict[str, bytes | str], *, entries: int = 0) -> bytes:
    """The plain fixture with some of its parts replaced or added."""
    packed = io.BytesIO()
    with zipfile.ZipFile(ROSTERS / "plain.xlsx") as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as to:
        for name in source.namelist():
            if name not in parts:
                to.writestr(name, source.read(name))
        for name, content in parts.items():
            to.writestr(name, content)
        for number in range(entries):
            to.writestr(f"xl/media/{number}.png", b"")
    return packed.getvalue()


def sheet_of(rows: str) -> bytes:
    return doctored({"xl/worksheets/sheet1.xml": SHEET.format(rows)})


@pytest.fixture
def refusal(tmp_path):
    def refuse(content: bytes, name: str = "x.xlsx") -> str:
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(Refused) as caught:
            read_rows(path, file_name=name)
        return caught.value.refusal.code

    return refuse


@pytest.fixture
def read(tmp_path):
    def rows(content: bytes) -> list[tuple[int, list[str]]]:
        path = tmp_path / "x.xlsx"
        path.write_bytes(content)
        with read_rows(path, file_name="x.xlsx") as found:
            return [(row.line, [cell.text for cell in row.cells]) for row in found]

    return rows


def test_a_million_columns_that_are_only_claimed_cost_nothing(read):
    claimed = '<dimension ref="A1:XFD1048576"/><sheetData>' + ROW.format(1)
    last = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    content = sheet_of(claimed + last)
    assert len(content) < 8_000
    assert read(content) == [(1, ["Đức"])]


def test_a_bomb_is_weighed_before_it_is_opened(refusal):
    big = SHEET.format("<sheetData>" + " " * (limits.RATIO_FROM_BYTES * 2) + "</sheetData>")
    assert refusal(doctored({"xl/worksheets/sheet1.xml": big})) == "bomb_file"


def test_an_archive_that_lies_about_its_sizes_is_damaged(refusal):
    big = SHEET.format("<sheetData>" + " " * (limits.RATIO_FROM_BYTES * 2) + "</sheetData>")
    content = doctored({"xl/worksheets/sheet1.xml": big})
    size = len(big.encode()).to_bytes(4, "little")
    assert content.count(size) == 2
    assert refusal(content.replace(size, (1000).to_bytes(4, "little"))) == "damaged_file"


def test_too_many_entries(refusal):
    assert refusal(doctored({}, entries=limits.ZIP_ENTRIES)) == "bomb_file"


def test_an_archive_within_an_archive_is_not_opened(read):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(10_000_000))
    assert len(read(doctored({"xl/embeddings/inner.zip": inner.getvalue()}))) == 5


def test_entries_that_point_outside_write_nothing(read, tmp_path):
    before = sorted(tmp_path.parent.iterdir())
    assert len(read(doctored({"../../outside.txt": b"x", "/etc/outside": b"x"}))) == 5
    assert sorted(tmp_path.parent.iterdir()) == before


ENTITIES = """<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa">{}]>"""


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"]
)
def test_entities_are_refused_anywhere(refusal, part):
    chain = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x"}">' for n in range(10))
    assert refusal(doctored({part: ENTITIES.format(chain) + "<x>&e9;</x>"})) == "unsafe_file"


def test_a_file_that_asks_for_another_file_is_refused(refusal, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("mật khẩu", encoding="utf-8")
    asking = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}">]><worksheet>&s;</worksheet>'
    assert refusal(doctored({"xl/worksheets/sheet1.xml": asking})) == "unsafe_file"


def test_too_many_rows(refusal):
    rows = "".join(ROW.format(number) for number in range(1, limits.ROWS + limits.TITLE_ROWS + 2))
    assert refusal(sheet_of(f"<sheetData>{rows}</sheetData>")) == "too_many_rows"


def test_rows_that_are_only_formatted_do_not_count(read):
    empty = "".join(f'<row r="{number}"><c r="A{number}" s="0"/></row>' for number in range(2, 70_000))
    assert read(sheet_of(f"<sheetData>{ROW.format(1)}{empty}{ROW.format(70_000)}</sheetData>")) == [
        (1, ["Đức"]), (70_000, ["Đức"]),
    ]  # fmt: skip


def test_a_cell_as_long_as_a_book_is_cut(read):
    text = "<row r='1'><c r='A1' t='inlineStr'><is><t>" + "Đ" * 100_000 + "</t></is></c></row>"
    ((_line, (cell,)),) = read(sheet_of(f"<sheetData>{text}</sheetData>"))
    assert len(cell) == limits.CELL_CHARACTERS


def test_a_text_that_is_not_in_the_table_of_texts(refusal):
    assert refusal(sheet_of('<sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row></sheetData>')) == "damaged_file"


def test_values_that_no_program_writes_become_text(read):
    cells = '<c t="d"><v>2013-09-05T00:00:00Z</v></c><c t="d"><v>hôm qua</v></c><c><v>1e999</v></c><c><v>nan</v></c>'
    assert read(sheet_of(f'<sheetData><row r="1">{cells}</row></sheetData>')) == [
        (1, ["05/09/2013", "hôm qua", "1e999", "nan"])
    ]


def test_elements_with_a_prefix_read_alike(read):
    content = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData><x:row>'
        "<x:c t='inlineStr'><x:is><x:r><x:t>Nguyễn </x:t></x:r><x:r><x:t>Đức</x:t></x:r><x:rPh><x:t>ng</x:t></x:rPh>"
        "</x:is></x:c><x:c><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    assert read(doctored({"xl/worksheets/sheet1.xml": content})) == [(1, ["Nguyễn Đức", "5"])]


def test_macros_are_bytes_that_nobody_reads(read):
    assert len(read(doctored({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0Auto_Open"}))) == 5


# --- What the reading process may use -----------------------------------------------------------------
def test_a_reader_that_needs_too_much_memory_dies_alone(tmp_path):
    path = tmp_path / "x.ods"
    with zipfile.ZipFile(ROSTERS / "plain.ods") as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as to:
        for name in source.namelist():
            content = source.read(name)
            if name == "content.xml":
                text = content.decode()
                start = text.index("<table:table-row")
                cell = '<table:table-cell table:number-columns-repeated="16000" office:value-type="float" office:value="1"/>'
                row = f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
                content = (text[:start] + row + text[start:]).encode()
            to.writestr(name, content)
    with pytest.raises(Refused) as caught:
        open_table(path, file_name="x.ods")
    assert caught.value.refusal.code in {"too_heavy_file", "damaged_file"}


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(limits, "CHILD_WALL_SECONDS", 0.001)
    with pytest.raises(Refused) as caught:
        open_table(ROSTERS / "plain.xlsx", file_name="plain.xlsx")
    assert caught.value.refusal.code == "too_heavy_file"


def test_the_reader_gets_no_secrets_of_the_portal(tmp_path, monkeypatch):
    """Its environment is empty but for what it needs to start."""
    monkeypatch.setenv("SECRET_KEY", "rất bí mật")
    seen = {}

    def look(*_arguments, env, **_more):
        seen.update(env)
        raise KeyboardInterrupt

    monkeypatch.setattr("programs.spreadsheets.reading.subprocess.run", look)
    with pytest.raises(KeyboardInterrupt):
        open_table(ROSTERS / "plain.xlsx", file_name="plain.xlsx")
    assert "SECRET_KEY" not in seen
    assert "DATABASE_URL" not in seen


def test_memory_does_not_grow_with_the_rows(tmp_path):
    """The texts of a large workbook stay on the disk: the process that read it is no bigger than for a small one."""
    few, many = (_peak_of_reading(tmp_path, rows) for rows in (500, 15_000))
    assert many < few + 4 * limits.MEGABYTE


def _peak_of_reading(tmp_path: Path, rows: int) -> int:
    """Bytes; every text is its own, so that a table of texts in memory would show."""
    path = tmp_path / f"{rows}.xlsx"
    texts = "".join(f"<si><t>Nguyễn Văn Đức {number} {'x' * 400}</t></si>" for number in range(rows))
    cells = "".join(f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(rows))
    path.write_bytes(
        doctored({
            "xl/sharedStrings.xml": f"<sst>{texts}</sst>",
            "xl/worksheets/sheet1.xml": SHEET.format(f"<sheetData>{cells}</sheetData>"),
        })
    )  # fmt: skip
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:  # the reading process, measured from within
        from programs.spreadsheets.child import Source

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        source = Source(path)
        count = sum(1 for _row in source.rows(source.sheets[0]))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        os.write(write_end, f"{count} {grown}".encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        count, peak = map(int, pipe.read().split())
    os.waitpid(child, 0)
    assert count == rows
    return peak


# --- The libraries that others use ------------------------------------------------------------------------
def test_openpyxl_has_defusedxml():
    """Where the portal or its tests open a workbook with openpyxl, entities are refused there too."""
    assert defusedxml.__version__
    assert openpyxl.xml.DEFUSEDXML


def test_the_workbook_reader_refuses_a_document_type_itself(tmp_path):
    from programs.spreadsheets.kinds import Unreadable

    path = tmp_path / "x.xlsx"
    path.write_bytes(doctored({"xl/workbook.xml": "<!DOCTYPE x><workbook/>"}))
    with pytest.raises(Unreadable, match="unsafe_file"):
        Workbook(path)
