"""Dates as an office and a teacher write them, in Vietnamese and in English."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import get_language

_WEEKDAYS = {
    "vi": ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}
_SHORT_WEEKDAYS = {
    "vi": ["Th 2", "Th 3", "Th 4", "Th 5", "Th 6", "Th 7", "CN"],
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
}
_ENGLISH_MONTHS = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip


def official_date(day: date) -> str:
    """``ngày 05 tháng 02 năm 2026``: Decree 30/2020 pads days below 10 and the months 1 and 2 only.

    Always Vietnamese, as it is used on Vietnamese documents.
    """
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def long_date(day: date | datetime) -> str:
    """``Thứ Hai, ngày 23 tháng 11 năm 2026`` or ``Monday, 23 November 2026``."""
    day = local_day(day)
    if _language() == "vi":
        return f"{_WEEKDAYS['vi'][day.weekday()]}, {official_date(day)}"
    return f"{_WEEKDAYS['en'][day.weekday()]}, {day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"


def weekday_name(day: date | datetime, *, short: bool = False) -> str:
    names = _SHORT_WEEKDAYS if short else _WEEKDAYS
    return names[_language()][local_day(day).weekday()]


def month_title(day: date) -> str:
    """``Tháng 12 năm 2026`` or ``December 2026``, as a calendar is headed."""
    if _language() == "vi":
        return f"Tháng {day.month} năm {day.year}"
    return f"{_ENGLISH_MONTHS[day.month - 1]} {day.year}"


def clock(moment: datetime | time) -> str:
    """``8:00``, as a timetable writes it, in the portal's time zone: the only way in which the portal tells a time."""
    local = timezone.localtime(moment) if isinstance(moment, datetime) and timezone.is_aware(moment) else moment
    return f"{local.hour}:{local.minute:02d}"


def short_moment(moment: datetime) -> str:
    """``Th 5, 26/11 · 8:00``, in the portal's time zone; the year is told when it is not this one."""
    local = timezone.localtime(moment)
    year = "" if local.year == timezone.localtime().year else f"/{local.year}"
    day = f"{local.day:02d}/{local.month:02d}{year}"
    return f"{weekday_name(local, short=True)}, {day} · {clock(local)}"


def exact_moment(moment: datetime) -> str:
    """``17:00:01, 26/11/2026``: where a second decides, such as a deadline and a receipt."""
    return f"{timezone.localtime(moment):%H:%M:%S, %d/%m/%Y}"


def local_day(moment: date | datetime) -> date:
    """The calendar day of ``moment`` in the portal's time zone."""
    if isinstance(moment, datetime):
        return timezone.localtime(moment).date() if timezone.is_aware(moment) else moment.date()
    return moment


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"
