"""Texts for the audit log, which can never be changed: what would name a person is taken out at the door."""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "[…]"
_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
# A telephone in groups or not, or a personal number of 9 or 12 digits; no part of a longer word or code.
_NUMBER = re.compile(r"(?<![\w-])(?:(?:\+84|0084|0)(?:[ .\-]?\d){9,10}|\d{9}|\d{12})(?![\w-])")
# A Vietnamese personal name: a family name, then more words that begin with a capital letter.
_FAMILY = "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Ngô|Dương|Lý|Đinh|Đào|Đoàn|Trịnh|Trương|Phùng|Tô"
# Those that also begin the names of places, such as Hà Nội and Thái Nguyên: three words make a person.
_FAMILY_OR_PLACE = "Hồ(?! Chí Minh)|Lâm|Mai|Cao|Châu|Chu|Hà|Kiều|Lương|Lưu|Mạc|Quách|Tạ|Tăng|Thái|Thạch|Tôn|Triệu|Vương"
_WORD = r"\s+[A-ZÀ-ỸĐ][^\W\d_]*(?:['’\-][^\W\d_]+)?"
_NAME = re.compile(
    rf"(?<!\w)(?:(?:{_FAMILY}|{_FAMILY.upper()})(?:{_WORD}){{1,6}}"
    rf"|(?:{_FAMILY_OR_PLACE}|{_FAMILY_OR_PLACE.upper()})(?:{_WORD}){{2,6}})"
)
# Schools and streets bear the names of people, too: these may be read.
_PLACES = re.compile(r"(?:Trường|THCS|THPT|Tiểu học|TH|Mầm non|đường|Đường|phường|Phường|xã|Xã|cụm|Cụm)\s+$")


def without_persons(text: str) -> str:
    """``text`` without e-mail addresses, telephone and personal numbers, and what looks like a person's name."""
    text = _NUMBER.sub(HIDDEN, _MAIL.sub(HIDDEN, text))
    return _NAME.sub(lambda found: found[0] if _PLACES.search(text[: found.start()]) else HIDDEN, text)


def values_without_persons(value: Any) -> Any:
    """The same for every text in nested lists and dictionaries."""
    if isinstance(value, dict):
        return {key: values_without_persons(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [values_without_persons(inner) for inner in value]
    return without_persons(value) if isinstance(value, str) else value
