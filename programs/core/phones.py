"""Vietnamese telephone numbers: read as people write them, stored as E.164, shown in groups."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

from programs.core.refusals import Refused
from programs.core.text import clean_text

_SEPARATORS = re.compile(r"[\s.\-()/]+")
_MOBILE = re.compile(r"[35789]\d{8}")
_LANDLINE = re.compile(r"2\d{9}")
_OLD_MOBILE = re.compile(r"1[2689]\d{8}")


def normalise_phone(value: str) -> str:
    """``0912.345.678``, ``+84 912 345 678`` or full-width digits as ``+84912345678``.

    Never guesses: anything that is not exactly one complete number raises ``Refused("phone")`` with the reason.
    A lost leading zero (``912345678``, the way spreadsheets spoil it) is put back.
    """
    text = unicodedata.normalize("NFKC", clean_text(value))
    if re.search(r"\d[eE][+-]?\d", text):
        raise Refused.because("phone", _("A spreadsheet shortened this number. Type all its digits."))
    digits = _SEPARATORS.sub("", text)
    if not re.fullmatch(r"\+?[0-9]+", digits):
        raise Refused.because("phone", _("Type one phone number, digits only."))
    national = _national_part(digits)
    if _MOBILE.fullmatch(national) or _LANDLINE.fullmatch(national):
        return f"+84{national}"
    if _OLD_MOBILE.fullmatch(national):
        raise Refused.because("phone", _("11-digit numbers stopped working in 2018. Type the new 10-digit number."))
    raise Refused.because("phone", _("A mobile number has 10 digits, such as 0912 345 678. Check the digits."))


def _national_part(digits: str) -> str:
    """The number without the country's code and the trunk zero."""
    if digits.startswith("+84"):
        return digits[3:].removeprefix("0")
    if digits.startswith("+"):
        raise Refused.because("phone", _("Only Vietnamese numbers (+84) can be used here."))
    if digits.startswith("0084"):
        return digits[4:]
    if digits.startswith("84") and len(digits) in {11, 12}:
        return digits[2:]
    return digits.removeprefix("0")


def show_phone(stored: str) -> str:
    """``+84912345678`` as people read it: ``0912 345 678``; a landline as ``0274 3822 123``."""
    if not stored.startswith("+84"):
        return stored
    number = "0" + stored[3:]
    if len(number) == 10:
        return f"{number[:4]} {number[4:7]} {number[7:]}"
    if number.startswith(("024", "028")):
        return f"{number[:3]} {number[3:7]} {number[7:]}"
    return f"{number[:4]} {number[4:8]} {number[8:]}"
