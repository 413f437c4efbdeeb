"""Figures in words."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NO_CLASS_LABEL = _("Class not stated")
CITY = "TP. Hồ Chí Minh"  # as the table of units names it

MEASURE_WORDS = {
    "visits": _("Visits"),
    "pupils": _("Visits by pupils"),
    "girls": _("Visits by girls"),
    "lessons": _("STEM lessons taught"),
    "lesson_pupils": _("Pupils in these lessons"),
    "lesson_girls": _("Girls in these lessons"),
    "activities": _("Own activities"),
    "activity_pupils": _("Pupils in these activities"),
    "activity_girls": _("Girls in these activities"),
}


def percent(share: float | None) -> str:
    """48 %, with one decimal below ten where it tells something; nothing to divide by is a dash."""
    if share is None:
        return "–"
    shown = round(share, 1) if share < 10 else round(share)
    return f"{number_format(shown, decimal_pos=int(shown != int(shown)))} %"


def former_label(former: str) -> str | Promise:
    """Two of the three provinces that make up the city ended with June 2025; the third gave it its name."""
    if not former:
        return _("Not known")
    return _("{province} (until 30/6/2025)").format(province=former) if former != CITY else former
