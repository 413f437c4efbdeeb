"""What every template keeps to. `python -m tests.check_templates`: part of `make check`.

No line is wider than 120 characters, so that a change to it can be read beside the old one. Names of persons, codes and
references in the words of a page bear ``|as_is``: a browser that translates the page leaves them as they are. A cell of
a table that becomes cards on a phone holds one thing: two lines or two links stand in one ``div``, else the card pulls
them apart.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WIDEST = 120
KINDS = {".html", ".txt", ".js", ".svg"}

KEPT = (
    "full_name", "public_name", "printed_name", "given_name", "get_short_name", "invited_by", "recorded_by",
    "decided_by", "noted_by", "username", "email", "reference", "serial", "verify_code", "join_code", "code",
)  # fmt: skip
IS_KEPT = re.compile(rf"(?:[\w.]+\.)?(?:{'|'.join(KEPT)})")
TOKEN = re.compile(
    r"\{\{(?P<value>.*?)\}\}|\{%(?P<tag>.*?)%\}|\{#.*?#\}|<!--.*?-->|</?(?P<element>[a-z][\w-]*)|>", re.S
)
PART = re.compile(r"_\(\"[^\"]*\"\)|\"[^\"]*\"|\S+")
WORDLESS = {"title", "option", "textarea", "script", "style"}  # they hold text only, no element
SHOWN_AT = {"fact": 2, "crumb": 1, "back_link": 1}  # which part of these tags stands on the page


def wide_lines(text: str) -> list[int]:
    """The lines that are too wide; characters are counted, not bytes."""
    return [number for number, line in enumerate(text.split("\n"), start=1) if len(line) > WIDEST]


def translatable_names(text: str) -> list[int]:
    """The lines where a name, a code or a reference stands among the words of a page without ``|as_is``."""
    return [
        text.count("\n", 0, start) + 1
        for start, value in _shown(text)
        if IS_KEPT.fullmatch(value.split("|")[0]) and "|as_is" not in value
    ]


def _shown(text: str) -> Iterator[tuple[int, str]]:
    """The values that the page shows as words: not those in attributes, in its title or in a message to translate."""
    in_element = in_message = wordless = False
    blocks: list[str] = []
    for found in TOKEN.finditer(text):
        start, is_shown = found.start(), not (in_element or wordless or "title" in blocks)
        if found["value"] is not None and is_shown and not in_message:
            yield start, found["value"].strip()
        elif found["tag"] is not None:
            name, *_ = parts = PART.findall(found["tag"])
            if name == "block":
                blocks.append(parts[1])
            elif name == "endblock" and blocks:
                blocks.pop()
            in_message = name == "blocktranslate" or (in_message and name != "endblocktranslate")
            if is_shown:
                yield from ((start, value) for value in _shown_by(parts))
        elif found["element"] is not None:
            in_element = True
            if found["element"] in WORDLESS:
                wordless = not found[0].startswith("</")
        elif found[0] == ">":
            in_element = False


def _shown_by(parts: list[str]) -> list[str]:
    if parts[0] == "blocktranslate":
        return [value for _name, is_named, value in (part.partition("=") for part in parts) if is_named]
    place = SHOWN_AT.get(parts[0], len(parts))
    return parts[place : place + 1]


CELL = re.compile(r'<td data-l="[^>]*>(.*?)</td>', re.S)
PIECE = re.compile(r"<(?P<end>/?)(?P<name>[a-z]+)[^>]*>|(?P<dot>·)", re.S)


def torn_cells(text: str) -> list[int]:
    """The lines of cells in which a break or a dot between links stands loose: a phone sets the pieces side by side."""
    return [text.count("\n", 0, cell.start()) + 1 for cell in CELL.finditer(text) if _is_torn(cell[1])]


def _is_torn(cell: str) -> bool:
    depth = 0
    for piece in PIECE.finditer(cell):
        if piece["name"] == "br" or piece["dot"]:
            if depth == 0 and (piece["name"] or "<a " in cell):
                return True
        else:
            depth += -1 if piece["end"] else 1
    return False


def main() -> int:
    found = 0
    for path in sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in KINDS):
        text = path.read_text(encoding="utf-8")
        names = translatable_names(text) if path.suffix == ".html" else []
        cells = torn_cells(text) if 'class="stack' in text else []
        for numbers, what in (
            (wide_lines(text), f"wider than {WIDEST}"),
            (names, "a name or code without |as_is"),
            (cells, "a cell of several pieces without a div around them"),
        ):
            found += len(numbers)
            for number in numbers:
                print(f"{path.relative_to(ROOT)}:{number}: {what}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
