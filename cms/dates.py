"""Names of weekdays as a calendar heads them."""

from __future__ import annotations

from django.utils.translation import pgettext


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
