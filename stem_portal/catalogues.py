"""Translation catalogues without the gettext tools: extract messages from the sources, compile, compare.

Messages are English in the sources. Each wing keeps its Vietnamese in ``locale/<wing>/vi``; the English catalogue next
to it is generated from the message ids.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from django.utils.translation.template import templatize

LANGUAGES = ("vi", "en")
LIBRARY = "library"  # an entry with this comment translates a message of an installed library
SOURCES = ("programs", "cms", "stem_portal", "templates")
PLURALS = {"vi": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
_FUNCTIONS = {
    "_": ["msgid"],
    "gettext": ["msgid"],
    "gettext_lazy": ["msgid"],
    "gettext_noop": ["msgid"],
    "pgettext": ["context", "msgid"],
    "pgettext_lazy": ["context", "msgid"],
    "ngettext": ["msgid", "plural"],
    "ngettext_lazy": ["msgid", "plural"],
    "npgettext": ["context", "msgid", "plural"],
    "npgettext_lazy": ["context", "msgid", "plural"],
}
_LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_TEMPLATE_CALL = re.compile(
    rf"(?<!\w)(_|gettext|pgettext|ngettext|npgettext)\(({_LITERAL}(?:,\s*{_LITERAL})*)(?:,\s*count)?\)", re.DOTALL
)
_PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|(?<!%)%[sdif]|\{\w*\}")

Key = tuple[str | None, str]


@dataclass
class Found:
    """A message and the places in the sources where it is used."""

    context: str | None
    msgid: str
    plural: str | None
    where: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return (self.context, self.msgid)


@dataclass
class Findings:
    errors: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def read_sources(root: Path) -> tuple[dict[Key, Found], list[str]]:
    """Every message of the sources, and what could not be read as one."""
    found: dict[Key, Found] = {}
    errors: list[str] = []
    for path in _files(root):
        reader = _python_messages if path.suffix == ".py" else _template_messages
        for line, message in reader(path.read_text(encoding="utf-8")):
            where = f"{path.relative_to(root)}:{line}"
            if isinstance(message, str):
                errors.append(f"{where}: {message}")
                continue
            known = found.setdefault(message.key, message)
            known.plural = known.plural or message.plural
            known.where.append(where)
    return found, errors


def _files(root: Path) -> Iterator[Path]:
    """Our Python files, and everything in template folders."""
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            is_template = "templates" in path.parts and path.suffix in {".html", ".txt", ".svg"}
            if (path.suffix == ".py" or is_template) and not {"migrations", "static", "demo"} & set(path.parts):
                yield path


def _python_messages(source: str) -> Iterator[tuple[int, Found | str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for each in node.names:
                if each.name in _FUNCTIONS and each.asname and each.asname not in _FUNCTIONS:
                    yield node.lineno, f"{each.name} must be called _: messages of {each.asname}() are not found"
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        names = _FUNCTIONS.get(called)
        if not names or not node.args:
            continue
        given = node.args[: len(names)]
        texts = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if len(texts) == len(given):
            yield node.lineno, _found(dict(zip(names, texts, strict=False)))
        elif any(isinstance(each, ast.JoinedStr | ast.BinOp) for each in given):
            yield node.lineno, f"{called}() takes a literal, not an expression: {ast.unparse(node)[:80]}"


def _template_messages(source: str) -> Iterator[tuple[int, Found | str]]:
    if "trans" not in source and "_(" not in source:
        return
    calls = templatize(source)
    for match in _TEMPLATE_CALL.finditer(calls):
        values = ast.literal_eval(f"[{match[2]}]")
        yield calls.count("\n", 0, match.start()) + 1, _found(dict(zip(_FUNCTIONS[match[1]], values, strict=False)))


def _found(parts: dict[str, str]) -> Found:
    return Found(context=parts.get("context"), msgid=parts["msgid"], plural=parts.get("plural"))


def catalogue_paths(root: Path, language: str) -> list[Path]:
    return sorted((root / "locale").glob(f"*/{language}/LC_MESSAGES/django.po"))


def read_catalogues(root: Path, language: str) -> dict[Path, polib.POFile]:
    return {path: polib.pofile(str(path), encoding="utf-8") for path in catalogue_paths(root, language)}


def compile_all(root: Path) -> int:
    """Write the ``.mo`` next to every ``.po``, atomically, so that no reader sees half a file."""
    count = 0
    for language in LANGUAGES:
        for path, catalogue in read_catalogues(root, language).items():
            half = path.with_suffix(f".{os.getpid()}.tmp")
            catalogue.save_as_mofile(str(half))
            half.replace(path.with_suffix(".mo"))
            count += 1
    return count


def check(root: Path) -> Findings:
    """What is missing, doubtful or contradictory; unused entries are only noticed."""
    found, errors = read_sources(root)
    result = Findings(errors=errors)
    vietnamese = _merge(root, "vi", result)
    english = _merge(root, "en", Findings())
    for key, message in found.items():
        if key not in vietnamese:
            result.errors.append(f"no Vietnamese: {_name(key)} ({message.where[0]})")
        elif message.plural and not vietnamese[key].msgid_plural:
            result.errors.append(f"no plural in the catalogue: {_name(key)} ({message.where[0]})")
    for key, entry in vietnamese.items():
        if key not in english:
            result.errors.append(f"no English: {_name(key)}: run `manage.py catalogues sync`")
        if key not in found and LIBRARY not in (entry.comment or ""):
            result.notices.append(f"unused: {_name(key)}")
    return result


def _merge(root: Path, language: str, result: Findings) -> dict[Key, polib.POEntry]:
    merged: dict[Key, polib.POEntry] = {}
    for path, catalogue in read_catalogues(root, language).items():
        wing = path.relative_to(root / "locale").parts[0]
        if catalogue.metadata.get("Plural-Forms") != PLURALS[language]:
            result.errors.append(f"{wing}: the header must say Plural-Forms: {PLURALS[language]}")
        for entry in catalogue:
            if entry.obsolete:
                continue
            key = (entry.msgctxt, entry.msgid)
            result.errors += [f"{wing}: {problem}: {_name(key)}" for problem in _problems(entry)]
            other = merged.setdefault(key, entry)
            if other is not entry and _texts(other) != _texts(entry):
                result.errors.append(f"{wing}: translated otherwise in another wing: {_name(key)}")
            if entry.msgid_plural and not other.msgid_plural:
                merged[key] = entry
    return merged


def _texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _problems(entry: polib.POEntry) -> Iterator[str]:
    texts = _texts(entry)
    if not texts or not all(texts):
        yield "empty"
        return
    if entry.fuzzy:
        yield "fuzzy"
    wanted = set(_PLACEHOLDER.findall(entry.msgid)) | set(_PLACEHOLDER.findall(entry.msgid_plural or ""))
    if any(set(_PLACEHOLDER.findall(text)) - wanted for text in texts):
        yield "a placeholder that the message has not"
    if any(wanted - set(_PLACEHOLDER.findall(text)) for text in texts):
        yield "a placeholder is lost"


def _name(key: Key) -> str:
    context, msgid = key
    return f"[{context}] {msgid!r}" if context else repr(msgid)


def sync_english(root: Path) -> int:
    """Write the English catalogue of every wing from its Vietnamese one; the number of files that changed."""
    changed = 0
    for path, vietnamese in read_catalogues(root, "vi").items():
        english = polib.POFile(wrapwidth=110)
        english.metadata = header("en")
        for entry in sorted((entry for entry in vietnamese if not entry.obsolete), key=_entry_order):
            english.append(_in_english(entry))
        target = path.parents[2] / "en" / "LC_MESSAGES" / "django.po"
        target.parent.mkdir(parents=True, exist_ok=True)
        text = str(english)
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            changed += 1
    return changed


def _entry_order(entry: polib.POEntry) -> tuple[str, str]:
    return (entry.msgid, entry.msgctxt or "")


def _in_english(entry: polib.POEntry) -> polib.POEntry:
    if entry.msgid_plural:
        forms = {0: entry.msgid, 1: entry.msgid_plural}
        return polib.POEntry(
            msgctxt=entry.msgctxt, msgid=entry.msgid, msgid_plural=entry.msgid_plural, msgstr_plural=forms
        )
    return polib.POEntry(msgctxt=entry.msgctxt, msgid=entry.msgid, msgstr=entry.msgid)


def header(language: str) -> dict[str, str]:
    return {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }


def missing(root: Path, under: str = "") -> str:
    """The messages without Vietnamese of the sources under a path, as entries to fill in."""
    found, _errors = read_sources(root)
    vietnamese = _merge(root, "vi", Findings())
    stubs = polib.POFile(wrapwidth=110)
    stubs.metadata = header("vi")
    for key, message in sorted(found.items(), key=lambda item: item[1].where[0]):
        if key not in vietnamese and any(where.startswith(under) for where in message.where):
            plural = {"msgid_plural": message.plural, "msgstr_plural": {0: ""}} if message.plural else {}
            comment = message.where[0]
            stubs.append(polib.POEntry(msgctxt=message.context, msgid=message.msgid, comment=comment, **plural))
    return str(stubs)
