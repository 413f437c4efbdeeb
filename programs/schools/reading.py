"""Turn rows of the official list of schools into facts or problems. Nothing is saved here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from programs.core.choices import Level
from programs.core.phones import normalise_phone
from programs.core.refusals import Refused
from programs.core.text import clean_name, clean_text, fold
from programs.schools.choices import Ownership, SchoolState, Tree
from programs.schools.models import Area, School, SchoolAlias
from programs.spreadsheets import Cell, CodeColumn, Header, Row, Vocabulary, is_footer, is_header_again, read_phone

VOCABULARY = Vocabulary(
    fields={
        "code": ["ma truong", "ma don vi", "ma co so", "ma co so giao duc", "ma dinh danh", "ma", "code"],
        "name": ["ten truong", "ten don vi", "ten co so giao duc", "ten co so", "truong", "don vi", "name", "school"],
        "ward": ["phuong xa", "phuong", "xa", "phuong xa dac khu", "xa phuong", "dia ban", "ma phuong xa", "ward"],
        "cluster": ["cum", "cum chuyen mon", "cum truong", "cluster"],
        "levels": ["cap hoc", "cac cap hoc", "bac hoc", "cap", "loai truong", "levels", "level"],
        "ownership": ["loai hinh", "hinh thuc so huu", "so huu", "ownership"],
        "pupil_count": ["so hoc sinh", "tong so hoc sinh", "si so", "hoc sinh", "quy mo hoc sinh", "pupil count", "pupils"],
        "address": ["dia chi", "dia chi truong", "tru so", "address"],
        "phone": ["dien thoai", "so dien thoai", "dt", "sdt", "phone", "telephone"],
        "old_codes": ["ma cu", "ma truong cu", "ma don vi cu", "ma truoc day", "old code", "old codes"],
    },
    ignored=("stt", "so tt", "tt", "so thu tu", "no", "ghi chu", "note", "hieu truong", "email", "thu dien tu"),
)  # fmt: skip
FIELD_NAMES: dict[str, str | Promise] = {
    "code": gettext_lazy("Code"),
    "name": gettext_lazy("Name of the school"),
    "ward": gettext_lazy("Ward or commune"),
    "cluster": gettext_lazy("Professional cluster"),
    "levels": gettext_lazy("Levels"),
    "ownership": gettext_lazy("Ownership"),
    "pupil_count": gettext_lazy("Pupils on the roll"),
    "address": pgettext_lazy("of a school", "Address"),
    "phone": gettext_lazy("Phone number"),
    "old_codes": gettext_lazy("Old codes"),
}
NEEDED = ("code", "name", "ward", "levels")  # of a school that the portal does not know yet
LEVEL_OF_WORD = {level.value: level for level in Level} | {
    "mn": Level.PRESCHOOL, "mam non": Level.PRESCHOOL, "mau giao": Level.PRESCHOOL, "nha tre": Level.PRESCHOOL,
    "th": Level.PRIMARY, "tieu hoc": Level.PRIMARY,
    "thcs": Level.LOWER_SECONDARY, "trung hoc co so": Level.LOWER_SECONDARY,
    "thpt": Level.UPPER_SECONDARY, "trung hoc pho thong": Level.UPPER_SECONDARY,
    "gdtx": Level.CONTINUING, "gdnn": Level.CONTINUING, "giao duc thuong xuyen": Level.CONTINUING,
    "giao duc nghe nghiep": Level.CONTINUING,
}  # fmt: skip
OWNERSHIP_OF_WORD = {kind.value: kind for kind in Ownership} | {
    "cong lap": Ownership.PUBLIC, "tu thuc": Ownership.PRIVATE, "dan lap": Ownership.PRIVATE,
    "ngoai cong lap": Ownership.PRIVATE, "co von nuoc ngoai": Ownership.FOREIGN,
    "co von dau tu nuoc ngoai": Ownership.FOREIGN,
}  # fmt: skip
_CODE = re.compile(r"[0-9A-Za-z_-]{1,20}")
_PREFIX = re.compile(r"^(phường|xã|đặc khu|thị trấn|p\.|x\.|tt\.)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Places:
    """Areas by code, and by name: as it is written, without its kind, and folded – which is never a key."""

    what: str | Promise
    by_code: dict[str, Area]
    by_name: dict[str, list[Area]]
    by_folded: dict[str, list[Area]]

    @classmethod
    def of(cls, areas: Iterable[Area], what: str | Promise) -> Places:
        by_code, by_name, by_folded = {}, defaultdict(list), defaultdict(list)
        for area in areas:
            by_code[area.code] = area
            for name in {area.name.casefold(), _bare(area.name)}:
                by_name[name].append(area)
                by_folded[fold(name)].append(area)
        return cls(what, by_code, by_name, by_folded)

    def find(self, text: str) -> Area:
        """By its code, else by its name; Xã Thanh An and Xã Thạnh An fold to one text and are told apart or asked."""
        if area := self.by_code.get(text):
            return area
        name = clean_name(text).casefold()
        for names, key in ((self.by_name, name), (self.by_name, _bare(name)), (self.by_folded, fold(name)),
                           (self.by_folded, fold(_bare(name)))):  # fmt: skip
            if found := names.get(key):
                return self._the_one(found, text)
        raise ValueError(_("the {what} {code!r} is not in this jurisdiction").format(what=self.what, code=text))

    def _the_one(self, found: list[Area], text: str) -> Area:
        if len(found) == 1:
            return found[0]
        names = ", ".join(f"{area.name} ({area.code})" for area in found)
        raise ValueError(
            _("the {what} {text!r} could be any of these: {names}; write its code").format(
                what=self.what, text=text, names=names
            )
        )


def _bare(name: str) -> str:
    return _PREFIX.sub("", name.casefold()).strip()


@dataclass(frozen=True)
class Lookup:
    """What the portal knows already, read once for a whole file."""

    wards: Places
    clusters: Places
    schools: dict[str, School]
    aliases: dict[str, School]
    reach: frozenset[int] | None = None  # wards and clusters that the officer's post holds; None for all of them

    @classmethod
    def now(cls, *, area_ids: frozenset[int] | None = None) -> Lookup:
        """``area_ids``: the nodes to which the officer's post is cut; None for the whole jurisdiction."""
        wards = Area.objects.filter(tree=Tree.ADMINISTRATIVE, in_jurisdiction=True)
        clusters = Area.objects.filter(tree=Tree.PROFESSIONAL)
        schools = School.objects.select_related("ward", "cluster", "merged_into").prefetch_related("levels", "aliases")
        known = {school.code: school for school in schools}
        by_pk = {school.pk: school for school in known.values()}
        aliases = dict(SchoolAlias.objects.values_list("code", "school_id"))
        return cls(
            wards=Places.of(wards, gettext_lazy("ward")),
            clusters=Places.of(clusters, gettext_lazy("cluster")),
            schools=known,
            aliases={code: by_pk[pk] for code, pk in aliases.items()},
            reach=None if area_ids is None else _within(area_ids),
        )

    def find(self, code: str) -> School | None:
        return self.schools.get(code) or self.aliases.get(code)

    def reaches(self, ward_id: int | None, cluster_id: int | None) -> bool:
        """Whether a school of this ward and cluster is the officer's: by either tree, as everywhere else."""
        return self.reach is None or not self.reach.isdisjoint({ward_id, cluster_id})


def _within(area_ids: frozenset[int]) -> frozenset[int]:
    """These nodes and all below them."""
    areas = Area.objects.select_related("parent__parent")
    return frozenset(area.pk for area in areas if _lies_in(area, area_ids))


def _lies_in(area: Area, area_ids: frozenset[int]) -> bool:
    node: Area | None = area
    while node is not None:
        if node.pk in area_ids:
            return True
        node = node.parent
    return False


@dataclass
class ListedSchool:
    """One row: what it says of a school, which school the portal takes it for, and what is wrong with it."""

    line: int
    code: str = ""
    name: str = ""
    facts: dict = field(default_factory=dict)
    school: School | None = None
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def shown_name(self) -> str:
        return self.name or (self.school.name if self.school else "–")


# --- From a spreadsheet -----------------------------------------------------------------------------
def listed_schools(rows: Iterable[Row], *, header: Header, mapping: Mapping[str, str], lookup: Lookup) -> list:
    """The rows below the header, each read; titles that come again on every page and footers are passed over."""
    columns = {field_name: int(index) for index, field_name in mapping.items()}
    body = [
        row for row in rows
        if row.line > header.line and not is_footer(row) and not is_header_again(row, header) and not row.is_blank
    ]  # fmt: skip
    codes = CodeColumn(row.cell(columns["code"]) for row in body)
    found = [_listed(row, columns, codes, lookup) for row in body]
    mark_doubles(found)
    return found


def _listed(row: Row, columns: dict[str, int], codes: CodeColumn, lookup: Lookup) -> ListedSchool:
    listed = ListedSchool(row.line)
    texts = {name: row.cell(index).text for name, index in columns.items()}
    texts["code"] = _code_of_cell(listed, row.cell(columns["code"]), codes, lookup)
    if "phone" in columns:
        texts["phone"] = _phone_of_cell(listed, row.cell(columns["phone"]))
    return read_listed(listed, texts, lookup)


def _code_of_cell(listed: ListedSchool, cell: Cell, codes: CodeColumn, lookup: Lookup) -> str:
    """The code as text. One that may have been shortened is only repaired when the list knows the full code."""
    reading = codes.read(cell)
    for note in reading.notes:
        if note["code"] == "code_zero_lost" and not lookup.find(reading.value):
            whole = note["read"]
            if lookup.find(whole):
                listed.remarks.append(_("code {short} read as {whole}").format(short=reading.value, whole=whole))
                return whole
            listed.problems.append(
                _("the code {code!r} is shorter than the others: has it lost its zeros?").format(code=reading.value)
            )
    return reading.value if reading.value is not None else cell.text


def _phone_of_cell(listed: ListedSchool, cell: Cell) -> str:
    """An unreadable phone number is no reason to leave the school out: it is noted and skipped."""
    reading = read_phone(cell)
    if reading.is_problem:
        listed.remarks.append(_("phone number {value!r} was not imported").format(value=cell.text))
        return ""
    return reading.value or ""


# --- From words ---------------------------------------------------------------------------------------
def read_listed(listed: ListedSchool, texts: Mapping[str, str], lookup: Lookup) -> ListedSchool:
    """Read every field that is filled; an empty cell never removes what the portal knows."""
    readers: dict[str, Callable[[str], dict]] = {
        "code": lambda text: {"code": _code(text)},
        "name": lambda text: {"name": _name(text)},
        "ward": lambda text: {"ward_id": lookup.wards.find(text).pk},
        "cluster": lambda text: {"cluster_id": lookup.clusters.find(text).pk},
        "levels": lambda text: {"levels": sorted(_words(text, LEVEL_OF_WORD, _("level")))},
        "ownership": lambda text: {"ownership": next(iter(_words(text, OWNERSHIP_OF_WORD, _("ownership"))))},
        "pupil_count": lambda text: {"pupil_count": _count(text)},
        "address": lambda text: {"address": text[:250]},
        "phone": lambda text: {"phone": _phone(text)},
        "old_codes": lambda text: {"old_codes": [_code(word) for word in _split(text)]},
    }
    cleaned = {name: clean_text(text or "") for name, text in texts.items() if name in readers}
    listed.code, listed.name = cleaned.get("code", ""), cleaned.get("name", "")
    for name, text in cleaned.items():
        if text or name == "code":
            try:
                listed.facts |= readers[name](text)
            except ValueError as problem:
                listed.problems.append(str(problem))
    if "code" in listed.facts:
        _find_school(listed, lookup)
    if listed.school is None:
        listed.problems += [
            _("{field} is missing").format(field=str(FIELD_NAMES[name]).lower())
            for name in NEEDED
            if name != "code" and not cleaned.get(name)
        ]
    return listed


def _find_school(listed: ListedSchool, lookup: Lookup) -> None:
    """By its code, else by an old one. A code listed among the old codes of a row has been replaced by the new one."""
    code, old_codes = listed.facts["code"], listed.facts.get("old_codes", [])
    school = lookup.find(code)
    before = {lookup.find(old) for old in old_codes} - {None, school}
    if school is None and len(before) == 1:
        school = before.pop()
        listed.remarks.append(_("known by its old code {code}").format(code=school.code))
    elif school is not None and school.code != code:
        listed.remarks.append(_("listed by an old code; its code stays {code}").format(code=school.code))
        listed.facts["code"] = school.code
    if before:
        names = ", ".join(f"{other.name} ({other.code})" for other in before)
        listed.problems.append(_("its old codes belong to other schools: {names}").format(names=names))
    if school is not None and school.state == SchoolState.MERGED:
        listed.problems.append(
            _("{school} has become part of {other} ({code})").format(
                school=school.name, other=school.merged_into.name, code=school.merged_into.code
            )
        )
    elif school is not None and school.state == SchoolState.CLOSED:
        listed.problems.append(_("{school} is closed on the portal").format(school=school.name))
    listed.school = school
    _check_area(listed, lookup)


def _check_area(listed: ListedSchool, lookup: Lookup) -> None:
    """An officer can neither change schools in another area nor move a school there."""
    school, facts = listed.school, listed.facts
    places = [(school.ward_id, school.cluster_id)] if school else []
    if "ward_id" in facts or "cluster_id" in facts:
        ward_id, cluster_id = places[0] if places else (None, None)
        places.append((facts.get("ward_id", ward_id), facts.get("cluster_id", cluster_id)))
    if not all(lookup.reaches(*place) for place in places):
        listed.problems.append(_("{school} is outside your area").format(school=listed.shown_name))


def mark_doubles(found: list[ListedSchool]) -> None:
    """A school that appears twice in the file is ambiguous: neither row is used."""
    lines: dict[object, list[ListedSchool]] = defaultdict(list)
    for listed in found:
        if "code" in listed.facts:
            lines[listed.school.pk if listed.school else listed.facts["code"]].append(listed)
    for group in lines.values():
        for listed in group if len(group) > 1 else []:
            others = ", ".join(str(other.line) for other in group if other is not listed)
            listed.problems.append(
                _("the code {code} appears twice in the file: also in line {lines}").format(
                    code=listed.facts["code"], lines=others
                )
            )


def _split(text: str) -> Iterator[str]:
    return (word.strip() for word in re.split(r"[;,|+/&\s]+", text) if word.strip())


def _code(value: str) -> str:
    """Opaque text; a spreadsheet's ``79760501.0`` is refused instead of guessed."""
    if not value:
        raise ValueError(_("{field} is missing").format(field=str(FIELD_NAMES["code"]).lower()))
    if not _CODE.fullmatch(value):
        raise ValueError(_("{value!r} is not a school code").format(value=value))
    return value


def _name(value: str) -> str:
    name = clean_name(value)
    if not 3 <= len(name) <= 200:
        raise ValueError(_("the name must have 3 to 200 characters"))
    return name


def _words(value: str, meanings: dict, what: str) -> set:
    """``TH; THCS``, ``TH - THCS``, ``Tiểu học và THCS``."""
    if fold(value) in meanings:
        return {meanings[fold(value)]}
    words = [word.strip() for word in re.split(r"[;,|+/&–-]|\bvà\b", value) if word.strip()]
    unknown = [word for word in words if fold(word) not in meanings]
    if unknown:
        raise ValueError(_("the {what} {value!r} is unknown").format(what=what, value=unknown[0]))
    if not words:
        raise ValueError(_("no {what} is given").format(what=what))
    return {meanings[fold(word)] for word in words}


def _count(value: str) -> int:
    plain = value.replace(".", "") if re.fullmatch(r"\d{1,3}(\.\d{3})+", value) else value
    if not (plain.isascii() and plain.isdigit() and int(plain) < 100_000):
        raise ValueError(_("{value!r} is not a number of pupils").format(value=value))
    return int(plain)


def _phone(value: str) -> str:
    try:
        return normalise_phone(value)
    except Refused as refused:
        raise ValueError(str(refused.refusal.message).rstrip(".")) from refused
