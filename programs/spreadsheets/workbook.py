"""Streaming XLSX reader: memory does not grow with the rows, and a sheet that claims a million columns costs nothing.

Nothing in the file is run, followed or expanded: a document type (entities) is refused, links are not opened,
macros are bytes that nobody reads.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from programs.spreadsheets.dates import is_date_format
from programs.spreadsheets.kinds import Unreadable, plain_name, weigh

_CHUNK = 64 * 1024
_DOCUMENT = "/officeDocument"
_BUILT_IN_DIGITS = {1: "0", 2: "0.00"}
_WIDEST = 20


@dataclass(frozen=True)
class Sheet:
    name: str
    hidden: bool
    part: str = ""


@dataclass
class Styles:
    """Per cell format: whether it shows a date, its font, and how many digits it shows at least."""

    dates: list[bool] = field(default_factory=list)
    fonts: list[str] = field(default_factory=list)
    digits: list[tuple[int, int] | None] = field(default_factory=list)

    def is_date(self, style: str | None) -> bool:
        return _at(self.dates, style, False)

    def shown(self, number: float, style: str | None) -> str:
        """The number as the cell shows it, where its format is nothing but zeros: ``8.10``, ``00123``."""
        digits = _at(self.digits, style, None)
        return f"{number:0{digits[0]}.{digits[1]}f}" if digits else ""

    def font(self, style: str | None) -> str:
        return _at(self.fonts, style, "")


def _at(values: list, style: str | None, default):
    number = int(style or 0)
    return values[number] if number < len(values) else default


class Archive(zipfile.ZipFile):
    """The parts of a workbook, however its program spells their names."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        weigh(self)
        self.plain = {plain_name(entry.filename): entry for entry in reversed(self.infolist())}

    def part(self, name: str) -> zipfile.ZipInfo | None:
        return self.NameToInfo.get(name) or self.plain.get(plain_name(name))


class Workbook:
    """An open XLSX: its sheets, its formats, whether its dates count from 1904."""

    def __init__(self, path: Path) -> None:
        self.archive = Archive(path)
        self.part = self._target_of_root()
        self.relations = self._relations(self.part)
        self.sheets: list[Sheet] = []
        self.counts_from_1904 = False
        parse(self.archive, self.part, start=self._start_of_workbook)
        self.styles = read_styles(self.archive, self._part_of_kind("/styles"))

    def _target_of_root(self) -> str:
        for target, kind in self._relations("").values():
            if kind.endswith(_DOCUMENT):
                return target
        raise Unreadable("damaged_file")

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Identifier of a relation → (part, kind), for those inside the file."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                given = attributes.get("Target", "").replace("\\", "/")
                target = posixpath.normpath(posixpath.join("/", folder, given))
                found[attributes.get("Id", "")] = (target.lstrip("/"), attributes.get("Type", ""))

        parse(self.archive, posixpath.join(folder, "_rels", f"{name}.rels"), start=start)
        return found

    def _part_of_kind(self, ending: str) -> str:
        return next((part for part, kind in self.relations.values() if kind.endswith(ending)), "")

    def _start_of_workbook(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904", "0") in {"1", "true"}
        if tag == "sheet":
            relation = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            part, kind = self.relations.get(relation, ("", ""))
            if kind.endswith("/worksheet"):
                hidden = attributes.get("state", "visible") != "visible"
                self.sheets.append(Sheet(attributes.get("name", ""), hidden, part))

    @property
    def shared_strings(self) -> str:
        return self._part_of_kind("/sharedStrings")


# --- Parsing ------------------------------------------------------------------------------------
def parse(
    archive: Archive,
    part: str,
    *,
    start: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read a whole part; a part that is not there has nothing in it."""
    for _chunk in chunks(archive, part, start=start, end=end, text=text):
        pass


def chunks(archive: Archive, part: str, *, start=None, end=None, text=None) -> Iterator[None]:
    """Read a part piece by piece: after each step the handlers have seen one piece more."""
    entry = archive.part(part)
    if entry is None:
        return
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = start and (lambda tag, attributes: start(tag.rpartition(":")[2], attributes))
    parser.EndElementHandler = end and (lambda tag: end(tag.rpartition(":")[2]))
    parser.CharacterDataHandler = text
    with archive.open(entry) as file:
        while piece := file.read(_CHUNK):
            parser.Parse(piece)
            yield
        parser.Parse(b"", True)
        yield


def _refuse_document_type(*_arguments: object) -> None:
    """Spreadsheet programs write none; entity bombs and requests to other machines need one."""
    raise Unreadable("unsafe_file")


# --- Formats ------------------------------------------------------------------------------------
def read_styles(archive: Archive, part: str) -> Styles:
    reader = _StyleReader()
    parse(archive, part, start=reader.start, end=reader.end)
    fonts = reader.fonts
    codes = [(number, reader.formats.get(number, "")) for number, _font in reader.cell_formats]
    return Styles(
        dates=[is_date_format(number, code) for number, code in codes],
        fonts=[fonts[font] if font < len(fonts) else "" for _number, font in reader.cell_formats],
        digits=[_digits_of(code or _BUILT_IN_DIGITS.get(number, "")) for number, code in codes],
    )


def _digits_of(code: str) -> tuple[int, int] | None:
    """Of ``00000`` and ``0.00``: the width of the whole number, and the digits behind the point."""
    whole, _point, rest = code.partition(".")
    if not code or len(code) > _WIDEST or not set(whole) | set(rest) <= {"0"}:
        return None
    return len(code), len(rest)


class _StyleReader:
    def __init__(self) -> None:
        self.formats: dict[int, str] = {}
        self.fonts: list[str] = []
        self.cell_formats: list[tuple[int, int]] = []
        self.inside: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        parent = self.inside[-1] if self.inside else ""
        self.inside.append(tag)
        if tag == "numFmt" and parent == "numFmts":
            self.formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "font" and parent == "fonts":
            self.fonts.append("")
        elif tag == "name" and parent == "font" and self.fonts:
            self.fonts[-1] = attributes.get("val", "")
        elif tag == "xf" and parent == "cellXfs":
            self.cell_formats.append((int(attributes.get("numFmtId", 0)), int(attributes.get("fontId", 0))))

    def end(self, _tag: str) -> None:
        self.inside.pop()
