"""Whether a lesson may be reported."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from programs.core.refusals import Refusal
from programs.pupils.models import ClassGroup


def report_refusal(
    class_group: ClassGroup, *, taught_on: date, today: date, pupils: int, girls: int, is_reported: bool
) -> Refusal | None:
    """A class belongs to one school year, and so does its lesson."""
    if taught_on > today:
        return Refusal(
            "in_future", _("This day has not come yet. Report the lesson once it has been taught."), "taught_on"
        )
    if not class_group.school_year.starts_on <= taught_on <= class_group.school_year.ends_on:
        return Refusal("other_year", _("This day is outside the class's school year."), "taught_on")
    if girls > pupils:
        return Refusal("girls", _("There cannot be more girls than pupils."), "girls")
    if is_reported:
        return Refusal("reported", _("This lesson has already been reported for this class and day."), "taught_on")
    return None
