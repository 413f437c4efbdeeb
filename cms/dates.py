"""Names of months and weekdays as a calendar heads them."""

from __future__ import annotations

from datetime import date

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def month_title(day: date) -> str:
    """Tháng 12 năm 2026; in English December 2026."""
    return _("%(month)s %(year)s") % {"month": MONTHS[day.month], "year": day.year}


def weekday_names() -> list[str]:
    """Monday first."""
    return [
        pgettext("calendar", "Mon"),
        pgettext("calendar", "Tue"),
        pgettext("calendar", "Wed"),
        pgettext("calendar", "Thu"),
        pgettext("calendar", "Fri"),
        pgettext("calendar", "Sat"),
        pgettext("calendar", "Sun"),
    ]
