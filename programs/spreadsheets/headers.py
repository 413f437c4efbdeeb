"""Find the header row and the meaning of each column: below titles, over two rows or two columns, in any order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from programs.core.text import clean_text, fold
from programs.spreadsheets.cells import Cell, Row

_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_TITLE_CHARACTERS = 80  # longer text is a sentence above the table, not a column name


def words(text: str) -> str:
    """Folded words with single spaces: ``Họ và tên (*)`` becomes ``ho va ten``."""
    return _NOT_WORDS.sub(" ", fold(text)).strip()


@dataclass(frozen=True)
class Vocabulary:
    """Field → the ways in which columns are called, folded (``ho va ten``), the same for columns never to be read.

    A title matches when it is one of the ways, or begins with one of more than one word. ``joined`` maps a field
    that may stand over two columns to the two fields of its parts; ``split`` maps one that may stand over several
    to what each of them is called, in their order: day, month, year. ``instead``: a field that stands in for another
    one where that has no column, as the code of a class for its name.
    """

    fields: Mapping[str, Sequence[str]]
    sensitive: Sequence[str] = ()
    ignored: Sequence[str] = ("stt", "so tt", "tt", "so thu tu", "no", "ghi chu", "note")
    joined: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    split: Mapping[str, tuple[Sequence[str], ...]] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _field_of(self) -> dict[str, str]:
        return {way: name for name, ways in self.fields.items() for way in ways}

    @cached_property
    def _sensitive(self) -> re.Pattern[str]:
        ways = "|".join(map(re.escape, self.sensitive)) or "(?!)"
        return re.compile(rf"\b(?:{ways})\b")

    def field_of(self, title: str) -> str | None:
        folded = words(title)
        if not folded or len(folded) > _TITLE_CHARACTERS:
            return None
        if exact := self._field_of.get(folded):
            return exact
        if self.is_sensitive(title):
            return None
        begun = [way for way in self._field_of if " " in way and folded.startswith(f"{way} ")]
        return self._field_of[max(begun, key=len)] if begun else None

    def is_exact(self, title: str) -> bool:
        return words(title) in self._field_of

    def is_sensitive(self, title: str) -> bool:
        folded = words(title)
        return folded not in self._field_of and bool(self._sensitive.search(folded))

    def is_known(self, title: str) -> bool:
        return bool(self.field_of(title)) or self.is_sensitive(title) or words(title) in self.ignored

    def is_part(self, title: str) -> bool:
        """Whether ``title`` names a part of some field that may be split, such as ``Tháng``."""
        return any(words(title) in ways for parts in self.split.values() for ways in parts)


@dataclass(frozen=True)
class Column:
    """One column: its title as the file has it, and the field that it feeds, if any.

    ``joined_with``: this column continues the column of that index (``Nguyễn Văn`` + ``Đức``; day, month, year).
    """

    index: int
    title: str
    field: str | None = None
    sensitive: bool = False
    joined_with: int | None = None
    ignored: bool = False  # a running number, a remark: known, and of no use


@dataclass(frozen=True)
class Header:
    """Where the table begins. ``line`` is the last row of the header; the pupils come after it."""

    line: int
    columns: list[Column]
    first_line: int = 0

    @property
    def mapping(self) -> dict[str, str]:
        """Column number (from 0, as text) → field; two columns of one field are joined in their order."""
        return {str(column.index): column.field for column in self.columns if column.field}

    @cached_property
    def title_at(self) -> dict[int, str]:
        return {column.index: column.title.casefold() for column in self.columns if column.title}

    @property
    def sensitive_titles(self) -> list[str]:
        return [column.title for column in self.columns if column.sensitive]

    @property
    def fields(self) -> set[str]:
        return {column.field for column in self.columns if column.field}


def suggest_header(rows: Iterable[Row], vocabulary: Vocabulary) -> Header | None:
    """The likeliest header among the first rows: the row with the most known titles, at least two.

    Nothing if no row names two columns; a person then chooses the row and the columns.
    """
    rows = list(rows)
    scored = [(score, -number) for number, row in enumerate(rows) if (score := _score(row, vocabulary)) >= 2]
    if not scored:
        return None
    number = -max(scored)[1]
    above = rows[number - 1] if number else None
    if above and _score(above, vocabulary) and _is_second_header(above, rows[number], vocabulary):
        number -= 1  # the lower of two rows knew more titles
    return header_at(rows, number, vocabulary)


def header_at(rows: Sequence[Row], number: int, vocabulary: Vocabulary) -> Header:
    """The header whose first row is ``rows[number]``; a second row of titles below it is taken along."""
    top = rows[number]
    below = rows[number + 1] if number + 1 < len(rows) else None
    if below is not None and _is_second_header(top, below, vocabulary):
        body = rows[number + 2 :]
        return Header(below.line, _columns(_two_rows(top, below, vocabulary), body, vocabulary), top.line)
    titles = [_title(cell, vocabulary) for cell in top.cells]
    return Header(top.line, _columns(titles, rows[number + 1 :], vocabulary), top.line)


def _title(cell: Cell, vocabulary: Vocabulary) -> str:
    """A title above a column in a legacy font may itself be Unicode: the reading that is known wins."""
    if cell.raw and not vocabulary.is_known(cell.text) and vocabulary.is_known(cell.raw):
        return clean_text(cell.raw)
    return cell.text if cell.kind == "text" else ""


def _score(row: Row, vocabulary: Vocabulary) -> int:
    return sum(1 for cell in row.cells if cell.kind == "text" and vocabulary.is_known(_title(cell, vocabulary)))


def _is_second_header(top: Row, below: Row, vocabulary: Vocabulary) -> bool:
    """A row with known titles under a wider one or under nothing, and nothing that could be a pupil's."""
    if below.line != top.line + 1 or any(cell.kind not in {"text", "empty"} for cell in (*top.cells, *below.cells)):
        return False
    if any(cell.text.isdigit() for cell in below.cells):
        return False
    titles = [_title(cell, vocabulary) for cell in below.cells]
    known = [title for title in titles if vocabulary.is_known(title) or vocabulary.is_part(title)]
    filled = [cell for cell in below.cells if cell.kind == "text"]
    return bool(known) and len(known) * 2 >= len(filled)


def _two_rows(top: Row, below: Row, vocabulary: Vocabulary) -> list[str]:
    """Titles of two rows: both together (``Cha`` over ``SĐT``, ``Họ tên``) if that is known, else the lower one."""
    titles, group = [], ""
    for index in range(max(len(top.cells), len(below.cells))):
        upper, lower = _title(top.cell(index), vocabulary), _title(below.cell(index), vocabulary)
        group = upper or (group if lower else "")
        both = f"{group} {lower}".strip()
        readings = (both, f"{lower} {group}".strip(), lower) if lower else (upper,)
        titles.append(next(filter(vocabulary.is_known, readings), both if lower else upper))
    return titles


def _columns(titles: list[str], body: Sequence[Row], vocabulary: Vocabulary) -> list[Column]:
    width = max([len(titles), *(len(row.cells) for row in body[:20])])
    titles = titles + [""] * (width - len(titles))
    parts = _parts_of(titles, body, vocabulary)
    named = _fields_of(titles, vocabulary, parts)
    columns = []
    for index, title in enumerate(titles):
        _name, first = parts.get(index, ("", index))
        column = Column(index, title, named.get(index), vocabulary.is_sensitive(title))
        columns.append(
            replace(column, joined_with=None if first == index else first, ignored=words(title) in vocabulary.ignored)
        )
    return _joined(_without_repeats(columns, vocabulary), body, vocabulary)


def _parts_of(titles: list[str], body: Sequence[Row], vocabulary: Vocabulary) -> dict[int, tuple[str, int]]:
    """Columns that hold one value in parts (day, month, year) → its field and the first of them.

    Where the whole value has a column of its own, that one is read and the parts feed no field.
    """
    for name, parts in vocabulary.split.items():
        for first in range(len(titles) - len(parts) + 1):
            places = range(first, first + len(parts))
            others = [title for index, title in enumerate(titles) if index not in places]
            has_whole = any(vocabulary.is_exact(title) and vocabulary.field_of(title) == name for title in others)
            if _is_split([titles[index] for index in places], name, parts, vocabulary) or _is_one_title_over(
                titles, places, name, body, vocabulary
            ):
                return dict.fromkeys(places, ("" if has_whole else name, first))
    return {}


def _is_split(titles: list[str], name: str, parts: tuple[Sequence[str], ...], vocabulary: Vocabulary) -> bool:
    """``Ngày``, ``Tháng``, ``Năm``, each with or without a title over all of them."""
    folded = [words(title) for title in titles]
    begins = folded[0] in parts[0] or vocabulary.field_of(titles[0]) == name
    return begins and all(
        any(text == way or text.endswith(f" {way}") for way in ways)
        for text, ways in zip(folded[1:], parts[1:], strict=True)
    )


def _is_one_title_over(
    titles: list[str], places: range, name: str, body: Sequence[Row], vocabulary: Vocabulary
) -> bool:
    """``Ngày sinh`` over columns without names that hold nothing but short numbers."""
    if vocabulary.field_of(titles[places[0]]) != name or any(titles[index] for index in places[1:]):
        return False
    filled = [[row.cell(index).text for row in body[:20] if row.cell(index).text] for index in places]
    return all(texts and all(text.isdigit() and len(text) <= 4 for text in texts) for texts in filled)


def _fields_of(titles: list[str], vocabulary: Vocabulary, parts: Mapping[int, tuple[str, int]]) -> dict[int, str]:
    """Each field once: the column of its very name before one that begins so (``Ngày sinh`` before ``Ngày sinh mẹ``).

    Of two equal ones the first; the other stays for a person to choose. Only ``parts`` of one value share a field.
    """
    found = {index: name for index, (name, _first) in parts.items() if name}
    by_fit = sorted(range(len(titles)), key=lambda index: (not vocabulary.is_exact(titles[index]), index))
    for index in by_fit:
        name = vocabulary.field_of(titles[index])
        if name and index not in parts and name not in found.values():
            found[index] = name
    return _without_stand_ins(found, vocabulary)


def _without_stand_ins(found: dict[int, str], vocabulary: Vocabulary) -> dict[int, str]:
    taken = set(found.values())
    read = {index: vocabulary.instead.get(name, name) for index, name in found.items()}
    return {index: name for index, name in read.items() if name == found[index] or name not in taken}


def _without_repeats(columns: list[Column], vocabulary: Vocabulary) -> list[Column]:
    """A list with a whole name and its parts beside it is read once."""
    present = {column.field for column in columns}
    spare = {part for whole, parts in vocabulary.joined.items() if {whole, *parts} <= present for part in parts}
    return [replace(column, field=None) if column.field in spare else column for column in columns]


def _joined(columns: list[Column], body: Sequence[Row], vocabulary: Vocabulary) -> list[Column]:
    """A nameless column with texts right of a field that may be split belongs to that field."""
    for place, column in enumerate(columns[1:], start=1):
        before = columns[place - 1]
        if column.title or before.field not in vocabulary.joined or before.joined_with is not None:
            continue
        if any(row.cell(column.index).kind == "text" for row in body[:20]):
            columns[place] = Column(column.index, "", before.field, joined_with=before.index)
    return [column for column in columns if column.title or column.field]


def suggest_sheet(sheets: Iterable, vocabulary: Vocabulary):
    """The sheet whose header knows the most fields; of equal ones the first. ``sheets`` are ``SheetInfo``."""

    def known(sheet) -> int:
        header = suggest_header(sheet.sample, vocabulary)
        return len(header.fields) if header else 0

    return max(sheets, key=known)


# --- Rows that are no data ------------------------------------------------------------------------
_FOOTER = (
    r"^(?:tổng (?:cộng|số)|cộng|total|danh sách (?:này )?(?:có|gồm)|ấn định|người (?:lập|kiểm tra|nhập|duyệt)|"
    r"(?:phó |kt\.? ?)*hiệu trưởng|giáo viên chủ nhiệm|gvcn|thủ trưởng|xác nhận|ghi chú|lưu ý)\b|"
    r"^\(?ký\b.*\bhọ tên|^(?:.{2,40}, ?)?ngày [\d. …]*tháng [\d. …]*năm|^trang \d+"
)
_FOOTER_WORDS = re.compile(_FOOTER)
_PLAIN_FOOTER_WORDS = re.compile(fold(_FOOTER).replace("...", "…"))  # typed without accents


def is_footer(row: Row) -> bool:
    """``Tổng cộng: 40``, signatures, place and date: words of an end, in a row of few cells.

    Accents count (Công is a name, Cộng is a sum) unless a text has none at all.
    """
    texts = [text.lower() for text in row.texts]
    return 0 < len(texts) <= 4 and any(
        (_PLAIN_FOOTER_WORDS if text.isascii() else _FOOTER_WORDS).search(text) for text in texts
    )


def is_header_again(row: Row, header: Header) -> bool:
    """A repeated header, as on each printed page, or the row that numbers its columns: (1), (2), (3)."""
    numbers = [cell.text.strip("()[] ") for cell in row.cells if cell.kind != "empty"]
    if len(numbers) > 2 and numbers == [str(number) for number in range(1, len(numbers) + 1)]:
        return True
    same = filled = 0
    for index, cell in enumerate(row.cells):
        if cell.kind != "empty":
            filled += 1
            same += cell.text.casefold() == header.title_at.get(index)
    return same >= 2 and same * 2 > filled
