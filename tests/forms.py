"""Fills in the forms of a page as a person would: for tests that send every form there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.utils import timezone


@dataclass
class Field:
    name: str
    kind: str
    value: str = ""
    is_checked: bool = False
    attributes: dict = field(default_factory=dict)
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    fields: list[Field] = field(default_factory=list)

    def filled(self) -> dict[str, list[str]]:
        """A value for everything that must have one; what is optional stays as the page has it."""
        data: dict[str, list[str]] = {}
        for each in self.fields:
            if not each.name or each.kind in {"submit", "button", "file"}:
                continue
            if each.kind in {"checkbox", "radio"}:
                chosen = each.is_checked or (each.kind == "radio" or "required" in each.attributes)
                if chosen and not (each.kind == "radio" and data.get(each.name)):
                    data.setdefault(each.name, []).append(each.value or "on")
            else:
                data.setdefault(each.name, []).append(each.value or _value_for(each))
        return data

    def choices(self) -> dict[str, list[str]]:
        """The fields whose values the page offers."""
        offered: dict[str, list[str]] = {}
        for each in self.fields:
            if each.kind == "select":
                offered.setdefault(each.name, []).extend(each.options)
            elif each.kind in {"checkbox", "radio"} and each.value not in ("", "on"):
                offered.setdefault(each.name, []).append(each.value)
        return offered


def _value_for(each: Field) -> str:
    if each.kind == "select":
        return next((option for option in each.options if option), "")
    if "required" not in each.attributes and each.kind != "textarea":
        return ""
    name = each.name
    if each.kind == "email":
        return "nguoi.moi@example.vn"
    if each.kind == "number":
        return each.attributes.get("min") or "1"
    if each.kind == "tel":
        return "0912345678"
    if "date" in name or name.endswith("_on") or "dd/mm/yyyy" in each.attributes.get("placeholder", ""):
        return f"{timezone.localdate():%d/%m/%Y}"
    return "Nội dung đủ dài để gửi đi"


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select: Field | None = None
        self._text: Field | None = None
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = found.get("method", "").lower() == "post"
            if self._inside:
                self.forms.append(Form(found.get("action", "")))
        elif self._inside:
            self._field(tag, found)

    def _field(self, tag: str, found: dict) -> None:
        fields = self.forms[-1].fields
        name = found.get("name", "")
        if tag == "input":
            kind = found.get("type", "text")
            fields.append(Field(name, kind, found.get("value", ""), "checked" in found, found))
        elif tag == "select":
            self._select = Field(name, "select", attributes=found)
            fields.append(self._select)
        elif tag == "option" and self._select:
            self._select.options.append(found.get("value", ""))
            if "selected" in found:
                self._select.value = found.get("value", "")
        elif tag == "textarea":
            self._text = Field(name, "textarea", attributes=found)
            fields.append(self._text)

    def handle_data(self, data: str) -> None:
        if self._text:
            self._text.value += data.lstrip("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._text = None


def forms_of(page: str) -> list[Form]:
    """The forms of a page that are sent with POST."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms
