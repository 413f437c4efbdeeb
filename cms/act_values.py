"""The values of an act in the audit log, as a person reads them: days as days, and nothing of how they are stored."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _


def change_in_words(data: dict[str, Any] | None) -> str:
    """Before and after, or only one of them; empty where an act changed no value."""
    before, after = ((data or {}).get(side) or {} for side in ("before", "after"))
    return " → ".join(words for values in (before, after) if (words := values_in_words(values)))


def values_in_words(values: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {_value(value)}" for name, value in values.items())


def _value(value: Any) -> str:
    match value:
        case None | "" | [] | {}:
            return "–"
        case bool():
            return _("Yes") if value else _("No")
        case list():
            return ", ".join(_value(each) for each in value)
        case dict():
            return f"({values_in_words(value)})"
        case str():
            return _moment(value) or value
    return str(value)


def _moment(text: str) -> str:
    try:
        if len(text) == len("2026-12-01") and (day := parse_date(text)):
            return date_format(day, "SHORT_DATE_FORMAT")
        moment = parse_datetime(text)
    except ValueError:
        return ""
    if moment is None:
        return ""
    return date_format(timezone.localtime(moment) if timezone.is_aware(moment) else moment, "SHORT_DATETIME_FORMAT")
